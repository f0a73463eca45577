//! Events as `leadstream.v1.Event`.

use super::draft::Draft;
use super::fields::{BuiltIn, ProductField};
use super::lookup::Lookup;
use super::nothing::Of;
use super::products::DraftProduct;
use super::spelled::CANONICAL;
use super::surplus::{LOOKED_THROUGH_BYTES, without_surplus};
use super::value::Scalar;
use crate::domain::YEAR_9999_END_MS;
use crate::runtime::ports::{DeadReason, Rejected};
use crate::wire::proto;
use crate::wire::time::Written;
use prost::Message;
use std::borrow::Cow;

/// Newest version of the message that this build knows; 0 is a producer that doesn't say.
pub const EVENT_VERSION: u32 = 1;

/// Reads one event into an empty draft.
pub(super) fn parse(bytes: &[u8], lookup: &Lookup, draft: &mut Draft<'_>) -> Result<(), Rejected> {
    let looked_through = if bytes.len() > LOOKED_THROUGH_BYTES { without_surplus(bytes) } else { None };
    let (bytes, left_out) = looked_through.as_ref().map_or((bytes, 0), |(kept, left_out)| (kept, *left_out));
    for _ in 0..left_out.min(usize::from(u16::MAX)) {
        draft.list.drop_one(&mut draft.faults);
    }
    let event = proto::Event::decode(bytes)
        .map_err(|e| Rejected { reason: DeadReason::UnreadableValue, detail: format!("not a leadstream.v1.Event: {e}") })?;
    if event.version > EVENT_VERSION {
        let detail = format!("the event is of version {}, this build knows versions up to {EVENT_VERSION}", event.version);
        return Err(Rejected { reason: DeadReason::UnknownVersion, detail });
    }
    draft.times.timestamp = match event.timestamp_ms {
        // JSON can't say such a time either.
        Some(ms) if ms.unsigned_abs() > YEAR_9999_END_MS.unsigned_abs() => draft.faults.broken(),
        time => time.map(Written::utc),
    };
    let call = match event.r#type() {
        proto::event::Type::Unspecified | proto::event::Type::Track => "track",
        proto::event::Type::Page => "page",
        proto::event::Type::Screen => "screen",
        proto::event::Type::Identify => "identify",
        proto::event::Type::Group => "group",
        proto::event::Type::Alias => "alias",
    };
    let name = owned(event.name);
    draft.call = Some(Cow::Borrowed(call));
    if call == "track" {
        draft.event = Some(name);
    } else {
        draft.call_name = Some(Scalar::Text(name)).filter(|n| *n != Scalar::Text(Cow::Borrowed("")));
    }
    draft.message_id = text(event.message_id).long_id(Of::Thing, &mut draft.faults);
    draft.signals.set_user(&text(event.user_id));
    draft.set(BuiltIn::CartId, CANONICAL, text(event.cart_id));
    draft.set(BuiltIn::OrderId, CANONICAL, text(event.order_id));
    draft.set(BuiltIn::Value, CANONICAL, number(event.value));
    draft.set(BuiltIn::Currency, CANONICAL, text(event.currency));
    if let Some(product) = event.product {
        draft.single = draft_product(product, draft);
    }
    if let Some(list) = event.products {
        draft.list.given = true;
        for product in list.items {
            let product = draft_product(product, draft);
            draft.list.push(product, &mut draft.faults);
        }
    }
    for (path, value) in event.properties {
        let scalar = match value.value {
            None => continue,
            Some(proto::property_value::Value::Text(text)) => Scalar::Text(owned(text)),
            Some(proto::property_value::Value::Number(number)) => Scalar::Float(number),
            Some(proto::property_value::Value::Flag(flag)) => Scalar::Bool(flag),
        };
        if let Some(entry) = lookup.path(&path) {
            draft.put(entry, &scalar);
        }
    }
    Ok(())
}

fn draft_product<'a>(product: proto::Product, draft: &mut Draft<'a>) -> DraftProduct<'a> {
    let mut result = DraftProduct::default();
    let faults = &mut draft.faults;
    result.set(ProductField::ProductId, CANONICAL, text(product.product_id), faults);
    result.set(ProductField::Sku, CANONICAL, text(product.sku), faults);
    result.set(ProductField::Name, CANONICAL, text(product.name), faults);
    result.set(ProductField::Variant, CANONICAL, text(product.variant), faults);
    result.set(ProductField::Url, CANONICAL, text(product.url), faults);
    result.set(ProductField::ImageUrl, CANONICAL, text(product.image_url), faults);
    result.set(ProductField::Price, CANONICAL, number(product.price), faults);
    let whole = product.quantity.map_or(Scalar::Null, Scalar::Signed);
    result.set(ProductField::Quantity, CANONICAL, product.decimal_quantity.map_or(whole, Scalar::Float), faults);
    result.set(ProductField::Currency, CANONICAL, text(product.currency), faults);
    result
}

fn owned<'a>(text: String) -> Cow<'a, str> {
    Cow::Owned(text)
}

fn text<'a>(text: String) -> Scalar<'a> {
    Scalar::Text(owned(text))
}

fn number<'a>(number: Option<f64>) -> Scalar<'a> {
    number.map_or(Scalar::Null, Scalar::Float)
}
