//! What an event means to the service itself, and names as small integers.

use crate::domain::names::authority::Authority;

/// What an event means to the service itself, whatever the models say of it.
///
/// `Other` is any name without a built-in meaning; a model may still name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Page,
    Screen,
    Identify,
    Group,
    Alias,
    /// A known event of a shop's site that is neither cart, checkout nor order (views, searches, lists, coupons, wish lists,
    /// shares, reviews).
    Site,
    ProductAdded,
    ProductRemoved,
    CartViewed,
    CartUpdated,
    CartEmptied,
    /// Each product that it names has this quantity now; the other lines stay.
    CartLineSet,
    CheckoutStarted,
    /// `Checkout Step Viewed`, `Checkout Step Completed`, `Payment Info Entered`.
    CheckoutProgress,
    PaymentFailed,
    OrderCompleted,
    /// `Order Updated`, `Order Cancelled`, `Order Refunded`: no activity of the prospect.
    OrderUpdated,
    /// Mail events that change nothing of the consent: delivered, opened, clicked.
    Mail,
    HardBounce,
    SoftBounce,
    Complained,
    Unsubscribed,
    /// Consent came back.
    Subscribed,
    /// `User Deleted`: erase the prospect.
    Deleted,
    /// What sales says of a lead, not what the prospect does: `Lead Accepted`, `Lead Lost`, …
    Sales,
    /// What the shop or its systems did, by the words of its name: a price dropped, a parcel left, a contact was imported.
    Seller,
    /// Something was sold, though not by an order: `Contract Signed`, or what a model names.
    Contract,
    Other,
}

impl Kind {
    /// What only trusted inputs may say by such an event; `None`: anybody may. Calls that make somebody known, consent that is
    /// given and orders come from browsers and are welcome everywhere.
    #[must_use]
    pub fn authority(self) -> Option<Authority> {
        match self {
            Self::Deleted => Some(Authority::Erasure),
            Self::HardBounce | Self::SoftBounce | Self::Complained | Self::Unsubscribed => Some(Authority::Consent),
            Self::Sales => Some(Authority::Sales),
            Self::Page
            | Self::Screen
            | Self::Identify
            | Self::Group
            | Self::Alias
            | Self::Site
            | Self::ProductAdded
            | Self::ProductRemoved
            | Self::CartViewed
            | Self::CartUpdated
            | Self::CartEmptied
            | Self::CartLineSet
            | Self::CheckoutStarted
            | Self::CheckoutProgress
            | Self::PaymentFailed
            | Self::OrderCompleted
            | Self::OrderUpdated
            | Self::Mail
            | Self::Subscribed
            | Self::Seller
            | Self::Contract
            | Self::Other => None,
        }
    }

    /// Whether such an event shows that the prospect is there (docs/events.md).
    #[must_use]
    pub fn is_activity(self, on_mail_topic: bool) -> bool {
        match self {
            Self::Page | Self::Screen | Self::Site => true,
            Self::Other | Self::Contract => !on_mail_topic,
            _ => self.is_cart_activity(),
        }
    }

    /// Whether only somebody who is known sends such an event, or is spoken of in it: identity, orders, answers of sales.
    #[must_use]
    pub fn is_of_somebody_known(self) -> bool {
        matches!(
            self,
            Self::Identify
                | Self::Group
                | Self::Alias
                | Self::OrderCompleted
                | Self::OrderUpdated
                | Self::Contract
                | Self::Sales
                | Self::Deleted
        )
    }

    /// Whether it changes a cart, an order, a mail's count or an identity: applied twice, it would do harm.
    #[must_use]
    pub fn is_change(self) -> bool {
        !matches!(self, Self::Page | Self::Screen | Self::Site | Self::Seller | Self::Other)
    }

    /// Whether it says that an order was placed, or what became of one.
    #[must_use]
    pub fn is_about_orders(self) -> bool {
        matches!(self, Self::OrderCompleted | Self::OrderUpdated | Self::PaymentFailed | Self::Contract)
    }

    /// Whether it is a cart, checkout or order event (what `idle_on = "cart"` looks at).
    #[must_use]
    pub fn is_cart_activity(self) -> bool {
        matches!(
            self,
            Self::ProductAdded
                | Self::ProductRemoved
                | Self::CartViewed
                | Self::CartUpdated
                | Self::CartEmptied
                | Self::CartLineSet
                | Self::CheckoutStarted
                | Self::CheckoutProgress
                | Self::PaymentFailed
                | Self::OrderCompleted
        )
    }

    /// Every class that [`Kind::class`] gives.
    pub const CLASSES: [&'static str; 10] =
        ["page", "identity", "site", "cart", "checkout", "order", "email", "sales", "seller", "other"];

    /// Closed metric label: the class of an event name.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Page | Self::Screen => "page",
            Self::Identify | Self::Group | Self::Alias | Self::Deleted => "identity",
            Self::Site => "site",
            Self::ProductAdded
            | Self::ProductRemoved
            | Self::CartViewed
            | Self::CartUpdated
            | Self::CartEmptied
            | Self::CartLineSet => "cart",
            Self::CheckoutStarted | Self::CheckoutProgress | Self::PaymentFailed => "checkout",
            Self::OrderCompleted | Self::OrderUpdated | Self::Contract => "order",
            Self::Mail | Self::HardBounce | Self::SoftBounce | Self::Complained | Self::Unsubscribed | Self::Subscribed => {
                "email"
            }
            Self::Sales => "sales",
            Self::Seller => "seller",
            Self::Other => "other",
        }
    }
}

/// An event name as an integer: the names that any loaded model uses. [`NameId::NONE`] is a name that no model uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u16);

impl NameId {
    /// A name that no loaded model uses.
    pub const NONE: Self = Self(u16::MAX);
}

/// A property path that some loaded model looks at, such as `path` or `category`; an index into
/// [`crate::domain::names::vocabulary::Vocabulary::properties`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyId(pub u16);

/// Somebody left one newsletter of several.
pub const ONE_LIST_LEFT: &str = "Unsubscribed from List";
