//! A record as it came, and what was read of it.

use crate::path::{From, Path};
use crate::scan::{Scanner, Slot};
use std::borrow::Cow;

/// A record of some topic.
#[derive(Debug, Clone, Default)]
pub struct Record<'a> {
    pub topic: &'a str,
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Record<'a> {
    /// A header's text; names are the same in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a str> {
        let found = self.headers.iter().rfind(|(known, _)| known.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.1).ok()
    }

    #[must_use]
    pub fn key_text(&self) -> Option<&'a str> {
        std::str::from_utf8(self.key?).ok()
    }
}

/// Where a value is looked up while a record is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ref {
    Value(usize),
    Record(usize),
    Key(usize),
    Header(String),
    WholeKey,
    Topic,
    Schema,
    Item(usize),
}

/// All that a mapping looks at: the paths of the element, of the record around it, of a key that is JSON,
/// and of the elements of a rule's `each`.
#[derive(Debug, Default)]
pub struct Scanners {
    pub value: Scanner,
    pub record: Scanner,
    pub key: Scanner,
    pub item: Scanner,
    has_headers: bool,
}

impl Scanners {
    /// Whether a header is looked at.
    #[must_use]
    pub fn reads_headers(&self) -> bool {
        self.has_headers
    }

    pub fn add(&mut self, path: &Path) -> Ref {
        match &path.from {
            From::Value => Ref::Value(self.value.slot(path)),
            From::Record => Ref::Record(self.record.slot(path)),
            From::Header(name) => {
                self.has_headers = true;
                Ref::Header(name.clone())
            }
            From::Key if path.steps.is_empty() => Ref::WholeKey,
            From::Key => Ref::Key(self.key.slot(path)),
            From::Topic => Ref::Topic,
            From::Schema => Ref::Schema,
            From::Item => Ref::Item(self.item.slot(path)),
        }
    }
}

/// What was read so far of a record and of one of its elements.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    pub record: &'a Record<'a>,
    pub value: Vec<Slot<'a>>,
    pub around: std::rc::Rc<Vec<Slot<'a>>>,
    pub key: std::rc::Rc<Vec<Slot<'a>>>,
    pub item: Vec<Slot<'a>>,
    /// The name of the record's schema.
    pub schema: Option<std::sync::Arc<str>>,
}

impl<'a> Reading<'a> {
    /// The JSON there.
    #[must_use]
    pub fn get(&self, from: &Ref) -> Slot<'a> {
        let text = |text: &str| Some(Cow::Owned(crate::json::quoted(text)));
        match from {
            Ref::Value(slot) => self.value.get(*slot)?.clone(),
            Ref::Record(slot) => self.around.get(*slot)?.clone(),
            Ref::Key(slot) => self.key.get(*slot)?.clone(),
            Ref::Header(name) => text(self.record.header(name)?),
            Ref::WholeKey => text(self.record.key_text()?),
            Ref::Topic => text(self.record.topic),
            Ref::Schema => text(self.schema.as_deref()?),
            Ref::Item(slot) => self.item.get(*slot)?.clone(),
        }
    }
}
