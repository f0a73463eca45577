//! A cursor over JSON text for the fast parser: the ends of strings are found many bytes at a time and strings are borrowed, what
//! no one looks at is skipped.
//!
//! It is as strict as JSON is, and gives up (`None`) at the first thing that is unusual: the slow parser then reads
//! the record again and says what is wrong, if anything is.

use super::value::Scalar;
use crate::wire::json_escape::plain_bytes;
use std::borrow::Cow;

/// Nesting that is skipped here; deeper values are left to the slow parser.
const MAX_DEPTH: u32 = 60;

pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Advances by this many bytes. A place in a text is never so large that it could wrap around, and this is the busiest sum of all.
    #[inline]
    fn advance(&mut self, bytes: usize) {
        self.at = self.at.wrapping_add(bytes);
    }

    /// The next byte that is no white space, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        match *self.text.as_bytes().get(self.at)? {
            // What machines write has hardly any white space.
            byte if byte > b' ' => Some(byte),
            _ => self.peek_behind_space(),
        }
    }

    #[cold]
    fn peek_behind_space(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.advance(1),
                byte => return Some(byte),
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.advance(1))
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Walks through an object; `field` has to read or skip each value.
    #[inline]
    pub(super) fn object(&mut self, mut field: impl FnMut(&mut Self, &'a [u8]) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.advance(1);
            return Some(());
        }
        loop {
            let key = self.key()?;
            field(self, key)?;
            match self.peek()? {
                b',' => self.advance(1),
                b'}' => break,
                _ => return None,
            }
        }
        self.advance(1);
        Some(())
    }

    /// Walks through an array; `element` has to read or skip each value.
    #[inline]
    pub(super) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.advance(1);
            return Some(());
        }
        loop {
            element(self)?;
            match self.peek()? {
                b',' => self.advance(1),
                b']' => break,
                _ => return None,
            }
        }
        self.advance(1);
        Some(())
    }

    /// A key that has nothing to unescape, and the colon behind it.
    #[inline]
    fn key(&mut self) -> Option<&'a [u8]> {
        if self.peek()? != b'"' {
            return None;
        }
        let text = self.text.as_bytes().get(self.at.wrapping_add(1)..)?;
        let (key, behind) = text.split_at_checked(plain_bytes(text))?;
        self.advance(key.len().wrapping_add(2));
        match behind {
            [b'"', b':', ..] => self.advance(1),
            [b'"', ..] => self.expect(b':')?,
            _ => return None,
        }
        Some(key)
    }

    /// Reads a single value; an object or array is skipped and [`Scalar::Other`].
    #[inline]
    pub(super) fn scalar(&mut self) -> Option<Scalar<'a>> {
        match self.peek()? {
            b'"' => self.string(),
            first => self.no_string(first),
        }
    }

    #[inline(never)]
    fn no_string(&mut self, first: u8) -> Option<Scalar<'a>> {
        match first {
            b'-' | b'0'..=b'9' => self.number().map(Scalar::Digits),
            b't' => self.literal("true").map(|()| Scalar::Bool(true)),
            b'f' => self.literal("false").map(|()| Scalar::Bool(false)),
            b'n' => self.literal("null").map(|()| Scalar::Null),
            _ => self.skip().map(|()| Scalar::Other),
        }
    }

    /// Skips a value of any kind.
    #[inline]
    pub(super) fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_string(),
            _ => self.skip_any(),
        }
    }

    /// Uses no stack: what is open is kept as bits, 1 for an object.
    fn skip_any(&mut self) -> Option<()> {
        let (mut open, mut depth) = (0u64, 0);
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => drop(self.number()?),
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                bracket @ (b'{' | b'[') => {
                    self.advance(1);
                    let is_object = bracket == b'{';
                    if self.peek()? == bracket + 2 {
                        self.advance(1);
                    } else if depth == MAX_DEPTH {
                        return None;
                    } else {
                        (open, depth) = (open << 1 | u64::from(is_object), depth + 1);
                        if is_object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                _ => return None,
            }
            // A value ended: so may what it stands in.
            loop {
                if depth == 0 {
                    return Some(());
                }
                let in_object = open & 1 == 1;
                let next = self.peek()?;
                self.advance(1);
                match next {
                    b',' if in_object => {
                        self.skip_key()?;
                        break;
                    }
                    b',' => break,
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return None,
                }
                (open, depth) = (open >> 1, depth - 1);
            }
        }
    }

    #[inline]
    fn skip_key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.skip_string()?;
        self.expect(b':')
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        self.text.as_bytes().get(self.at..)?.starts_with(literal.as_bytes()).then(|| self.advance(literal.len()))
    }

    /// A number as it is written.
    #[inline]
    fn number(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
        // Where the digits end that begin at a place; there has to be one.
        let digits = |from: usize| {
            let mut at = from;
            while byte(at).is_ascii_digit() {
                at += 1;
            }
            (at > from).then_some(at)
        };
        let start = self.at;
        let mut at = start + usize::from(byte(start) == b'-');
        at = if byte(at) == b'0' { at + 1 } else { digits(at)? };
        if byte(at) == b'.' {
            at = digits(at + 1)?;
        }
        if matches!(byte(at), b'e' | b'E') {
            let signed = matches!(byte(at + 1), b'+' | b'-');
            at = digits(at + 1 + usize::from(signed))?;
        }
        self.at = at;
        self.text.get(start..at)
    }

    /// Text that begins here; [`Scalar::Other`] when it can't be unescaped.
    #[inline]
    fn string(&mut self) -> Option<Scalar<'a>> {
        let rest = self.text.get(self.at.wrapping_add(1)..)?;
        let length = plain_bytes(rest.as_bytes());
        if rest.as_bytes().get(length) != Some(&b'"') {
            return self.escaped();
        }
        self.advance(length.wrapping_add(2));
        rest.get(..length).map(|text| Scalar::Text(Cow::Borrowed(text)))
    }

    #[cold]
    fn escaped(&mut self) -> Option<Scalar<'a>> {
        let start = self.at;
        self.skip_string()?;
        let quoted = self.text.get(start..self.at)?;
        Some(serde_json::from_str(quoted).map_or(Scalar::Other, |text: String| Scalar::Text(Cow::Owned(text))))
    }

    #[inline]
    fn skip_string(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at.wrapping_add(1)..)?;
        let length = plain_bytes(rest);
        if rest.get(length) != Some(&b'"') {
            return self.skip_escaped();
        }
        self.advance(length.wrapping_add(2));
        Some(())
    }

    #[cold]
    fn skip_escaped(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            at += plain_bytes(bytes.get(at..)?);
            match bytes.get(at..)? {
                [b'"', ..] => {
                    self.at = at + 1;
                    return Some(());
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => at += 2,
                [b'\\', b'u', hex @ ..] if hex.len() >= 4 && hex.iter().take(4).all(u8::is_ascii_hexdigit) => at += 6,
                // A control character, or an escape that JSON doesn't know.
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skips(text: &str) -> bool {
        let mut scan = Scan::new(text);
        scan.skip().and_then(|()| scan.end()).is_some()
    }

    #[test]
    fn exactly_json_is_skipped() {
        for text in [
            "0",
            "-0",
            "12",
            "-1.5e+10",
            "1E5",
            "true",
            "false",
            "null",
            r#""""#,
            r#""a\n\u00e9\/ü👟 and more than eight""#,
            "[]",
            "{}",
            r#" { "a" : [ 1 , { "b" : null } , "c" ] , "d" : { } } "#,
            "[[[]],[{}]]",
        ] {
            assert!(skips(text) && serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        for text in [
            "",
            " ",
            "-",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "tru",
            "nul",
            "True",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u12",
            "\"a\nb\"",
            "\"\u{1}\"",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,]",
            "[1 2]",
            "{",
            "{a:1}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1]",
            "[1}",
            "1 2",
            "{1:2}",
            "[1]]",
            "\"abc\\",
            "\"12345678\\",
        ] {
            assert!(!skips(text) && serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_text_is_found_wherever_it_is() {
        for length in 0..40 {
            for special in ["\"", "\\\"\"", "é\"", "\u{7f}\""] {
                let text = format!("\"{}{special}", "x".repeat(length));
                let mut scan = Scan::new(&text);
                let read = scan.scalar();
                let want = serde_json::from_str::<String>(&text).ok();
                assert_eq!(read, want.map(|text| Scalar::Text(Cow::Owned(text))), "{text}");
                assert!(scan.end().is_some());
            }
        }
    }
}
