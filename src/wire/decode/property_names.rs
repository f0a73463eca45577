//! Which properties the service itself looks at, and under which names shops write them: the table behind `docs/events.md`.
//!
//! Each name is found in any spelling (case, blanks, underscores, hyphens, camel case). Where one event has a property under
//! several names, the canonical one is taken, then the others in the order of this table, whatever their order in the event.

use super::fields::{BuiltIn, ECOMMERCE, PROPERTIES, ProductField};

/// The canonical name first, then what others call it.
pub(super) type Names = &'static [&'static str];

/// Of the event.
pub(super) const OF_EVENT: [(BuiltIn, Names); 11] = [
    (BuiltIn::CartId, &["cart_id", "basket_id", "cart_token"]),
    (BuiltIn::OrderId, &["order_id", "transaction_id", "order_number", "contract_id", "deal_id", "opportunity_id"]),
    (BuiltIn::RefundId, &["refund_id"]),
    (BuiltIn::Value, &["value", "order_value", "cart_value"]),
    (BuiltIn::Total, &["total", "order_total", "cart_total", "grand_total", "total_price", "total_amount"]),
    (BuiltIn::Revenue, &["revenue", "order_revenue"]),
    (
        BuiltIn::Amount,
        &["amount", "contract_value", "deal_value", "opportunity_value", "contract_amount", "deal_amount", "opportunity_amount"],
    ),
    (BuiltIn::Refund, &["refund_amount", "refunded_amount", "refund_total", "refund_value", "refunded_value", "refunded_total"]),
    (BuiltIn::RefundedSoFar, &["amount_refunded", "total_refunded", "total_refunded_amount"]),
    (BuiltIn::Currency, &["currency", "currency_code"]),
    (BuiltIn::Products, &["products", "items", "line_items", "cart_items"]),
];

/// Of a product of the list, and of the single product among the properties.
pub(super) const OF_PRODUCT: [(BuiltIn, Names); 8] = [
    (BuiltIn::Product(ProductField::ProductId), &["product_id", "item_id"]),
    (BuiltIn::Product(ProductField::Sku), &["sku", "product_sku", "item_sku"]),
    (BuiltIn::Product(ProductField::Name), &["name", "product_name", "item_name"]),
    (
        BuiltIn::Product(ProductField::Variant),
        &[
            "variant",
            "product_variant",
            "item_variant",
            "variant_id",
            "product_variant_id",
            "variation_id",
            "product_variation_id",
            "option_id",
            "size",
            "colour",
            "color",
        ],
    ),
    (BuiltIn::Product(ProductField::Url), &["url", "product_url", "item_url"]),
    (BuiltIn::Product(ProductField::ImageUrl), &["image_url", "product_image_url", "item_image_url", "image"]),
    (BuiltIn::Product(ProductField::Price), &["price", "unit_price", "item_price", "product_price"]),
    (BuiltIn::Product(ProductField::Quantity), &["quantity", "qty", "item_quantity", "product_quantity"]),
];

/// Ranks of the names of a variant, among the properties and in a list: from here on it is an id, of which 0 is none; from here on a trait
/// that tells two variants apart where nothing else does.
pub(super) const VARIANT_IDS: u8 = OTHERWISE + 3;
pub(super) const VARIANT_TRAITS: u8 = OTHERWISE + 8;

/// Objects in which a refund says what it is worth, and its id.
pub(super) const OF_REFUND: [(BuiltIn, &str); 5] = [
    (BuiltIn::Refund, "refund.amount"),
    (BuiltIn::Refund, "refund.total"),
    (BuiltIn::Refund, "refund.value"),
    (BuiltIn::Refund, "transactions.amount"),
    (BuiltIn::RefundId, "refund.id"),
];

/// Read under exactly these names and no others.
pub(super) const EXACT: [(BuiltIn, &str); 1] = [(BuiltIn::Product(ProductField::V1Id), "id")];

/// Of the price of a product; among the properties it is the event's.
pub(super) const PRODUCT_CURRENCY: (BuiltIn, Names) = (BuiltIn::Product(ProductField::Currency), &["currency", "currency_code"]);

/// Lists of products in objects of the properties: of a cart, and as Universal Analytics had what was done with them.
pub(super) const LISTS_WITHIN: [(u16, &str, u8); 10] = [
    (PROPERTIES, "cart.products", OF_CART),
    (PROPERTIES, "cart.items", OF_CART),
    (PROPERTIES, "cart.line_items", OF_CART),
    (PROPERTIES, "cart.lineItems", OF_CART),
    (ECOMMERCE, "add.products", WITHIN + 1),
    (ECOMMERCE, "remove.products", WITHIN + 1),
    (ECOMMERCE, "detail.products", WITHIN + 1),
    (ECOMMERCE, "checkout.products", WITHIN + 1),
    (ECOMMERCE, "purchase.products", WITHIN + 1),
    (ECOMMERCE, "refund.products", WITHIN + 1),
];

/// Rank of a list of what is in the cart: it says nothing of which product was added or seen.
pub(super) const OF_CART: u8 = WITHIN + 2;

/// What Universal Analytics said of the order.
pub(super) const ACTION_FIELDS: [(BuiltIn, &str); 3] = [
    (BuiltIn::OrderId, "purchase.actionField.id"),
    (BuiltIn::Revenue, "purchase.actionField.revenue"),
    (BuiltIn::OrderId, "refund.actionField.id"),
];

/// Rank of `title` as the name of a product of a list; among the properties it is the page's.
pub(super) const TITLE_OF_PRODUCT: u8 = 10;

/// Spellings that are so frequent that they are found as fast as the canonical name.
pub(super) const FREQUENT: [(&str, &str); 4] =
    [("cart_id", "cartId"), ("order_id", "orderId"), ("product_id", "productId"), ("image_url", "imageUrl")];

/// Ranks of a property's names: the canonical one as it is, in camel case, in any other spelling, then what others call it.
pub(super) const CANONICAL: u8 = 0;
pub(super) const IN_CAMEL_CASE: u8 = 1;
pub(super) const OTHERWISE: u8 = 2;
/// Of what is said in an object within the properties.
pub(super) const WITHIN: u8 = 20;

/// Keeps a value if no better name gave one. A name that comes twice: the last one counts.
#[inline]
pub(super) fn keep<T>(slot: &mut Option<T>, found: &mut u8, rank: u8, value: Option<T>) {
    let place = rank + 1;
    if *found == 0 || place < *found {
        if value.is_some() {
            (*slot, *found) = (value, place);
        }
    } else if place == *found {
        *found = if value.is_some() { place } else { 0 };
        *slot = value;
    }
}

/// The normal form of a key: lower case, without blanks, underscores and hyphens. `None`: longer than any that is known.
#[inline]
pub(super) fn normal_key<'b>(key: &[u8], buffer: &'b mut [u8; MAX_KEY_BYTES]) -> Option<&'b [u8]> {
    let mut length = 0;
    for byte in key {
        if matches!(byte, b'_' | b'-' | b' ') {
            continue;
        }
        *buffer.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    buffer.get(..length)
}

/// Longest normal form of a key.
pub(super) const MAX_KEY_BYTES: usize = 24;
