//! The products of an event: the list, under whichever name it comes, else the single product among the properties.

use super::fields::{PRODUCT_FIELDS, ProductField};
use super::property_names::{OF_CART, VARIANT_IDS, VARIANT_TRAITS, WITHIN, keep};
use super::value::{Faults, MAX_PRICE, MAX_TEXT_BYTES, MAX_URL_BYTES, Scalar};
use crate::domain::event::Product;
use crate::domain::names::Kind;
use crate::domain::placeholder_ids::IdOf;
use crate::wire::tidy_id::tidy;
use std::borrow::Cow;

/// Most products of one event; further ones are dropped and counted.
pub const MAX_PRODUCTS: usize = 100;

/// A product whose id is not yet decided.
#[derive(Debug, Default)]
pub(super) struct ProductBuilder<'a> {
    /// `product_id`, or empty.
    pub product: Product<'a>,
    /// `id`: the product's in v1, and of what stands in a list or an object of its own if nothing else says which it is.
    pub v1_id: Option<Cow<'a, str>>,
    /// It stands in an object of its own, which `id` can only be of.
    pub is_object: bool,
    /// As [`super::event_builder::EventBuilder::found`].
    pub found: [u8; PRODUCT_FIELDS],
}

/// The variant of a product. Size and colour tell it together where nothing else does.
fn variant<'a>(slot: &mut Option<Cow<'a, str>>, found: &mut u8, rank: u8, scalar: Scalar<'a>, faults: &mut Faults) {
    let of_name = rank % WITHIN;
    if of_name < VARIANT_IDS {
        return keep(slot, found, rank, scalar.cut(MAX_TEXT_BYTES, faults).map(tidy));
    }
    if of_name < VARIANT_TRAITS {
        return keep(slot, found, rank, scalar.id(IdOf::Thing, &mut Faults::default()));
    }
    let told = scalar.id(IdOf::Thing, &mut Faults::default());
    let (before, place) = (*found, rank + 1);
    let is_trait = before > 0 && (before - 1) % WITHIN >= VARIANT_TRAITS;
    match (slot.as_deref(), told) {
        (Some(known), Some(told)) if is_trait && before != place && known != told => {
            let both = if before < place { [known, &*told] } else { [&*told, known] };
            let both = both.join(" / ");
            (*slot, *found) = (Some(Cow::Owned(both)), before.min(place));
        }
        (_, told) => keep(slot, found, rank, told),
    }
}

impl<'a> ProductBuilder<'a> {
    /// Of a product that has a sku its size says nothing more.
    #[inline]
    pub(super) fn settle_variant(&mut self) {
        let variant = self.found[ProductField::Variant as usize];
        if variant > VARIANT_TRAITS && (variant - 1) % WITHIN >= VARIANT_TRAITS && self.product.sku.is_some() {
            self.product.variant = None;
        }
    }

    #[inline]
    pub(super) fn set(&mut self, field: ProductField, rank: u8, scalar: Scalar<'a>, faults: &mut Faults) {
        let product = &mut self.product;
        let Some(found) = self.found.get_mut(field as usize) else { return };
        match field {
            ProductField::ProductId => {
                let mut id = Some(std::mem::take(&mut product.id)).filter(|id| !id.is_empty());
                keep(&mut id, found, rank, scalar.id(IdOf::Thing, faults));
                product.id = id.unwrap_or_default();
            }
            ProductField::Sku => keep(&mut product.sku, found, rank, scalar.id(IdOf::Thing, faults)),
            ProductField::V1Id => keep(&mut self.v1_id, found, rank, scalar.id(IdOf::Thing, faults)),
            ProductField::Name => keep(&mut product.name, found, rank, scalar.cut(MAX_TEXT_BYTES, faults)),
            ProductField::Variant => variant(&mut product.variant, found, rank, scalar, faults),
            ProductField::Url => keep(&mut product.url, found, rank, scalar.short(MAX_URL_BYTES, faults)),
            ProductField::ImageUrl => keep(&mut product.image_url, found, rank, scalar.short(MAX_URL_BYTES, faults)),
            ProductField::Price => keep(&mut product.price, found, rank, scalar.number_in(0.0, MAX_PRICE, faults)),
            ProductField::Quantity => keep(&mut product.quantity, found, rank, scalar.quantity(faults)),
            ProductField::Currency => keep(&mut product.currency, found, rank, scalar.currency(faults)),
        }
    }
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
    /// Index and `id` of the products that have one.
    pub ids: Vec<(usize, Cow<'a, str>)>,
    /// Under how good a name it came, as [`super::event_builder::EventBuilder::found`].
    found: u8,
    /// Broken fields before it came.
    broken_before: u16,
}

impl<'a> ProductList<'a> {
    pub(super) fn push(&mut self, mut builder: ProductBuilder<'a>, faults: &mut Faults) {
        if self.products.len() >= MAX_PRODUCTS {
            self.left_out = self.left_out.saturating_add(1);
            self.drop_one(faults);
            return;
        }
        builder.settle_variant();
        if let Some(id) = builder.v1_id {
            self.ids.push((self.products.len(), id));
        }
        self.without_id |= builder.product.id.is_empty();
        self.products.push(builder.product);
    }

    /// What is in a cart says nothing of what was added, removed or seen.
    #[inline]
    pub(super) fn of_kind(&mut self, kind: Kind) {
        use Kind::{CartUpdated, CartViewed, CheckoutProgress, CheckoutStarted, OrderCompleted, PaymentFailed};
        if self.found == OF_CART + 1
            && !matches!(kind, CartUpdated | CartViewed | CheckoutProgress | CheckoutStarted | OrderCompleted | PaymentFailed)
        {
            *self = Self::default();
        }
    }

    pub(super) fn drop_one(&mut self, faults: &mut Faults) {
        self.dropped = true;
        faults.count_broken();
    }

    /// A list comes under a name of this rank: what was read of one before it, to be given back to [`Self::settle`].
    pub(super) fn begin(&mut self, rank: u8, faults: &Faults) -> Self {
        let fresh = Self { found: rank + 1, broken_before: faults.broken, ..Self::default() };
        std::mem::replace(self, fresh)
    }

    /// The list has been read. Of several the one with products under the best name counts; what others may mean by such a name
    /// (and of which nothing is a product) never was a list.
    pub(super) fn settle(&mut self, before: Self, faults: &mut Faults) {
        let names_one = !self.ids.is_empty() || self.products.iter().any(|p| !p.id.is_empty() || p.sku.is_some());
        let is_empty = self.given && !self.dropped && self.products.is_empty();
        let is_none = self.found > 1 && !names_one && !is_empty;
        let is_worse = before.found > 0
            && match (before.products.is_empty(), self.products.is_empty()) {
                (false, true) => before.found != self.found,
                (true, false) => false,
                _ => before.found < self.found,
            };
        if is_none {
            faults.broken = self.broken_before;
        }
        if is_none || is_worse {
            *self = before;
        }
    }

    /// The products, and whether they were a usable list. `single` is taken where there are none.
    ///
    /// A list of which nothing is usable is no list: taken as an empty one it would empty the cart.
    pub(super) fn finish(mut self, mut single: ProductBuilder<'a>, is_v1: bool, faults: &mut Faults) -> (Vec<Product<'a>>, bool) {
        if self.without_id {
            self.decide_ids(is_v1, faults);
        }
        let usable = self.given && !(self.dropped && self.products.is_empty());
        if self.products.is_empty() {
            single.settle_variant();
            let ProductBuilder { mut product, v1_id, is_object, .. } = single;
            if decide_id(&mut product, v1_id.filter(|_| is_v1 || is_object), is_v1) {
                self.products = vec![product];
            }
        }
        (self.products, usable)
    }

    /// Decides the id of each product and drops those that have none.
    fn decide_ids(&mut self, is_v1: bool, faults: &mut Faults) {
        let before = self.products.len();
        let (mut ids, mut n) = (self.ids.drain(..).peekable(), 0);
        self.products.retain_mut(|product| {
            let id = ids.next_if(|(of, _)| *of == n).map(|(_, id)| id);
            n += 1;
            decide_id(product, id, is_v1)
        });
        drop(ids);
        for _ in self.products.len()..before {
            self.drop_one(faults);
        }
    }
}

/// `product_id`, else `sku`, else `id` (in v1 `id` goes before `sku`); whether there is one.
fn decide_id<'a>(product: &mut Product<'a>, id: Option<Cow<'a, str>>, is_v1: bool) -> bool {
    if product.id.is_empty() {
        let sku = product.sku.clone();
        product.id = if is_v1 { id.or(sku) } else { sku.or(id) }.unwrap_or_default();
    }
    !product.id.is_empty()
}
