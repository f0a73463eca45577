//! What the fields of an event in the Segment spec mean for a builder: those at its top level, and those of its properties that models
//! look at, too.

use super::event_builder::EventBuilder;
use super::fields::{BuiltIn, ELSEWHERE, ProductField, Signal, TopField};
use super::lookup::Entry;
use super::products::ProductBuilder;
use super::value::{Faults, Scalar};
use crate::domain::placeholder_ids::IdOf;
use std::borrow::Cow;

impl<'a> EventBuilder<'a> {
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
            TopField::MessageId => self.message_id = scalar.long_id(IdOf::Thing, faults).or(self.message_id.take()),
            TopField::Timestamp => self.times.timestamp = scalar.time(faults),
            TopField::OriginalTimestamp => self.times.original_timestamp = scalar.time(faults),
            TopField::SomeUser => self.signals.set_user(&scalar),
            TopField::UserId => {
                self.signals.set_user(&scalar);
                self.file.is_user_zero =
                    matches!(&scalar, Scalar::Text(text) if text == "0") || matches!(scalar, Scalar::Digits("0"));
                self.file.user_id = scalar.long_id(IdOf::Person, faults).or(self.file.user_id.take());
            }
            TopField::AnonymousId => {
                self.file.has_anonymous = !matches!(scalar, Scalar::Null);
                self.file.anonymous_id = scalar.long_id(IdOf::Person, faults).or(self.file.anonymous_id.take());
            }
            TopField::ReceivedAt => self.times.received_at = scalar.time(faults),
            TopField::SentAt => self.times.sent_at = scalar.time(faults),
            TopField::Batch => self.is_batch = matches!(scalar, Scalar::Other),
            TopField::Email => self.signals.set(Signal::Email(ELSEWHERE), &scalar),
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
        product: &mut ProductBuilder<'a>,
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
