//! The products of an event: the list, under whichever name it comes, else the single product among the properties.

use super::draft::{Draft, DraftProduct};
use super::value::Faults;
use crate::domain::event::Product;
use std::borrow::Cow;

/// Most products of one event; further ones are dropped and counted.
pub const MAX_PRODUCTS: usize = 100;

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
    /// Under how good a name it came, as [`super::draft::Draft::found`].
    found: u8,
    /// Broken fields before it came.
    broken_before: u16,
}

impl<'a> ProductList<'a> {
    pub(super) fn push(&mut self, draft: DraftProduct<'a>, faults: &mut Faults) {
        if self.products.len() >= MAX_PRODUCTS {
            self.left_out = self.left_out.saturating_add(1);
            self.drop_one(faults);
            return;
        }
        if let Some(id) = draft.v1_id {
            self.ids.push((self.products.len(), id));
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
            let DraftProduct { mut product, v1_id, is_object, .. } = single;
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

impl<'a> Draft<'a> {
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

    /// A list comes under a name of this rank: what was read of one before it, to be given back to [`Self::settle_list`].
    pub(super) fn begin_list(&mut self, rank: u8) -> ProductList<'a> {
        let fresh = ProductList { found: rank + 1, broken_before: self.faults.broken, ..ProductList::default() };
        std::mem::replace(&mut self.list, fresh)
    }

    /// The list has been read. Of several the one with products under the best name counts; what others may mean by such a name
    /// (and of which nothing is a product) never was a list.
    pub(super) fn settle_list(&mut self, before: ProductList<'a>) {
        let new = &self.list;
        let names_one = !new.ids.is_empty() || new.products.iter().any(|p| !p.id.is_empty() || p.sku.is_some());
        let is_empty = new.given && !new.dropped && new.products.is_empty();
        let is_none = new.found > 1 && !names_one && !is_empty;
        let is_worse = before.found > 0
            && match (before.products.is_empty(), new.products.is_empty()) {
                (false, true) => before.found != new.found,
                (true, false) => false,
                _ => before.found < new.found,
            };
        if is_none {
            self.faults.broken = new.broken_before;
        }
        if is_none || is_worse {
            self.list = before;
        }
    }
}
