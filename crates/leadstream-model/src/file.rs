//! Model files: TOML text to a [`ModelSpec`] in which every statement knows its place, and on to compiled [`Models`].
//!
//! What is wrong with the text itself (keys, types, units) is found while it is read, what is wrong with the model (stages that
//! nothing reaches, moves that contradict each other) by the check of each section; both are reported together.

use crate::check::follows_from;
use crate::compile::compile;
use crate::fault::{Fault, Faults, Place};
use crate::fields::Fields;
use crate::section::ModelSpec;
use crate::section::cart::spec::CartSpec;
use crate::tree;
use leadstream_core::domain::model::Models;
use std::fmt;

/// The models that are built into the binary: name and text.
pub const SHIPPED: [(&str, &str); 5] = [
    ("ecommerce", include_str!("../../../config/models/ecommerce.toml")),
    ("buyer5", include_str!("../../../config/models/buyer5.toml")),
    ("b2b10", include_str!("../../../config/models/b2b10.toml")),
    ("aida", include_str!("../../../config/models/aida.toml")),
    ("aarrr", include_str!("../../../config/models/aarrr.toml")),
];

/// The model that runs when none is configured.
pub const DEFAULT_MODEL: &str = "ecommerce";

/// A model file as far as it could be read, and what was wrong with its text.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The path, or `NAME (shipped)`.
    pub origin: String,
    pub spec: ModelSpec,
    pub faults: Vec<Fault>,
}

/// A fault and the file that it is in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    pub origin: String,
    pub fault: Fault,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { place: Place { line, path }, message } = &self.fault;
        // A fault without a line is one of the settings that override the file.
        if *line == 0 && path.starts_with("model.") {
            return write!(f, "settings: {path}: {message}");
        }
        write!(f, "{}", self.origin)?;
        if *line > 0 {
            write!(f, ":{line}")?;
        }
        if path.is_empty() { write!(f, ": {message}") } else { write!(f, ": {path}: {message}") }
    }
}

/// Reads a model file, or a shipped model when the name is one (a path has a `/` or ends in `.toml`).
#[must_use]
pub fn load(path_or_name: &str) -> Loaded {
    if let Some((name, text)) = SHIPPED.iter().find(|(name, _)| *name == path_or_name) {
        return parse(&format!("{name} (shipped)"), text);
    }
    match std::fs::read_to_string(path_or_name) {
        Ok(text) => parse(path_or_name, &text),
        Err(error) => {
            let names: Vec<&str> = SHIPPED.iter().map(|(name, _)| *name).collect();
            let message = format!("can't be read ({error}), and is no shipped model: shipped are {}", names.join(", "));
            Loaded {
                origin: path_or_name.to_owned(),
                spec: ModelSpec::default(),
                faults: vec![Fault { place: Place::default(), message }],
            }
        }
    }
}

/// Reads the text of a model.
#[must_use]
pub fn parse(origin: &str, text: &str) -> Loaded {
    let (spec, faults) = match tree::parse(text) {
        Ok(table) => {
            let mut faults = Faults::default();
            let spec = ModelSpec::parse(Fields::new(&table, Place::default()), &mut faults);
            (spec, faults.0)
        }
        Err(syntax) => {
            let fault = |s: tree::SyntaxFault| Fault { place: Place { line: s.line, path: String::new() }, message: s.message };
            (ModelSpec::default(), syntax.into_iter().map(fault).collect())
        }
    };
    Loaded { origin: origin.to_owned(), spec, faults }
}

/// Checks and compiles loaded models; `cart` (settings `model.cart.*`) wins over each file.
///
/// # Errors
/// Every fault of every file.
pub fn build(loaded: &[Loaded], cart: &CartSpec) -> Result<Models, Vec<FileFault>> {
    let specs: Vec<ModelSpec> = loaded.iter().map(|l| l.spec.clone()).collect();
    let compiled = compile(&specs, cart);
    let mut faults: Vec<FileFault> = loaded
        .iter()
        .flat_map(|l| l.faults.iter().map(|fault| FileFault { origin: l.origin.clone(), fault: fault.clone() }))
        .collect();
    let models = match compiled {
        Ok(models) if faults.is_empty() => return Ok(models),
        Ok(_) => Vec::new(),
        Err(found) => found,
    };
    for (index, fault) in models {
        let Some(file) = loaded.get(index) else { continue };
        if !follows_from(&fault, &file.faults) {
            faults.push(FileFault { origin: file.origin.clone(), fault });
        }
    }
    faults.sort();
    faults.dedup();
    Err(faults)
}

/// Loads, checks and compiles models by path or shipped name.
///
/// # Errors
/// Every fault of every file.
pub fn models(paths_or_names: &[String], cart: &CartSpec) -> Result<Models, Vec<FileFault>> {
    let loaded: Vec<Loaded> = paths_or_names.iter().map(|name| load(name)).collect();
    build(&loaded, cart)
}

/// Compiles models from their texts: for tests and tools.
///
/// # Errors
/// Every fault of every text.
pub fn from_texts(texts: &[&str]) -> Result<Models, Vec<FileFault>> {
    let loaded: Vec<Loaded> = texts.iter().enumerate().map(|(n, text)| parse(&format!("model {}", n + 1), text)).collect();
    build(&loaded, &CartSpec::default())
}

/// The shipped default model.
///
/// # Panics
/// Never: a test of this module holds that it has no fault.
#[must_use]
pub fn default_models() -> Models {
    models(&[DEFAULT_MODEL.to_owned()], &CartSpec::default()).expect("the shipped model is checked by a test of this module")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_model_loads_without_a_fault() {
        for (name, _) in SHIPPED {
            let built = models(&[name.to_owned()], &CartSpec::default());
            if let Err(faults) = built {
                panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
            }
        }
        assert_eq!(default_models().in_charge().name, DEFAULT_MODEL);
    }
}
