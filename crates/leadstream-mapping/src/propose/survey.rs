//! All paths of samples, and what stands there.

use super::seen::Seen;
use crate::record::Record;
use base64::Engine as _;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most paths of a survey, of the elements of one list, and most lists.
const MOST_PATHS: usize = 1_000;
const MOST_PATHS_OF_LIST: usize = 100;
const MOST_LISTS: usize = 20;
/// How deep it looks, and at how many elements of a list.
const MOST_DEPTH: usize = 10;
const MOST_ITEMS: usize = 50;
/// Shorter texts are no base64 of JSON.
const PACKED_FROM: usize = 20;

/// What was seen in many elements.
#[derive(Debug, Default)]
pub struct Survey {
    pub elements: u64,
    pub paths: Vec<Seen>,
    by_path: BTreeMap<String, usize>,
    pub lists: Vec<List>,
    /// There were more paths than are looked at.
    pub is_cut: bool,
    is_of_list: bool,
}

/// A list of objects.
#[derive(Debug, Default)]
pub struct List {
    pub path: String,
    /// In how many elements it was.
    pub count: u64,
    pub items: Survey,
}

impl Survey {
    /// An element of a record, or the whole record.
    pub fn element(&mut self, value: &Value) {
        self.elements += 1;
        self.walk(value, "", &mut Vec::new());
    }

    /// What stands around the element: all but the list itself.
    pub fn around(&mut self, root: &Value, list: &str) {
        let Value::Object(members) = root else { return };
        for (key, value) in members.iter().filter(|(key, _)| list.split(['.', '[']).next() != Some(key.as_str())) {
            if !value.is_array() {
                self.member("^.", key, value, &mut Vec::new());
            }
        }
    }

    /// Headers, key and topic.
    pub fn record(&mut self, record: &Record<'_>) {
        for (name, value) in &record.headers {
            let is_plain = !name.is_empty() && !name.chars().any(char::is_control);
            if let (true, Ok(text)) = (is_plain, std::str::from_utf8(value)) {
                let name = name.to_ascii_lowercase();
                self.leaf(&format!("header:{name}"), &[&name], &Value::String(text.to_owned()));
            }
        }
        if let Some(key) = record.key_text() {
            self.leaf("key", &["recordkey"], &Value::String(key.to_owned()));
        }
        if !record.topic.is_empty() {
            self.leaf("topic", &["recordtopic"], &Value::String(record.topic.to_owned()));
        }
    }

    /// What was seen at a path.
    pub fn at(&self, path: &str) -> Option<&Seen> {
        self.paths.get(*self.by_path.get(path)?)
    }

    fn walk<'v>(&mut self, value: &'v Value, path: &str, keys: &mut Vec<&'v str>) {
        if keys.len() > MOST_DEPTH || path.len() > 400 {
            return;
        }
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| self.member(path, key, value, keys)),
            Value::Array(items) => self.list(items, path, keys),
            Value::String(text) => match unpacked(text) {
                Some((step, inner)) if !path.is_empty() => self.packed(&inner, &format!("{path}.{step}"), keys),
                _ => self.leaf(path, keys, value),
            },
            Value::Null => {}
            _ => self.leaf(path, keys, value),
        }
    }

    fn member<'v>(&mut self, path: &str, key: &'v str, value: &'v Value, keys: &mut Vec<&'v str>) {
        let Some(path) = child(path, key) else { return };
        keys.push(key);
        self.walk(value, &path, keys);
        keys.pop();
    }

    /// JSON in a text, under the keys that lead to the text: it lives no longer than this call.
    fn packed(&mut self, inner: &Value, path: &str, keys: &[&str]) {
        self.walk(inner, path, &mut keys.to_vec());
    }

    fn list<'v>(&mut self, items: &'v [Value], path: &str, keys: &mut Vec<&'v str>) {
        if let Some(pairs) = pairs(items) {
            for (name, key, value_key, value) in pairs {
                keys.push(name);
                self.walk(value, &format!("{path}[{key}={name}].{value_key}"), keys);
                keys.pop();
            }
            return;
        }
        let objects = items.iter().filter(|item| item.is_object());
        if objects.clone().next().is_none() {
            if let Some(first) = items.iter().find(|item| !item.is_array() && !item.is_null())
                && !path.is_empty()
            {
                self.leaf(&format!("{path}[0]"), keys, first);
            }
            return;
        }
        if self.is_of_list {
            return;
        }
        let at = match self.lists.iter().position(|list| list.path == path) {
            Some(at) => at,
            None if self.lists.len() >= MOST_LISTS => return,
            None => {
                let items = Survey { is_of_list: true, ..Survey::default() };
                self.lists.push(List { path: path.to_owned(), count: 0, items });
                self.lists.len() - 1
            }
        };
        let list = &mut self.lists[at];
        list.count += 1;
        objects.take(MOST_ITEMS).for_each(|item| list.items.element(item));
    }

    fn leaf(&mut self, path: &str, keys: &[&str], value: &Value) {
        if value.is_null() || value.as_str().is_some_and(str::is_empty) {
            return;
        }
        let at = match self.by_path.get(path) {
            Some(at) => *at,
            None if self.paths.len() >= if self.is_of_list { MOST_PATHS_OF_LIST } else { MOST_PATHS } => {
                self.is_cut = true;
                return;
            }
            None => {
                self.paths.push(Seen::new(path, keys));
                self.by_path.insert(path.to_owned(), self.paths.len() - 1);
                self.paths.len() - 1
            }
        };
        self.paths[at].add(value);
    }
}

/// The path of a member; `None`: no path can name it.
fn child(path: &str, key: &str) -> Option<String> {
    let is_first = path.is_empty();
    let is_plain = !key.is_empty()
        && key.trim() == key
        && !key.contains(['.', '[', ']', '"'])
        && !key.starts_with('@')
        && !key.ends_with('?')
        && key != "*"
        && !(is_first && (["key", "topic", "each", "^"].contains(&key) || key.starts_with("header:")));
    let written = match is_plain {
        true => key.to_owned(),
        false if key.contains('"') || key.is_empty() => return None,
        false => format!("\"{key}\""),
    };
    let path = if is_first || path == "^." { format!("{path}{written}") } else { format!("{path}.{written}") };
    let is_good = !key.chars().any(char::is_control) && crate::path::Path::parse(&path).is_ok();
    is_good.then_some(path)
}

/// JSON in a text, or in base64, and the step that unpacks it: objects and lists only.
pub fn unpacked(text: &str) -> Option<(&'static str, Value)> {
    let of = |json: &[u8]| serde_json::from_slice::<Value>(json).ok().filter(|value| value.is_object() || value.is_array());
    if text.trim_start().starts_with(['{', '[']) {
        return of(text.as_bytes()).map(|value| ("@json", value));
    }
    let is_base64 =
        text.len() >= PACKED_FROM && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    if !is_base64 {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    of(&bytes).map(|value| ("@base64", value))
}

/// A name, the keys of names and of values, and the value.
type Pair<'v> = (&'v str, &'static str, &'static str, &'v Value);

/// A list of names and values.
fn pairs(items: &[Value]) -> Option<Vec<Pair<'_>>> {
    let pair = |item| -> Option<Pair<'_>> {
        let members: &Map<String, Value> = Value::as_object(item)?;
        let found = |known: [&'static str; 3]| known.into_iter().find(|key| members.contains_key(*key));
        let (key, value_key) = (found(["name", "key", "Name"])?, found(["value", "Value", "val"])?);
        let name = members.get(key)?.as_str()?;
        let is_plain = !name.is_empty() && name.len() <= 40 && !name.contains([']', '"']) && !name.chars().any(char::is_control);
        (members.len() <= 3 && is_plain).then_some((name, key, value_key, members.get(value_key)?))
    };
    if items.is_empty() {
        return None;
    }
    items.iter().take(MOST_ITEMS).map(pair).collect()
}
