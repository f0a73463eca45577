//! Which lines of the carts an order takes.

use super::which::What;
use crate::domain::Ms;
use crate::domain::event::{Event, Product};
use crate::domain::prospect::{Cart, CartLine};
use smallvec::SmallVec;

/// The goods of an order, as the carts of a prospect know them.
pub(super) struct Sold<'a> {
    products: &'a [Product<'a>],
    /// What was put into a cart until then is bought.
    pub until_ms: Ms,
    /// Products that were bought in a form that lies in no cart: another size than the one that was left there. Whoever bought that
    /// has the product.
    in_another_form: SmallVec<[&'a str; 2]>,
}

impl<'a> Sold<'a> {
    /// `again`: the order comes again, and its own lines are gone: what is there of its products is another matter.
    pub(super) fn of(event: &'a Event<'_>, until_ms: Ms, again: bool, carts: &[Cart]) -> Self {
        let mut sold = Self { products: &event.products, until_ms, in_another_form: SmallVec::new() };
        if !again {
            let there = || carts.iter().flat_map(|cart| &cart.lines).filter(|line| line.added_ms <= until_ms);
            let lies_there = |product: &&Product<'_>| there().any(|line| What::is(product).means(What::holds(line)));
            let others = event.products.iter().filter(|product| !lies_there(product)).map(|product| &*product.id);
            sold.in_another_form = others.collect();
        }
        sold
    }

    /// Whether it takes a line.
    pub(super) fn takes(&self, line: &CartLine) -> bool {
        line.added_ms <= self.until_ms
            && (self.products.iter().any(|product| What::is(product).means(What::holds(line)))
                || self.in_another_form.contains(&line.product_id.as_str()))
    }
}
