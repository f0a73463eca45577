//! Times as the reader's clock shows them.

use crate::app::exit::UsageError;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The zone in which times are written, and its name.
pub struct Zone {
    zone: TimeZone,
    pub name: String,
}

impl Zone {
    /// The zone of this name; without one, that of the machine.
    pub fn named(name: Option<&str>) -> Result<Self, UsageError> {
        let zone = match name {
            None => TimeZone::system(),
            Some(name) => TimeZone::get(name)
                .map_err(|_| UsageError(format!("--time-zone: unknown zone {name:?}: give one such as Europe/Berlin or UTC")))?,
        };
        // A machine without a zone counts in UTC.
        let zone = if zone.is_unknown() { TimeZone::UTC } else { zone };
        let name = match zone.iana_name() {
            Some("Etc/UTC") => "UTC",
            Some(name) => name,
            None => "the zone of this machine",
        };
        let name = name.to_owned();
        Ok(Self { zone, name })
    }

    /// `2 March 2026, 11:00`.
    pub fn time(&self, ms: i64) -> String {
        let time = Timestamp::from_millisecond(ms).map(|t| self.zone.to_datetime(t));
        time.map(|t| t.strftime("%-d %B %Y, %H:%M").to_string()).unwrap_or_default()
    }

    /// `2026-03-02 11:00:05`, where many stand beneath each other.
    pub fn second(&self, ms: i64) -> String {
        let time = Timestamp::from_millisecond(ms).map(|t| self.zone.to_datetime(t));
        time.map(|t| t.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_readers_clock() {
        // 2026-03-29T00:59:59.999Z, a second before Berlin's clocks go forward.
        let ms = 1_774_745_999_999;
        let of = |name| Zone::named(Some(name)).unwrap();
        assert_eq!(of("UTC").time(ms), "29 March 2026, 00:59");
        assert_eq!(of("Europe/Berlin").time(ms), "29 March 2026, 01:59");
        assert_eq!(of("Europe/Berlin").time(ms + 1), "29 March 2026, 03:00");
        assert_eq!(of("europe/berlin").name, "Europe/Berlin");
        assert_eq!(of("Europe/Berlin").second(ms), "2026-03-29 01:59:59");
        assert!(Zone::named(Some("Mars/Olympus")).is_err());
    }
}
