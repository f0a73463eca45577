//! Text for a terminal. What comes from outside (names, ids, products, topics, …) may hold characters that a terminal obeys or
//! that lead the eye astray: they are shown as `\u{1b}`. JSON and HTML are for programs and stay as they are.

use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// Characters that act instead of being seen, besides Unicode's control characters (C0, DEL, C1): line and paragraph
/// separators, bidi controls and every other format character (category Cf, Unicode 17), and letters without a shape.
const UNSEEN: [(char, char); 26] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e00ff}'),
    ('\u{e01f0}', '\u{e0fff}'),
];

fn is_seen(c: char) -> bool {
    let is_plain_ascii = c.is_ascii() && !c.is_ascii_control();
    is_plain_ascii || (!c.is_control() && !UNSEEN.iter().any(|(first, last)| (*first..=*last).contains(&c)))
}

/// One value from outside, to stand within a line: every character that is not seen, line breaks included, as `\u{…}`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_seen)
}

/// Whole lines: as [`printable`], but they stay lines.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c == '\n' || is_seen(c))
}

fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(&keep) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if keep(c) { shown.push(c) } else { shown.extend(c.escape_unicode()) }
    }
    Cow::Owned(shown)
}

/// Standard output of a command: text for people goes through [`printable_lines`], whatever wrote it; JSON doesn't.
#[must_use]
pub fn stdout(is_json: bool) -> Box<dyn Write> {
    let out = io::stdout().lock();
    if is_json { Box::new(out) } else { Box::new(Lines(out)) }
}

/// An answer as one line of JSON.
///
/// # Errors
/// It can't be written.
pub fn write_json(out: &mut impl Write, answer: &impl Serialize) -> io::Result<()> {
    writeln!(out, "{}", serde_json::to_string(answer)?)
}

/// Makes text printable on its way. Formatting writes whole characters; bytes that are no text are shown as replaced.
struct Lines<W>(W);

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(printable_lines(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_shown_and_what_people_write_stays() {
        for obeyed in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| c.is_control()) {
            assert_eq!(printable(&format!("a{obeyed}b")), format!("a\\u{{{:x}}}b", obeyed as u32));
        }
        for unseen in
            "\u{200b}\u{200e}\u{200f}\u{061c}\u{202a}\u{202e}\u{2066}\u{2069}\u{2028}\u{2029}\u{feff}\u{ad}\u{e0041}".chars()
        {
            assert_eq!(printable(&unseen.to_string()), format!("\\u{{{:x}}}", unseen as u32));
        }
        for written in ["Ann", "Überweg 3", "灯 ランプ", "مصباح", "✔ ❤️ 👍🏽", "a\\b", "é e\u{301}"] {
            assert!(matches!(printable(written), Cow::Borrowed(same) if same == written), "{written}");
        }
        assert_eq!(printable("two\nlines\r"), "two\\u{a}lines\\u{d}");
        assert_eq!(printable_lines("two\nlines\r"), "two\nlines\\u{d}");
    }

    #[test]
    fn text_is_made_printable_on_its_way() {
        let mut out = Lines(Vec::new());
        let (name, value) = ("n\u{1b}]0;x\u{7}", "ü\u{9b}");
        writeln!(out, "{name}: {value}").expect("written");
        assert_eq!(String::from_utf8(out.0).expect("text"), "n\\u{1b}]0;x\\u{7}: ü\\u{9b}\n");
    }
}
