//! The options of a decoder: topics, limits, words.

use crate::domain::Ms;
use crate::domain::placeholder_ids::{self, IdOf};
use crate::domain::zones::Zone;

/// How the values of a topic are written, unless a record's `content-type` header says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Json,
    Protobuf,
}

/// One input topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub name: String,
    /// One of `topics.email`: unknown names there are no activity.
    pub is_email: bool,
    /// Events that erase, withdraw consent or answer for sales are accepted from it: see [`crate::domain::names::kind::Kind::authority`].
    pub is_trusted: bool,
    pub format: Format,
}

/// What a [`super::Decoder`] needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// All input topics in configured order: `RecordView::input` is an index into it.
    pub topics: Vec<Topic>,
    /// Topics that a router reads: what it makes of their records lies in the topic of `routed_input`.
    pub routed: Vec<Topic>,
    pub routed_input: Option<u16>,
    /// Where what ids are told lies, and events that are sent on; `None`: identity is off.
    pub forwards_input: Option<u16>,
    /// Where times without a zone were written, by topic, those that are routed last; none, or none of its topic: UTC, or what their
    /// arrival shows.
    pub zones: Vec<Option<Zone>>,
    /// An event later than its record by more than this is set to the record's time.
    pub allowed_skew_ms: Ms,
    /// An event older than its record by more than this is refused.
    pub max_age_ms: Ms,
    pub max_value_bytes: usize,
    pub max_key_bytes: usize,
    /// Words that stand for no id, besides those that do everywhere.
    pub no_ids: Vec<String>,
}

impl Options {
    /// Whether a text is an id, by the words that all know and the own ones.
    pub(super) fn is_id(&self, text: &str, of: IdOf) -> bool {
        placeholder_ids::is_id(text, of) && (self.no_ids.is_empty() || self.is_none_of_own(text))
    }

    #[cold]
    fn is_none_of_own(&self, text: &str) -> bool {
        let bare = placeholder_ids::bare(text);
        !self.no_ids.iter().any(|word| word.trim().eq_ignore_ascii_case(bare))
    }
}

impl Default for Options {
    fn default() -> Self {
        use crate::domain::{DAY_MS, MINUTE_MS};
        Self {
            topics: Vec::new(),
            routed: Vec::new(),
            routed_input: None,
            forwards_input: None,
            zones: Vec::new(),
            allowed_skew_ms: 5 * MINUTE_MS,
            max_age_ms: 90 * DAY_MS,
            max_value_bytes: 1 << 20,
            max_key_bytes: 256,
            no_ids: Vec::new(),
        }
    }
}

/// The format that a `content-type` header names.
pub(super) fn format_of_header(header: &[u8]) -> Option<Format> {
    let header = std::str::from_utf8(header).ok()?;
    let mut parts = header.split(';').map(str::trim);
    let is = |name: &str, known: &[&str]| known.iter().any(|k| k.eq_ignore_ascii_case(name));
    let name = parts.next()?;
    if is(name, &["application/json", "text/json"]) {
        return Some(Format::Json);
    }
    if !is(name, &["application/protobuf", "application/x-protobuf", "application/vnd.google.protobuf"]) {
        return None;
    }
    // Some producers name the message: another one than ours can't be read.
    let other_message = parts.filter_map(|part| part.split_once('=')).any(|(key, value)| {
        let value = value.trim().trim_matches('"');
        is(key.trim(), &["proto", "messagetype"]) && !value.eq_ignore_ascii_case("leadstream.v1.Event")
    });
    (!other_message).then_some(Format::Protobuf)
}
