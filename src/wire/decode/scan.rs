//! A cursor over JSON text for the quick pass: strings are found eight bytes at a time and borrowed, what nobody looks at is
//! skipped.
//!
//! It is as strict as JSON is, and gives up (`None`) at the first thing that is out of the ordinary: the careful pass then reads
//! the record again and says what is wrong, if anything is.

use super::value::Scalar;
use std::borrow::Cow;

/// Nesting that is skipped here; deeper values are left to the careful pass.
const MAX_DEPTH: u32 = 60;

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH_BITS: u64 = ONES << 7;

pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next byte that is no white space, without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        loop {
            match *bytes.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Walks through an object; `field` has to read or skip each value.
    #[inline]
    pub(super) fn object(&mut self, mut field: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.peek()? != b'"' {
                return None;
            }
            let key = self.plain()?;
            self.expect(b':')?;
            field(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Walks through an array; `element` has to read or skip each value.
    #[inline]
    pub(super) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            element(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b']' => break,
                _ => return None,
            }
        }
        self.at += 1;
        Some(())
    }

    /// Reads a single value; an object or array is skipped and [`Scalar::Other`].
    #[inline]
    pub(super) fn scalar(&mut self) -> Option<Scalar<'a>> {
        match self.peek()? {
            b'"' => self.string(),
            b'-' | b'0'..=b'9' => self.number().map(Scalar::Digits),
            b't' => self.literal("true").map(|()| Scalar::Bool(true)),
            b'f' => self.literal("false").map(|()| Scalar::Bool(false)),
            b'n' => self.literal("null").map(|()| Scalar::Null),
            _ => self.skip().map(|()| Scalar::Other),
        }
    }

    /// Skips a value of any kind. Uses no stack: what is open is kept as bits, 1 for an object.
    pub(super) fn skip(&mut self) -> Option<()> {
        let (mut open, mut depth) = (0u64, 0);
        loop {
            match self.peek()? {
                b'"' => self.skip_string()?,
                b'-' | b'0'..=b'9' => drop(self.number()?),
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                bracket @ (b'{' | b'[') => {
                    self.at += 1;
                    let is_object = bracket == b'{';
                    if self.peek()? == bracket + 2 {
                        self.at += 1;
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
                self.at += 1;
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

    fn skip_key(&mut self) -> Option<()> {
        if self.peek()? != b'"' {
            return None;
        }
        self.skip_string()?;
        self.expect(b':')
    }

    fn literal(&mut self, literal: &str) -> Option<()> {
        self.text.as_bytes().get(self.at..)?.starts_with(literal.as_bytes()).then(|| self.at += literal.len())
    }

    /// A number as it is written.
    #[inline]
    fn number(&mut self) -> Option<&'a str> {
        let start = self.at;
        self.take(|b| b == b'-', 1);
        if !self.take(|b| b == b'0', 1) && !self.take(|b| b.is_ascii_digit(), usize::MAX) {
            return None;
        }
        if self.take(|b| b == b'.', 1) && !self.take(|b| b.is_ascii_digit(), usize::MAX) {
            return None;
        }
        if self.take(|b| matches!(b, b'e' | b'E'), 1) {
            self.take(|b| matches!(b, b'+' | b'-'), 1);
            if !self.take(|b| b.is_ascii_digit(), usize::MAX) {
                return None;
            }
        }
        self.text.get(start..self.at)
    }

    /// Takes at most so many bytes of a kind; whether there were any.
    #[inline]
    fn take(&mut self, is: impl Fn(u8) -> bool, most: usize) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let taken = rest.iter().take(most).take_while(|b| is(**b)).count();
        self.at += taken;
        taken > 0
    }

    /// Text that begins here and has nothing to unescape.
    #[inline]
    fn plain(&mut self) -> Option<&'a str> {
        let start = self.at + 1;
        let end = self.plain_until(start)?;
        if *self.text.as_bytes().get(end)? != b'"' {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Text that begins here; [`Scalar::Other`] when it can't be unescaped.
    #[inline]
    fn string(&mut self) -> Option<Scalar<'a>> {
        match self.plain() {
            Some(text) => Some(Scalar::Text(Cow::Borrowed(text))),
            None => self.escaped(),
        }
    }

    #[cold]
    fn escaped(&mut self) -> Option<Scalar<'a>> {
        let start = self.at;
        self.skip_string()?;
        let quoted = self.text.get(start..self.at)?;
        Some(serde_json::from_str(quoted).map_or(Scalar::Other, |text: String| Scalar::Text(Cow::Owned(text))))
    }

    fn skip_string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut at = self.at + 1;
        loop {
            at = self.plain_until(at)?;
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

    /// The first quote, backslash or control character at or after a place.
    #[inline]
    fn plain_until(&self, mut at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let chunk = u64::from_le_bytes(*chunk);
            // Sets the high bit of each byte that is 0 (and maybe of some behind it): the lowest one set is right.
            let is_zero = |x: u64| x.wrapping_sub(ONES) & !x;
            let control = chunk.wrapping_sub(ONES * 0x20) & !chunk;
            let found = (is_zero(chunk ^ (ONES * 0x22)) | is_zero(chunk ^ (ONES * 0x5C)) | control) & HIGH_BITS;
            if found != 0 {
                return Some(at + found.trailing_zeros() as usize / 8);
            }
            at += 8;
        }
        let rest = bytes.get(at..)?;
        Some(at + rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20))?)
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
