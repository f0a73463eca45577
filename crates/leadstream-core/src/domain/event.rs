//! One decoded input event. It borrows from the record's bytes where it can.

use crate::domain::identity::said::SaidIds;
use crate::domain::ids::{hash64, some32, some64};
use crate::domain::mail::MailNames;
use crate::domain::names::{Flags, Kind, NameId, ONE_LIST_LEFT, PropertyId};
use crate::domain::origin::Position;
use crate::domain::{Ms, SECOND_MS, Text};
use core::net::IpAddr;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::num::{NonZeroU32, NonZeroU64};

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
    /// Finite and not negative; 0 is none of it.
    pub quantity: Option<f64>,
    /// Of the price, where the product names its own.
    pub currency: Option<Cow<'a, str>>,
}

/// What the service itself looks at, whatever the models name. Read where the record has it, never stored as it is.
#[derive(Debug, Clone, PartialEq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each says another thing, and none excludes another")]
pub struct Signals<'a> {
    /// The prospect's address: `traits.email`, else `context.traits.email`, else elsewhere in an event that doesn't concern
    /// others.
    pub email: Option<Cow<'a, str>>,
    /// The program that made the event: `context.userAgent`, else the property `user_agent`.
    pub user_agent: Option<Cow<'a, str>>,
    /// Its sender marked it as made by a machine: `machine_open`, `bot` and such.
    pub marked: bool,
    /// The trigger that a mail was sent for: `trigger_id`.
    pub trigger_id: Option<u128>,
    /// Low half of the hash of `email_id`, else `campaign_id`: which mail it is about.
    pub mail: Option<NonZeroU32>,
    /// Of a mail event: every name by which it says which mail it is about.
    pub names: MailNames<'a>,
    /// Low half of the hash of `link_url`, `link_id`, of a mail's `url`: which link was clicked.
    pub link: Option<NonZeroU32>,
    /// Step of the checkout, as the shop counts or names them: `step`.
    pub checkout_step: Option<Cow<'a, str>>,
    /// It is about one list of mails (`list_id`).
    pub of_list: bool,
    /// How the order stands that the event is about.
    pub order_status: OrderStatus,
    /// It says that only a part is refunded, whether it says how much or not.
    pub is_part: bool,
    /// A refund: `value` is what was paid back so far, this time included.
    pub refunded_so_far: bool,
    /// Its customer did not want it, or the shop refused it (`reason`, `cancel_reason`): no payment is awaited.
    pub unwanted: bool,
    /// It names a user (`userId`): somebody who is known to the site.
    pub has_user: bool,
    /// The address is the person's own by the place where it stands, not one that the event is about.
    pub email_is_own: bool,
    /// Its user or the record's key is an address, which doesn't go before one that is named.
    pub id_is_address: bool,
    /// What it says at places that say yes or no: consent, marks.
    pub flags: Flags,
    /// Which way of reaching somebody it is about, where it is about consent.
    pub channel: Channel,
    /// From which address of the network it came, where some model asks. It is never kept.
    pub ip: Option<IpAddr>,
    /// Its name is none that anybody knows, but nearly this one: shown to people, changes nothing.
    pub near: Option<&'static str>,
}

impl Signals<'_> {
    /// What the address is known by, without being kept: 32 bits of its hash in small letters.
    #[must_use]
    pub fn address_hash(&self) -> Option<NonZeroU32> {
        let email = self.email.as_deref()?.trim();
        // No longer one comes from the decoder; of many events, so without a string of its own.
        let mut small = [0; 320];
        for (to, from) in small.iter_mut().zip(email.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        Some(some32(hash64(small.get(..email.len()).unwrap_or(&small))))
    }

    /// The domain of the address.
    #[must_use]
    pub fn mail_domain(&self) -> Option<&str> {
        let (_, domain) = self.email.as_deref()?.trim().rsplit_once('@')?;
        Some(domain).filter(|d| !d.is_empty())
    }
}

/// Which way of reaching somebody an event about consent means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Channel {
    /// Mail, or nothing is said.
    #[default]
    Mail,
    /// Another one, such as sms or push; or consent to something else than being written to.
    Other,
    /// An unknown word.
    Unknown,
}

/// What became of a mail, as far as it changes nothing of the consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailEvent {
    /// Sent or delivered.
    Delivered,
    Opened,
    Clicked,
}

/// What became of an order after it was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFate {
    Cancelled,
    Refunded,
}

/// What was done to the time that an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corrected {
    /// What was added.
    pub by_ms: Ms,
    pub clock: Clock,
}

/// Which clock was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// That of who sent it, as the time of sending shows.
    Sender,
    /// None: the time was local, without saying so.
    Local,
}

/// What an event says of how its order stands: `status`, `financial_status`, `payment_status` or `order_status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OrderStatus {
    #[default]
    Unsaid,
    Pending,
    Paid,
    Failed,
    Cancelled,
    Refunded,
    /// A part of it.
    PartlyRefunded,
    /// It is none yet, or none any more: a shop's own draft.
    Draft,
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
    /// The same with the name: identifies the message.
    pub repeat_hash: u64,
    pub position: Position,
    /// Where a router has sent it: which event of its record it is, and which part of what that came to.
    pub routed: Option<(u32, u32)>,
    /// It came on one of the `topics.email` topics.
    pub on_mail_topic: bool,
    pub cart_id: Option<Cow<'a, str>>,
    pub order_id: Option<Cow<'a, str>>,
    pub refund_id: Option<Cow<'a, str>>,
    /// The event carried a usable `products` list (maybe empty): it is a snapshot or names what was bought.
    pub has_products: bool,
    /// Products of the list, or the single product at top level.
    pub products: Vec<Product<'a>>,
    /// Products of the list for which there was no room in [`Event::products`].
    pub products_left_out: u32,
    /// `value`, `total` or `revenue`; of a contract `amount`; of a refund what it pays back: finite.
    pub value: Option<f64>,
    pub currency: Option<Cow<'a, str>>,
    /// The properties that some model looks at, in the order of their ids.
    pub properties: SmallVec<[(PropertyId, Value<'a>); 4]>,
    pub signals: Signals<'a>,
    /// Broken optional fields that were dropped.
    pub broken_fields: u16,
    /// The time lay too far in the future and was set to the record's.
    pub clamped: bool,
    /// Its time is not the one that it says.
    pub corrected: Option<Corrected>,
    /// What it says of ids, where identity is on and no router has looked at it.
    pub ids: Option<Box<SaidIds>>,
    /// The id under which it came first, where it was sent on: what it begins has its ids made of that name, whenever it was sent on.
    pub came_under: Option<Text>,
    /// The strongest address among the ids that it names, as ids are written; where identity is on.
    pub address: Option<Text>,
}

impl Event<'_> {
    /// The value of a property, when the event has it.
    #[must_use]
    pub fn property(&self, id: PropertyId) -> Option<&Value<'_>> {
        self.properties.iter().find(|(p, _)| *p == id).map(|(_, v)| v)
    }

    /// What was added to the time that it says itself.
    #[must_use]
    pub fn corrected_by_ms(&self) -> Ms {
        self.corrected.map_or(0, |corrected| corrected.by_ms)
    }

    /// What identifies the message.
    #[must_use]
    pub fn message(&self) -> Message {
        Message { hash: self.repeat_hash, id_hash: self.message_hash, is_change: self.kind.is_change() }
    }

    /// Whether it shows that the prospect is there.
    #[must_use]
    pub fn is_activity(&self) -> bool {
        self.kind.is_activity(self.on_mail_topic)
    }

    /// Whether the buyer did it: what shows that the prospect is there, and opening a mail, clicking in it, giving consent. Not
    /// what the shop, its systems and its people did, nor who somebody is said to be. `"*"` in a model means these.
    #[must_use]
    pub fn is_by_buyer(&self) -> bool {
        self.is_activity() || self.kind == Kind::Subscribed || matches!(self.mail(), Some(MailEvent::Opened | MailEvent::Clicked))
    }

    /// Whether it ought to name a product, and doesn't: nothing can be made of it.
    #[must_use]
    pub fn lacks_product(&self) -> bool {
        matches!(self.kind, Kind::ProductAdded | Kind::ProductRemoved | Kind::CartUpdated | Kind::CartLineSet)
            && self.products.is_empty()
            && !self.has_products
    }

    /// What became of a mail, for mail events that change nothing of the consent.
    #[must_use]
    pub fn mail(&self) -> Option<MailEvent> {
        if self.kind != Kind::Mail {
            return None;
        }
        match &*self.name {
            "Email Delivered" | "Email Sent" => Some(MailEvent::Delivered),
            "Email Opened" => Some(MailEvent::Opened),
            "Email Link Clicked" => Some(MailEvent::Clicked),
            _ => None,
        }
    }

    /// Hash of the id of the order that it is about.
    #[must_use]
    pub fn order_hash(&self) -> Option<NonZeroU64> {
        self.order_id.as_deref().map(|id| some64(hash64(id.as_bytes())))
    }

    /// Identifies a click whatever message reports it: mail, link and second. No one clicks a link twice in a second.
    #[must_use]
    pub fn click(&self) -> Option<Message> {
        let link = self.signals.link.filter(|_| self.mail() == Some(MailEvent::Clicked))?;
        let mut parts = [0; 16];
        parts[..4].copy_from_slice(&self.signals.mail.map_or(0, NonZeroU32::get).to_le_bytes());
        parts[4..8].copy_from_slice(&link.get().to_le_bytes());
        parts[8..].copy_from_slice(&self.time_ms.div_euclid(SECOND_MS).to_le_bytes());
        let hash = hash64(&parts);
        Some(Message { hash, id_hash: hash, is_change: true })
    }

    /// Somebody leaves one newsletter, not all mail.
    #[must_use]
    pub fn leaves_one_list(&self) -> bool {
        self.kind == Kind::Unsubscribed && (self.signals.of_list || &*self.name == ONE_LIST_LEFT)
    }

    /// Which way of reaching somebody an event about consent means: a name that says so is surer than a property.
    #[must_use]
    pub fn channel(&self) -> Channel {
        if self.name.starts_with("Email") { Channel::Mail } else { self.signals.channel }
    }

    /// What became of an order, for updates that take it back.
    #[must_use]
    pub fn order_fate(&self) -> Option<OrderFate> {
        match (self.kind, &*self.name) {
            (Kind::OrderUpdated, "Order Cancelled" | "Contract Cancelled") => Some(OrderFate::Cancelled),
            (Kind::OrderUpdated, "Order Refunded") => Some(OrderFate::Refunded),
            _ => None,
        }
    }

    /// Whether a refund is of a part of its order, by what it says itself: that it is, or which goods go back.
    #[must_use]
    pub fn is_of_a_part(&self) -> bool {
        self.signals.is_part || !self.products.is_empty() && self.signals.order_status != OrderStatus::Refunded
    }

    /// Price times quantity of the products whose price is known; nothing when none is.
    #[must_use]
    pub fn value_of_products(&self) -> Option<f64> {
        let mut priced = self.products.iter().filter_map(|p| Some(p.price? * p.quantity.unwrap_or(1.0))).peekable();
        priced.peek()?;
        Some(priced.sum()).filter(|v: &f64| v.is_finite())
    }

    /// Whether it shows who the prospect is: a user, an address, traits, an order or what became of one, an account.
    #[must_use]
    pub fn identifies(&self) -> bool {
        self.signals.has_user || self.shows_address() || self.kind.is_of_somebody_known()
    }

    /// Whether it shows that somebody knows an address of the prospect: it names one, or is about a mail to it.
    #[must_use]
    pub fn shows_address(&self) -> bool {
        self.signals.email.is_some()
            || self.signals.id_is_address
            || matches!(self.kind, Kind::Mail | Kind::HardBounce | Kind::SoftBounce | Kind::Complained)
            || (matches!(self.kind, Kind::Unsubscribed | Kind::Subscribed) && self.channel() != Channel::Other)
    }
}

/// What identifies a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// Hash of its id and its name: some senders give a whole checkout one id.
    pub hash: u64,
    /// Hash of its id alone.
    pub id_hash: u64,
    /// It changes a cart, an order, a mail's count or an identity.
    pub is_change: bool,
}
