//! Why sales answered as it did.

use crate::domain::Text;
use crate::domain::event::{Event, Value};
use crate::domain::names::PropertyId;
use crate::domain::state::lead::MAX_REASON_BYTES;

/// What a property gives as the reason, cut to its bound.
pub(crate) fn said_why(event: &Event<'_>, property: PropertyId) -> Vec<Text> {
    let text: Text = match event.property(property) {
        Some(Value::Text(text)) => cut(text.trim()).into(),
        Some(Value::Number(number)) => format!("{number}").into(),
        Some(Value::Bool(_)) | None => return Vec::new(),
    };
    if text.is_empty() { Vec::new() } else { vec![text] }
}

pub(crate) fn cut(text: &str) -> &str {
    let mut end = text.len().min(MAX_REASON_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
