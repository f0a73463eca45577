//! Lines of files: there the prospect and the record's time stand in the event itself.

use super::draft::Draft;
use super::lookup::Lookup;
use super::{json, utf8};
use crate::domain::Ms;
use crate::domain::names::Vocabulary;
use crate::runtime::ports::{DeadReason, Rejected, credible_ms};
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a line of a file says about itself as a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileHead<'a> {
    /// `userId`, else `anonymousId`.
    pub prospect: Option<Cow<'a, str>>,
    /// `receivedAt`, else `sentAt`. Without either the event's own time is the record's.
    pub record_ms: Option<Ms>,
    /// `timestamp`, else `originalTimestamp`.
    pub event_ms: Option<Ms>,
}

impl<'a> FileHead<'a> {
    pub(super) fn of(draft: &mut Draft<'a>) -> Self {
        Self {
            prospect: draft.file.user_id.take().or(draft.file.anonymous_id.take()),
            record_ms: credible_ms(draft.file.received_at).or(credible_ms(draft.file.sent_at)),
            event_ms: draft.timestamp.or(draft.original_timestamp),
        }
    }
}

/// Reads the head of a line (JSON) and skips the rest: for lines that [`super::Decoder::decode_line`] refused, and for sorting.
///
/// # Errors
/// The line is no JSON object.
pub fn file_head(line: &[u8]) -> Result<FileHead<'_>, Rejected> {
    let reject = |detail| Rejected { reason: DeadReason::UnreadableValue, detail };
    let text = utf8(line).map_err(reject)?;
    static NO_MODELS: LazyLock<Lookup> = LazyLock::new(|| Lookup::new(&Vocabulary::default()));
    let mut draft = Draft::default();
    json::parse(text, &NO_MODELS, true, &mut draft).map_err(reject)?;
    Ok(FileHead::of(&mut draft))
}
