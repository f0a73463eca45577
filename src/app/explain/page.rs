//! The page that `explain` prints: times on the reader's clock, and no character from outside that is more than a character.

use crate::app::terminal::printable;
use crate::app::zone::Zone;
use crate::view::time::Time;

/// What stands where something is not known.
pub(super) const UNKNOWN: &str = "–";

/// Lines of text.
pub(super) struct Page<'a> {
    zone: &'a Zone,
    text: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(zone: &'a Zone) -> Self {
        Self { zone, text: String::new() }
    }

    /// Adds a line. Whatever is in it, it stays one line.
    pub(super) fn line(&mut self, line: &str) {
        self.text += &printable(line);
        self.text.push('\n');
    }

    /// A time, to the second.
    pub(super) fn time(&self, time: Option<Time>) -> String {
        time.map_or_else(|| UNKNOWN.to_owned(), |time| self.zone.second(time.ms()))
    }

    /// The time of the whole, with the name of the zone.
    pub(super) fn time_and_zone(&self, time: Option<Time>) -> String {
        match time {
            Some(_) => format!("{} ({})", self.time(time), self.zone.name),
            None => self.time(time),
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A text, or that it is not known.
pub(super) fn word(text: Option<&String>) -> &str {
    text.map_or(UNKNOWN, String::as_str)
}

/// A number as JSON has it: with a decimal at least.
pub(super) fn decimal(number: f64) -> String {
    serde_json::Number::from_f64(number).map_or_else(|| UNKNOWN.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_reader_to_the_second() {
        let zone = Zone::named(Some("Europe/Berlin")).unwrap();
        let page = Page::new(&zone);
        // 2026-07-01T08:00:00.999Z
        let time = Time::of(1_782_892_800_999);
        assert_eq!(page.time(time), "2026-07-01 10:00:00");
        assert_eq!(page.time_and_zone(time), "2026-07-01 10:00:00 (Europe/Berlin)");
        assert_eq!([page.time(None), page.time_and_zone(None)], [UNKNOWN, UNKNOWN]);
    }

    #[test]
    fn a_line_stays_a_line() {
        let zone = Zone::named(Some("UTC")).unwrap();
        let mut page = Page::new(&zone);
        page.line("a\nb\u{1b}");
        page.line("c");
        assert_eq!(page.into_text(), "a\\u{a}b\\u{1b}\nc\n");
    }
}
