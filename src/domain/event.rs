//! One decoded input event. It borrows from the record's bytes where it can.

use super::Ms;
use super::names::{Kind, NameId, PropertyId};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Where a record came from. `input` is the index of its topic in the configured order of all input topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    pub input: u16,
    pub partition: i32,
    pub offset: i64,
}

/// A value of a property that a model looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    Text(Cow<'a, str>),
    Number(f64),
    Bool(bool),
}

/// One product of a cart, checkout or order event. Broken parts are `None` and counted by the decoder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Product<'a> {
    /// `product_id`, else `sku`: never empty.
    pub id: Cow<'a, str>,
    pub sku: Option<Cow<'a, str>>,
    pub name: Option<Cow<'a, str>>,
    pub variant: Option<Cow<'a, str>>,
    pub url: Option<Cow<'a, str>>,
    pub image_url: Option<Cow<'a, str>>,
    /// Finite and not negative.
    pub price: Option<f64>,
    /// At least 1 when given.
    pub quantity: Option<u32>,
}

/// One decoded input event, already validated: nothing in it can be malformed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// The prospect: the record's key.
    pub prospect: Cow<'a, str>,
    pub kind: Kind,
    /// The name among those the models use; [`NameId::NONE`] otherwise.
    pub name_id: NameId,
    /// The canonical name as outputs show it: the `track` name, else `page`, `screen`, `identify`, …
    pub name: Cow<'a, str>,
    /// Event time after the skew rule (never later than the record's time plus the allowed skew).
    pub time_ms: Ms,
    /// The record's own time (Kafka timestamp; in files `receivedAt`, else `sentAt`, else the event's own).
    pub record_ms: Ms,
    /// `messageId` as given, for outputs.
    pub message_id: Option<Cow<'a, str>>,
    /// 64-bit hash of `messageId`; where that is missing, of key, time and bytes.
    pub message_hash: u64,
    pub position: Position,
    /// It came on one of the `topics.email` topics.
    pub on_mail_topic: bool,
    pub cart_id: Option<Cow<'a, str>>,
    pub order_id: Option<Cow<'a, str>>,
    /// The event carried a usable `products` list (maybe empty): it is a snapshot or names what was bought.
    pub has_products: bool,
    /// Products of the list, or the single product at top level.
    pub products: Vec<Product<'a>>,
    /// `value`, `total` or `revenue`: finite.
    pub value: Option<f64>,
    pub currency: Option<Cow<'a, str>>,
    /// The properties that some model looks at, in the order of their ids.
    pub properties: SmallVec<[(PropertyId, Value<'a>); 4]>,
    /// Broken optional fields that were dropped.
    pub broken_fields: u16,
    /// The time lay too far in the future and was set to the record's.
    pub clamped: bool,
}

impl Event<'_> {
    /// The value of a property, when the event has it.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> Option<&Value<'_>> {
        self.properties.iter().find(|(p, _)| *p == id).map(|(_, v)| v)
    }

    /// Whether it shows that the prospect is there.
    #[must_use]
    pub fn is_activity(&self) -> bool {
        self.kind.is_activity(self.on_mail_topic)
    }
}
