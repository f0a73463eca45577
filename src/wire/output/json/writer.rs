//! JSON assembled from constant pieces: what all outputs begin with, and the two most frequent outputs.
//!
//! A derived serializer writes every name like a text that may need escapes, byte after byte; here names are constants and
//! texts are looked through many bytes at a time. What needs an escape, and every number, is left to `serde_json`.

use super::values::Rounded;
use crate::domain::Text;
use crate::domain::origin::CausingEvent;
use crate::domain::output::{Output, ScoreChanged, StageChanged};
use crate::wire::json_escape::plain_bytes;
use crate::wire::output::catalog::Catalog;
use crate::wire::output::fields::{direction_name, hex, type_name};
use crate::wire::time::Rfc3339;
use serde::Serialize;

/// Appends to a buffer; every piece of it is complete JSON but for the commas and braces between the pieces.
pub(super) struct JsonWriter<'b>(pub &'b mut Vec<u8>);

impl JsonWriter<'_> {
    #[inline]
    fn raw(&mut self, piece: &'static str) -> &mut Self {
        self.0.extend_from_slice(piece.as_bytes());
        self
    }

    #[inline]
    fn text(&mut self, text: &str) -> &mut Self {
        if plain_bytes(text.as_bytes()) < text.len() {
            return self.value(text);
        }
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
        self
    }

    #[inline]
    fn optional(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.raw("null"),
        }
    }

    fn texts(&mut self, texts: &[Text]) {
        for (n, text) in texts.iter().enumerate() {
            self.raw(if n == 0 { "[" } else { "," }).text(text);
        }
        self.raw("]");
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> &mut Self {
        // Memory takes every byte, and there is nothing but numbers and texts.
        serde_json::to_writer(&mut *self.0, value).unwrap_or_default();
        self
    }

    /// The fields that every output has; the object stays open.
    pub(super) fn head(&mut self, catalog: &Catalog, (prospect, ids): (&str, &[Text]), output: &Output) {
        let model = catalog.model(output);
        self.raw("{\"id\":\"").0.extend_from_slice(hex(output.id, &mut [0; 32]).as_bytes());
        self.raw("\",\"type\":\"").raw(type_name(output)).raw("\",\"prospect\":").text(prospect);
        if !ids.is_empty() {
            self.raw(",\"ids\":").texts(ids);
        }
        self.raw(",\"at\":\"").0.extend_from_slice(Rfc3339::new(output.at_ms).as_str().as_bytes());
        self.raw("\",\"model\":{\"name\":").text(model.map_or("", |m| m.name.as_str()));
        self.raw(",\"hash\":").text(model.map_or("", |m| m.hash_text.as_str())).raw("},\"event\":");
        match &output.event {
            Some(event) => self.event(catalog, event),
            None => self.raw("null"),
        };
    }

    fn event(&mut self, catalog: &Catalog, event: &CausingEvent) -> &mut Self {
        self.raw("{\"id\":").optional(event.message_id.as_deref()).raw(",\"name\":").text(&event.name);
        self.raw(",\"topic\":").text(catalog.topic(event.position.input));
        self.raw(",\"partition\":").value(&event.position.partition);
        self.raw(",\"offset\":").value(&event.position.offset).raw("}")
    }

    pub(super) fn stage(&mut self, body: &StageChanged) {
        let StageChanged { axis, from, to, direction, cause, in_stage_ms, score, label, persona } = body;
        self.raw(",\"axis\":\"").raw(axis.name()).raw("\",\"from\":").optional(from.as_deref()).raw(",\"to\":").text(to);
        self.raw(",\"direction\":\"").raw(direction_name(*direction)).raw("\",\"cause\":\"").raw(cause.name());
        self.raw("\",\"in_stage_ms\":").value(in_stage_ms).raw(",\"score\":").value(&Rounded(*score));
        self.raw(",\"label\":").optional(label.as_deref()).raw(",\"persona\":").optional(persona.as_deref()).raw("}");
    }

    pub(super) fn score(&mut self, body: &ScoreChanged) {
        let ScoreChanged { from, to, up, score, fit, engagement, grade, groups, merged } = body;
        self.raw(",\"from\":").optional(from.as_deref()).raw(",\"to\":").optional(to.as_deref());
        self.raw(if *up { ",\"direction\":\"up\"" } else { ",\"direction\":\"down\"" });
        self.raw(",\"score\":").value(&Rounded(*score)).raw(",\"fit\":").value(&fit.map(Rounded));
        self.raw(",\"engagement\":").value(&Rounded(*engagement)).raw(",\"grade\":").optional(grade.as_deref());
        self.raw(",\"groups\":{");
        for (n, (name, points)) in groups.iter().enumerate() {
            if n > 0 {
                self.raw(",");
            }
            self.text(name).raw(":").value(&Rounded(*points));
        }
        self.raw("}");
        if *merged {
            self.raw(",\"cause\":\"merged\"");
        }
        self.raw("}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_serde_json_writes_it() {
        for special in ["", "\"", "\\", "\n", "\u{1f}", "\u{7f}", "ü", "👟", " ", "!", "#", "[", "]", "\u{80}"] {
            for before in 0..20 {
                for after in 0..20 {
                    let text = format!("{}{special}{}", "x".repeat(before), "y".repeat(after));
                    let mut written = Vec::new();
                    JsonWriter(&mut written).text(&text);
                    assert_eq!(written, serde_json::to_vec(&text).unwrap(), "{text:?}");
                    assert_eq!(plain_bytes(text.as_bytes()) < text.len(), written.len() != text.len() + 2, "{text:?}");
                }
            }
        }
    }
}
