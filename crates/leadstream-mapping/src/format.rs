//! What is no JSON, as JSON: rows of columns, fields of a form.

use crate::json::push_quoted;
use crate::rules::Format;
use std::borrow::Cow;

impl Format {
    /// The text as JSON.
    #[must_use]
    pub fn json<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self {
            // Bytes are read by their schema before.
            Self::Json | Self::Binary(_) => Cow::Borrowed(text),
            Self::Tsv(columns) => Cow::Owned(of_columns(text, columns)),
            // Some bridges give a form's fields as JSON already.
            Self::Form if text.trim_start().starts_with(['{', '[', '"']) => Cow::Borrowed(text),
            Self::Form => Cow::Owned(of_form(text)),
        }
    }
}

/// A row as an object of texts.
fn of_columns(row: &str, columns: &[String]) -> String {
    let row = row.strip_suffix('\n').unwrap_or(row);
    let row = row.strip_suffix('\r').unwrap_or(row);
    let cells = row.split('\t').zip(columns).filter(|(cell, _)| !cell.is_empty());
    object(row.len(), cells.map(|(cell, column)| (Cow::Borrowed(column.as_str()), Cow::Borrowed(cell))))
}

/// The fields of a form as an object of texts.
fn of_form(body: &str) -> String {
    let fields = body.trim().split('&').filter(|field| !field.is_empty());
    object(
        body.len(),
        fields.map(|field| {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            (Cow::Owned(decoded(name)), Cow::Owned(decoded(value)))
        }),
    )
}

fn object<'a>(about_bytes: usize, members: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> String {
    let mut out = String::with_capacity(2 * about_bytes);
    out.push('{');
    for (n, (name, text)) in members.enumerate() {
        if n > 0 {
            out.push(',');
        }
        push_quoted(&mut out, &name);
        out.push(':');
        push_quoted(&mut out, &text);
    }
    out.push('}');
    out
}

/// `+` is a blank, `%41` a byte; what is no such byte stays as it is.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', ..) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_a_form_are_texts_and_json_stays() {
        let of = |text| Format::Form.json(text).into_owned();
        assert_eq!(of("a=%5B1%2C%22x%22%5D&b=c+d%C3%A9&e"), r#"{"a":"[1,\"x\"]","b":"c dé","e":""}"#);
        assert_eq!(of("a=100%&b=%zz%4"), r#"{"a":"100%","b":"%zz%4"}"#);
        assert_eq!((of(""), of(" [1]")), ("{}".to_owned(), " [1]".to_owned()));
    }
}
