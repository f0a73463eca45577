//! Events as `leadstream.v1.Event`.

use super::event_builder::EventBuilder;
use super::fields::{BuiltIn, ProductField};
use super::lookup::Lookup;
use super::product_limit::{LOOKED_THROUGH_BYTES, without_surplus};
use super::products::ProductBuilder;
use super::property_names::CANONICAL;
use super::value::Scalar;
use crate::domain::YEAR_9999_END_MS;
use crate::domain::placeholder_ids::IdOf;
use crate::runtime::ports::{DeadReason, Rejected};
use crate::wire::proto;
use crate::wire::time::Written;
use prost::Message;
use std::borrow::Cow;

/// Newest version of the message that this build knows; 0 is a producer that doesn't say.
pub const EVENT_VERSION: u32 = 1;

/// Reads one event into an empty builder.
pub(super) fn parse(bytes: &[u8], lookup: &Lookup, builder: &mut EventBuilder<'_>) -> Result<(), Rejected> {
    let looked_through = if bytes.len() > LOOKED_THROUGH_BYTES { without_surplus(bytes) } else { None };
    let (bytes, left_out) = looked_through.as_ref().map_or((bytes, 0), |(kept, left_out)| (kept, *left_out));
    for _ in 0..left_out.min(usize::from(u16::MAX)) {
        builder.list.drop_one(&mut builder.faults);
    }
    let event = proto::Event::decode(bytes)
        .map_err(|e| Rejected { reason: DeadReason::UnreadableValue, detail: format!("not a leadstream.v1.Event: {e}") })?;
    if event.version > EVENT_VERSION {
        let detail = format!("the event is of version {}, this build knows versions up to {EVENT_VERSION}", event.version);
        return Err(Rejected { reason: DeadReason::UnknownVersion, detail });
    }
    builder.times.timestamp = match event.timestamp_ms {
        // JSON can't say such a time either.
        Some(ms) if ms.unsigned_abs() > YEAR_9999_END_MS.unsigned_abs() => builder.faults.broken(),
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
    builder.call = Some(Cow::Borrowed(call));
    if call == "track" {
        builder.event = Some(name);
    } else {
        builder.call_name = Some(Scalar::Text(name)).filter(|n| *n != Scalar::Text(Cow::Borrowed("")));
    }
    builder.message_id = text(event.message_id).long_id(IdOf::Thing, &mut builder.faults);
    builder.signals.set_user(&text(event.user_id));
    builder.set(BuiltIn::CartId, CANONICAL, text(event.cart_id));
    builder.set(BuiltIn::OrderId, CANONICAL, text(event.order_id));
    builder.set(BuiltIn::Value, CANONICAL, number(event.value));
    builder.set(BuiltIn::Currency, CANONICAL, text(event.currency));
    if let Some(product) = event.product {
        builder.single = draft_product(product, builder);
    }
    if let Some(list) = event.products {
        builder.list.given = true;
        for product in list.items {
            let product = draft_product(product, builder);
            builder.list.push(product, &mut builder.faults);
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
            builder.put(entry, &scalar);
        }
    }
    Ok(())
}

fn draft_product<'a>(product: proto::Product, builder: &mut EventBuilder<'a>) -> ProductBuilder<'a> {
    let mut result = ProductBuilder::default();
    let faults = &mut builder.faults;
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
