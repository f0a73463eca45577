//! Bytes that others wrote, bytes that nobody writes.

use super::{Descriptors, compile};
use crate::binary::tests::{Case, hex, mutated};
use proptest::prelude::*;

const CASES: &str = include_str!("../../../../tests/serialised/protobuf.json");
const SHOP: &str = include_str!("../../../../tests/serialised/shop.proto");
const OLD: &str = include_str!("../../../../tests/serialised/old.proto");
const SET: &[u8] = include_bytes!("../../../../tests/serialised/shop.pb");

fn compiled(name: &str) -> Descriptors {
    let texts = |name: &str| match name {
        "shop.proto" => Some(SHOP.to_owned()),
        "old.proto" => Some(OLD.to_owned()),
        _ => None,
    };
    compile(name, texts).expect(name)
}

fn json(all: &Descriptors, message: &str, bytes: &[u8]) -> Result<String, String> {
    all.json(all.message(message).expect(message), bytes).map(|decoded| decoded.json)
}

#[test]
fn what_others_write_is_read_as_they_mean_it() {
    let set = Descriptors::parse(SET).expect("a set");
    for case in Case::all(CASES) {
        for all in [&set, &compiled(&case.file)] {
            assert_eq!(json(all, &case.message, &case.bytes()).as_deref(), Ok(case.json.as_str()), "{}", case.about);
        }
    }
}

#[test]
fn a_message_may_come_in_pieces_and_in_any_order() {
    let all = compiled("shop.proto");
    let line = |bytes: &str| json(&all, "shop.v1.Line", &hex(bytes));
    assert_eq!(line("10 02 0a 01 61 10 03").as_deref(), Ok(r#"{"product_id":"a","quantity":3,"price":0}"#));
    // Pieces of `before` are one message; packed and single numbers one list.
    let order =
        json(&all, "shop.v1.Order", &hex("8a 01 03 0a 01 61 0a 01 62 8a 01 02 10 05 70 02 72 02 04 06")).expect("an order");
    let want =
        r#"{"id":"b","customer":0,"state":"STATE_OPEN","signed":[1,2,3],"before":{"id":"a","customer":5,"state":"STATE_OPEN"}}"#;
    assert_eq!(order, want);
    // Fields of another number or form are passed over, as protobuf says.
    assert_eq!(line("10 02 78 01 15 00 00 00 00 13 14").as_deref(), Ok(r#"{"product_id":"","quantity":2,"price":0}"#));
}

#[test]
fn places_of_messages_are_those_of_both_ways_to_count() {
    let all = compiled("shop.proto");
    let file = all.files.iter().position(|name| name == "shop.proto").expect("the file");
    let name = |places: &[usize]| all.at(file, places).map(|at| all.messages[at].name.to_string());
    assert_eq!(name(&[0]).as_deref(), Some("shop.v1.Line"));
    assert_eq!(name(&[1, 0]).as_deref(), Some("shop.v1.Order.Entry"));
    // `Inner` is the first that is written, and the second with the entry of the map before it.
    let inner = Some("shop.v1.Order.Entry.Inner");
    let wide = || name(&[1, 0, 1]).or_else(|| name(&[1, 0, 0]));
    assert_eq!((name(&[1, 0, 0]).as_deref(), wide().as_deref()), (inner, inner));
    assert_eq!((name(&[7]), name(&[])), (None, None));
    assert!(all.is_at(all.message("shop.v1.Kinds").expect("it"), &[2]) && !all.is_at(0, &[99]));
}

#[test]
fn what_is_not_of_the_message_says_why() {
    let all = compiled("shop.proto");
    let deep = (0..200).fold(String::new(), |inner, _| {
        let mut length = Vec::new();
        let mut rest = inner.len() / 2;
        while rest > 0x7f {
            length.push(format!("{:02x}", rest & 0x7f | 0x80));
            rest >>= 7;
        }
        length.push(format!("{rest:02x}"));
        format!("8a01{}{inner}", length.concat())
    });
    for (bytes, says) in [
        ("f8 07 01", "no field of a shop.v1.Order"),
        ("0a 05 61", "5 bytes more"),
        ("0a 01 ff", "a text is none"),
        ("0a ff ff ff ff ff ff ff ff ff 01", "bytes more"),
        (&deep, "within each other"),
        ("08", "no end"),
    ] {
        let found = json(&all, "shop.v1.Order", &hex(bytes)).expect_err(bytes);
        assert!(found.contains(says), "{bytes:.40}: {found}");
    }
    // A message of two bytes has many fields by default: so many of them are too much.
    let fields: Vec<String> = (1..500).map(|n| format!("int64 a_long_name_of_a_field_{n} = {n};")).collect();
    let wide = format!("syntax = \"proto3\"; message M {{ repeated N n = 1; }} message N {{ {} }}", fields.join(" "));
    let all = compile("m.proto", move |_| Some(wide.clone())).expect("a file");
    assert!(json(&all, "M", &hex(&"0a00".repeat(100_000))).expect_err("too much").contains("as JSON"));
}

#[test]
fn a_file_that_is_none_says_why() {
    for (text, says) in [
        ("message", "expected"),
        ("syntax = \"proto3\"; import \"x.proto\";", "x.proto"),
        ("message A { optional B b = 1; }", "B"),
    ] {
        let found = compile("a.proto", move |name| (name == "a.proto").then(|| text.to_owned())).expect_err(text);
        assert!(found.contains(says), "{text}: {found}");
    }
}

proptest! {
    #[test]
    fn bytes_that_nobody_writes_are_refused_or_become_json(changes in mutated(), of in 0_usize..20) {
        let cases = Case::all(CASES);
        let case = &cases[of % cases.len()];
        let all = Descriptors::parse(SET).expect("a set");
        changes.check(&case.bytes(), |bytes| json(&all, &case.message, bytes))?;
    }

    #[test]
    fn descriptors_that_nobody_writes_are_refused_or_read(changes in mutated()) {
        if let Ok(all) = Descriptors::parse(&changes.of(SET)) {
            for at in 0..all.messages.len() {
                let read = all.json(at, &[0x0a, 0x02, 0x08, 0x01, 0x10, 0x01]);
                prop_assert!(read.is_ok() || read.is_err());
            }
        }
    }
}
