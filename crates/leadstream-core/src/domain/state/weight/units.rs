//! What the parts of any message weigh.

/// The frame of a text or part: up to two bytes of key, up to three of length (a record is shorter than 2 MiB).
pub const FRAME: usize = 5;

/// A number or time of up to 64 bits with its key.
pub const NUMBER: usize = 12;

/// A time in a chain, without a key.
pub(crate) const CHAINED: usize = 10;

/// A yes with its key.
pub(crate) const FLAG: usize = 3;

pub(crate) fn texts(texts: &[&Option<crate::domain::Text>]) -> usize {
    texts.iter().map(|t| text(t.as_deref())).sum()
}

/// A text that may be missing.
#[must_use]
pub fn text(text: Option<&str>) -> usize {
    text.map_or(0, |t| FRAME + t.len())
}
