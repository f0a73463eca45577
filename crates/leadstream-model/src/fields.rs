//! Typed reading of a table: each key once, every fault noted with its place, unknown keys with the nearest known name.

use crate::fault::{Faults, Place, Spanned};
use crate::tree::{Node, Table, Value};
use crate::units;
use leadstream_core::domain::Ms;
use leadstream_core::domain::names::nearest;

/// A table that is being read; [`Fields::finish`] reports the keys that were not read.
pub struct Fields<'a> {
    table: &'a Table,
    pub place: Place,
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    #[must_use]
    pub fn new(table: &'a Table, place: Place) -> Self {
        Self { table, place, asked: Vec::new() }
    }

    /// The fields of a value that must be a table; notes a fault otherwise.
    pub fn of(node: &'a Node, place: Place, faults: &mut Faults) -> Option<Self> {
        if let Value::Table(table) = &node.value {
            Some(Self::new(table, place))
        } else {
            faults.add(&place, format!("must be a table {{ … }}, not {}", node.value.kind()));
            None
        }
    }

    /// The place of a key, there or not.
    #[must_use]
    pub fn place_of(&self, key: &str) -> Place {
        let line = self.table.get(key).map_or(self.place.line, |node| node.line);
        child(&self.place, key, line)
    }

    /// The raw value of a key.
    pub fn node(&mut self, key: &'static str) -> Option<(&'a Node, Place)> {
        self.asked.push(key);
        let node = self.table.get(key)?;
        Some((node, self.place_of(key)))
    }

    /// A nested table.
    pub fn table(&mut self, key: &'static str, faults: &mut Faults) -> Option<Fields<'a>> {
        let (node, place) = self.node(key)?;
        Fields::of(node, place, faults)
    }

    /// Entries of a list of tables, each with its place.
    pub fn tables(&mut self, key: &'static str, faults: &mut Faults) -> Vec<Fields<'a>> {
        let Some((node, place)) = self.node(key) else { return Vec::new() };
        let Value::Array(items) = &node.value else {
            faults.add(&place, format!("must be a list [ … ], not {}", node.value.kind()));
            return Vec::new();
        };
        items.iter().enumerate().filter_map(|(n, item)| Fields::of(item, item_place(&place, n, item), faults)).collect()
    }

    /// Text.
    pub fn text(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<String>> {
        let (node, place) = self.node(key)?;
        text_of(node, &place, faults).map(|value| Spanned { value, place })
    }

    /// One text or a list of texts.
    pub fn texts(&mut self, key: &'static str, faults: &mut Faults) -> Option<Vec<Spanned<String>>> {
        let (node, place) = self.node(key)?;
        let Value::Array(items) = &node.value else {
            return text_of(node, &place, faults).map(|value| vec![Spanned { value, place }]);
        };
        let one = |(n, item): (usize, &Node)| {
            let place = item_place(&place, n, item);
            text_of(item, &place, faults).map(|value| Spanned { value, place })
        };
        Some(items.iter().enumerate().filter_map(one).collect())
    }

    /// A number.
    pub fn number(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<f64>> {
        let (node, place) = self.node(key)?;
        number_of(node, &place, faults).map(|value| Spanned { value, place })
    }

    /// A number, or `"off"` (`None` inside).
    pub fn number_or_off(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Option<f64>>> {
        let (node, place) = self.node(key)?;
        if is_off(node) {
            return Some(Spanned { value: None, place });
        }
        number_of(node, &place, faults).map(|number| Spanned { value: Some(number), place })
    }

    /// A whole number.
    pub fn integer(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<i64>> {
        let (node, place) = self.node(key)?;
        if let Value::Integer(value) = node.value {
            return Some(Spanned { value, place });
        }
        faults.add(&place, format!("must be a whole number, not {}", node.value.kind()));
        None
    }

    /// A whole number, or `"off"` (`None` inside).
    pub fn integer_or_off(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Option<i64>>> {
        let (node, place) = self.node(key)?;
        match node.value {
            _ if is_off(node) => Some(Spanned { value: None, place }),
            Value::Integer(value) => Some(Spanned { value: Some(value), place }),
            _ => {
                faults.add(&place, format!("must be a whole number or \"off\", not {}", node.value.kind()));
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<bool>> {
        let (node, place) = self.node(key)?;
        if let Value::Bool(value) = node.value {
            return Some(Spanned { value, place });
        }
        faults.add(&place, format!("must be true or false, not {}", node.value.kind()));
        None
    }

    /// A length of time.
    pub fn duration(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Ms>> {
        let (node, place) = self.node(key)?;
        duration_of(node, &place, faults).map(|value| Spanned { value, place })
    }

    /// A length of time, or `"off"` (`None` inside).
    pub fn duration_or_off(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Option<Ms>>> {
        let (node, place) = self.node(key)?;
        if is_off(node) {
            return Some(Spanned { value: None, place });
        }
        duration_of(node, &place, faults).map(|value| Spanned { value: Some(value), place })
    }

    /// A list of lengths of time.
    pub fn durations(&mut self, key: &'static str, faults: &mut Faults) -> Option<Spanned<Vec<Ms>>> {
        let (node, place) = self.node(key)?;
        let Value::Array(items) = &node.value else {
            let one = duration_of(node, &place, faults)?;
            return Some(Spanned { value: vec![one], place });
        };
        let before = faults.0.len();
        let value: Vec<Ms> =
            items.iter().enumerate().filter_map(|(n, item)| duration_of(item, &item_place(&place, n, item), faults)).collect();
        (faults.0.len() == before).then_some(Spanned { value, place })
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)], faults: &mut Faults) -> Option<Spanned<T>> {
        let text = self.text(key, faults)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Spanned { value: *value, place: text.place });
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        faults.add(&text.place, format!("{:?} is not known here: {}", text.value, one_of(&known)));
        None
    }

    /// Entries whose keys are free names (labels, properties, stages): each with its place.
    pub fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Node, Place)> {
        let place = self.place.clone();
        self.table.entries.iter().map(move |e| (e.key.as_str(), &e.node, child(&place, &e.key, e.node.line)))
    }

    /// Reports the keys that were not read.
    pub fn finish(self, faults: &mut Faults) {
        for entry in self.table.entries.iter().filter(|e| !self.asked.contains(&e.key.as_str())) {
            let place = child(&self.place, &entry.key, entry.node.line);
            faults.add(&place, unknown(&entry.key, "key", &self.asked));
        }
    }
}

/// `"off"`, or `false`.
#[must_use]
pub fn is_off(node: &Node) -> bool {
    match &node.value {
        Value::Text(text) => text == "off",
        Value::Bool(on) => !on,
        _ => false,
    }
}

/// Text, or a fault.
pub fn text_of(node: &Node, place: &Place, faults: &mut Faults) -> Option<String> {
    if let Value::Text(text) = &node.value {
        return Some(text.clone());
    }
    faults.add(place, format!("must be text in quotes, not {}", node.value.kind()));
    None
}

/// A number, or a fault.
#[allow(clippy::cast_precision_loss, reason = "points and prices are far below 2^53")]
pub fn number_of(node: &Node, place: &Place, faults: &mut Faults) -> Option<f64> {
    match node.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number),
        _ => {
            faults.add(place, format!("must be a number, not {}", node.value.kind()));
            None
        }
    }
}

/// A length of time, or a fault.
pub fn duration_of(node: &Node, place: &Place, faults: &mut Faults) -> Option<Ms> {
    match &node.value {
        Value::Text(text) => match units::duration_ms(text) {
            Ok(ms) => Some(ms),
            Err(error) => {
                faults.add(place, error.to_string());
                None
            }
        },
        Value::Integer(0) => Some(0),
        other => {
            let hint = if matches!(other, Value::Integer(_)) { "a number without a unit" } else { other.kind() };
            faults.add(place, format!("must be a length of time such as \"30m\", \"1h\" or \"3d\", not {hint}"));
            None
        }
    }
}

/// The place of a key inside a place.
#[must_use]
pub fn child(parent: &Place, key: &str, line: usize) -> Place {
    let path = if parent.path.is_empty() { key.to_owned() } else { format!("{}.{key}", parent.path) };
    Place { line, path }
}

/// The place of a list's item: `moves#3` is the third.
#[must_use]
pub fn item_place(list: &Place, index: usize, item: &Node) -> Place {
    Place { line: item.line, path: format!("{}#{}", list.path, index + 1) }
}

/// "unknown key `x`; did you mean `y`?", or the known names.
#[must_use]
pub fn unknown(name: &str, what: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("unknown {what} {name:?}: did you mean {near:?}?"),
        None => format!("unknown {what} {name:?}: {}", one_of(known)),
    }
}

fn one_of(known: &[&str]) -> String {
    match known {
        [] => "nothing is known here".to_owned(),
        [only] => format!("known is {only:?}"),
        _ => format!("known are {}", known.iter().map(|k| format!("{k:?}")).collect::<Vec<_>>().join(", ")),
    }
}
