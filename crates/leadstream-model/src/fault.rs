//! Where something stands in a file, and what is wrong there.

/// A place in a model file: line (1-based) and the key path a person would say.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub path: String,
}

impl Place {
    /// The place of a key inside this one.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { line: self.line, path }
    }
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Spanned<T> {
    /// A value that stands in no file (defaults, tests).
    pub fn nowhere(value: T) -> Self {
        Self { value, place: Place::default() }
    }
}

/// Something wrong in a model file, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub place: Place,
    pub message: String,
}

/// How the fault of a key begins that is not there.
pub(crate) const MISSING: &str = "is missing";

/// Faults found so far, in the order found.
#[derive(Debug, Default)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Notes one fault.
    pub fn add(&mut self, place: &Place, message: impl Into<String>) {
        self.0.push(Fault { place: place.clone(), message: message.into() });
    }

    /// Notes that a key is missing, with an example of what to write.
    pub(crate) fn missing(&mut self, parent: &Place, key: &str, example: &str) {
        self.add(&parent.child(key), format!("{MISSING}: write {example}"));
    }
}
