//! Where a record came from: its own topic, or the one that a router has it from.

use super::options::{Options, Topic};
use crate::domain::origin::Position;
use crate::domain::zones::Zone;
use crate::domain::{Ms, Text};
use crate::runtime::ports::{DeadReason, RecordView, Rejected, credible_ms};
use crate::wire::routed;

/// What a record's topic says of it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub position: Position,
    /// Which event of its record a router has sent, and which part of what that came to.
    pub routed: Option<(u32, u32)>,
    /// `None`: the event's own time is the record's.
    pub record_ms: Option<Ms>,
    pub is_mail: bool,
    pub is_trusted: bool,
    /// The address among its ids, as its router wrote it down.
    pub address: Option<Text>,
}

impl Options {
    /// The topic of an index that [`Position::input`] has: those that are read, a place for the internal one, those that are routed.
    pub(super) fn topic(&self, input: u16) -> Option<&Topic> {
        let input = usize::from(input);
        self.topics.get(input).or_else(|| self.routed.get(input.checked_sub(self.topics.len() + 1)?))
    }

    /// The index of a topic.
    pub(super) fn input(&self, name: &str) -> Option<u16> {
        let is_it = |topic: &Topic| topic.name == name;
        let routed = || Some(self.topics.len() + 1 + self.routed.iter().position(is_it)?);
        self.topics.iter().position(is_it).or_else(routed).and_then(|n| u16::try_from(n).ok())
    }

    /// Where times without a zone were written.
    pub(super) fn zone(&self, input: u16) -> Option<&Zone> {
        let input = usize::from(input);
        // No place for the internal topic: there are no such times in it.
        let routed = || self.zones.get(input.checked_sub(1).filter(|input| *input >= self.topics.len())?);
        let zone = if input < self.topics.len() { self.zones.get(input) } else { routed() };
        zone.and_then(Option::as_ref)
    }

    /// A record that is read where it was written.
    pub(super) fn origin(&self, position: Position, record_ms: Option<Ms>) -> Origin {
        let topic = self.topic(position.input);
        let (is_mail, is_trusted) = (topic.is_some_and(|topic| topic.is_email), topic.is_none_or(|topic| topic.is_trusted));
        Origin { position, routed: None, record_ms, is_mail, is_trusted, address: None }
    }
}

impl Options {
    /// Where a record was first written.
    pub(super) fn first_origin(&self, record: &RecordView<'_>) -> Result<Origin, Rejected> {
        let own = Position { input: record.input, partition: record.partition, offset: record.offset };
        let is_ours = [self.routed_input, self.forwards_input].contains(&Some(record.input));
        let Some(header) = record.routed.filter(|_| is_ours) else {
            return Ok(self.origin(own, record.record_ms()));
        };
        let unreadable = |error| Rejected {
            reason: DeadReason::UnknownVersion,
            detail: format!("the router's header can't be read: {error}"),
        };
        let routed = routed::decode(header).map_err(unreadable)?;
        // What was sent on by another id comes in an order of its own.
        let by_router = self.routed_input == Some(record.input);
        let (position, part) = match self.input(&routed.topic) {
            Some(input) => {
                let position = Position { input, partition: routed.partition, offset: routed.offset };
                (position, by_router.then_some((routed.element, routed.part)))
            }
            // A topic that is routed no more.
            None => (own, None),
        };
        let record_ms = credible_ms(routed.record_ms);
        let address = Some(Text::from(routed.address)).filter(|address| !address.is_empty());
        Ok(Origin { position, routed: part, record_ms, is_mail: routed.is_mail, is_trusted: routed.is_trusted, address })
    }
}
