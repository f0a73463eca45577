//! Records become events: keys, formats, the rules of time and identity (docs/events.md).
//!
//! [`json_fast`] and [`protobuf`] read a record into a builder; here that becomes an event or a rejection. Nothing in a record
//! can make this panic, and nothing is dropped without being counted. `docs/bad-input.md` is the table of what becomes of what.

mod bounce;
mod clock;
mod derived;
mod envelope;
mod event_builder;
mod fields;
mod file;
mod flags;
mod forwarded;
mod json_cursor;
mod json_fast;
mod json_slow;
mod key_table;
mod lookup;
mod mail_names;
mod mappings;
mod member_update;
mod options;
mod orders;
mod origin;
mod port;
mod product_limit;
mod products;
mod property_names;
mod protobuf;
mod rejected;
mod signals;
mod tracks;
mod value;

pub use file::{FileHead, file_head};
pub use mappings::Mappings;
pub use options::{Format, Options, Topic};
pub use products::MAX_PRODUCTS;
pub use value::{
    MAX_CURRENCY_BYTES, MAX_ID_BYTES, MAX_NAME_BYTES, MAX_PRICE, MAX_PROPERTY_BYTES, MAX_TEXT_BYTES, MAX_URL_BYTES, MAX_VALUE,
};

use crate::domain::Ms;
use crate::domain::company_names::ACCOUNT_KEY;
use crate::domain::event::{Event, Signals};
use crate::domain::ids::hash64;
use crate::domain::model::call_name;
use crate::domain::names::{Kind, NameId, Vocabulary};
use crate::domain::origin::Position;
use crate::domain::placeholder_ids::IdOf;
use crate::domain::zones::Zone;
use crate::runtime::ports::{DeadReason, RecordView, Rejected};
use crate::wire::event_ids::IdReader;
use crate::wire::time::Written;
use clock::Instants;
use event_builder::EventBuilder;
use lookup::Lookup;
use options::format_of_header;
use origin::Origin;
use rejected::{no_id, reject, untrusted};
use std::borrow::Cow;
use std::sync::Arc;
use tracks::Track;

/// Turns records into events. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Decoder {
    options: Arc<Options>,
    lookup: Arc<Lookup>,
    /// `None`: no topic has one.
    mappings: Option<Arc<Mappings>>,
    /// `None`: identity is off.
    ids: Option<Arc<IdReader>>,
}

/// What is known of a record besides its value.
struct Head<'a> {
    prospect: Cow<'a, str>,
    origin: Origin,
    /// `None`: the event's own time is the record's.
    record: Option<Written>,
}

impl Decoder {
    #[must_use]
    pub fn new(options: Options, vocabulary: &Vocabulary) -> Self {
        Self { options: Arc::new(options), lookup: Arc::new(Lookup::new(vocabulary)), mappings: None, ids: None }
    }

    /// With these mappings of topics that are read without a router.
    #[must_use]
    pub fn with_mappings(self, mappings: Mappings) -> Self {
        Self { mappings: Some(Arc::new(mappings)), ..self }
    }

    /// Events say which ids they name.
    #[must_use]
    pub fn reading_ids(self, ids: Arc<IdReader>) -> Self {
        Self { ids: Some(ids), ..self }
    }

    /// The input that routers write.
    #[must_use]
    pub fn routed_input(&self) -> Option<u16> {
        self.options.routed_input
    }

    /// Decodes one record of a topic of the configuration.
    ///
    /// # Errors
    /// The record can't be used; the reason says why.
    pub fn decode_event<'a>(&self, record: &RecordView<'a>) -> Result<Event<'a>, Rejected> {
        self.decode_as(record, |event| event)
    }

    /// [`Decoder::decode_event`] of what an event becomes part of: it is made where it stays, as each copy of it is half a kilobyte.
    fn decode_as<'a, T>(&self, record: &RecordView<'a>, wrap: impl FnOnce(Event<'a>) -> T) -> Result<T, Rejected> {
        let Some(key) = record.key else {
            return Err(reject(DeadReason::KeyMissing, "the record has no key: it has to be the prospect"));
        };
        let prospect = self.check_key(key)?;
        let (value, format) = match record.mapped {
            Some(mapped) => (mapped.map_err(Clone::clone)?.as_bytes(), Format::Json),
            None => (self.value(record)?, self.format(record)?),
        };
        let origin = self.options.first_origin(record)?;
        self.event(
            value,
            |builder| {
                match format {
                    Format::Json => self.read_json(value, false, builder)?,
                    Format::Protobuf => protobuf::parse(value, &self.lookup, builder)?,
                }
                let record = origin.record_ms.map(Written::utc);
                Ok(Head { prospect: Cow::Borrowed(prospect), origin, record })
            },
            wrap,
        )
    }

    fn value<'a>(&self, record: &RecordView<'a>) -> Result<&'a [u8], Rejected> {
        let Some(value) = record.value else {
            return Err(reject(DeadReason::UnreadableValue, "the record has no value (a tombstone)"));
        };
        self.check_size(value)?;
        Ok(value)
    }

    /// Decodes one line of a file (JSON) in a single pass: the prospect is `userId`, else `anonymousId`; the record's time is
    /// `receivedAt`, else `sentAt`, else the event's own. `position.partition` may be filled in afterwards, when the prospect
    /// is known.
    ///
    /// # Errors
    /// The line can't be used; the reason says why.
    pub fn decode_line<'a>(&self, line: &'a [u8], position: Position) -> Result<Event<'a>, Rejected> {
        self.check_size(line)?;
        self.event(
            line,
            |builder| {
                self.read_json(line, true, builder)?;
                builder.forget_people(|id| self.options.is_id(id, IdOf::Person));
                let record = file::record_time(&builder.times);
                let prospect = file::prospect(builder).ok_or_else(|| {
                    let detail =
                        "neither userId nor anonymousId (words such as `undefined` don't count): the prospect is unknown";
                    reject(DeadReason::KeyMissing, detail)
                })?;
                if prospect != file::USER_ZERO {
                    self.check_key(prospect.as_bytes())?;
                }
                Ok(Head { prospect, origin: self.options.origin(position, None), record })
            },
            |event| event,
        )
    }

    /// Reads the head of a line of one of the topics and skips the rest: for sorting.
    ///
    /// # Errors
    /// The line is no JSON object.
    pub fn head<'a>(&self, line: &'a [u8], input: u16) -> Result<FileHead<'a>, Rejected> {
        file::head(line, self.zone(input))
    }

    /// Where a topic's times without a zone were written.
    fn zone(&self, input: u16) -> Option<&Zone> {
        self.options.zone(input)
    }

    /// The prospect that a key names.
    fn check_key<'a>(&self, key: &'a [u8]) -> Result<&'a str, Rejected> {
        match key.len() {
            0 => Err(reject(DeadReason::KeyEmpty, "the record's key is empty: it has to be the prospect")),
            _ if key.starts_with(ACCOUNT_KEY.as_bytes()) => {
                Err(reject(DeadReason::KeyReserved, "the key has the prefix of the service's own account records"))
            }
            n if n > self.options.max_key_bytes => {
                let detail = format!("the key has {n} bytes, at most {} are allowed", self.options.max_key_bytes);
                Err(Rejected { reason: DeadReason::KeyTooLong, detail })
            }
            _ => match std::str::from_utf8(key) {
                Ok(key) if self.options.is_id(key, IdOf::Person) => Ok(key),
                Ok(key) => Err(no_id("the record's key", key)),
                Err(e) => Err(Rejected { reason: DeadReason::KeyNotUtf8, detail: format!("the key is not UTF-8: {e}") }),
            },
        }
    }

    fn check_size(&self, value: &[u8]) -> Result<(), Rejected> {
        match value.len() {
            0 => Err(reject(DeadReason::UnreadableValue, "the value is empty")),
            n if n > self.options.max_value_bytes => {
                let detail = format!("the value has {n} bytes, at most {} are allowed", self.options.max_value_bytes);
                Err(Rejected { reason: DeadReason::ValueTooLarge, detail })
            }
            _ => Ok(()),
        }
    }

    fn format(&self, record: &RecordView<'_>) -> Result<Format, Rejected> {
        match record.content_type {
            Some(header) => format_of_header(header).ok_or_else(|| {
                let detail = "the content-type header names a format that this build does not know: application/json and \
                              application/protobuf (leadstream.v1.Event) are known";
                reject(DeadReason::UnknownVersion, detail)
            }),
            None => Ok(self.options.topics.get(usize::from(record.input)).map_or(Format::Json, |t| t.format)),
        }
    }

    fn read_json<'a>(&self, value: &'a [u8], file: bool, builder: &mut EventBuilder<'a>) -> Result<(), Rejected> {
        let unreadable = |detail| Rejected { reason: DeadReason::UnreadableValue, detail };
        json_fast::parse(json_fast::utf8(value).map_err(unreadable)?, &self.lookup, file, builder).map_err(unreadable)?;
        if builder.is_batch {
            return Err(reject(DeadReason::UnreadableValue, "a batch of events: write one event per record"));
        }
        Ok(())
    }

    /// Applies the rules of docs/events.md to what `read` puts into the builder, which is created here: moving it would copy it.
    fn event<'a, T>(
        &self,
        value: &[u8],
        read: impl FnOnce(&mut EventBuilder<'a>) -> Result<Head<'a>, Rejected>,
        wrap: impl FnOnce(Event<'a>) -> T,
    ) -> Result<T, Rejected> {
        let mut builder = EventBuilder::default();
        let head = read(&mut builder)?;
        if !self.options.no_ids.is_empty() {
            builder.forget_ids(|id| self.options.is_id(id, IdOf::Thing));
        }
        let Origin { position, routed, is_mail, is_trusted, address, record_ms: _ } = head.origin;
        let mut track = self.name(&mut builder)?;
        if track.name_id == NameId::NONE && matches!(track.kind, Kind::Other | Kind::Seller) && is_mail {
            track = self.lookup.of_mail(track);
        }
        let Track { mut kind, name_id, name, is_v1, is_hard, near } = track;
        let Instants { time_ms, record_ms, clamped, corrected } =
            builder.times.instants(head.record, self.zone(position.input), &self.options, value)?;
        let message_hash = match &builder.message_id {
            Some(id) => hash64(id.as_bytes()),
            None => stand_in_hash(&head.prospect, time_ms, value),
        };
        if kind == Kind::HardBounce && !builder.signals.bounce.is_hard(is_hard) {
            kind = Kind::SoftBounce;
        }
        if let Some(authority) = kind.authority()
            && !is_trusted
        {
            return Err(untrusted(authority, &name));
        }
        if !builder.signals.flags.is_empty() && !is_trusted {
            builder.believe_no_withdrawal(self.lookup.withdrawing);
        }
        if matches!(kind, Kind::Page | Kind::Screen) {
            builder.make_page_kind(&self.lookup);
            builder.put_call_fields(&self.lookup);
        }
        builder.make_stars(&self.lookup);
        if kind == Kind::Group {
            builder.put_group_id(&self.lookup);
        }
        let (value, refunded_so_far) = match kind {
            Kind::OrderUpdated => builder.refunded(&name),
            Kind::Contract | Kind::Sales => (builder.stated_value().or(builder.amount), false),
            _ => (builder.stated_value(), false),
        };
        let products_left_out = builder.list.left_out;
        if kind == Kind::Mail {
            builder.signals.link_of_mail(&mut builder.single.product.url);
        }
        builder.signals.see_id(&head.prospect);
        builder.list.of_kind(kind);
        let (products, has_products) = builder.list.finish(builder.single, is_v1, &mut builder.faults);
        let signals = Signals { refunded_so_far, ..builder.signals.finish(kind, &name, near) };
        Ok(wrap(Event {
            prospect: head.prospect,
            kind,
            name_id,
            time_ms,
            record_ms,
            message_id: builder.message_id.map(|id| value::cut(id, MAX_ID_BYTES)),
            message_hash,
            repeat_hash: repeat_hash(message_hash, &name),
            name,
            position,
            routed,
            on_mail_topic: is_mail,
            cart_id: builder.cart_id,
            order_id: builder.order_id,
            refund_id: builder.refund_id,
            has_products,
            products,
            products_left_out,
            value,
            currency: builder.currency,
            properties: builder.properties,
            signals,
            broken_fields: builder.faults.broken,
            clamped,
            corrected,
            ids: None,
            came_under: None,
            address: address.filter(|_| self.ids.is_some()),
        }))
    }

    /// What the event is.
    fn name<'a>(&self, builder: &mut EventBuilder<'a>) -> Result<Track<'a>, Rejected> {
        let call = builder.call.take();
        let is_track = call.as_deref().is_none_or(|call| call == "track" || call.eq_ignore_ascii_case("track"));
        let kind = call.as_deref().filter(|_| !is_track).and_then(|call| {
            let calls = [
                ("page", Kind::Page),
                ("screen", Kind::Screen),
                ("identify", Kind::Identify),
                ("group", Kind::Group),
                ("alias", Kind::Alias),
            ];
            calls.iter().find(|(name, _)| name.eq_ignore_ascii_case(call)).map(|(_, kind)| *kind)
        });
        if let Some(kind) = kind {
            let name = Cow::Borrowed(call_name(kind).unwrap_or_default());
            return Ok(Track { kind, name_id: self.lookup.call(kind), name, is_v1: false, is_hard: false, near: None });
        }
        let Some(event) = builder.event.take() else {
            let detail = match call {
                None => "neither a type nor an event name",
                Some(_) if is_track => "a track event without a name",
                Some(_) => "a type that is none of track, page, screen, identify, group and alias, and no event name",
            };
            return Err(reject(DeadReason::NoName, detail));
        };
        if !is_track {
            // With a name it can still be used as a track event; its type was a broken field.
            builder.faults.count_broken();
        }
        match event.len() {
            _ if !event.starts_with(|c: char| c.is_ascii_graphic()) && event.trim().is_empty() => {
                Err(reject(DeadReason::NoName, "the event's name is empty"))
            }
            n if n > MAX_NAME_BYTES => {
                let detail = format!("the event's name has {n} bytes, at most {MAX_NAME_BYTES} are allowed");
                Err(Rejected { reason: DeadReason::NoName, detail })
            }
            _ => Ok(self.lookup.track(event)),
        }
    }
}

/// A message is its id and its name: some senders give a whole checkout one id.
fn repeat_hash(message_hash: u64, name: &str) -> u64 {
    message_hash.rotate_left(32) ^ hash64(name.as_bytes())
}

/// Where `messageId` is missing, a hash of key, time and bytes stands for it.
fn stand_in_hash(key: &str, time_ms: Ms, value: &[u8]) -> u64 {
    let mut parts = [0u8; 24];
    parts[..8].copy_from_slice(&hash64(key.as_bytes()).to_le_bytes());
    parts[8..16].copy_from_slice(&time_ms.to_le_bytes());
    parts[16..].copy_from_slice(&hash64(value).to_le_bytes());
    hash64(&parts)
}
