//! Librdkafka properties: from a file of `name=value` lines, and `kafka.properties.*` over it.

use super::keys::OWNED_PROPERTIES;
use super::layers::{Layers, Origin};
use leadstream_model::tree::{self, Value};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) const PREFIX: &str = "kafka.properties.";

/// All properties; faults are added to the layers.
pub fn read(file: Option<&Path>, layers: &mut Layers) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Some(path) = file {
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => from_file(&shown, &text, &mut found, layers),
            Err(error) => {
                let origin = layers.origin("kafka.properties_file");
                layers.fault(origin, "kafka.properties_file", format!("{shown} can't be read: {error}"));
            }
        }
    }
    let said: Vec<_> = layers
        .values
        .range(PREFIX.to_owned()..)
        .take_while(|(name, _)| name.starts_with(PREFIX))
        .map(|(n, s)| (n.clone(), s.clone()))
        .collect();
    for (name, setting) in said {
        let property = &name[PREFIX.len()..];
        let value = match &setting.node.value {
            Value::Array(_) | Value::Table(_) => {
                layers.fault(setting.origin.clone(), &name, format!("must be one value, not {}", setting.node.value.kind()));
                continue;
            }
            Value::Text(text) => text.clone(),
            other => tree::written(other),
        };
        if !owned(property, &name, &setting.origin, layers) {
            found.insert(property.to_owned(), value);
        }
    }
    found
}

fn from_file(path: &str, text: &str, found: &mut BTreeMap<String, String>, layers: &mut Layers) {
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let origin = Origin::File { path: path.to_owned(), line: n + 1 };
        // The value may be a secret: a broken line is not shown.
        let Some((name, value)) = line.split_once('=') else {
            layers.fault(origin, "kafka.properties_file", "the line must read name=value");
            continue;
        };
        let name = name.trim();
        if !owned(name, "kafka.properties_file", &origin, layers) {
            found.insert(name.to_owned(), value.trim().to_owned());
        }
    }
}

/// Refuses properties that leadstream sets itself.
fn owned(property: &str, key: &str, origin: &Origin, layers: &mut Layers) -> bool {
    let Some((_, instead)) = OWNED_PROPERTIES.iter().find(|(name, _)| *name == property) else { return false };
    layers.fault(origin.clone(), key, format!("leadstream sets {property} itself; use {instead}"));
    true
}
