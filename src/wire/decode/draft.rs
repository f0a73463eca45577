//! What was read of a record, whatever its format, before the rules of the contract are applied.

use super::clock::Times;
use super::lookup::{Entry, Lookup};
use super::signals::SignalDraft;
use super::value::{Faults, MAX_CURRENCY_BYTES, MAX_PRICE, MAX_TEXT_BYTES, MAX_URL_BYTES, MAX_VALUE, Scalar, path_of_url};
use crate::domain::event::{Product, Value};
use crate::domain::names::PropertyId;
use smallvec::SmallVec;
use std::borrow::Cow;

/// Most products of one event; further ones are dropped and counted.
pub const MAX_PRODUCTS: usize = 100;

/// What was read of a record.
#[derive(Debug, Default)]
pub(super) struct Draft<'a> {
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
    /// The name of the order's id in v1.
    pub v1_order_id: Option<Cow<'a, str>>,
    pub value: Option<f64>,
    pub total: Option<f64>,
    pub revenue: Option<f64>,
    pub currency: Option<Cow<'a, str>>,
    /// The product at top level, if it has an id.
    pub single: DraftProduct<'a>,
    pub list: ProductList<'a>,
    /// In the order of their ids.
    pub properties: SmallVec<[(PropertyId, Value<'a>); 4]>,
    /// Of each property the rank of the place that gave it.
    pub ranks: SmallVec<[u8; 8]>,
    pub signals: SignalDraft<'a>,
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
}

/// A product whose id is not yet decided.
#[derive(Debug, Default)]
pub(super) struct DraftProduct<'a> {
    /// `product_id`, or empty.
    pub product: Product<'a>,
    /// The name of a product's id in v1.
    pub v1_id: Option<Cow<'a, str>>,
}

/// The `products` of an event.
#[derive(Debug, Default)]
pub(super) struct ProductList<'a> {
    /// It was an array.
    pub given: bool,
    /// It had elements that are no product (or, before the name is known, may be none).
    pub without_id: bool,
    pub dropped: bool,
    /// Beyond [`MAX_PRODUCTS`].
    pub left_out: u32,
    pub products: Vec<Product<'a>>,
    /// Index and v1 id of the products that have one.
    pub v1_ids: Vec<(usize, Cow<'a, str>)>,
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

/// A property that the service itself looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BuiltIn {
    CartId,
    OrderId,
    V1OrderId,
    Value,
    Total,
    Revenue,
    Currency,
    Products,
    Product(ProductField),
}

impl BuiltIn {
    pub(super) const ALL: [(&'static str, Self); 17] = [
        ("cart_id", Self::CartId),
        ("order_id", Self::OrderId),
        ("orderId", Self::V1OrderId),
        ("value", Self::Value),
        ("total", Self::Total),
        ("revenue", Self::Revenue),
        ("currency", Self::Currency),
        ("products", Self::Products),
        ("product_id", Self::Product(ProductField::ProductId)),
        ("sku", Self::Product(ProductField::Sku)),
        ("id", Self::Product(ProductField::V1Id)),
        ("name", Self::Product(ProductField::Name)),
        ("variant", Self::Product(ProductField::Variant)),
        ("url", Self::Product(ProductField::Url)),
        ("image_url", Self::Product(ProductField::ImageUrl)),
        ("price", Self::Product(ProductField::Price)),
        ("quantity", Self::Product(ProductField::Quantity)),
    ];
}

impl<'a> DraftProduct<'a> {
    #[inline]
    pub(super) fn set(&mut self, field: ProductField, scalar: Scalar<'a>, faults: &mut Faults) {
        let product = &mut self.product;
        match field {
            ProductField::ProductId => product.id = scalar.id(faults).unwrap_or_default(),
            ProductField::Sku => product.sku = scalar.id(faults),
            ProductField::V1Id => self.v1_id = scalar.id(faults),
            ProductField::Name => product.name = scalar.cut(MAX_TEXT_BYTES, faults),
            ProductField::Variant => product.variant = scalar.cut(MAX_TEXT_BYTES, faults),
            ProductField::Url => product.url = scalar.short(MAX_URL_BYTES, faults),
            ProductField::ImageUrl => product.image_url = scalar.short(MAX_URL_BYTES, faults),
            ProductField::Price => product.price = scalar.number_in(0.0, MAX_PRICE, faults),
            ProductField::Quantity => product.quantity = scalar.quantity(faults),
            ProductField::Currency => product.currency = scalar.short(MAX_CURRENCY_BYTES, faults),
        }
    }
}

impl<'a> ProductList<'a> {
    pub(super) fn push(&mut self, draft: DraftProduct<'a>, faults: &mut Faults) {
        if self.products.len() >= MAX_PRODUCTS {
            self.left_out = self.left_out.saturating_add(1);
            self.drop_one(faults);
            return;
        }
        if let Some(id) = draft.v1_id {
            self.v1_ids.push((self.products.len(), id));
        }
        self.without_id |= draft.product.id.is_empty();
        self.products.push(draft.product);
    }

    pub(super) fn drop_one(&mut self, faults: &mut Faults) {
        self.dropped = true;
        faults.broken::<()>();
    }

    /// The products, and whether they were a usable list. `single` is taken where there are none.
    ///
    /// A list of which nothing is usable is no list: taken as an empty one it would empty the cart.
    pub(super) fn finish(mut self, single: DraftProduct<'a>, is_v1: bool, faults: &mut Faults) -> (Vec<Product<'a>>, bool) {
        if self.without_id {
            self.decide_ids(is_v1, faults);
        }
        let usable = self.given && !(self.dropped && self.products.is_empty());
        if self.products.is_empty() {
            let DraftProduct { mut product, v1_id } = single;
            if let Some(id) = v1_id.filter(|_| is_v1 && product.id.is_empty()) {
                product.id = id;
            }
            if decide_id(&mut product) {
                self.products = vec![product];
            }
        }
        (self.products, usable)
    }

    /// Decides the id of each product and drops those that have none.
    fn decide_ids(&mut self, is_v1: bool, faults: &mut Faults) {
        for (n, id) in self.v1_ids.drain(..) {
            if let Some(product) = self.products.get_mut(n).filter(|p| is_v1 && p.id.is_empty()) {
                product.id = id;
            }
        }
        let before = self.products.len();
        self.products.retain_mut(decide_id);
        for _ in self.products.len()..before {
            self.drop_one(faults);
        }
    }
}

/// `product_id`, else `sku`; whether there is one.
fn decide_id(product: &mut Product<'_>) -> bool {
    if product.id.is_empty()
        && let Some(sku) = &product.sku
    {
        product.id = sku.clone();
    }
    !product.id.is_empty()
}

impl<'a> Draft<'a> {
    #[inline]
    pub(super) fn set(&mut self, field: BuiltIn, scalar: Scalar<'a>) {
        let faults = &mut self.faults;
        match field {
            BuiltIn::CartId => self.cart_id = scalar.id(faults),
            BuiltIn::OrderId => self.order_id = scalar.id(faults),
            BuiltIn::V1OrderId => self.v1_order_id = scalar.id(faults),
            BuiltIn::Value => self.value = scalar.number_in(-MAX_VALUE, MAX_VALUE, faults),
            BuiltIn::Total => self.total = scalar.number_in(-MAX_VALUE, MAX_VALUE, faults),
            BuiltIn::Revenue => self.revenue = scalar.number_in(-MAX_VALUE, MAX_VALUE, faults),
            BuiltIn::Currency => self.currency = scalar.short(MAX_CURRENCY_BYTES, faults),
            BuiltIn::Product(field) => self.single.set(field, scalar, faults),
            // A list is read by its own reader; a single value in its place is broken.
            BuiltIn::Products if scalar == Scalar::Null => {}
            BuiltIn::Products => drop(faults.broken::<()>()),
        }
    }

    /// The properties come: of those that came before, if the key stands there twice, the service forgets what it knew.
    #[inline]
    pub(super) fn begin_properties(&mut self) {
        if std::mem::replace(&mut self.has_properties, true) {
            self.forget_properties();
        }
    }

    #[cold]
    fn forget_properties(&mut self) {
        let fresh = Self::default();
        self.cart_id = fresh.cart_id;
        self.order_id = fresh.order_id;
        self.v1_order_id = fresh.v1_order_id;
        (self.value, self.total, self.revenue) = (None, None, None);
        self.currency = fresh.currency;
        self.single = fresh.single;
        self.list = fresh.list;
        self.signals.bounce = fresh.signals.bounce;
    }

    /// Keeps a value for the models, wherever the entry wants it.
    pub(super) fn put(&mut self, entry: &Entry, scalar: &Scalar<'a>) {
        if let Some(signal) = entry.signal {
            self.signals.take_in(signal, scalar);
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

    fn put_value(&mut self, property: PropertyId, rank: u8, value: Value<'a>) {
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

    /// Which group a group call is about.
    pub fn put_group_id(&mut self, lookup: &Lookup) {
        if let (Some(property), Some(scalar)) = (lookup.group_id, self.group_id.take())
            && let Some(value) = scalar.property(&mut self.faults)
        {
            self.put_value(property, 0, value);
        }
    }
}
