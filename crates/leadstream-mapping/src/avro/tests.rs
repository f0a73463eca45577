//! Bytes that others wrote, bytes that nobody writes.

use super::{Schema, decimal};
use crate::binary::tests::{Case, hex, mutated};
use proptest::prelude::*;
use std::iter::empty;

const CASES: &str = include_str!("../../../../tests/serialised/avro.json");

fn json(schema: &str, bytes: &[u8]) -> Result<String, String> {
    Schema::parse(schema, empty()).expect(schema).json(bytes).map(|decoded| decoded.json)
}

#[test]
fn what_others_write_is_read_as_they_mean_it() {
    for case in Case::all(CASES) {
        assert_eq!(json(&case.schema, &case.bytes()).as_deref(), Ok(case.json.as_str()), "{}", case.about);
    }
}

#[test]
fn a_record_has_the_name_of_its_schema() {
    let union = r#"[{"type":"record","name":"A","namespace":"shop","fields":[]},{"type":"record","name":"shop.B","fields":[]}]"#;
    let schema = Schema::parse(union, empty()).expect("a schema");
    let name = |bytes: &[u8]| schema.json(bytes).expect("a record").name;
    assert_eq!((name(&[0]).as_deref(), name(&[2]).as_deref()), (Some("shop.A"), Some("shop.B")));
    assert_eq!(Schema::parse("\"int\"", empty()).expect("a schema").json(&[2]).expect("a number").name, None);
}

#[test]
fn blocks_may_say_their_size() {
    let list = r#"{"type":"array","items":"int"}"#;
    assert_eq!(json(list, &hex("03 04 02 04 02 06 00")).as_deref(), Ok("[1,2,3]"));
    let map = r#"{"type":"map","values":"int"}"#;
    assert_eq!(json(map, &hex("01 06 02 61 02 02 02 61 04 00")).as_deref(), Ok(r#"{"a":1,"a":2}"#));
}

#[test]
fn what_is_not_of_the_schema_says_why() {
    let node = r#"{"type":"record","name":"N","fields":[{"name":"n","type":["null","N"]}]}"#;
    let endless = r#"{"type":"record","name":"N","fields":[{"name":"n","type":"N"}]}"#;
    let list = |items: &str| format!(r#"{{"type":"array","items":{items}}}"#);
    for (schema, bytes, says) in [
        ("\"int\"", "02 02", "1 bytes are left over"),
        ("\"int\"", "80 80 80 80 10", "is no int"),
        ("\"boolean\"", "02", "no truth value"),
        ("\"string\"", "04 61", "2 bytes more"),
        ("\"string\"", "03", "no length"),
        ("\"string\"", "02 ff", "a text is none"),
        ("[\"null\"]", "02", "branch 1 of 1"),
        ("[\"null\"]", "01", "branch -1 of 1"),
        (r#"{"type":"enum","name":"e","symbols":["A"]}"#, "02", "symbol 1 of 1"),
        (node, &"02".repeat(80), "within each other"),
        (endless, "", "within each other"),
        // Billions of items without a byte, and the least number, whose size is none.
        (&list("\"null\""), "80 80 80 80 80 20 00", "as JSON"),
        (&list("\"null\""), "ff ff ff ff ff ff ff ff ff 01 00", "as JSON"),
        (&list(r#"{"type":"record","name":"e","fields":[]}"#), "80 80 80 80 80 20 00", "as JSON"),
    ] {
        let found = json(schema, &hex(bytes)).expect_err(schema);
        assert!(found.contains(says), "{schema} {bytes}: {found}");
    }
}

#[test]
fn records_that_double_in_each_other_have_an_end() {
    let mut schema = r#"{"type":"record","name":"r0","fields":[]}"#.to_owned();
    for n in 1..40 {
        let before = n - 1;
        schema = format!(
            r#"{{"type":"record","name":"r{n}","fields":[{{"name":"a","type":{schema}}},{{"name":"b","type":"r{before}"}}]}}"#
        );
    }
    let schema = Schema::parse(&schema, empty()).expect("a schema");
    assert!(schema.json(&[]).expect_err("2^40 records").contains("as JSON"));
}

#[test]
fn decimals_have_all_their_digits() {
    let most = decimal(&[0x7f; 64], 150).expect("a decimal");
    assert!(most.len() == 155 && most.parse::<f64>().is_ok_and(f64::is_finite), "{most}");
    assert!(decimal(&[0; 65], 0).is_err());
    for (bytes, scale, text) in [
        (&[][..], 0, "0"),
        (&[], 2, "0.00"),
        (&[0x80], 0, "-128"),
        (&[0xff], 3, "-0.001"),
        (&[0x0b, 0xea], 2, "30.50"),
        (&[0x80, 0, 0, 0, 0, 0, 0, 0, 0], 0, "-2361183241434822606848"),
    ] {
        assert_eq!(decimal(bytes, scale).as_deref(), Ok(text));
    }
}

proptest! {
    #[test]
    fn decimals_are_those_of_whole_numbers(number in any::<i128>(), scale in 0_usize..=30) {
        let found = decimal(&number.to_be_bytes(), scale).expect("a decimal");
        let digits: String = found.chars().filter(|c| *c != '.').collect();
        prop_assert_eq!(digits.parse::<i128>(), Ok(number));
        prop_assert_eq!(found.split_once('.').map_or(0, |(_, places)| places.len()), scale);
    }

    #[test]
    fn bytes_that_nobody_writes_are_refused_or_become_json(changes in mutated(), of in 0_usize..20) {
        let cases = Case::all(CASES);
        let case = &cases[of % cases.len()];
        changes.check(&case.bytes(), |bytes| json(&case.schema, bytes))?;
    }
}
