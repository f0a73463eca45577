//! Files of `--data`: of events, or of a topic's records, which its mapping makes events of as in `replay`.

use crate::app::cli::SettingsArgs;
use crate::app::dump::{self, Dumped};
use crate::app::exit::UsageError;
use crate::app::load_settings;
use crate::app::registry::SchemaSource;
use crate::app::replay::{parts_of_line, position};
use crate::app::route::{InputMapping, input_mappings};
use crate::domain::Ms;
use crate::wire::mapped::{MappedEvent, one};
use leadstream_mapping::NotReady;
use std::path::{Path, PathBuf};

/// One file.
#[derive(Debug)]
pub(in crate::app) struct DataFile {
    pub path: PathBuf,
    topic: String,
    /// `None`: its lines are events already.
    pub mapping: Option<InputMapping>,
}

/// What became of a record, or of an element of one.
pub(super) enum Made {
    Event {
        prospect: String,
        json: String,
        timestamp_ms: Option<Ms>,
    },
    /// The mapping wants nothing of it.
    Skipped,
    /// It would be a dead letter.
    Refused,
}

/// The files, each with the mapping of its topic if it is named with one.
///
/// # Errors
/// A file can't be one, or a fault of the settings, as a [`UsageError`].
pub(super) fn named(data: &[String], settings: &SettingsArgs) -> anyhow::Result<Vec<DataFile>> {
    if data.iter().all(|file| of_topic(file).is_none()) {
        return Ok(data.iter().map(DataFile::of_events).collect());
    }
    let loaded = load_settings::settings(settings)?;
    let topics = input_mappings(&loaded.settings, &mut SchemaSource::of_command(&loaded.settings))?;
    let names: Vec<&str> = topics.iter().map(|(topic, _)| topic.name.as_str()).collect();
    let named = |file: &String| {
        let Some((topic, path)) = of_topic(file) else { return Ok(DataFile::of_events(file)) };
        let at = position(&names, topic, &loaded.settings.topics.prefix);
        let (found, mapping) = &topics[at.map_err(|why| UsageError(format!("--data {file}: {why}")))?];
        Ok(DataFile { path: PathBuf::from(path), topic: found.name.clone(), mapping: mapping.clone() })
    };
    data.iter().map(named).collect()
}

/// Topic and path of `TOPIC=FILE`; `None`: it is a file, whatever is in its name.
fn of_topic(file: &str) -> Option<(&str, &str)> {
    file.split_once('=').filter(|_| !Path::new(file).exists())
}

impl DataFile {
    pub(in crate::app) fn of_events(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), topic: String::new(), mapping: None }
    }

    /// What becomes of a line that is a record; `None`: it is an event itself.
    ///
    /// # Errors
    /// The line's schema can't be had.
    pub(super) fn records(&self, line: &[u8]) -> Result<Option<Vec<Made>>, NotReady> {
        let dumped = if self.topic.is_empty() { None } else { dump::read(line) };
        let timestamp_ms = dumped.as_ref().and_then(|dumped| dumped.timestamp_ms);
        let made = |what| match what {
            Some(Ok(MappedEvent { prospect, json, .. })) => Made::Event { prospect, json, timestamp_ms },
            Some(Err(_)) => Made::Refused,
            None => Made::Skipped,
        };
        let mapping = self.mapping.as_ref();
        let Some(InputMapping { mapper, is_routed }) = mapping.filter(|mapping| !mapping.changes_nothing()) else {
            let event = |dumped: Dumped| match (dumped.key, dumped.value) {
                (Some(prospect), Some(json)) => Made::Event { prospect, json, timestamp_ms },
                (_, None) if mapping.is_some() => Made::Skipped,
                _ => Made::Refused,
            };
            return Ok(dumped.map(|dumped| vec![event(dumped)]));
        };
        let parts = parts_of_line(mapper, dumped.as_ref(), line, &self.topic)?;
        Ok(Some(if *is_routed { parts.into_iter().map(|part| made(part.what)).collect() } else { vec![made(one(parts))] }))
    }
}
