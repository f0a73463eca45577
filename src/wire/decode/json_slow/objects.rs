//! Objects that are looked into, and lists of products in the forms in which shops write them besides a list of objects: one object,
//! objects by their place or id, a list in a list, and any of it as JSON text. Either may stand in the other: one file reads both.

use super::raw::{each, fields_of, is_json, listed, visit};
use crate::domain::event::{Product, Value};
use crate::domain::placeholder_ids::IdOf;
use crate::wire::decode::event_builder::EventBuilder;
use crate::wire::decode::fields::{BuiltIn, ITEM, PRODUCT, PROPERTIES, ProductField};
use crate::wire::decode::key_table::KeyTable;
use crate::wire::decode::lookup::{Entry, Lookup};
use crate::wire::decode::products::{MAX_PRODUCTS, ProductBuilder};
use crate::wire::decode::value::Scalar;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What a key means, and its value.
pub(super) type Field<'k, 'de, T> = (Option<&'k T>, &'de RawValue);

/// What all visitors share.
pub(super) struct Reader<'d, 'de> {
    pub lookup: &'d Lookup,
    pub builder: &'d mut EventBuilder<'de>,
}

impl<'de> Reader<'_, 'de> {
    fn again(&mut self) -> Reader<'_, 'de> {
        Reader { lookup: self.lookup, builder: self.builder }
    }

    /// The meaning of the next key, if anybody looks at it, and its value. A key that can't be unescaped is a broken field.
    pub(super) fn next<'k, A: MapAccess<'de>, T>(
        &mut self,
        map: &mut A,
        keys: &'k KeyTable<T>,
    ) -> Result<Option<Field<'k, 'de, T>>, A::Error> {
        let Some((key, value)) = map.next_entry::<&'de RawValue, &'de RawValue>()? else { return Ok(None) };
        let meaning = match Scalar::from_raw(key) {
            Scalar::Text(key) => keys.get(key.as_bytes()),
            _ => self.builder.faults.broken(),
        };
        Ok(Some((meaning, value)))
    }

    /// Counts a part that could not be read to its end.
    fn count(&mut self, went_well: bool) {
        if !went_well {
            self.builder.faults.count_broken();
        }
    }

    /// A value that models look at, below this place or as a whole.
    fn wanted(&mut self, entry: &Entry, raw: &'de RawValue) {
        match entry.child {
            Some(node) if entry.is_inner() || raw.get().starts_with(['{', '[']) => self.nested(node, raw),
            _ if entry.is_list && raw.get().starts_with(['{', '[']) => {
                listed(raw).iter().for_each(|scalar| self.builder.put(entry, scalar));
            }
            _ => self.builder.put(entry, &Scalar::from_raw(raw)),
        }
    }

    /// The fields of the properties, or of another object that is looked into.
    fn object<A: MapAccess<'de>>(&mut self, node: u16, map: &mut A) -> Result<(), A::Error> {
        self.builder.single.is_object |= node == ITEM;
        let node = self.lookup.node(node);
        while let Some((entry, raw)) = self.next(map, node)? {
            let Some(entry) = entry else { continue };
            match entry.built_in {
                None => self.wanted(entry, raw),
                Some(BuiltIn::Products) => self.products(entry, raw),
                Some(field) => self.builder.set_property(field, entry, Scalar::from_raw(raw)),
            }
        }
        Ok(())
    }

    /// Products in whatever form; a single value that is no list of them may be something that models look at.
    fn products(&mut self, entry: &Entry, raw: &'de RawValue) {
        let before = self.builder.list.begin(entry.rank, &self.builder.faults);
        match raw.get().as_bytes() {
            [b'[' | b'{', ..] => products(raw, self.lookup, self.builder),
            [b'"', ..] if is_json(raw) => products(raw, self.lookup, self.builder),
            _ => self.builder.set_property(BuiltIn::Products, entry, Scalar::from_raw(raw)),
        }
        self.builder.list.settle(before, &mut self.builder.faults);
    }

    pub(super) fn nested(&mut self, node: u16, raw: &'de RawValue) {
        let went_well = visit(raw, Nested { reader: self.again(), node });
        self.count(went_well);
    }

    /// The `properties` of an event.
    pub(super) fn properties(&mut self, raw: &'de RawValue) {
        self.builder.begin_properties();
        let went_well = visit(raw, Properties { reader: self.again() });
        self.count(went_well);
    }
}

/// What a visitor of objects does with single values (all are given as a number, null is absent), and how it calls what it reads.
macro_rules! single_values {
    ($name:literal, $on_value:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($name)
        }
        fn visit_u64<E>(self, _: u64) -> Result<(), E> {
            $on_value(self);
            Ok(())
        }
        fn visit_unit<E>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

/// The `properties` of an event.
struct Properties<'d, 'de> {
    reader: Reader<'d, 'de>,
}

impl<'de> Visitor<'de> for Properties<'_, 'de> {
    type Value = ();
    single_values!("properties", |this: Self| this.reader.builder.faults.count_broken());

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.reader.object(PROPERTIES, &mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        self.reader.builder.faults.count_broken();
        Ok(())
    }
}

/// An object below which models look at something. Of an array the first element that has the value counts.
struct Nested<'d, 'de> {
    reader: Reader<'d, 'de>,
    node: u16,
}

impl<'de> Visitor<'de> for Nested<'_, 'de> {
    type Value = ();
    single_values!("an object", |_: Self| ());

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        self.reader.object(self.node, &mut map)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&'de RawValue>()? {
            // Arrays of arrays are not looked into: the depth of the stack stays that of the vocabulary.
            if raw.get().starts_with('{') {
                self.reader.nested(self.node, raw);
            }
        }
        Ok(())
    }
}

/// Reads products in whatever form into the list of a builder.
fn products<'a>(raw: &'a RawValue, lookup: &Lookup, builder: &mut EventBuilder<'a>) {
    match raw.get().as_bytes() {
        [b'[', ..] => {
            builder.list.given = true;
            each(raw, |element| product_of_list(element, true, lookup, builder));
        }
        [b'{', ..] => products_of_object(raw, lookup, builder),
        [b'"', ..] => products_of_text(raw, lookup, builder),
        _ => broken(builder),
    }
}

/// An element of a list; a list in it is one too, but no deeper one is.
fn product_of_list<'a>(raw: &'a RawValue, is_outermost: bool, lookup: &Lookup, builder: &mut EventBuilder<'a>) {
    match raw.get().as_bytes() {
        b"null" => {}
        [b'{', ..] => {
            let product = product(raw, lookup, builder);
            builder.list.push(product, &mut builder.faults);
        }
        [b'[', ..] if is_outermost => each(raw, |element| product_of_list(element, false, lookup, builder)),
        [b'"', ..] if is_outermost && is_json(raw) => products_of_text(raw, lookup, builder),
        _ => builder.list.drop_one(&mut builder.faults),
    }
}

/// One product, or several by their place (`"0"`, `"1"`, …) or their id.
fn products_of_object<'a>(raw: &'a RawValue, lookup: &Lookup, builder: &mut EventBuilder<'a>) {
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
        // Those beyond are left out anyway.
        if fields.len() <= MAX_PRODUCTS {
            fields.push((key, value));
        }
    });
    if !names_one {
        builder.faults.broken = builder.faults.broken.saturating_add(unreadable);
    }
    if names_one {
        builder.list.given = true;
        let product = product(raw, lookup, builder);
        builder.list.push(product, &mut builder.faults);
    } else if only_objects && count > 0 {
        builder.list.given = true;
        let are_places = fields.iter().enumerate().all(|(n, (key, _))| key.parse() == Ok(n) || key.parse() == Ok(n + 1));
        let left_out = count - fields.len();
        for (key, value) in fields {
            let mut product = product(value, lookup, builder);
            if !are_places && product.v1_id.is_none() && product.product.sku.is_none() {
                product.v1_id = Scalar::Text(key).id(IdOf::Thing, &mut builder.faults);
            }
            builder.list.push(product, &mut builder.faults);
        }
        builder.list.left_out = builder.list.left_out.saturating_add(u32::try_from(left_out).unwrap_or(u32::MAX));
    } else {
        broken(builder);
    }
}

fn product<'a>(raw: &'a RawValue, lookup: &Lookup, builder: &mut EventBuilder<'a>) -> ProductBuilder<'a> {
    let mut product = ProductBuilder::default();
    let node = lookup.node(PRODUCT);
    let mut inner = Vec::new();
    let unreadable = fields_of(raw, |key, value| {
        let Some(entry) = node.get(key.as_bytes()) else { return };
        match entry.built_in {
            Some(BuiltIn::Product(field)) => builder.set_of_product(&mut product, field, entry, Scalar::from_raw(value)),
            _ => inner.push((entry, value)),
        }
    });
    builder.faults.broken = builder.faults.broken.saturating_add(unreadable);
    for (entry, value) in inner {
        Reader { lookup, builder }.wanted(entry, value);
    }
    product
}

/// JSON in a text: what is read of it is owned, since the text is.
fn products_of_text<'a>(raw: &'a RawValue, lookup: &Lookup, builder: &mut EventBuilder<'a>) {
    let Ok(text) = serde_json::from_str::<String>(raw.get()) else { return broken(builder) };
    let Ok(mut inner) = serde_json::from_str::<&RawValue>(text.trim()) else { return broken(builder) };
    // Some senders write the text of a text.
    let again = inner.get().starts_with('"').then(|| serde_json::from_str::<String>(inner.get()).unwrap_or_default());
    if let Some(again) = &again {
        let Ok(innermost) = serde_json::from_str(again.trim()) else { return broken(builder) };
        inner = innermost;
    }
    let mut of_text = EventBuilder::default();
    match inner.get().as_bytes() {
        [b'[' | b'{', ..] => products(inner, lookup, &mut of_text),
        _ => broken(&mut of_text),
    }
    let list = &mut builder.list;
    list.given |= of_text.list.given;
    list.dropped |= of_text.list.dropped;
    list.left_out = list.left_out.saturating_add(of_text.list.left_out);
    builder.faults.broken = builder.faults.broken.saturating_add(of_text.faults.broken);
    let mut ids = of_text.list.ids.into_iter().peekable();
    for (n, product) in of_text.list.products.into_iter().enumerate() {
        let v1_id = ids.next_if(|(of, _)| *of == n).map(|(_, id)| owned(id));
        builder
            .list
            .push(ProductBuilder { product: owned_product(product), v1_id, ..ProductBuilder::default() }, &mut builder.faults);
    }
    for ((property, value), rank) in of_text.properties.into_iter().zip(of_text.ranks) {
        let value = match value {
            Value::Text(text) => Value::Text(owned(text)),
            Value::Number(number) => Value::Number(number),
            Value::Bool(flag) => Value::Bool(flag),
        };
        builder.put_value(property, rank, value);
    }
}

fn broken(builder: &mut EventBuilder<'_>) {
    builder.faults.count_broken();
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
