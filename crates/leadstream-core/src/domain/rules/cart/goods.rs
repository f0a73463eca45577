//! What was in a cart when its reminders left, as hashes: recovered is what of these goods is bought.

use crate::domain::event::{Event, Product};
use crate::domain::ids::{hash64, low32};
use crate::domain::rules::cart::lines::quantity_of;
use crate::domain::rules::cart::product_match::What;
use crate::domain::state::cart::{CartLine, Goods, MAX_GOODS};

fn exactly(what: What<'_>) -> u32 {
    low32(what.hash())
}

fn alone(text: &str) -> u32 {
    low32(hash64(text.as_bytes()))
}

/// A product of which the line says more than the id: who names the product alone means it, who names another form does not.
fn any_form(id: &str) -> u32 {
    alone(id).rotate_left(9) ^ 0x9E37_79B9
}

/// Adds the lines of a cart.
pub(super) fn add(goods: &mut Goods, lines: &[CartLine]) {
    let mut keep = |hash: u32| {
        if goods.len() < MAX_GOODS && !goods.contains(&hash) {
            goods.push(hash);
        }
    };
    for line in lines {
        let what = What::holds(line);
        keep(exactly(what));
        if let Some(part) = what.sku.or(what.variant) {
            keep(any_form(what.id));
            if what.sku.is_some() || part.len() >= crate::domain::rules::cart::product_match::MIN_VARIANT_ID_BYTES {
                keep(alone(part));
            }
        }
    }
}

/// Adds those of another series.
pub(in crate::domain) fn merge(goods: &mut Goods, others: &[u32]) {
    for hash in others {
        if goods.len() < MAX_GOODS && !goods.contains(hash) {
            goods.push(*hash);
        }
    }
}

pub(in crate::domain) fn has_line(goods: &[u32], line: &CartLine) -> bool {
    goods.contains(&exactly(What::holds(line)))
}

/// Whether a product of an order is among them: as one of the cart's lines that it means, else by its own names.
fn has_product(goods: &[u32], product: &Product<'_>, lines: &[&CartLine]) -> bool {
    let what = What::is(product);
    if lines.iter().any(|line| what.means(What::holds(line)) && has_line(goods, line)) {
        return true;
    }
    let says_more = what.sku.or(what.variant).is_some();
    let by_id = if says_more { alone(what.id) } else { any_form(what.id) };
    goods.contains(&exactly(what))
        || goods.contains(&by_id)
        || what.sku.is_some_and(|sku| goods.contains(&alone(sku)) || goods.contains(&any_form(sku)))
}

/// What of an order is of goods that were reminded of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    /// What the order says that it is worth; never more than the order.
    pub value: Option<f64>,
}

/// The share of these goods in an order; `None`: it has none of them. `taken`: the lines that it takes from the cart.
///
/// An order of these goods alone counts with its value. Of one that has others too they count with the prices of their lines;
/// where one of these is not known, with what is left of the order's value without the others.
pub(super) fn share(goods: &[u32], event: &Event<'_>, taken: &[&CartLine]) -> Option<Share> {
    if goods.is_empty() {
        // Of what left before goods were remembered.
        return Some(Share { value: event.value });
    }
    let (mut own, mut others) = (Sum::default(), Sum::default());
    if event.products.is_empty() {
        for line in taken {
            let sum = if has_line(goods, line) { &mut own } else { &mut others };
            sum.add(line.price, line.quantity);
        }
    } else {
        for product in &event.products {
            let price = || taken.iter().find(|line| What::is(product).means(What::holds(line))).and_then(|line| line.price);
            let sum = if has_product(goods, product, taken) { &mut own } else { &mut others };
            sum.add(product.price.or_else(price), quantity_of(product));
        }
    }
    if own.count == 0 {
        return None;
    }
    let Some(total) = event.value.filter(|_| others.count > 0 || event.products_left_out > 0) else {
        return Some(Share { value: event.value });
    };
    let worth = own.known().or_else(|| others.known().map(|others| total - others)).unwrap_or(total);
    Some(Share { value: Some(worth.clamp(0.0, total.max(0.0))) })
}

/// What of a refund is of these goods, where it says which goods went back; `None`: it doesn't say it, or not what they are
/// worth.
pub(super) fn refunded(goods: &[u32], event: &Event<'_>) -> Option<f64> {
    if goods.is_empty() || event.products.is_empty() {
        return None;
    }
    let mut own = Sum::default();
    for product in event.products.iter().filter(|product| has_product(goods, product, &[])) {
        own.add(product.price, quantity_of(product));
    }
    own.known()
}

/// A sum of prices, as long as all are known.
#[derive(Default)]
struct Sum {
    count: usize,
    unknown: bool,
    total: f64,
}

impl Sum {
    fn add(&mut self, price: Option<f64>, quantity: f64) {
        self.count += 1;
        match price {
            Some(price) => self.total += price * quantity,
            None => self.unknown = true,
        }
    }

    fn known(&self) -> Option<f64> {
        Some(self.total).filter(|total| !self.unknown && total.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Product;
    use crate::domain::state::cart::{CartLine, Goods, MAX_GOODS};
    use std::borrow::Cow;

    fn line(id: &str, sku: Option<&str>, variant: Option<&str>) -> CartLine {
        CartLine { product_id: id.into(), sku: sku.map(Into::into), variant: variant.map(Into::into), ..CartLine::default() }
    }

    fn product<'a>(id: &'a str, sku: Option<&'a str>, variant: Option<&'a str>) -> Product<'a> {
        Product { id: Cow::Borrowed(id), sku: sku.map(Cow::Borrowed), variant: variant.map(Cow::Borrowed), ..Product::default() }
    }

    #[test]
    fn goods_are_known_again_by_all_names_that_the_cart_said_though_it_is_gone() {
        let mut goods = Goods::new();
        add(&mut goods, &[line("1558", Some("1558-42"), Some("42")), line("tent", None, None), line("tee", None, Some("v-77"))]);
        for named in [
            product("1558", Some("1558-42"), None),
            product("1558", None, None),
            product("1558-42", None, None),
            product("x", Some("1558-42"), None),
            product("tent", None, None),
            product("tent", Some("tent-red"), None),
            product("v-77", None, None),
        ] {
            assert!(has_product(&goods, &named, &[]), "{named:?}");
        }
        for other in [product("1558", Some("1558-43"), None), product("42", None, None), product("boot", None, None)] {
            assert!(!has_product(&goods, &other, &[]), "{other:?}");
        }
    }

    #[test]
    fn no_more_goods_than_there_is_room_for() {
        let mut goods = Goods::new();
        let lines: Vec<CartLine> = (0..500).map(|n| line(&format!("p{n}"), Some(&format!("s{n}")), None)).collect();
        add(&mut goods, &lines);
        assert_eq!(goods.len(), MAX_GOODS);
        assert!(has_line(&goods, &lines[0]) && !has_line(&goods, &lines[499]));
    }
}
