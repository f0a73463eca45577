//! A record taken apart: its envelope, its list of events, and what stands in each.

use crate::record::{Reading, Record};
use crate::rules::{Format, Mapping};
use crate::scan::{self, Slot, follow};
use crate::schema::{NotReady, SchemaId, Schemas, Source, Unread, id_of, without_prefix};
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

/// Most events of one record.
pub const MOST_EVENTS: usize = 1_000;

/// Why a record, or one element of it, can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is not what the mapping says that it is.
    Unreadable,
    /// The registry doesn't know its schema, or it is one that can't be used.
    NoSchema,
    TooManyEvents,
    /// It says nowhere who it is about.
    NoPerson,
    /// It has no name, and the mapping keeps names as they are.
    NoName,
    /// The mapping wants its name as a dead letter.
    UnwantedName,
}

impl Reason {
    /// In headers and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable-value",
            Self::NoSchema => "unknown-schema",
            Self::TooManyEvents => "too-many-events",
            Self::NoPerson => "key-missing",
            Self::NoName => "no-name",
            Self::UnwantedName => "unknown-name",
        }
    }
}

/// # Errors
/// They are too many for one record.
pub fn not_too_many(events: usize) -> Result<(), (Reason, String)> {
    if events <= MOST_EVENTS {
        return Ok(());
    }
    Err((Reason::TooManyEvents, format!("{events} events of one record: at most {MOST_EVENTS}")))
}

/// An element: its JSON and what was read of it, or why it can't be read.
pub type Element<'a> = Result<(&'a str, Reading<'a>), String>;

/// Why a record, or the rest of one, is not read.
#[derive(Debug)]
pub enum Stop {
    Dead(Reason, String),
    NotReady(NotReady),
}

impl From<(Reason, String)> for Stop {
    fn from((reason, detail): (Reason, String)) -> Self {
        Self::Dead(reason, detail)
    }
}

/// A record's value as JSON.
#[derive(Debug)]
pub struct Text<'a> {
    pub json: Cow<'a, str>,
    /// The name of its schema.
    pub schema: Option<Arc<str>>,
}

impl Mapping {
    /// Hands on each element of a record with its number. A tombstone has none, and neither has what holds `null` instead of a value.
    ///
    /// # Errors
    /// The record can't be taken apart, or not yet, or who takes its elements has had enough.
    pub fn each_element(
        &self,
        record: &Record<'_>,
        schemas: &dyn Schemas,
        take: impl FnMut(usize, Element<'_>) -> Result<(), (Reason, String)>,
    ) -> Result<(), Stop> {
        match self.text(record, schemas)? {
            Some(text) => self.each_element_of(&text, record, take).map_err(Stop::from),
            None => Ok(()),
        }
    }

    /// Hands on each element of a value that is JSON already.
    ///
    /// # Errors
    /// It can't be taken apart, or who takes its elements has had enough.
    pub fn each_element_of(
        &self,
        text: &Text<'_>,
        record: &Record<'_>,
        mut take: impl FnMut(usize, Element<'_>) -> Result<(), (Reason, String)>,
    ) -> Result<(), (Reason, String)> {
        let unreadable = |detail: String| (Reason::Unreadable, detail);
        let json = follow(Cow::Borrowed(text.json.as_ref()), &self.unwrap)
            .ok_or_else(|| unreadable("the envelope does not hold what the mapping looks for in it".to_owned()))?;
        if json.trim() == "null" {
            return Ok(());
        }
        let key = self.key_of(record);
        let around =
            if self.scanners.record.is_empty() { Vec::new() } else { self.scanners.record.scan(&json).map_err(unreadable)? };
        let (key, around) = (Rc::new(key), Rc::new(around));
        let list = self.split.as_ref().map(|steps| {
            // A record without the list is the event itself.
            let list = follow(Cow::Borrowed(json.as_ref()), steps).filter(|list| list.trim() != "null");
            list.unwrap_or(Cow::Borrowed(json.as_ref()))
        });
        let elements = match &list {
            None => vec![json.as_ref()],
            Some(list) => {
                let elements = scan::elements(list);
                let is_list = list.trim_start().starts_with('[');
                if elements.is_empty() && !(is_list && list.trim_start()[1..].trim_start().starts_with(']')) && list != "null" {
                    return Err(unreadable("the list of events is no JSON".to_owned()));
                }
                elements
            }
        };
        not_too_many(elements.len())?;
        for (n, element) in elements.into_iter().enumerate() {
            let scanned = if element.trim_start().starts_with('{') {
                self.scanners.value.scan(element)
            } else {
                Err("it is no JSON object".to_owned())
            };
            let read = |value| {
                let (around, key) = (Rc::clone(&around), Rc::clone(&key));
                (element, Reading { record, value, around, key, item: Vec::new(), schema: text.schema.clone() })
            };
            take(n, scanned.map(read))?;
        }
        Ok(())
    }

    /// What is read of a record's key.
    pub(crate) fn key_of<'a>(&self, record: &Record<'a>) -> Vec<Slot<'a>> {
        let key = record.key_text().filter(|_| !self.scanners.key.is_empty());
        // A key that is no JSON has no members.
        key.map_or_else(Vec::new, |key| self.scanners.key.scan(key).unwrap_or_default())
    }

    /// It holds `null` where the event should be.
    pub(crate) fn is_null(&self, text: &Text<'_>) -> bool {
        follow(Cow::Borrowed(text.json.as_ref()), &self.unwrap).is_some_and(|json| json.trim() == "null")
    }

    /// Its records say under which id of a registry their schema stands.
    #[must_use]
    pub const fn needs_registry(&self) -> bool {
        matches!((&self.format, &self.source), (Format::Binary(_), Source::Registry))
    }

    /// The id of the schema that a registry has for this record.
    #[must_use]
    pub fn schema_id(&self, record: &Record<'_>) -> Option<SchemaId> {
        if self.needs_registry() { id_of(record) } else { None }
    }

    /// The value as JSON; `None`: there is none.
    pub(crate) fn text<'a>(&self, record: &Record<'a>, schemas: &dyn Schemas) -> Result<Option<Text<'a>>, Stop> {
        let Some(value) = record.value else { return Ok(None) };
        if let Format::Binary(language) = self.format {
            let read = self.source.json(language, self.has_prefix, record, schemas).map_err(|unread| match unread {
                Unread::NotYet(not_ready) => Stop::NotReady(not_ready),
                Unread::NoSchema(detail) => Stop::Dead(Reason::NoSchema, detail),
                Unread::Wrong(detail) => Stop::Dead(Reason::Unreadable, detail),
            })?;
            return Ok(Some(Text { json: Cow::Owned(read.json), schema: read.name }));
        }
        let value = if self.has_prefix { without_prefix(record, value) } else { value };
        let text = std::str::from_utf8(value).map_err(|error| Stop::Dead(Reason::Unreadable, error.to_string()))?;
        Ok(Some(Text { json: self.format.json(text), schema: None }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::{Outcome, What};
    use crate::schema::NoSchemas;

    const SHOP: &str = r#"
name = "shop"
split = "events[]"
name_from = "what"
[ids]
user = "who"
[events]
add = { to = "Product Added", each = "items" }
cart = "Cart Updated"
[products]
from = "items"
on = ["Cart Updated"]
product_id = "sku"
"#;

    fn outcomes(value: &str) -> Vec<Outcome> {
        let mapping = crate::parse("shop", SHOP).expect("a mapping");
        let record = Record { value: Some(value.as_bytes()), ..Record::default() };
        mapping.apply(&record, &NoSchemas).expect("no schema is needed")
    }

    fn event(what: &str, items: usize) -> String {
        let items = vec![r#"{"sku":"s"}"#; items].join(",");
        format!(r#"{{"what":"{what}","who":"ann","items":[{items}]}}"#)
    }

    fn is_too_many(outcome: &Outcome) -> bool {
        matches!(outcome.what, What::Dead { reason: Reason::TooManyEvents, .. })
    }

    #[test]
    fn nothing_is_cut_off_without_a_word() {
        let all = outcomes(&event("add", MOST_EVENTS));
        assert_eq!(all.len(), MOST_EVENTS);
        assert!(!all.iter().any(is_too_many));
        let all = outcomes(&event("add", MOST_EVENTS + 1));
        assert!(all.len() == 1 && is_too_many(&all[0]), "{} outcomes", all.len());
        // The others of the record are not lost with it.
        let all = outcomes(&format!(r#"{{"events":[{},{}]}}"#, event("add", MOST_EVENTS + 1), event("cart", 1)));
        assert!(all.len() == 2 && is_too_many(&all[0]) && matches!(all[1].what, What::Event(_)));
        let many = vec![event("cart", 0); MOST_EVENTS + 1].join(",");
        let all = outcomes(&format!(r#"{{"events":[{many}]}}"#));
        assert!(all.len() == 1 && is_too_many(&all[0]), "{} outcomes", all.len());
    }

    #[test]
    fn a_long_list_of_products_stays_whole_for_the_decoder_to_judge() {
        let all = outcomes(&event("cart", MOST_EVENTS + 5));
        let What::Event(event) = &all[0].what else { panic!("{:?}", all[0].what) };
        assert_eq!(event.products.as_ref().map(Vec::len), Some(MOST_EVENTS + 5));
    }
}
