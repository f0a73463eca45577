//! The forms in which shops write a list of products, besides a list of objects: one object, objects by their place or id, a list
//! in a list, and any of it as JSON text.

use super::draft::{BuiltIn, Draft, DraftProduct, ProductField};
use super::lookup::{Lookup, PRODUCT};
use super::value::Scalar;
use crate::domain::event::{Product, Value};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Whether a text is JSON of a list or an object, by its looks.
pub(super) fn is_json(raw: &RawValue) -> bool {
    raw.get().get(1..).is_some_and(|inner| inner.trim_start().starts_with(['[', '{']))
}

/// Reads products in whatever form into the list of a draft.
pub(super) fn read<'a>(raw: &'a RawValue, lookup: &Lookup, draft: &mut Draft<'a>) {
    match raw.get().as_bytes() {
        [b'[', ..] => {
            draft.list.given = true;
            each(raw, |element| of_list(element, true, lookup, draft));
        }
        [b'{', ..] => object(raw, lookup, draft),
        [b'"', ..] => text(raw, lookup, draft),
        _ => broken(draft),
    }
}

/// An element of a list; a list in it is one too, but no deeper one is.
fn of_list<'a>(raw: &'a RawValue, is_outermost: bool, lookup: &Lookup, draft: &mut Draft<'a>) {
    match raw.get().as_bytes() {
        b"null" => {}
        [b'{', ..] => {
            let product = product(raw, lookup, draft);
            draft.list.push(product, &mut draft.faults);
        }
        [b'[', ..] if is_outermost => each(raw, |element| of_list(element, false, lookup, draft)),
        [b'"', ..] if is_outermost && is_json(raw) => text(raw, lookup, draft),
        _ => draft.list.drop_one(&mut draft.faults),
    }
}

/// One product, or several by their place (`"0"`, `"1"`, …) or their id.
fn object<'a>(raw: &'a RawValue, lookup: &Lookup, draft: &mut Draft<'a>) {
    let mut fields = Vec::new();
    let node = lookup.node(PRODUCT);
    let (mut names_one, mut only_objects, mut count) = (false, true, 0_usize);
    // Keys that can't be read are counted by what reads the products.
    let unreadable = fields_of(raw, |key, value| {
        let is_id = matches!(
            node.get(key.as_bytes()).and_then(|entry| entry.built_in),
            Some(BuiltIn::Product(ProductField::ProductId | ProductField::Sku | ProductField::V1Id))
        );
        names_one |= is_id && !value.get().starts_with(['{', '[']);
        only_objects &= value.get().starts_with('{');
        count += 1;
        // Those beyond are left out all the same.
        if fields.len() <= super::MAX_PRODUCTS {
            fields.push((key, value));
        }
    });
    if !names_one {
        draft.faults.broken = draft.faults.broken.saturating_add(unreadable);
    }
    if names_one {
        draft.list.given = true;
        let product = product(raw, lookup, draft);
        draft.list.push(product, &mut draft.faults);
    } else if only_objects && count > 0 {
        draft.list.given = true;
        let are_places = fields.iter().enumerate().all(|(n, (key, _))| key.parse() == Ok(n) || key.parse() == Ok(n + 1));
        let left_out = count - fields.len();
        for (key, value) in fields {
            let mut product = product(value, lookup, draft);
            if !are_places && product.v1_id.is_none() && product.product.sku.is_none() {
                product.v1_id = Scalar::Text(key).id(super::nothing::Of::Thing, &mut draft.faults);
            }
            draft.list.push(product, &mut draft.faults);
        }
        draft.list.left_out = draft.list.left_out.saturating_add(u32::try_from(left_out).unwrap_or(u32::MAX));
    } else {
        broken(draft);
    }
}

fn product<'a>(raw: &'a RawValue, lookup: &Lookup, draft: &mut Draft<'a>) -> DraftProduct<'a> {
    let mut product = DraftProduct::default();
    let node = lookup.node(PRODUCT);
    let mut inner = Vec::new();
    let unreadable = fields_of(raw, |key, value| {
        let Some(entry) = node.get(key.as_bytes()) else { return };
        match entry.built_in {
            Some(BuiltIn::Product(field)) => draft.set_of_product(&mut product, field, entry, Scalar::from_raw(value)),
            _ => inner.push((entry, value)),
        }
    });
    draft.faults.broken = draft.faults.broken.saturating_add(unreadable);
    for (entry, value) in inner {
        super::careful::looked_at(lookup, draft, entry, value);
    }
    product
}

/// JSON in a text: what is read of it is owned, since the text is.
fn text<'a>(raw: &'a RawValue, lookup: &Lookup, draft: &mut Draft<'a>) {
    let Ok(text) = serde_json::from_str::<String>(raw.get()) else { return broken(draft) };
    let Ok(inner) = serde_json::from_str::<&RawValue>(text.trim()) else { return broken(draft) };
    let mut of_text = Draft::default();
    match inner.get().as_bytes() {
        [b'[' | b'{', ..] => read(inner, lookup, &mut of_text),
        _ => broken(&mut of_text),
    }
    let list = &mut draft.list;
    list.given |= of_text.list.given;
    list.dropped |= of_text.list.dropped;
    list.left_out = list.left_out.saturating_add(of_text.list.left_out);
    draft.faults.broken = draft.faults.broken.saturating_add(of_text.faults.broken);
    let mut ids = of_text.list.ids.into_iter().peekable();
    for (n, product) in of_text.list.products.into_iter().enumerate() {
        let v1_id = ids.next_if(|(of, _)| *of == n).map(|(_, id)| owned(id));
        draft.list.push(DraftProduct { product: owned_product(product), v1_id, ..DraftProduct::default() }, &mut draft.faults);
    }
    for ((property, value), rank) in of_text.properties.into_iter().zip(of_text.ranks) {
        let value = match value {
            Value::Text(text) => Value::Text(owned(text)),
            Value::Number(number) => Value::Number(number),
            Value::Bool(flag) => Value::Bool(flag),
        };
        draft.put_value(property, rank, value);
    }
}

fn broken(draft: &mut Draft<'_>) {
    draft.faults.broken::<()>();
}

fn owned<'a>(text: Cow<'_, str>) -> Cow<'a, str> {
    Cow::Owned(text.into_owned())
}

fn owned_product<'a>(product: Product<'_>) -> Product<'a> {
    let Product { id, sku, name, variant, url, image_url, price, quantity, currency } = product;
    Product {
        id: owned(id),
        sku: sku.map(owned),
        name: name.map(owned),
        variant: variant.map(owned),
        url: url.map(owned),
        image_url: image_url.map(owned),
        price,
        quantity,
        currency: currency.map(owned),
    }
}

/// Calls for each element of an array. The parser has checked it already.
fn each<'a>(raw: &'a RawValue, element: impl FnMut(&'a RawValue)) {
    serde_json::Deserializer::from_str(raw.get()).deserialize_seq(Elements(element)).unwrap_or_default();
}

/// Calls for each field of an object whose key can be read; how many can't.
fn fields_of<'a>(raw: &'a RawValue, field: impl FnMut(Cow<'a, str>, &'a RawValue)) -> u16 {
    serde_json::Deserializer::from_str(raw.get()).deserialize_map(Fields(field)).unwrap_or(1)
}

struct Elements<F>(F);

impl<'de, F: FnMut(&'de RawValue)> Visitor<'de> for Elements<F> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            self.0(element);
        }
        Ok(())
    }
}

struct Fields<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Fields<F> {
    type Value = u16;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<u16, A::Error> {
        let mut unreadable = 0_u16;
        while let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? {
            if let Scalar::Text(key) = Scalar::from_raw(key) {
                self.0(key, value);
            } else {
                unreadable = unreadable.saturating_add(1);
            }
        }
        Ok(unreadable)
    }
}
