//! Products beyond those that count are left out of a protobuf event before it is decoded: an empty one is two bytes on the wire and two
//! hundred in memory.

use super::products::MAX_PRODUCTS;

/// Smaller events can't hold enough of them to matter.
pub(super) const LOOKED_THROUGH_BYTES: usize = 16 * 1024;

/// Numbers of `Event.products` and `ProductList.items`.
const PRODUCTS: u64 = 11;
const ITEMS: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;

/// A copy without the products beyond the first [`MAX_PRODUCTS`], and how many are left out. `None`: there are no more than that, or the
/// bytes are no message, which the decoder will say.
pub(super) fn without_surplus(event: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut kept = Vec::with_capacity(event.len());
    let (mut items, mut left_out) = (0, 0);
    let mut fields = Fields(event);
    while !fields.0.is_empty() {
        let field = fields.next()?;
        if (field.number, field.kind) != (PRODUCTS, LENGTH_DELIMITED) {
            kept.extend(field.whole);
            continue;
        }
        let mut list = Fields(field.content);
        let mut kept_of_list: Vec<u8> = Vec::new();
        while !list.0.is_empty() {
            let item = list.next()?;
            if (item.number, item.kind) == (ITEMS, LENGTH_DELIMITED) {
                items += 1;
                if items > MAX_PRODUCTS {
                    left_out += 1;
                    continue;
                }
            }
            kept_of_list.extend(item.whole);
        }
        put_varint(PRODUCTS << 3 | LENGTH_DELIMITED, &mut kept);
        put_varint(kept_of_list.len() as u64, &mut kept);
        kept.extend(kept_of_list);
    }
    (left_out > 0).then_some((kept, left_out))
}

/// The fields of a message, one after the other.
struct Fields<'a>(&'a [u8]);

struct Field<'a> {
    number: u64,
    kind: u64,
    /// With its key.
    whole: &'a [u8],
    /// Without key and length.
    content: &'a [u8],
}

impl<'a> Fields<'a> {
    /// The next field; `None`: these are no fields.
    fn next(&mut self) -> Option<Field<'a>> {
        let start = self.0;
        let key = self.varint()?;
        let content = self.value(key & 7)?;
        let whole = start.get(..start.len() - self.0.len())?;
        Some(Field { number: key >> 3, kind: key & 7, whole, content })
    }

    fn value(&mut self, kind: u64) -> Option<&'a [u8]> {
        match kind {
            0 => {
                let start = self.0;
                self.varint()?;
                start.get(..start.len() - self.0.len())
            }
            1 => self.take(8),
            LENGTH_DELIMITED => {
                let length = usize::try_from(self.varint()?).ok()?;
                self.take(length)
            }
            3 => self.group(),
            5 => self.take(4),
            _ => None,
        }
    }

    /// The fields of a group up to its end, groups in it included.
    fn group(&mut self) -> Option<&'a [u8]> {
        let start = self.0;
        let mut depth = 1_usize;
        while depth > 0 {
            match self.varint()? & 7 {
                3 => depth += 1,
                4 => depth -= 1,
                kind => drop(self.value(kind)?),
            }
        }
        start.get(..start.len() - self.0.len())
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

fn put_varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::proto;
    use prost::Message;

    fn event(products: usize, name: &str) -> proto::Event {
        let product = |n: usize| proto::Product { product_id: format!("p{n}"), name: name.to_owned(), ..Default::default() };
        proto::Event {
            name: "Cart Viewed".to_owned(),
            cart_id: "c".to_owned(),
            value: Some(1.5),
            products: Some(proto::ProductList { items: (0..products).map(product).collect() }),
            ..Default::default()
        }
    }

    #[test]
    fn the_first_products_stay_as_they_are_and_the_rest_is_left_out() {
        let whole = event(MAX_PRODUCTS + 400, "boots");
        let (bytes, left_out) = without_surplus(&whole.encode_to_vec()).unwrap();
        assert_eq!(left_out, 400);
        assert_eq!(proto::Event::decode(&*bytes).unwrap(), event(MAX_PRODUCTS, "boots"));
        assert_eq!(without_surplus(&event(MAX_PRODUCTS, "boots").encode_to_vec()), None);
    }

    #[test]
    fn lists_are_counted_together_and_unknown_fields_and_groups_do_not_hide_them() {
        let mut bytes = event(60, "a").encode_to_vec();
        // Field 99: a group with a group in it, then a second list.
        bytes.extend([0x9b, 0x06, 0x0b, 0x10, 0x01, 0x0c, 0x9c, 0x06]);
        bytes.extend(event(60, "b").encode_to_vec());
        let (kept, left_out) = without_surplus(&bytes).unwrap();
        assert_eq!(left_out, 20);
        let decoded = proto::Event::decode(&*kept).unwrap();
        assert_eq!(decoded.products.unwrap().items.len(), MAX_PRODUCTS);
    }

    #[test]
    fn a_mebibyte_of_empty_products_is_small_before_it_is_decoded() {
        let list = proto::ProductList { items: vec![proto::Product::default(); 500_000] };
        let bytes = proto::Event { products: Some(list), ..Default::default() }.encode_to_vec();
        let (kept, left_out) = without_surplus(&bytes).unwrap();
        assert_eq!((kept.len() < 300, left_out), (true, 500_000 - MAX_PRODUCTS));
    }

    #[test]
    fn what_is_no_message_is_left_to_the_decoder() {
        for bytes in [&[0x5a, 0xff, 0xff, 0xff, 0x7f][..], &[0x0f], &[0xff; 12], &[0x0b], &[0x09, 1, 2]] {
            assert_eq!(without_surplus(bytes), None, "{bytes:x?}");
            assert!(proto::Event::decode(bytes).is_err(), "{bytes:x?}");
        }
    }
}
