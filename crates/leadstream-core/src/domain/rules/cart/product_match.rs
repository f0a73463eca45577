//! Which line of a cart a product means: the product, and what is bought of it.

use crate::domain::Ms;
use crate::domain::event::{Event, Product};
use crate::domain::ids::hash64;
use crate::domain::state::cart::{Cart, CartLine};
use smallvec::SmallVec;

/// A shorter variant ("42", "XL") may well be the id of another product.
pub(super) const MIN_VARIANT_ID_BYTES: usize = 4;

/// What a line or a product of an event says of itself.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct What<'a> {
    /// `product_id`, else `sku`.
    pub id: &'a str,
    /// Where it says more than the id.
    pub sku: Option<&'a str>,
    pub variant: Option<&'a str>,
}

impl<'a> What<'a> {
    pub(super) fn is(product: &'a Product<'_>) -> Self {
        Self::new(&product.id, product.sku.as_deref(), product.variant.as_deref())
    }

    pub(in crate::domain) fn holds(line: &'a CartLine) -> Self {
        Self::new(&line.product_id, line.sku.as_deref(), line.variant.as_deref())
    }

    fn new(id: &'a str, sku: Option<&'a str>, variant: Option<&'a str>) -> Self {
        Self { id, sku: sku.filter(|sku| *sku != id), variant: variant.filter(|variant| !variant.is_empty()) }
    }

    /// What is bought of the product: `sku`, else `variant`.
    fn part(self) -> Option<&'a str> {
        self.sku.or(self.variant)
    }

    /// Exactly the same.
    pub(in crate::domain) fn same(self, other: What<'_>) -> bool {
        self.id == other.id && self.part() == other.part()
    }

    /// The same as far as both say it: who doesn't say which size means any.
    pub(super) fn fits(self, other: What<'_>) -> bool {
        self.id == other.id
            && match (self.sku, other.sku) {
                (Some(sku), Some(of_other)) => sku == of_other,
                _ => self.variant.zip(other.variant).is_none_or(|(variant, of_other)| variant == of_other),
            }
    }

    /// Whether this product of an order, a snapshot or a removal means that line. Shops name one thing in several ways: the id of
    /// an order may be the `sku` or the variant of the cart.
    pub(super) fn means(self, line: What<'_>) -> bool {
        self.fits(line)
            || line.sku.is_some_and(|sku| self.sku == Some(sku) || self.id == sku)
            || self.sku == Some(line.id)
            || line.variant.is_some_and(|variant| variant.len() >= MIN_VARIANT_ID_BYTES && self.id == variant)
    }

    /// What a removal is remembered by.
    pub(in crate::domain) fn hash(self) -> u64 {
        let id = hash64(self.id.as_bytes());
        self.part().map_or(id, |part| id ^ hash64(part.as_bytes()).rotate_left(1))
    }
}

/// The line that exactly this product has, else one that it fits: the one added last.
pub(in crate::domain) fn find(lines: &[CartLine], what: What<'_>) -> Option<usize> {
    let same = lines.iter().position(|line| what.same(What::holds(line)));
    same.or_else(|| last(lines, |line| what.fits(line)))
}

/// The line that a list of another source means: one side names products by `sku`, the other one doesn't, so that their variants
/// can't be compared (an id and a word). Where it has as many of the product as there are lines, they are these, in their order.
/// `rest`: the products of the list from this one on.
pub(super) fn find_named_otherwise(lines: &[CartLine], what: What<'_>, rest: &[Product<'_>]) -> Option<usize> {
    let is_other = |line: &CartLine| line.product_id == what.id && What::holds(line).sku.is_some() != what.sku.is_some();
    let is_alike = |product: &&Product<'_>| {
        let other = What::is(product);
        other.id == what.id && other.sku.is_some() == what.sku.is_some()
    };
    let first = lines.iter().position(is_other)?;
    (lines.iter().filter(|line| is_other(line)).count() == rest.iter().filter(is_alike).count()).then_some(first)
}

/// Of the lines for which this holds the one added last.
pub(super) fn last(lines: &[CartLine], holds: impl Fn(What<'_>) -> bool) -> Option<usize> {
    let meant = lines.iter().enumerate().filter(|(_, line)| holds(What::holds(line)));
    meant.max_by_key(|(at, line)| (line.added_ms, *at)).map(|(at, _)| at)
}

/// The goods of an order, as the carts of a prospect know them.
pub(super) struct Sold<'a> {
    products: &'a [Product<'a>],
    /// What was put into a cart until then is bought.
    pub until_ms: Ms,
    /// Products that were bought in a form that lies in no cart: another size than the one that was left there. Whoever bought
    /// that has the product.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::hash64;

    fn what<'a>(id: &'a str, sku: &'a str, variant: &'a str) -> What<'a> {
        What::new(id, Some(sku).filter(|s| !s.is_empty()), Some(variant))
    }

    #[test]
    fn a_line_is_the_product_and_what_is_bought_of_it() {
        let medium = what("tee", "tee-M", "M");
        assert!(medium.same(what("tee", "tee-M", "Medium")), "the sku decides");
        assert!(!medium.same(what("tee", "tee-L", "M")) && !medium.fits(what("tee", "tee-L", "M")));
        assert!(!medium.same(what("tee", "", "")) && medium.fits(what("tee", "", "")), "who doesn't say which means any");
        assert!(medium.fits(what("tee", "", "M")) && !medium.fits(what("tee", "", "L")));
        assert!(what("tee", "tee", "").same(what("tee", "", "")), "a sku that is the id says nothing more");
        assert!(medium.hash() != what("tee", "tee-L", "L").hash() && what("tee", "", "").hash() == hash64(b"tee"));
    }

    #[test]
    fn one_thing_may_be_named_in_several_ways() {
        let boot = what("1558", "1558-42", "42");
        for named in [what("1558", "", ""), what("1558", "1558-42", ""), what("1558-42", "", ""), what("x", "1558-42", "")] {
            assert!(named.means(boot), "{named:?}");
        }
        assert!(what("1558", "1558-42", "").means(what("1558-42", "", "")), "the cart knows the sku only");
        assert!(what("v-77", "", "").means(what("1558", "", "v-77")));
        for other in [what("1558", "1558-43", ""), what("42", "", ""), what("1559", "", "42")] {
            assert!(!other.means(boot), "{other:?}");
        }
    }
}
