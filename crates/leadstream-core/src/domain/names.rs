//! Names become small integers once: event names, and the properties that the loaded models look at.

mod authority;
pub mod bounces;
mod consent;
mod deeds;
mod dictionary;
mod flags;
mod near;
pub mod pages;
pub mod ratings;
mod said;
mod spelling;
mod tools;
mod usual;

pub use authority::Authority;
pub use deeds::{is_content, is_sellers, is_told_by_tools};
pub use dictionary::{CALLS, DICTIONARY, OF_MODELS, canonical, canonical_names, kind_of_track, usual};
pub use flags::{Flags, MAX_FLAGS};
pub use near::{near, nearest};
pub use spelling::{Known, MAX_NORMAL_BYTES, all as all_known, known, normal, words};
pub use tools::without_tool;

use super::model::name_hash;
use super::titles::{OTHER_TITLE, TITLE_TRAITS};
use std::collections::{BTreeMap, BTreeSet};

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
    /// A known event of a shop's site that is neither cart, checkout nor order (views, searches, lists, coupons, wish lists, shares, reviews).
    Site,
    ProductAdded,
    ProductRemoved,
    CartViewed,
    CartUpdated,
    CartEmptied,
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

/// An event name as an integer: the names that any loaded model uses. [`NameId::NONE`] is a name that no model uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u16);

impl NameId {
    /// A name that no loaded model uses.
    pub const NONE: Self = Self(u16::MAX);
}

/// A property path that some loaded model looks at, such as `path` or `category`; an index into [`Vocabulary::properties`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyId(pub u16);

/// A trait that some loaded model looks at: what identify calls say of a person, or (`group.industry`) group calls of a company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitName {
    pub name: String,
    /// [`super::model::name_hash`] of the name: how a record knows it.
    pub hash: u32,
    /// Where events carry it.
    pub property: PropertyId,
    pub of_company: bool,
    /// It is a job title: how to address somebody ("Ms") is none.
    pub is_title: bool,
}

/// Every event name, property and trait that the loaded models use. Built once; decoders look names up in it.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    names: Vec<String>,
    name_ids: BTreeMap<String, NameId>,
    properties: Vec<String>,
    property_ids: BTreeMap<String, PropertyId>,
    traits: Vec<TraitName>,
    user_agents: bool,
    /// What says where a prospect came from.
    pub source: Option<PropertyId>,
    pub campaign: Option<PropertyId>,
    /// Names by which sales speaks in some model.
    sales: BTreeSet<String>,
    flags: flags::FlagPlaces,
    /// Names that say in some model that something was sold.
    contracts: BTreeSet<String>,
    /// Names that no model names in its own words.
    quiet: BTreeSet<String>,
}

impl Vocabulary {
    /// The id of an event name, making one when it is new. Aliases are resolved to the canonical name first.
    pub fn intern_name(&mut self, name: &str) -> NameId {
        let name = canonical(name);
        self.quiet.remove(name);
        if let Some(id) = self.name_ids.get(name) {
            return *id;
        }
        let id = NameId(u16::try_from(self.names.len()).unwrap_or(u16::MAX - 1));
        self.names.push(name.to_owned());
        self.name_ids.insert(name.to_owned(), id);
        id
    }

    /// The id of a property path, making one when it is new.
    pub fn intern_property(&mut self, path: &str) -> PropertyId {
        if let Some(id) = self.property_ids.get(path) {
            return *id;
        }
        if path == pages::PAGE_KIND {
            // It is made of the path, where there is one.
            self.intern_property("path");
        }
        let id = PropertyId(u16::try_from(self.properties.len()).unwrap_or(u16::MAX - 1));
        self.properties.push(path.to_owned());
        self.property_ids.insert(path.to_owned(), id);
        id
    }

    /// The hash by which records know a trait; from now on the trait is kept of every prospect.
    pub fn intern_trait(&mut self, name: &str) -> u32 {
        if let Some(known) = self.traits.iter().find(|t| t.name == name) {
            return known.hash;
        }
        let (of_company, rest) = name.strip_prefix("group.").map_or((false, name), |rest| (true, rest));
        let property = self.intern_property(&format!("traits.{rest}"));
        let hash = name_hash(name);
        let is_title = TITLE_TRAITS.contains(&name);
        self.traits.push(TraitName { name: name.to_owned(), hash, property, of_company, is_title });
        if is_title && !self.traits.iter().any(|t| t.name == OTHER_TITLE) {
            // Under names that may say something else: counts where no other says one.
            let property = self.intern_property(&format!("traits.{OTHER_TITLE}"));
            let other = TraitName { name: OTHER_TITLE.to_owned(), hash: name_hash(OTHER_TITLE), property, of_company, is_title };
            self.traits.push(other);
        }
        hash
    }

    /// All traits, in the order in which the models name them.
    #[must_use]
    pub fn traits(&self) -> &[TraitName] {
        &self.traits
    }

    /// Some model looks at the programs that make events.
    pub fn want_user_agents(&mut self) {
        self.user_agents = true;
    }

    /// Whether any model looks at the programs that make events.
    #[must_use]
    pub fn wants_user_agents(&self) -> bool {
        self.user_agents
    }

    /// Looks at what says where a prospect came from, whatever the models look at.
    pub fn intern_origin(&mut self) {
        self.source = Some(self.intern_property("context.campaign.source"));
        self.campaign = Some(self.intern_property("context.campaign.name"));
    }

    /// From now on an event of this name, if it has no other meaning, is what sales says.
    pub fn intern_sales(&mut self, name: &str) {
        self.sales.insert(canonical(name).to_owned());
    }

    /// From now on an event of this name, if it has no other meaning, says that something was sold.
    pub fn intern_contract(&mut self, name: &str) {
        self.contracts.insert(canonical(name).to_owned());
    }

    /// This name is looked at, but no model has named it so far.
    pub fn hush(&mut self, name: &str) {
        self.quiet.insert(canonical(name).to_owned());
    }

    /// What a canonical `track` name means, with these models.
    #[must_use]
    pub fn kind_of_track(&self, name: &str) -> Kind {
        match kind_of_track(name) {
            Kind::Other if self.sales.contains(name) => Kind::Sales,
            // Whoever says no is heard, also where a model names it in its own words.
            Kind::Other if consent_said(name).is_some() => consent_said(name).map_or(Kind::Other, kind_of_track),
            // What a model calls a sale is one, whatever its words sound like.
            Kind::Other if self.contracts.contains(name) => Kind::Contract,
            Kind::Other if is_sellers(name) => Kind::Seller,
            kind => kind,
        }
    }

    /// The canonical name of what teams call an event, where a model knows that one and none names the event in its own words.
    #[must_use]
    pub fn stands_for(&self, name: &str) -> Option<&'static str> {
        let (mut one, mut other) = ([0; MAX_NORMAL_BYTES], [0; MAX_NORMAL_BYTES]);
        let wanted = normal(name, &mut one)?;
        let mut is_it = |name: &str| normal(name, &mut other) == Some(wanted);
        let is_of = |rest: &str, name: &str| normal(name, &mut [0; MAX_NORMAL_BYTES]) == Some(rest);
        if known(name).is_some() || self.names.iter().any(|own| is_it(own)) {
            return None;
        }
        // A contract that no model names is told by its own name only: what teams call one may be something else in a shop.
        let is_named = |name: &str| self.name(name) != NameId::NONE && !self.quiet.contains(name);
        let has_meaning = |name: &str| !matches!(self.kind_of_track(name), Kind::Other | Kind::Contract) || is_named(name);
        if let Some((_, name)) = usual().find(|(usual, name)| is_it(usual) && has_meaning(name)) {
            return Some(name);
        }
        let rest = without_tool(wanted)?;
        let canonical = canonical_names().find(|name| is_of(rest, name) && has_meaning(name));
        let name = canonical.or_else(|| self.stands_for(rest)).or_else(|| known(rest).map(|known| known.name))?;
        is_told_by_tools(kind_of_track(name)).then_some(name)
    }

    /// The id of a canonical event name; [`NameId::NONE`] when no model uses it.
    #[must_use]
    pub fn name(&self, canonical_name: &str) -> NameId {
        self.name_ids.get(canonical_name).copied().unwrap_or(NameId::NONE)
    }

    /// The id of a property path, when some model looks at it.
    #[must_use]
    pub fn property(&self, path: &str) -> Option<PropertyId> {
        self.property_ids.get(path).copied()
    }

    /// All property paths, in the order of their ids.
    #[must_use]
    pub fn properties(&self) -> &[String] {
        &self.properties
    }

    /// All event names, in the order of their ids.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

/// The canonical name of what an unknown name says of consent by its words.
#[must_use]
pub fn consent_said(name: &str) -> Option<&'static str> {
    (name.len() <= MAX_NORMAL_BYTES).then(|| words(name)).and_then(|words| said::consent_said(&words))
}

/// Somebody left one newsletter of several.
pub const ONE_LIST_LEFT: &str = "Unsubscribed from List";

impl Kind {
    /// What only trusted inputs may say by such an event; `None`: anybody may. Calls that make somebody known, consent that is given and
    /// orders come from browsers and are welcome everywhere.
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

    /// Whether such an event shows that the prospect is there (contract, section 2 "Activity").
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

    /// Whether it changes a cart, an order, a mail's count or an identity: told again it would do harm.
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
            Self::ProductAdded | Self::ProductRemoved | Self::CartViewed | Self::CartUpdated | Self::CartEmptied => "cart",
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
