//! Records with the id of their schema, and mappings of them.

use super::{Language, Lookup, NoSchemas, NotReady, Schema, SchemaId, SchemaText, Schemas};
use crate::apply::{Outcome, What};
use crate::binary::tests::{Case, hex};
use crate::elements::Reason;
use crate::record::Record;
use std::collections::BTreeMap;
use std::sync::Arc;

const GUID: u128 = 0x0123_4567_89ab_cdef_0011_2233_4455_6677;
const PROTO: &str = include_str!("../../../../tests/serialised/shop.proto");

#[derive(Default)]
struct Registry(BTreeMap<SchemaId, Lookup>);

impl Schemas for Registry {
    fn schema(&self, id: SchemaId) -> Lookup {
        self.0.get(&id).cloned().unwrap_or_else(|| Lookup::NotYet("it is away".to_owned()))
    }
}

fn compiled(language: Language, text: &str) -> Lookup {
    let text = SchemaText { language, text: text.to_owned(), references: Vec::new() };
    Lookup::Known(Arc::new(Schema::compile(&text).expect("a schema")))
}

fn registry() -> Registry {
    let order = r#"{"type":"record","name":"shop.OrderPlaced","fields":[{"name":"customer","type":"string"},
        {"name":"total","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}}]}"#;
    let all = [
        (SchemaId::Number(7), compiled(Language::Avro, order)),
        (SchemaId::Guid(GUID), compiled(Language::Avro, order)),
        (SchemaId::Number(8), compiled(Language::Protobuf, PROTO)),
        (SchemaId::Number(9), compiled(Language::Json, "{}")),
        (SchemaId::Number(10), Lookup::Unusable("the registry has no such schema".to_owned())),
    ];
    Registry(all.into_iter().collect())
}

fn apply(format: &str, value: &[u8], header: Option<&[u8]>) -> Result<Vec<Outcome>, NotReady> {
    let text = format!(
        "name = \"shop\"\nformat = \"{format}\"\nprefix = \"confluent\"\nname_from = [\"@schema\", \"type\"]\n[ids]\nuser = \"customer\"\n\
         [events]\n\"shop.OrderPlaced\" = \"Order Completed\"\n\"shop.v1.Order\" = \"Order Completed\"\n\"order\" = \"Order Completed\"\n\
         [fields]\ntotal = \"total\"\nnested = \"nested\"\n"
    );
    let mapping = crate::parse("shop", &text).expect("a mapping");
    let headers = header.map(|value| ("__value_schema_id", value)).into_iter().collect();
    mapping.apply(&Record { value: Some(value), headers, ..Record::default() }, &registry())
}

fn event(outcomes: Result<Vec<Outcome>, NotReady>) -> String {
    match outcomes.expect("ready").remove(0).what {
        What::Event(event) => {
            let total = event.field("total").map(std::borrow::Cow::into_owned);
            format!("{} of {:?}: {total:?}", event.name, event.prospect.expect("somebody").1)
        }
        What::Skipped => "skipped".to_owned(),
        What::Dead { reason, detail, .. } => format!("{}: {detail}", reason.name()),
    }
}

/// `ann`, 12.50.
const ORDER: &str = "06 61 6e 6e 04 04 e2";

#[test]
fn the_id_stands_before_the_value_or_in_a_header() {
    let want = "Order Completed of \"ann\": Some(\"12.50\")";
    assert_eq!(event(apply("avro", &hex(&format!("00 00000007 {ORDER}")), None)), want);
    let guid = format!("01 {GUID:032x}");
    assert_eq!(event(apply("avro", &hex(&format!("{guid}{ORDER}")), None)), want);
    assert_eq!(event(apply("avro", &hex(ORDER), Some(&hex(&guid)))), want);
    let json = br#"{"type":"order","customer":"ann","total":12.50}"#;
    for prefix in ["", "00 00000009", &guid] {
        assert_eq!(event(apply("json", &[hex(prefix), json.to_vec()].concat(), None)), want);
    }
    assert_eq!(event(apply("json", json, Some(&hex(&guid)))), want);
}

#[test]
fn a_message_is_named_by_its_place() {
    // Customer 5 of an `Order`, which is the second of its file.
    let want = "Order Completed of \"5\": None";
    assert_eq!(event(apply("protobuf", &hex("00 00000008 02 02 10 05"), None)), want);
    assert_eq!(event(apply("protobuf", &hex("10 05"), Some(&hex("00 00000008 02 02")))), want);
    // The first is a single 0; it says nothing of a person.
    assert_eq!(event(apply("protobuf", &hex("00 00000008 00 10 05"), None)), "skipped");
    for (bytes, says) in [
        ("00 00000008 02 0e 10 05", "no message [7]"),
        ("00 00000008 04 02 02 10 05", "no message [1, 1]"),
        ("00 00000008 01", "no place of a message"),
        ("00 00000008 fe ff 03", "at most 32"),
        ("00 00000008", "no end"),
        ("00 0000", "no schema's id"),
        ("", "no schema's id"),
        ("10 05", "no schema's id"),
    ] {
        let found = event(apply("protobuf", &hex(bytes), None));
        assert!(found.starts_with("unreadable-value") && found.contains(says), "{bytes}: {found}");
    }
}

#[test]
fn a_schema_that_is_not_known_yet_is_no_dead_letter() {
    let order = |id: &str| hex(&format!("00 {id} {ORDER}"));
    let not_ready = apply("avro", &order("00000063"), None).expect_err("99 is not known");
    assert_eq!(not_ready.id, SchemaId::Number(99));
    assert_eq!(not_ready.to_string(), "schema 99 is not known yet: it is away");
    let guid = apply("avro", &hex(&format!("01 {:032x}", GUID + 1)), None).expect_err("nobody knows it");
    assert_eq!(guid.id.to_string(), "01234567-89ab-cdef-0011-223344556678");
    for (id, says) in [
        ("0000000a", "schema 10: the registry has no such schema"),
        ("00000008", "schema 8 is PROTOBUF, and the mapping is of AVRO"),
    ] {
        let outcomes = apply("avro", &order(id), None).expect("the registry said so");
        assert!(
            matches!(&outcomes[0].what, What::Dead { reason: Reason::NoSchema, detail, .. } if detail == says),
            "{outcomes:?}"
        );
    }
    let mapping =
        crate::parse("x", "name = \"x\"\nformat = \"avro\"\n[ids]\nuser = \"a\"\n[events]\n\"*\" = \"x\"").expect("a mapping");
    let alone = mapping.apply(&Record { value: Some(&order("00000007")), ..Record::default() }, &NoSchemas);
    assert!(alone.expect_err("no registry").trouble.contains("registry.urls"));
}

#[test]
fn a_schema_knows_those_that_it_refers_to() {
    let references = vec![("shop.Money".to_owned(), r#"{"type":"record","name":"shop.Money","fields":[]}"#.to_owned())];
    let text = r#"{"type":"record","name":"shop.Order","fields":[{"name":"m","type":"Money"}]}"#.to_owned();
    let avro = SchemaText { language: Language::Avro, text, references };
    assert!(Schema::compile(&avro).is_ok());
    assert!(Schema::compile(&SchemaText { references: Vec::new(), ..avro }).is_err());
    let references = vec![("shop/money.proto".to_owned(), "syntax = \"proto3\"; package shop; message Money {}".to_owned())];
    let text = "syntax = \"proto3\"; import \"shop/money.proto\"; message Order { shop.Money m = 1; }".to_owned();
    let protobuf = SchemaText { language: Language::Protobuf, text, references };
    let Ok(Schema::Protobuf(all, file)) = Schema::compile(&protobuf) else { panic!("a schema") };
    assert_eq!(all.at(file, &[0]), all.message("Order"));
    assert!(Schema::compile(&SchemaText { references: Vec::new(), ..protobuf }).is_err());
}

#[test]
fn the_file_of_a_mapping_goes_before_a_registry() {
    let text = "name = \"shop\"\nformat = \"protobuf\"\nprefix = \"confluent\"\ndescriptor = \"shop.proto\"\nmessage = \"shop.v1.Order\"\n\
                [ids]\nuser = \"customer\"\n[events]\n\"*\" = \"Order Completed\"\n";
    let files: crate::Files =
        Arc::new(|name| if name == "shop.proto" { Ok(PROTO.as_bytes().to_vec()) } else { Err(name.to_owned()) });
    let mapping = crate::parse_with("shop", text, &files).expect("a mapping");
    let of = |bytes: &str| event(mapping.apply(&Record { value: Some(&hex(bytes)), ..Record::default() }, &NoSchemas));
    assert_eq!(of("00 00000063 02 02 10 05"), "Order Completed of \"5\": None");
    assert_eq!(of("10 05"), "Order Completed of \"5\": None");
    assert!(of("00 00000063 02 04 10 05").contains("which is no shop.v1.Order"));
}

/// What it costs: `cargo test --release -p leadstream-mapping costs -- --ignored --nocapture`, optimised.
#[test]
#[ignore = "measures"]
#[allow(clippy::disallowed_methods, clippy::print_stdout, clippy::cast_precision_loss, reason = "a measure")]
fn costs() {
    let time = |what: &str, bytes: usize, run: &dyn Fn()| {
        let (began, times) = (std::time::Instant::now(), 100_000);
        (0..times).for_each(|_| run());
        println!("{what}: {:.0} ns of {bytes} bytes", began.elapsed().as_nanos() as f64 / f64::from(times));
    };
    let mut scanner = crate::scan::Scanner::default();
    for path in ["id", "customer", "state", "lines", "gift.sku", "created", "tags"] {
        scanner.slot(&crate::path::Path::parse(path).expect("a path"));
    }
    let case = &Case::all(include_str!("../../../../tests/serialised/avro.json"))[3];
    let (schema, bytes) = (crate::avro::Schema::parse(&case.schema, std::iter::empty()).expect("a schema"), case.bytes());
    time("avro to JSON", bytes.len(), &|| drop(std::hint::black_box(schema.json(&bytes))));
    time("scan of that JSON", case.json.len(), &|| drop(std::hint::black_box(scanner.scan(&case.json))));
    time("tree of that JSON", case.json.len(), &|| {
        drop(std::hint::black_box(serde_json::from_str::<serde_json::Value>(&case.json)));
    });
    let case = &Case::all(include_str!("../../../../tests/serialised/protobuf.json"))[0];
    let all = crate::protobuf::compile("shop.proto", |name| (name == "shop.proto").then(|| PROTO.to_owned())).expect("a file");
    let (at, bytes) = (all.message(&case.message).expect("it"), case.bytes());
    time("protobuf to JSON", bytes.len(), &|| drop(std::hint::black_box(all.json(at, &bytes))));
    time("scan of that JSON", case.json.len(), &|| drop(std::hint::black_box(scanner.scan(&case.json))));
}
