//! What in an event is looked at, whatever the models name: fields at its top level, properties, fields of products, signals.

use super::bounce::BounceNotation;
use super::flags::Group;

/// Objects that are looked into, by their number among all of them; first those at the top level of an event.
pub(super) const PROPERTIES: u16 = 0;
pub(super) const CONTEXT: u16 = 1;
pub(super) const TRAITS: u16 = 2;
/// A product of the list in the properties.
pub(super) const PRODUCT: u16 = 3;
/// `ecommerce`, as the data layer of GA4 has it.
pub(super) const ECOMMERCE: u16 = 4;
/// A product in an object of its own among the properties: `product`.
pub(super) const ITEM: u16 = 5;

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
    /// Who it is doesn't matter, as the record's key says so, but that someone is logged in does.
    SomeUser,
    AnonymousId,
    Timestamp,
    OriginalTimestamp,
    ReceivedAt,
    SentAt,
    Batch,
    Email,
}

impl TopField {
    /// An object in its place may be a time.
    pub(super) fn is_time(self) -> bool {
        matches!(self, Self::Timestamp | Self::OriginalTimestamp | Self::ReceivedAt | Self::SentAt)
    }
}

/// A property that the service itself looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    CartId,
    OrderId,
    RefundId,
    Value,
    Total,
    Revenue,
    Amount,
    Refund,
    RefundedSoFar,
    Currency,
    Products,
    Product(ProductField),
}

/// A field of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProductField {
    ProductId,
    Sku,
    V1Id,
    Name,
    Variant,
    Url,
    ImageUrl,
    Price,
    Quantity,
    Currency,
}

/// How many there are.
pub(super) const PRODUCT_FIELDS: usize = 10;

/// What the service itself looks at, whatever the models name; the number is the rank among several places for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Email(u8),
    UserAgent(u8),
    Marked,
    /// The same in a word, in a mail event: whose machine it was.
    MailMarked,
    Trigger,
    Mail(u8),
    /// A name of the mail or of its campaign; the number is its place in [`MailNames`](crate::domain::mail::MailNames).
    MailName(u8),
    Link(u8),
    CheckoutStep,
    List,
    /// Several lists.
    Lists,
    /// A group of people, or of mails in SendGrid's events.
    MailGroup,
    /// Hard or soft.
    Bounce(BounceNotation, u8),
    /// Ids of a person outside of the envelope.
    User(u8),
    Anonymous(u8),
    /// How an order stands, and why it was cancelled.
    OrderStatus(u8),
    OrderReason(u8),
    /// Only a part of it is refunded.
    OrderPart,
    /// A place that says yes or no: its bit.
    Flag(u8),
    /// The channel that is meant, or the purpose.
    Channel(Group),
    /// From where an event came.
    Ip(u8),
    /// What a page calls itself: its category (0), its title (1).
    PageWord(u8),
    /// The rating of a product, and the end of its scale.
    Rating(u8),
    BestRating(u8),
}

impl Signal {
    /// The same under another spelling of its name, which goes before other names and places.
    pub(super) fn otherwise(self) -> Self {
        match self {
            Self::UserAgent(rank) => Self::UserAgent(rank + 1),
            Self::Mail(rank) => Self::Mail(rank + 1),
            Self::Link(rank) => Self::Link(rank + 1),
            Self::User(rank) => Self::User(rank + 1),
            Self::Anonymous(rank) => Self::Anonymous(rank + 1),
            Self::Rating(rank) => Self::Rating(rank + 1),
            Self::BestRating(rank) => Self::BestRating(rank + 1),
            Self::Email(rank) if rank >= ELSEWHERE => Self::Email(rank + 1),
            other => other,
        }
    }
}

/// Rank of an address that stands neither in the traits (0) nor in those of the context (1).
pub(super) const ELSEWHERE: u8 = 2;

/// Rank from which only what looks like an address is one: ids of other kinds stand there too.
pub(super) const MAY_BE_AN_ID: u8 = 24;

/// Rank of SendGrid's id of a mail.
pub(super) const SENDGRID: u8 = 2;

/// Rank from which an address among the properties may be somebody else's, such as that of who serves a customer.
pub(super) const BEYOND_DOUBT: u8 = 8;
