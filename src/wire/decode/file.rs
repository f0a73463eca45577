//! Lines of files: there the prospect and the record's time stand in the event itself.

use super::clock::Times;
use super::event_builder::EventBuilder;
use super::json_fast;
use super::lookup::Lookup;
use crate::domain::Ms;
use crate::domain::names::Vocabulary;
use crate::domain::zones::Zone;
use crate::runtime::ports::{DeadReason, Rejected, credible_ms};
use crate::wire::time::Written;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a line of a file says about itself as a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileHead<'a> {
    /// `userId`, else `anonymousId`.
    pub prospect: Option<Cow<'a, str>>,
    /// `receivedAt`, else `sentAt`. Without either the event's own time is the record's.
    pub record_ms: Option<Ms>,
    /// `timestamp`, else `originalTimestamp`, as the line writes it.
    pub event_ms: Option<Ms>,
    /// It has `properties` of its own, without a fault.
    pub has_properties: bool,
}

impl<'a> FileHead<'a> {
    pub(super) fn of(builder: &mut EventBuilder<'a>, zone: Option<&Zone>) -> Self {
        let own = builder.times.timestamp.or(builder.times.original_timestamp);
        Self {
            prospect: prospect(builder),
            record_ms: record_time(&builder.times).map(|record| record.in_zone_or_utc(zone)),
            event_ms: own.map(|own| own.in_zone_or_utc(zone)),
            has_properties: builder.has_properties && builder.faults.broken == 0,
        }
    }
}

/// Nobody, for shops that know their guests by it, unless it is all that a file says.
pub(super) const USER_ZERO: &str = "0";

/// `userId`, else `anonymousId`, else what traits, context and properties say of either. Where nothing else says who it is, a `userId`
/// of 0 does: sources that number their visitors begin there.
pub(super) fn prospect<'a>(builder: &mut EventBuilder<'a>) -> Option<Cow<'a, str>> {
    let own = builder.file.user_id.take().or(builder.file.anonymous_id.take());
    let is_zero = builder.file.is_user_zero && !builder.file.has_anonymous;
    own.or_else(|| {
        let [user, anonymous] = builder.signals.take_ids();
        user.or(anonymous).or(is_zero.then_some(Cow::Borrowed(USER_ZERO)))
    })
}

/// `receivedAt`, else `sentAt`.
pub(super) fn record_time(times: &Times) -> Option<Written> {
    let credible = |time: Option<Written>| time.filter(|time| credible_ms(Some(time.ms)).is_some());
    credible(times.received_at).or(credible(times.sent_at))
}

/// Reads the head of a line (JSON) and skips the rest: for lines that [`super::Decoder::decode_line`] refused.
///
/// # Errors
/// The line is no JSON object.
pub fn file_head(line: &[u8]) -> Result<FileHead<'_>, Rejected> {
    head(line, None)
}

pub(super) fn head<'a>(line: &'a [u8], zone: Option<&Zone>) -> Result<FileHead<'a>, Rejected> {
    let reject = |detail| Rejected { reason: DeadReason::UnreadableValue, detail };
    let text = json_fast::utf8(line).map_err(reject)?;
    static NO_MODELS: LazyLock<Lookup> = LazyLock::new(|| Lookup::new(&Vocabulary::default()));
    let mut builder = EventBuilder::default();
    json_fast::parse(text, &NO_MODELS, true, &mut builder).map_err(reject)?;
    Ok(FileHead::of(&mut builder, zone))
}
