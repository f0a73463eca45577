//! The layers of settings: file < environment < `--set`, flattened to full key names, each value with where it comes from.

use super::keys::{self, FREE};
use crate::domain::names::nearest;
use leadstream_model::tree::{self, Entry, Node, Table, Value};
use leadstream_model::{Faults, Place};
use std::collections::BTreeMap;
use std::fmt;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    Default,
    File { path: String, line: usize },
    Environment(String),
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::File { path, line: 0 } => write!(f, "{path}"),
            Self::File { path, line } => write!(f, "{path}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::CommandLine => write!(f, "--set"),
        }
    }
}

/// Something wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SettingFault {
    pub origin: Origin,
    /// Full key; empty if it concerns no single key.
    pub key: String,
    pub message: String,
}

impl fmt::Display for SettingFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.origin != Origin::Default {
            write!(f, "{}: ", self.origin)?;
        }
        if self.key.is_empty() { write!(f, "{}", self.message) } else { write!(f, "{}: {}", self.key, self.message) }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub node: Node,
    pub origin: Origin,
}

/// All values that are said somewhere, the highest layer winning.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub values: BTreeMap<String, Setting>,
    pub faults: Vec<SettingFault>,
}

/// Prefix of the environment's variables.
const ENVIRONMENT: &str = "LEADSTREAM__";

impl Layers {
    /// Adds a settings file.
    pub fn file(&mut self, path: &str, text: &str) {
        match tree::parse(text) {
            Ok(table) => self.flatten(path, "", &table),
            Err(faults) => {
                for fault in faults {
                    let origin = Origin::File { path: path.to_owned(), line: fault.line };
                    self.fault(origin, "", fault.message);
                }
            }
        }
    }

    fn flatten(&mut self, path: &str, prefix: &str, table: &Table) {
        for Entry { key, node } in &table.entries {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            if let Value::Table(inner) = &node.value {
                self.flatten(path, &name, inner);
            } else {
                let origin = Origin::File { path: path.to_owned(), line: node.line };
                self.put(name, node.clone(), origin);
            }
        }
    }

    /// Adds the environment; variables without the prefix are none of ours.
    pub fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        let mut ours: Vec<_> = variables.into_iter().filter(|(name, _)| name.starts_with(ENVIRONMENT)).collect();
        ours.sort();
        for (variable, text) in ours {
            let name = environment_key(&variable[ENVIRONMENT.len()..]);
            self.word(name, &text, Origin::Environment(variable));
        }
    }

    /// Adds one `--set key=value`.
    pub fn set(&mut self, argument: &str) {
        match argument.split_once('=') {
            Some((name, text)) => self.word(name.trim().to_owned(), text, Origin::CommandLine),
            None => {
                // What stands behind the name may be a secret.
                let name: String = argument.chars().take_while(|c| c.is_ascii_alphanumeric() || "._".contains(*c)).collect();
                self.fault(Origin::CommandLine, "", format!("{name:?} must read KEY=VALUE"));
            }
        }
    }

    /// A value from outside a file: TOML, or a bare word.
    fn word(&mut self, name: String, text: &str, origin: Origin) {
        let kind = keys::find(&name).map(|k| k.kind);
        let parsed = tree::parse_value(text);
        let bare = || Value::Text(text.to_owned());
        let value = match (parsed, kind) {
            (Some(value @ (Value::Text(_) | Value::Array(_))), _) => value,
            (_, Some(kind)) if kind.is_text() => bare(),
            (_, Some(kind)) if kind.is_list() => list(text),
            (Some(value), _) => value,
            (None, _) => bare(),
        };
        self.put(name, Node { line: 0, value }, origin);
    }

    fn put(&mut self, name: String, node: Node, origin: Origin) {
        if keys::find(&name).is_none() {
            let known: Vec<&str> = keys::all().chain(&FREE).map(|k| k.name.trim_end_matches('.')).collect();
            let message = match nearest(&name, known.into_iter()) {
                Some(near) => format!("unknown setting: did you mean {near}?"),
                None => "unknown setting: docs/configuration.md lists all settings".to_owned(),
            };
            self.fault(origin, &name, message);
            return;
        }
        self.values.insert(name, Setting { node, origin });
    }

    pub fn fault(&mut self, origin: Origin, key: &str, message: impl Into<String>) {
        self.faults.push(SettingFault { origin, key: key.to_owned(), message: message.into() });
    }

    /// Where a key's value comes from.
    #[must_use]
    pub fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |s| s.origin.clone())
    }

    /// The values of one section as a table, to be read by [`leadstream_model::fields::Fields`]; its place is `section`.
    #[must_use]
    pub fn section(&self, section: &str) -> (Table, Place) {
        let prefix = format!("{section}.");
        let entries = self.values.iter().filter_map(|(name, setting)| {
            let key = name.strip_prefix(&prefix)?;
            // The origin of the key says where it stands; a line alone would be taken for one of another file.
            Some(Entry { key: key.to_owned(), node: tree::without_lines(setting.node.clone()) })
        });
        (Table { entries: entries.collect() }, Place { line: 0, path: section.to_owned() })
    }

    /// Takes over faults found while reading a section.
    pub fn take(&mut self, faults: Faults) {
        for fault in faults.0 {
            let key = fault.place.path.split('#').next().unwrap_or_default();
            let origin = self.origin(key);
            self.fault(origin, &fault.place.path, fault.message);
        }
    }
}

/// `KAFKA__BOOTSTRAP_SERVERS` is `kafka.bootstrap_servers`; below `KAFKA__PROPERTIES__`, `_` stands for `.`.
fn environment_key(name: &str) -> String {
    let key = name.to_lowercase().replace("__", ".");
    match key.strip_prefix("kafka.properties.") {
        Some(property) => format!("kafka.properties.{}", property.replace('_', ".")),
        None => key,
    }
}

fn list(text: &str) -> Value {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    Value::Array(words.map(|word| Node { line: 0, value: Value::Text(word.to_owned()) }).collect())
}
