//! The fields at the top level of an event in the Segment spec, and what each means for a draft.

use super::draft::{BuiltIn, Draft, DraftProduct, ProductField};
use super::keys::Keys;
use super::lookup::{CONTEXT, ECOMMERCE, ELSEWHERE, Entry, Signal, TRAITS};
use super::nothing::Of;
use super::value::{Faults, Scalar};
use std::borrow::Cow;

/// A field at the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Top {
    /// An object below which models may look at something: its root in the lookup.
    Nested(u16),
    Properties,
    Field(TopField),
    /// A field under another name than its own, which goes before it.
    Otherwise(TopField),
    /// Ignored: only there while a table is made.
    #[default]
    Nothing,
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
    Email,
}

impl Top {
    /// All that are looked at. `file`: the record's key and time stand in the event.
    pub(super) fn all(file: bool) -> Keys<Self> {
        let mut keys = Keys::default();
        let of_files = [("userId", TopField::UserId), ("anonymousId", TopField::AnonymousId)];
        let of_records = [("userId", TopField::SomeUser)];
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
            ("email", TopField::Email),
        ];
        let of_both = fields.into_iter().chain(of_files.into_iter().filter(|_| file));
        for (key, field) in of_both.chain(of_records.into_iter().filter(|_| !file)) {
            *keys.add(key) = Self::Field(field);
            *keys.add_otherwise(key) = Self::Otherwise(field);
        }
        // Segment's spec for mail tools calls it so.
        *keys.add_otherwise("action") = Self::Otherwise(TopField::Call);
        // What the data layer of GA4 has beside its event.
        let objects = [
            ("properties", Self::Properties),
            ("context", Self::Nested(CONTEXT)),
            ("traits", Self::Nested(TRAITS)),
            ("ecommerce", Self::Nested(ECOMMERCE)),
        ];
        for (key, object) in objects {
            *keys.add(key) = object;
            *keys.add_otherwise(key) = object;
        }
        keys.seal();
        keys
    }
}

impl TopField {
    /// An object in its place may be a time.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Timestamp | Self::OriginalTimestamp | Self::ReceivedAt | Self::SentAt)
    }
}

impl<'a> Draft<'a> {
    /// `null` is absent: it takes nothing back that came under another name.
    pub(super) fn set_top(&mut self, field: TopField, scalar: Scalar<'a>) {
        if matches!(scalar, Scalar::Null) {
            return;
        }
        let faults = &mut self.faults;
        match field {
            TopField::Call => self.call = name(scalar, faults),
            TopField::Event => self.event = name(scalar, faults),
            TopField::Name => self.call_name = Some(scalar),
            TopField::Category => self.call_category = Some(scalar),
            TopField::GroupId => self.group_id = Some(scalar),
            // However long: its hash is what counts.
            TopField::MessageId => self.message_id = scalar.long_id(Of::Thing, faults).or(self.message_id.take()),
            TopField::Timestamp => self.times.timestamp = scalar.time(faults),
            TopField::OriginalTimestamp => self.times.original_timestamp = scalar.time(faults),
            TopField::SomeUser => self.signals.set_user(&scalar),
            TopField::UserId => {
                self.signals.set_user(&scalar);
                self.file.is_user_zero =
                    matches!(&scalar, Scalar::Text(text) if text == "0") || matches!(scalar, Scalar::Digits("0"));
                self.file.user_id = scalar.long_id(Of::Person, faults).or(self.file.user_id.take());
            }
            TopField::AnonymousId => {
                self.file.has_anonymous = !matches!(scalar, Scalar::Null);
                self.file.anonymous_id = scalar.long_id(Of::Person, faults).or(self.file.anonymous_id.take());
            }
            TopField::ReceivedAt => self.times.received_at = scalar.time(faults),
            TopField::SentAt => self.times.sent_at = scalar.time(faults),
            TopField::Batch => self.is_batch = matches!(scalar, Scalar::Other),
            TopField::Email => self.signals.take_in(Signal::Email(ELSEWHERE), &scalar),
        }
    }

    /// The same under another name than its own, if nothing came under that.
    #[cold]
    pub(super) fn set_top_otherwise(&mut self, field: TopField, scalar: Scalar<'a>) {
        let is_there = match field {
            // Such a name may mean something else, unless it says one of the calls.
            TopField::Call => {
                let is_call = |text: &str| {
                    ["track", "page", "screen", "identify", "group", "alias"].iter().any(|c| c.eq_ignore_ascii_case(text))
                };
                self.call.is_some() || !matches!(&scalar, Scalar::Text(text) if is_call(text))
            }
            TopField::Event => self.event.is_some(),
            TopField::Name => self.call_name.is_some(),
            TopField::Category => self.call_category.is_some(),
            TopField::GroupId => self.group_id.is_some(),
            TopField::MessageId => self.message_id.is_some(),
            TopField::Timestamp => self.times.timestamp.is_some(),
            TopField::OriginalTimestamp => self.times.original_timestamp.is_some(),
            TopField::SomeUser => self.signals.has_user(),
            TopField::UserId => self.file.user_id.is_some(),
            TopField::AnonymousId => self.file.anonymous_id.is_some(),
            TopField::ReceivedAt => self.times.received_at.is_some(),
            TopField::SentAt => self.times.sent_at.is_some(),
            TopField::Batch => self.is_batch,
            TopField::Email => false,
        };
        if !is_there {
            self.set_top(field, scalar);
        }
    }

    /// A property that the service looks at, and maybe the models too: broken once even if both could use it.
    pub(super) fn set_property(&mut self, field: BuiltIn, entry: &Entry, scalar: Scalar<'a>) {
        if entry.is_inner() {
            return self.set(field, entry.rank, scalar);
        }
        let before = self.faults.broken;
        self.put(entry, &scalar);
        let between = self.faults.broken;
        self.set(field, entry.rank, scalar);
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
            return product.set(field, entry.rank, scalar, &mut self.faults);
        }
        let before = self.faults.broken;
        self.put(entry, &scalar);
        let between = self.faults.broken;
        product.set(field, entry.rank, scalar, &mut self.faults);
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
