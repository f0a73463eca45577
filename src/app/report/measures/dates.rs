//! Times and days as the JSON says them, UTC.

use crate::domain::Ms;
use crate::rfc3339::Rfc3339;

/// RFC 3339, to the second.
pub(super) fn time(ms: Ms) -> Option<String> {
    Rfc3339::within_calendar(ms).map(|time| time.to_second())
}

/// The day of a time.
pub(super) fn day(ms: Ms) -> String {
    time(ms).map(|t| t.chars().take(10).collect()).unwrap_or_default()
}
