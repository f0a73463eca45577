//! What several sections put into words alike.

use leadstream_core::domain::model::words::length;
use leadstream_core::domain::{HOUR_MS, MINUTE_MS, Ms};

/// "22:00".
pub(crate) fn clock(time_of_day_ms: Ms) -> String {
    format!("{:02}:{:02}", time_of_day_ms / HOUR_MS, time_of_day_ms % HOUR_MS / MINUTE_MS)
}

/// A length of time, or `off`.
pub(crate) fn or_off(ms: Option<Ms>) -> String {
    ms.map_or_else(|| "off".to_owned(), length)
}
