//! Schemas in `state.dir`: each a file, written in one step, and checked when it is read.

use super::address::Address;
use leadstream_mapping::{Language, SchemaId, SchemaText};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// More than a registry answers.
const MOST_BYTES: u64 = 32 << 20;

/// The folder of a registry: ids of another one are other schemas.
#[derive(Debug, Clone)]
pub struct Disk {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    id: String,
    language: String,
    schema: String,
    references: Vec<(String, String)>,
    /// Of all above: a file may be cut off, or changed by somebody.
    sha256: String,
}

impl Kept {
    fn sum(&self) -> String {
        let mut sum = Sha256::new();
        let all = [&self.id, &self.language, &self.schema].into_iter().chain(self.references.iter().flat_map(|(a, b)| [a, b]));
        for text in all {
            sum.update(text.len().to_be_bytes());
            sum.update(text.as_bytes());
        }
        hex(&sum.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Disk {
    /// The folder of the registry with these addresses.
    #[must_use]
    pub fn of(cache: &Path, addresses: &[Address]) -> Self {
        let mut sorted: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        sorted.sort();
        let sum = hex(&Sha256::digest(sorted.join(" ").as_bytes()));
        Self { folder: cache.join(&sum[..16]) }
    }

    fn file(&self, id: SchemaId) -> PathBuf {
        self.folder.join(format!("{id}.json"))
    }

    /// Whether a schema is probably kept.
    #[must_use]
    pub fn has(&self, id: SchemaId) -> bool {
        self.file(id).exists()
    }

    /// A schema that is kept. One that can't be read, or isn't what was written, is none.
    #[must_use]
    pub fn read(&self, id: SchemaId) -> Option<SchemaText> {
        let path = self.file(id);
        let size = fs::metadata(&path).ok()?.len();
        let kept: Option<Kept> =
            (size <= MOST_BYTES).then(|| fs::read(&path).ok()).flatten().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let kept = kept.filter(|kept| kept.sha256 == kept.sum() && kept.id == id.to_string());
        let Some((kept, language)) = kept.and_then(|kept| Language::of(&kept.language).map(|language| (kept, language))) else {
            tracing::warn!(file = %path.display(), "a kept schema is damaged, and is asked for anew");
            return None;
        };
        Some(SchemaText { language, text: kept.schema, references: kept.references })
    }

    /// Keeps a schema.
    ///
    /// # Errors
    /// The folder can't be written to.
    pub fn write(&self, id: SchemaId, schema: &SchemaText) -> io::Result<()> {
        let mut kept = Kept {
            id: id.to_string(),
            language: schema.language.name().to_owned(),
            schema: schema.text.clone(),
            references: schema.references.clone(),
            sha256: String::new(),
        };
        kept.sha256 = kept.sum();
        fs::create_dir_all(&self.folder)?;
        let path = self.file(id);
        let part = path.with_extension("part");
        let mut file = File::create(&part)?;
        file.write_all(&serde_json::to_vec(&kept)?)?;
        file.sync_all()?;
        fs::rename(&part, &path)?;
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_damaged_is_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let address = |text: &str| Address::parse(text).expect(text);
        let addresses = [address("http://a:1"), address("http://b:1")];
        let disk = Disk::of(dir.path(), &addresses);
        let schema = SchemaText {
            language: Language::Protobuf,
            text: "syntax = \"proto3\";".to_owned(),
            references: vec![("a.proto".to_owned(), String::new())],
        };
        let id = SchemaId::Guid(7);
        assert_eq!(disk.read(id), None);
        disk.write(id, &schema).expect("written");
        disk.write(id, &schema).expect("written again");
        assert_eq!(disk.read(id), Some(schema.clone()));
        assert_eq!(Disk::of(dir.path(), &[address("http://b:1"), address("http://a:1")]).read(id), Some(schema), "in any order");
        assert_eq!(Disk::of(dir.path(), &addresses[..1]).read(id), None, "another registry");
        let file = disk.file(id);
        let bytes = fs::read(&file).expect("it is there");
        for damaged in [&bytes[..bytes.len() / 2], b"", String::from_utf8_lossy(&bytes).replace("proto3", "proto2").as_bytes()] {
            fs::write(&file, damaged).expect("written");
            assert_eq!(disk.read(id), None);
        }
        fs::rename(&file, disk.file(SchemaId::Number(1))).expect("moved");
        assert_eq!(disk.read(SchemaId::Number(1)), None, "another one's");
    }
}
