//! Of what form the bytes are, and where the events stand in them.

use super::guess;
use super::samples::Samples;
use super::survey::{Survey, unpacked};
use super::words::{self, PRODUCT};
use crate::elements::MOST_EVENTS;
use crate::path::{Path, Step};
use crate::record::Record;
use crate::rules::Format;
use crate::scan::follow;
use crate::schema::without_prefix;
use serde_json::Value;
use std::borrow::Cow;

/// As many elements are looked at.
const MOST_ELEMENTS: u64 = 4_000;
/// So many roots tell where a list of events is.
const ROOTS: usize = 400;

/// What stands around events.
#[derive(Debug, Clone, Default)]
pub struct Envelope {
    pub format: Format,
    /// The first record names the columns.
    pub has_header: bool,
    pub has_prefix: bool,
    pub unwrap: Vec<String>,
    /// The path of the list, without its `[]`; of a record that is the list, nothing.
    pub split: Option<String>,
    pub records: u64,
    /// Records that can be read so.
    pub readable: u64,
    /// What else is to be said of them.
    pub note: Option<&'static str>,
}

impl Envelope {
    pub fn of(samples: &Samples) -> Self {
        let mut envelope = Self::default();
        envelope.bytes(samples);
        envelope.packed(samples);
        envelope.list(samples);
        envelope
    }

    /// The form of the bytes.
    fn bytes(&mut self, samples: &Samples) {
        let is_json = |bytes: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
        let (mut json, mut prefixed, mut binary, mut form, mut tabs, mut commas) = (0, 0, 0, 0, Vec::new(), 0);
        for record in samples.records() {
            let Some(value) = record.value else { continue };
            self.records += 1;
            let inner = without_prefix(&record, value);
            let text = std::str::from_utf8(value).ok();
            let is_plain = text.is_some_and(|text| text.trim_start().starts_with(['{', '[', '"']));
            if inner.len() < value.len() && is_json(inner) {
                prefixed += 1;
            } else if is_plain {
                json += 1;
            } else if let Some(text) = text.filter(|text| !text.contains('\0')) {
                let columns = text.split('\t').count();
                if columns > 1 {
                    tabs.push(columns);
                } else if text.contains('=') && !text.contains(' ') {
                    form += 1;
                } else if text.contains([',', ';']) {
                    commas += 1;
                }
            } else {
                binary += 1;
            }
        }
        let is_most = |count: u64| count > 0 && count * 2 >= self.records;
        tabs.sort_unstable();
        let most_columns = tabs.get(tabs.len() / 2).copied().unwrap_or_default();
        let of_tabs = tabs.iter().filter(|columns| **columns == most_columns).count() as u64;
        if is_most(prefixed) {
            self.has_prefix = true;
        } else if is_most(of_tabs) && json < of_tabs {
            self.format = Format::Tsv(self.columns(samples, most_columns));
        } else if is_most(form) && json < form {
            self.format = Format::Form;
        } else if is_most(binary) {
            self.note = Some(
                "their values are binary (Avro, or Protobuf?): propose from JSON, as a registry's console consumer prints it, and add `format`",
            );
        } else if is_most(commas) && json < commas {
            self.note = Some("values with commas between them are not read: make JSON of them, or put tabs between them");
        }
    }

    /// Names of columns: of a first row that has nothing but names, else numbers.
    fn columns(&mut self, samples: &Samples, count: usize) -> Vec<String> {
        let first = samples.records().find_map(|record| record.value).and_then(|value| std::str::from_utf8(value).ok());
        let cells: Vec<&str> = first.unwrap_or_default().trim_end().split('\t').map(str::trim).collect();
        let is_name = |cell: &&str| {
            cell.starts_with(|c: char| c.is_alphabetic()) && cell.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        };
        let mut names: Vec<&str> = cells.clone();
        names.sort_unstable();
        names.dedup();
        if cells.len() == count && names.len() == count && cells.iter().all(is_name) && samples.len() > 1 {
            self.has_header = true;
            return cells.into_iter().map(str::to_owned).collect();
        }
        (1..=count.min(300)).map(|n| format!("c{n}")).collect()
    }

    /// Values that are a text with JSON in it.
    fn packed(&mut self, samples: &Samples) {
        for _ in 0..3 {
            let (mut all, mut json, mut base64) = (0, 0, 0);
            for record in samples.records().take(ROOTS) {
                let Some(value) = self.root(&record) else { continue };
                all += 1;
                if let Some((step, _)) = value.as_str().and_then(unpacked) {
                    *if step == "@json" { &mut json } else { &mut base64 } += 1;
                }
            }
            match () {
                () if json > 0 && json * 2 > all => self.unwrap.push("json".to_owned()),
                () if base64 > 0 && base64 * 2 > all => self.unwrap.push("base64".to_owned()),
                () => break,
            }
        }
    }

    /// The list of events, where a record is or has one.
    fn list(&mut self, samples: &Samples) {
        let (mut lists, mut all) = (0, 0);
        let mut survey = Survey::default();
        for record in samples.records() {
            let Some(root) = self.root(&record) else { continue };
            self.readable += u64::from(root.is_object() || root.is_array());
            if all < ROOTS {
                all += 1;
                lists += usize::from(root.is_array());
                survey.element(&root);
            }
        }
        if lists > 0 && lists * 5 >= all {
            self.split = Some(String::new());
            return;
        }
        let of_root = guess::name(&survey).map_or(0.0, |name| name.score);
        let mut best: Option<(f64, &str)> = None;
        for list in &survey.lists {
            let score = guess::name(&list.items).map_or(0.0, |name| name.score);
            let is_time = guess::time(&list.items, &[]).is_some();
            let as_product = PRODUCT
                .iter()
                .filter(|(ours, role)| {
                    ["product_id", "sku", "price", "quantity"].contains(ours)
                        && list.items.paths.iter().any(|seen| words::weight(role, &seen.key) >= 10)
                })
                .count();
            // Where the record says nothing itself, the list is what it is about.
            let of_items: u64 = list.items.paths.iter().map(|seen| seen.count).sum();
            let of_record: u64 = survey.paths.iter().map(|seen| seen.count).sum();
            let is_all = of_root <= 0.0 && is_time && of_items > 2 * of_record;
            let is_of_events = as_product < 2 && (score > 0.0 && (is_time || score > of_root) || is_all);
            if is_of_events && score + f64::from(u8::from(is_time)) > of_root && best.is_none_or(|(before, _)| score > before) {
                best = Some((score, &list.path));
            }
        }
        if let Some((_, path)) = best
            && !path.is_empty()
        {
            self.split = Some(path.to_owned());
        }
    }

    /// The value as JSON, out of its wrapping.
    fn root(&self, record: &Record<'_>) -> Option<Value> {
        let value = record.value?;
        let value = if self.has_prefix { without_prefix(record, value) } else { value };
        let text = std::str::from_utf8(value).ok()?;
        let mut root: Value = serde_json::from_str(&self.format.json(text)).ok()?;
        for step in &self.unwrap {
            match step.as_str() {
                "json" | "base64" => {
                    if let Some((_, inner)) = root.as_str().and_then(unpacked) {
                        root = inner;
                    }
                }
                key => root = root.get_mut(key)?.take(),
            }
        }
        Some(root)
    }

    /// The envelope with one step more, where all these paths of a record lead into one member that is called as such are.
    pub fn within(&self, used: &[String]) -> Option<Self> {
        const CALLED: [&str; 12] = [
            "payload",
            "data",
            "Message",
            "message",
            "body",
            "value",
            "detail",
            "record",
            "content",
            "daten",
            "nachricht",
            "event_data",
        ];
        let of_value: Vec<&String> = used.iter().filter(|path| !path.starts_with("header:")).collect();
        let (key, rest) = of_value.first()?.split_once('.')?;
        if self.split.is_some() || self.unwrap.len() > 6 || !CALLED.contains(&key) {
            return None;
        }
        let step = ["@json.", "@base64."].into_iter().find(|step| rest.starts_with(step)).unwrap_or_default();
        let prefix = format!("{key}.{step}");
        let is_in = |path: &&String| path.strip_prefix(&prefix).is_some_and(|rest| !rest.starts_with('@'));
        if of_value.len() < 3 || !of_value.iter().all(is_in) {
            return None;
        }
        let mut envelope = self.clone();
        envelope.unwrap.push(key.to_owned());
        envelope.unwrap.extend(step.strip_prefix('@').and_then(|step| step.strip_suffix('.')).map(str::to_owned));
        Some(envelope)
    }

    /// Hands on each element with the record around it, as far as enough is enough.
    pub fn each(&self, samples: &Samples, mut take: impl FnMut(&Record<'_>, &Value, Option<&Value>)) {
        let steps = self.split.as_deref().filter(|path| !path.is_empty()).and_then(|path| Path::parse(path).ok());
        let mut count = 0;
        for record in samples.records().skip(usize::from(self.has_header)) {
            let Some(root) = self.root(&record) else { continue };
            if count >= MOST_ELEMENTS {
                return;
            }
            let list = match (&self.split, &steps) {
                (None, _) => None,
                (Some(_), None) => Some(root.clone()),
                (Some(_), Some(path)) => found(&root, &path.steps),
            };
            match list {
                Some(Value::Array(items)) => {
                    for item in items.iter().filter(|item| item.is_object()).take(MOST_EVENTS) {
                        count += 1;
                        take(&record, item, steps.is_some().then_some(&root));
                    }
                }
                _ if root.is_object() => {
                    count += 1;
                    take(&record, &root, None);
                }
                _ => {}
            }
        }
    }

    pub fn survey(&self, samples: &Samples) -> Survey {
        let mut survey = Survey::default();
        self.each(samples, |record, element, root| {
            survey.element(element);
            survey.record(record);
            if let (Some(root), Some(list)) = (root, &self.split) {
                survey.around(root, list);
            }
        });
        survey
    }
}

/// What stands at the end of steps.
pub fn found(value: &Value, steps: &[Step]) -> Option<Value> {
    let json = value.to_string();
    serde_json::from_str(&follow(Cow::Borrowed(&json), steps)?).ok()
}
