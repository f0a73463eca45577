//! What the file says of machine traffic.

use crate::fault::Spanned;
use leadstream_core::domain::Ms;

/// What the file says of it: `[machines]`. Inner `None`: `"off"`.
#[derive(Debug, Clone, Default)]
pub struct BotsSpec {
    pub marked: Option<Spanned<bool>>,
    pub bots: Option<Spanned<bool>>,
    pub bot_names: Option<Vec<Spanned<String>>>,
    pub proxies: Option<Vec<Spanned<String>>>,
    pub proxy_after_ms: Option<Spanned<Option<Ms>>>,
    pub scanner_after_ms: Option<Spanned<Option<Ms>>>,
    pub scanner_links: Option<Spanned<Option<i64>>>,
    pub scanner_within_ms: Option<Spanned<Ms>>,
    pub views_per_minute: Option<Spanned<Option<i64>>>,
}
