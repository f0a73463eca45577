//! JSON as text.

/// A text as JSON has it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

/// Appends a text as JSON has it.
pub fn push_quoted(out: &mut String, text: &str) {
    if text.bytes().any(|byte| byte < b' ' || byte == b'"' || byte == b'\\') {
        out.push_str(&serde_json::to_string(text).unwrap_or_default());
    } else {
        out.extend(["\"", text, "\""]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_written_as_every_writer_of_json_does() {
        for text in ["", "a", "ü \u{7f} 😀", "\"", "a\\b", "\n", "\u{1f}x", "</script>"] {
            assert_eq!(quoted(text), serde_json::to_string(text).expect("JSON"), "{text:?}");
        }
    }
}
