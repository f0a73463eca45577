//! What the file says of machine traffic.

use crate::fault::At;
use leadstream_core::domain::Ms;

/// What the file says of it: `[machines]`. Inner `None`: `"off"`.
#[derive(Debug, Clone, Default)]
pub struct BotsSpec {
    pub marked: Option<At<bool>>,
    pub bots: Option<At<bool>>,
    pub bot_names: Option<Vec<At<String>>>,
    pub proxies: Option<Vec<At<String>>>,
    pub proxy_after_ms: Option<At<Option<Ms>>>,
    pub scanner_after_ms: Option<At<Option<Ms>>>,
    pub scanner_links: Option<At<Option<i64>>>,
    pub scanner_within_ms: Option<At<Ms>>,
    pub views_per_minute: Option<At<Option<i64>>>,
}
