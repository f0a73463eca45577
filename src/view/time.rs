//! An instant of an answer.

use crate::domain::Ms;
use crate::rfc3339::Rfc3339;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant within the calendar, written as RFC 3339 with milliseconds, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    ms: Ms,
}

impl Time {
    /// `None` outside of the calendar.
    #[must_use]
    pub fn of(ms: Ms) -> Option<Self> {
        Rfc3339::within_calendar(ms).map(|_| Self { ms })
    }

    #[must_use]
    pub fn ms(self) -> Ms {
        self.ms
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Rfc3339::new(self.ms).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = jiff::Timestamp::deserialize(from)?;
        Self::of(text.as_millisecond()).ok_or_else(|| D::Error::custom("a time outside of the calendar"))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time", "description": "RFC 3339 with milliseconds, UTC." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_and_read_as_rfc_3339_and_none_is_null() {
        let time = Time::of(1_772_409_601_234);
        let text = r#""2026-03-02T00:00:01.234Z""#;
        assert_eq!(serde_json::to_string(&time).unwrap(), text);
        assert_eq!(serde_json::from_str::<Option<Time>>(text).unwrap(), time);
        assert_eq!(serde_json::from_str::<Option<Time>>("null").unwrap(), None);
        assert!(serde_json::from_str::<Time>(r#""soon""#).is_err());
    }
}
