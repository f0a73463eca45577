//! The fields at the top level of an event in the Segment spec, and what each means for a draft.

use super::draft::{BuiltIn, Draft, DraftProduct, ProductField};
use super::lookup::{CONTEXT, Entry, TRAITS};
use super::value::{Faults, Scalar};
use std::borrow::Cow;

/// A field at the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    /// An object below which models may look at something: its root in the lookup.
    Nested(u16),
    Properties,
    Field(TopField),
}

/// A single value at the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TopField {
    Call,
    Event,
    Name,
    Category,
    GroupId,
    MessageId,
    UserId,
    /// Who it is doesn't matter where the record's key says so, but that somebody is logged in does.
    SomeUser,
    AnonymousId,
    Timestamp,
    OriginalTimestamp,
    ReceivedAt,
    SentAt,
    Batch,
}

impl Top {
    /// All that are looked at. `file`: the record's key and time stand in the event.
    pub(super) fn all(file: bool) -> impl Iterator<Item = (&'static str, Self)> {
        let of_files = [("userId", TopField::UserId), ("anonymousId", TopField::AnonymousId)];
        let fields = [
            ("type", TopField::Call),
            ("event", TopField::Event),
            ("name", TopField::Name),
            ("category", TopField::Category),
            ("groupId", TopField::GroupId),
            ("messageId", TopField::MessageId),
            ("timestamp", TopField::Timestamp),
            ("originalTimestamp", TopField::OriginalTimestamp),
            ("receivedAt", TopField::ReceivedAt),
            ("sentAt", TopField::SentAt),
            ("batch", TopField::Batch),
        ];
        let objects = [("properties", Self::Properties), ("context", Self::Nested(CONTEXT)), ("traits", Self::Nested(TRAITS))];
        let of_records = [("userId", TopField::SomeUser)];
        let fields = fields.into_iter().chain(of_files.into_iter().filter(move |_| file));
        let fields = fields.chain(of_records.into_iter().filter(move |_| !file));
        fields.map(|(key, field)| (key, Self::Field(field))).chain(objects)
    }
}

impl TopField {
    /// An object in its place may be a time.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Timestamp | Self::OriginalTimestamp | Self::ReceivedAt | Self::SentAt)
    }
}

impl<'a> Draft<'a> {
    pub(super) fn set_top(&mut self, field: TopField, scalar: Scalar<'a>) {
        let faults = &mut self.faults;
        match field {
            TopField::Call => self.call = name(scalar, faults),
            TopField::Event => self.event = name(scalar, faults),
            TopField::Name => self.call_name = Some(scalar),
            TopField::Category => self.call_category = Some(scalar),
            TopField::GroupId => self.group_id = Some(scalar),
            // However long: its hash is what counts.
            TopField::MessageId => self.message_id = scalar.text(faults),
            TopField::Timestamp => self.times.timestamp = scalar.time(faults),
            TopField::OriginalTimestamp => self.times.original_timestamp = scalar.time(faults),
            TopField::SomeUser => self.signals.set_user(&scalar),
            TopField::UserId => {
                self.signals.set_user(&scalar);
                self.file.user_id = scalar.text(faults);
            }
            TopField::AnonymousId => self.file.anonymous_id = scalar.text(faults),
            TopField::ReceivedAt => self.times.received_at = scalar.time(faults),
            TopField::SentAt => self.times.sent_at = scalar.time(faults),
            TopField::Batch => self.is_batch = scalar == Scalar::Other,
        }
    }

    /// A property that the service looks at, and maybe the models too: broken once even if both could use it.
    pub(super) fn set_property(&mut self, field: BuiltIn, entry: &Entry, scalar: Scalar<'a>) {
        if entry.is_inner() {
            return self.set(field, scalar);
        }
        let before = self.faults.broken;
        self.put(entry, &scalar);
        let between = self.faults.broken;
        self.set(field, scalar);
        self.faults.count_once(before, between);
    }

    /// The same for a field of a product of the list.
    pub(super) fn set_of_product(
        &mut self,
        product: &mut DraftProduct<'a>,
        field: ProductField,
        entry: &Entry,
        scalar: Scalar<'a>,
    ) {
        if entry.is_inner() {
            return product.set(field, scalar, &mut self.faults);
        }
        let before = self.faults.broken;
        self.put(entry, &scalar);
        let between = self.faults.broken;
        product.set(field, scalar, &mut self.faults);
        self.faults.count_once(before, between);
    }
}

/// A name: a number is none.
fn name<'a>(scalar: Scalar<'a>, faults: &mut Faults) -> Option<Cow<'a, str>> {
    match scalar {
        Scalar::Text(text) => Some(text),
        Scalar::Null => None,
        _ => faults.broken(),
    }
}
