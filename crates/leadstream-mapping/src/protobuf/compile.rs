//! `.proto` files, compiled.

use super::descriptor::Descriptors;
use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

/// Compiles a file by its name with those that it imports: `open` gives their text. Google's own are known.
///
/// # Errors
/// What is wrong with them.
pub fn compile(name: &str, open: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Descriptors, String> {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Texts(open));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).include_source_info(false);
    compiler.open_file(name).map_err(|error| error.to_string())?;
    Descriptors::parse(&compiler.encode_file_descriptor_set())
}

struct Texts<F>(F);

impl<F: Fn(&str) -> Option<String>> FileResolver for Texts<F> {
    fn resolve_path(&self, path: &std::path::Path) -> Option<String> {
        path.to_str().map(str::to_owned)
    }

    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        File::from_source(name, &(self.0)(name).ok_or_else(|| protox::Error::file_not_found(name))?)
    }
}
