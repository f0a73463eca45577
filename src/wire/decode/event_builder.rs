//! What was read of a record, whatever its format, before the rules of docs/events.md are applied.

use super::clock::Times;
use super::fields::BuiltIn;
use super::lookup::{Entry, Lookup};
use super::products::{ProductBuilder, ProductList};
use super::property_names::{CANONICAL, OTHERWISE, keep};
use super::signals::SignalBuilder;
use super::value::{Faults, MAX_VALUE, Scalar, path_of_url};
use crate::domain::event::{OrderStatus, Value};
use crate::domain::names::{Flags, PropertyId};
use crate::domain::placeholder_ids::IdOf;
use smallvec::SmallVec;
use std::borrow::Cow;

/// What was read of a record.
#[derive(Debug, Default)]
pub(super) struct EventBuilder<'a> {
    pub call: Option<Cow<'a, str>>,
    pub event: Option<Cow<'a, str>>,
    pub call_name: Option<Scalar<'a>>,
    pub call_category: Option<Scalar<'a>>,
    pub group_id: Option<Scalar<'a>>,
    pub message_id: Option<Cow<'a, str>>,
    pub times: Times,
    /// Only read from files.
    pub file: FileFields<'a>,
    pub cart_id: Option<Cow<'a, str>>,
    pub order_id: Option<Cow<'a, str>>,
    pub refund_id: Option<Cow<'a, str>>,
    pub value: Option<f64>,
    pub total: Option<f64>,
    pub revenue: Option<f64>,
    /// What a contract is worth; of other events it may mean anything.
    pub amount: Option<f64>,
    /// What a refund says that it pays back; what it says that was paid back so far.
    pub refund: Option<f64>,
    pub refunded_so_far: Option<f64>,
    pub currency: Option<Cow<'a, str>>,
    /// The product at top level, if it has an id.
    pub single: ProductBuilder<'a>,
    pub list: ProductList<'a>,
    /// Of each field under how good a name it came: one more than the rank, 0 where it didn't.
    pub found: [u8; FIELDS],
    /// In the order of their ids.
    pub properties: SmallVec<[(PropertyId, Value<'a>); 4]>,
    /// Of each property the rank of the place that gave it.
    pub ranks: SmallVec<[u8; 8]>,
    pub signals: SignalBuilder<'a>,
    /// `properties` were there.
    pub has_properties: bool,
    /// It holds a `batch` of events.
    pub is_batch: bool,
    pub faults: Faults,
}

/// What a line of a file says in place of a record's key.
#[derive(Debug, Default)]
pub(super) struct FileFields<'a> {
    pub user_id: Option<Cow<'a, str>>,
    pub anonymous_id: Option<Cow<'a, str>>,
    /// `userId` is a single 0.
    pub is_user_zero: bool,
    /// `anonymousId` is there, whatever it says.
    pub has_anonymous: bool,
}

/// How many there are that have a place in [`EventBuilder::found`].
const FIELDS: usize = 10;

impl<'a> EventBuilder<'a> {
    #[inline]
    pub(super) fn set(&mut self, field: BuiltIn, rank: u8, scalar: Scalar<'a>) {
        // What others call a field may mean something else here: an object in its place is no fault.
        if rank > CANONICAL && matches!(scalar, Scalar::Other) {
            return;
        }
        let faults = &mut self.faults;
        let [cart_id, order_id, refund_id, value, total, revenue, worth, refund, so_far, currency] = &mut self.found;
        let amount = |scalar: Scalar<'a>, faults: &mut Faults| scalar.number_in(-MAX_VALUE, MAX_VALUE, faults);
        match field {
            BuiltIn::CartId => keep(&mut self.cart_id, cart_id, rank, scalar.id(IdOf::Thing, faults)),
            BuiltIn::OrderId => keep(&mut self.order_id, order_id, rank, scalar.id(IdOf::Thing, faults)),
            BuiltIn::RefundId => keep(&mut self.refund_id, refund_id, rank, scalar.id(IdOf::Thing, faults)),
            BuiltIn::Value => keep(&mut self.value, value, rank, amount(scalar, faults)),
            BuiltIn::Total => keep(&mut self.total, total, rank, amount(scalar, faults)),
            BuiltIn::Revenue => keep(&mut self.revenue, revenue, rank, amount(scalar, faults)),
            // Most events mean something else by it: that is no fault.
            BuiltIn::Amount => keep(&mut self.amount, worth, rank, amount(scalar, &mut Faults::default())),
            BuiltIn::Refund => keep(&mut self.refund, refund, rank, amount(scalar, &mut Faults::default())),
            BuiltIn::RefundedSoFar => keep(&mut self.refunded_so_far, so_far, rank, amount(scalar, &mut Faults::default())),
            BuiltIn::Currency => keep(&mut self.currency, currency, rank, scalar.currency(faults)),
            BuiltIn::Product(field) => self.single.set(field, rank, scalar, faults),
            // A list is read by its own reader; a single value in its place is broken.
            BuiltIn::Products if rank > CANONICAL || matches!(scalar, Scalar::Null) => {}
            BuiltIn::Products => faults.count_broken(),
        }
    }

    /// Takes away the ids of things that a shop says are none.
    #[cold]
    pub(super) fn forget_ids(&mut self, is_id: impl Fn(&str) -> bool) {
        let forget = |id: &mut Option<Cow<'a, str>>| *id = id.take().filter(|id| is_id(id));
        [&mut self.cart_id, &mut self.order_id, &mut self.refund_id, &mut self.message_id, &mut self.single.v1_id]
            .into_iter()
            .for_each(forget);
        self.list.ids.retain(|(_, id)| is_id(id));
        for product in self.list.products.iter_mut().chain([&mut self.single.product]) {
            product.sku = product.sku.take().filter(|id| is_id(id));
            if !product.id.is_empty() && !is_id(&product.id) {
                product.id = Cow::default();
                self.list.without_id = true;
            }
        }
    }

    /// The same of people.
    pub(super) fn forget_people(&mut self, is_id: impl Fn(&str) -> bool) {
        for id in [&mut self.file.user_id, &mut self.file.anonymous_id] {
            *id = id.take().filter(|id| is_id(id));
        }
    }

    /// The properties come: of those that came before, if the key stands there twice, the service forgets what it knew.
    #[inline]
    pub(super) fn begin_properties(&mut self) {
        if std::mem::replace(&mut self.has_properties, true) {
            self.forget_properties();
        }
    }

    /// What it says that it is worth.
    pub(super) fn stated_value(&self) -> Option<f64> {
        self.value.or(self.total).or(self.revenue)
    }

    /// What an update of an order says that it is worth; of a refund what it pays back, and whether that is all that was paid back so far.
    /// What only a refund has goes before the total, which may be the whole order's.
    pub(super) fn refunded(&self, name: &str) -> (Option<f64>, bool) {
        let status = self.signals.order_status();
        let is_named = name == "Order Refunded";
        if !is_named && !matches!(status, OrderStatus::Refunded | OrderStatus::PartlyRefunded) {
            return (self.stated_value(), false);
        }
        if self.refund.is_none() && self.refunded_so_far.is_some() {
            // Of a refund with an id of its own it is that refund's.
            return (self.refunded_so_far, self.refund_id.is_none());
        }
        let amount = self.plain_amount().filter(|_| is_named);
        // An update gives the order's total beside the status.
        let stated = self.stated_value().filter(|_| is_named || status == OrderStatus::Refunded);
        (self.refund.or(amount).or(stated), false)
    }

    /// `amount`, in whichever spelling: not what only a contract's is called.
    fn plain_amount(&self) -> Option<f64> {
        let [.., amount, _, _, _] = self.found;
        self.amount.filter(|_| amount <= OTHERWISE + 1)
    }

    #[cold]
    fn forget_properties(&mut self) {
        let fresh = Self::default();
        self.cart_id = fresh.cart_id;
        self.order_id = fresh.order_id;
        self.refund_id = fresh.refund_id;
        (self.value, self.total, self.revenue, self.amount) = (None, None, None, None);
        (self.refund, self.refunded_so_far) = (None, None);
        self.currency = fresh.currency;
        self.single = fresh.single;
        self.list = fresh.list;
        self.signals.bounce = fresh.signals.bounce;
        self.found = fresh.found;
    }

    /// Keeps a value for the models, wherever the entry wants it.
    pub(super) fn put(&mut self, entry: &Entry, scalar: &Scalar<'a>) {
        for signal in entry.signals.iter().copied() {
            self.signals.set(signal, scalar);
        }
        for target in &entry.targets {
            if !target.path_of_url {
                if let Some(value) = scalar.clone().property(&mut self.faults) {
                    self.put_value(target.property, target.rank, value);
                }
            } else if self.wants(target.property, target.rank) {
                let path = match scalar {
                    Scalar::Text(Cow::Borrowed(url)) => path_of_url(url).map(Cow::Borrowed),
                    Scalar::Text(Cow::Owned(url)) => path_of_url(url).map(|path| Cow::Owned(path.to_owned())),
                    _ => None,
                };
                if let Some(path) = path {
                    self.put_value(target.property, target.rank, Value::Text(path));
                }
            }
        }
    }

    /// Where the properties have a value of this property or would get it, and the rank of the one that is there.
    fn place(&self, property: PropertyId) -> (usize, Option<u8>) {
        let place = self.properties.iter().take_while(|(p, _)| *p < property).count();
        let is_there = self.properties.get(place).is_some_and(|(p, _)| *p == property);
        (place, self.ranks.get(place).copied().filter(|_| is_there))
    }

    /// Whether a value of this rank would be kept: of several values of one property the first with the lowest rank is.
    fn wants(&self, property: PropertyId, rank: u8) -> bool {
        self.place(property).1.is_none_or(|best| rank < best)
    }

    pub(super) fn put_value(&mut self, property: PropertyId, rank: u8, value: Value<'a>) {
        match self.place(property) {
            (place, None) => {
                self.properties.insert(place, (property, value));
                self.ranks.insert(place, rank);
            }
            (place, Some(best)) if rank < best => {
                self.properties[place].1 = value;
                self.ranks[place] = rank;
            }
            _ => {}
        }
    }

    /// The page's name and category, which page and screen calls carry beside their properties.
    pub(super) fn put_call_fields(&mut self, lookup: &Lookup) {
        for (property, scalar) in [(lookup.call_name, self.call_name.take()), (lookup.call_category, self.call_category.take())] {
            if let (Some(property), Some(scalar)) = (property, scalar)
                && let Some(value) = scalar.property(&mut self.faults)
            {
                self.put_value(property, 1, value);
            }
        }
    }

    /// A trait that takes consent away, in an input that isn't trusted: the rest of the event counts.
    #[cold]
    pub(super) fn believe_no_withdrawal(&mut self, withdrawing: Flags) {
        let flags = &mut self.signals.flags;
        if flags.yes & withdrawing.yes | flags.no & withdrawing.no != 0 {
            flags.yes &= !withdrawing.yes;
            flags.no &= !withdrawing.no;
            self.faults.count_broken();
        }
    }

    /// Which group a group call is about.
    pub fn put_group_id(&mut self, lookup: &Lookup) {
        if let (Some(property), Some(scalar)) = (lookup.group_id, self.group_id.take())
            && let Some(value) = scalar.property(&mut self.faults)
        {
            self.put_value(property, 0, value);
        }
    }
}
