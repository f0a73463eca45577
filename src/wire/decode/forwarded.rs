//! Events with the ids that they say, and events that are sent on.

use super::rejected::reject;
use super::{Decoder, Format};
use crate::domain::Text;
use crate::domain::event::Event;
use crate::domain::identity::message::{Body, Forwarded, MAX_HOPS, Message};
use crate::domain::identity::naming::EventIds;
use crate::engine::codec::CodecError;
use crate::engine::task::{Forwarder, TaskInput};
use crate::runtime::ports::{DeadReason, RecordView, Rejected};
use crate::wire::forwards;
use crate::wire::routed::{self, ForwardedBy, Routed};
use std::borrow::Cow;

impl Decoder {
    /// What a record says of ids; `None`: identity is off, or there is nothing to read.
    #[must_use]
    pub fn event_ids<'a>(&self, record: &RecordView<'a>) -> Option<Cow<'a, EventIds>> {
        let reader = self.ids.as_ref()?;
        Some(match (record.ids, record.mapped, record.value) {
            (Some(ids), ..) => Cow::Borrowed(ids),
            (None, Some(Ok(json)), _) => Cow::Owned(reader.of_spec(json.as_bytes())),
            (None, None, Some(value)) if matches!(self.format(record), Ok(Format::Protobuf)) => {
                Cow::Owned(reader.of_protobuf(value))
            }
            (None, None, Some(value)) => Cow::Owned(reader.of_spec(value)),
            (None, ..) => return None,
        })
    }

    /// The event with what it says of ids.
    pub(super) fn with_ids<'a>(&self, record: &RecordView<'_>, event: Event<'a>) -> Event<'a> {
        let Some((reader, ids)) = self.ids.as_ref().zip(self.event_ids(record)) else { return event };
        let said = reader.said_ids(&ids, &event);
        let address = reader.address(&ids.ids, &event.prospect);
        Event { ids: Some(Box::new(said)), address, ..event }
    }

    /// A record of `leadstream.forwards`: an event that was sent on, or what an id is told.
    pub(super) fn told<'a>(&self, record: &RecordView<'a>) -> Result<TaskInput<'a>, Rejected> {
        if record.routed.is_some() {
            let (by, came_under) = self.forwarder(record)?;
            return self.decode_as(record, |event| TaskInput::Forwarded { event: Event { came_under, ..event }, by });
        }
        let key = record.key.ok_or_else(|| reject(DeadReason::KeyMissing, "what an id is told needs the id as its key"))?;
        let key = self.check_key(key)?;
        let message = forwards::decode(key, self.value(record)?).map_err(|error| match error {
            CodecError::Newer { .. } => Rejected { reason: DeadReason::UnknownVersion, detail: error.to_string() },
            CodecError::Damaged(_) => Rejected { reason: DeadReason::UnreadableValue, detail: error.to_string() },
        })?;
        let record_ms = record.record_ms().unwrap_or_else(|| message.body.at_ms());
        Ok(TaskInput::Told { message: Box::new(message), record_ms })
    }

    fn forwarder(&self, record: &RecordView<'_>) -> Result<(Forwarder, Option<Text>), Rejected> {
        let header = record.routed.unwrap_or_default();
        let unreadable = |detail: String| Rejected { reason: DeadReason::UnknownVersion, detail };
        let routed = routed::decode(header).map_err(unreadable)?;
        let ForwardedBy { via, hops, first } =
            routed.forwarded.ok_or_else(|| unreadable("the header doesn't say who sent the event on".to_owned()))?;
        match u8::try_from(hops).ok().filter(|hops| *hops < MAX_HOPS) {
            Some(hops) => Ok((Forwarder { via, hops }, Some(Text::from(first)).filter(|first| !first.is_empty()))),
            None => {
                let detail = format!("the event was sent on {hops} times: more than a person has ids");
                Err(Rejected { reason: DeadReason::TooManyHops, detail })
            }
        }
    }

    /// Fills in where the event comes from that a message sends on, and its bytes.
    pub(super) fn fill(&self, record: &RecordView<'_>, message: &mut Message) {
        let hops = u32::from(message.hops);
        let Body::Forwarded(forwarded) = &mut message.body else { return };
        let mut routed = record.routed.and_then(|header| routed::decode(header).ok()).unwrap_or_else(|| {
            let topic = self.options.topic(record.input);
            Routed {
                version: routed::VERSION,
                topic: topic.map(|topic| topic.name.clone()).unwrap_or_default(),
                partition: record.partition,
                offset: record.offset,
                record_ms: record.timestamp_ms,
                is_mail: topic.is_some_and(|topic| topic.is_email),
                is_trusted: topic.is_none_or(|topic| topic.is_trusted),
                ..Routed::default()
            }
        });
        let before = routed.forwarded.take().map(|before| before.first).filter(|first| !first.is_empty());
        let key = record.key.and_then(|key| std::str::from_utf8(key).ok()).filter(|_| !forwarded.via.is_empty());
        let first = before.or_else(|| key.map(str::to_owned)).unwrap_or_default();
        routed.forwarded = Some(ForwardedBy { via: forwarded.via.to_string(), hops, first });
        let (value, content_type) = match record.mapped {
            Some(mapped) => (mapped.unwrap_or_default().as_bytes(), None),
            None if record.routed.is_some() => (record.value.unwrap_or_default(), record.content_type.map(<[u8]>::to_vec)),
            None => {
                let named = match self.format(record) {
                    Ok(Format::Protobuf) => Some(b"application/protobuf".to_vec()),
                    _ => None,
                };
                (record.value.unwrap_or_default(), named)
            }
        };
        let (via, address) = (std::mem::take(&mut forwarded.via), forwarded.address.take());
        if let Some(address) = &address {
            routed.address = address.to_string();
        }
        **forwarded = Forwarded { via, routed: routed::encode(&routed), value: value.to_vec(), content_type, address };
    }
}
