//! A registry that answers, one that fails in every way, and one that is away.

#![allow(clippy::disallowed_methods, reason = "the tests are about time")]

use super::Registry;
use super::address::Address;
use super::options::Options;
use super::stand_in::{Accept, Fault, StandIn};
use crate::telemetry::Telemetry;
use leadstream_mapping::{Lookup, SchemaId, Schemas};
use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod, SslVerifyMode};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(20);
const ORDER: &str = r#"{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"string"}]}"#;
const SEVEN: SchemaId = SchemaId::Number(7);

fn address(port: u16) -> Address {
    Address::parse(&format!("http://127.0.0.1:{port}")).expect("an address")
}

fn options(ports: &[u16]) -> Options {
    Options { timeout: Duration::from_millis(700), ..Options::of(ports.iter().map(|port| address(*port)).collect()) }
}

fn with_order() -> StandIn {
    let stand_in = StandIn::start();
    stand_in.with(|state| drop(state.ids.insert("7".to_owned(), ("AVRO", ORDER.to_owned(), Vec::new()))));
    stand_in
}

fn start(options: Options) -> (Registry, Arc<Telemetry>) {
    let telemetry = Arc::new(Telemetry::new("test"));
    (Registry::start(options, Arc::clone(&telemetry)).expect("a thread"), telemetry)
}

#[track_caller]
fn known(lookup: Lookup) {
    assert!(matches!(lookup, Lookup::Known(_)), "{lookup:?}");
}

#[track_caller]
fn trouble(lookup: Lookup, says: &str) {
    assert!(matches!(&lookup, Lookup::NotYet(why) if why.contains(says)), "{says:?}: {lookup:?}");
}

/// A port where nobody listens.
fn nobody() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

#[test]
fn a_schema_is_asked_for_once() {
    let stand_in = with_order();
    let (registry, telemetry) = start(options(&[stand_in.port]));
    assert!(matches!(registry.schema(SEVEN), Lookup::NotYet(_)), "nobody waits for the network");
    known(registry.wait_for(SEVEN, LONG));
    known(registry.schema(SEVEN));
    assert_eq!(stand_in.asked(), ["/schemas/ids/7"]);
    assert_eq!(registry.trouble(), None);
    let page = telemetry.render();
    assert!(page.contains("leadstream_registry_requests_total{outcome=\"ok\"} 1"), "{page}");
    assert!(page.contains("leadstream_registry_requests_total{outcome=\"away\"} 0"), "{page}");
}

#[test]
fn what_a_schema_refers_to_is_asked_for_too_and_once_each() {
    let stand_in = StandIn::start();
    stand_in.with(|state| {
        let order =
            r#"syntax = "proto3"; import "money.proto"; import "line.proto"; message Order { Line line = 1; Money sum = 2; }"#;
        let line = r#"syntax = "proto3"; import "money.proto"; message Line { Money price = 1; }"#;
        let references = vec![("line.proto", "the line", 2), ("money.proto", "money", 1)];
        state.ids.insert("7".to_owned(), ("PROTOBUF", order.to_owned(), references));
        let money = ("money.proto", "money", 1);
        state.versions.insert(("the line".to_owned(), 2), ("PROTOBUF", line.to_owned(), vec![money]));
        let text = r#"syntax = "proto3"; message Money { int64 cents = 1; }"#;
        state.versions.insert(("money".to_owned(), 1), ("PROTOBUF", text.to_owned(), Vec::new()));
        let guid = "00000000-0000-0000-0000-00000000002a";
        let of_avro = r#"{"type":"record","name":"a.B","fields":[{"name":"c","type":"a.C"}]}"#;
        state.ids.insert(guid.to_owned(), ("AVRO", of_avro.to_owned(), vec![("a.C", "c", 9)]));
        let c = r#"{"type":"enum","name":"C","namespace":"a","symbols":["X"]}"#;
        state.versions.insert(("c".to_owned(), 9), ("AVRO", c.to_owned(), Vec::new()));
    });
    let (registry, _) = start(options(&[stand_in.port]));
    known(registry.wait_for(SEVEN, LONG));
    let want = ["/schemas/ids/7", "/subjects/the%20line/versions/2?deleted=true", "/subjects/money/versions/1?deleted=true"];
    assert_eq!(stand_in.asked(), want);
    known(registry.wait_for(SchemaId::Guid(42), LONG));
}

/// A registry that fails in these ways, one after the other, and then answers.
#[track_caller]
fn fails(faults: &[Fault], says: &[&str], outcomes: &[(&str, u32)]) {
    let stand_in = with_order();
    stand_in.with(|state| state.faults.extend(faults.iter().cloned()));
    let (registry, telemetry) = start(options(&[stand_in.port]));
    let began = Instant::now();
    let mut troubles = Vec::new();
    loop {
        match registry.schema(SEVEN) {
            Lookup::Known(_) => break,
            Lookup::NotYet(why) => {
                if troubles.last() != Some(&why) {
                    troubles.push(why);
                }
            }
            Lookup::Unusable(why) => panic!("it never said that it has no such schema: {why}"),
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{troubles:#?}");
        std::thread::sleep(Duration::from_millis(10));
    }
    let all = troubles.join("\n");
    for says in says {
        assert!(all.contains(says), "{says}: {all}");
    }
    assert_eq!(registry.trouble(), None);
    let page = telemetry.render();
    for (outcome, count) in outcomes {
        let line = format!("leadstream_registry_requests_total{{outcome=\"{outcome}\"}} {count}");
        assert!(page.contains(&line), "{line}: {page}");
    }
}

#[test]
fn a_registry_that_fails_is_asked_again_until_it_answers() {
    let store = Fault::Status(500, r#"{"error_code":50001,"message":"the store is away"}"#);
    fails(
        &[store, Fault::Closed, Fault::Text("no HTTP\r\n\r\n")],
        &["500: the store is away"],
        &[("failed", 1), ("away", 2), ("ok", 1)],
    );
}

#[test]
fn an_answer_that_is_none_or_has_no_end_is_asked_for_again() {
    let none = Fault::Text("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]");
    fails(
        &[none, Fault::CutOff, Fault::Endless],
        &["no registry does", "no end", "length limit exceeded"],
        &[("failed", 1), ("away", 2)],
    );
}

#[test]
fn an_answer_that_comes_too_late_is_asked_for_again() {
    fails(&[Fault::Late(Duration::from_secs(2))], &["no answer within 700ms"], &[("away", 1)]);
}

#[test]
fn a_registry_that_is_away_is_no_reason_for_a_dead_letter_and_the_next_address_is_asked() {
    let (registry, _) = start(options(&[nobody()]));
    trouble(registry.wait_for(SEVEN, Duration::from_millis(800)), "records wait for it: http://127.0.0.1:");
    assert!(registry.trouble().expect("records wait").contains("refused"));
    let stand_in = with_order();
    let (registry, _) = start(options(&[nobody(), stand_in.port]));
    known(registry.wait_for(SEVEN, LONG));
}

#[test]
fn an_id_is_unknown_when_the_registry_has_said_so_twice() {
    let stand_in = with_order();
    let (registry, _) = start(options(&[nobody(), stand_in.port]));
    let (began, nine) = (Instant::now(), SchemaId::Number(9));
    let Lookup::Unusable(why) = registry.wait_for(nine, LONG) else { panic!("it says so") };
    assert_eq!(why, "the registry says: Schema not found (40403)");
    assert!(began.elapsed() >= Duration::from_secs(1), "a second apart");
    assert_eq!(stand_in.asked(), ["/schemas/ids/9", "/schemas/ids/9"]);
    known(registry.wait_for(SEVEN, LONG));
    // One that a reader behind its writer doesn't have yet is there the second time.
    stand_in.with(|state| {
        state.ids.insert("8".to_owned(), ("AVRO", "\"string\"".to_owned(), Vec::new()));
        state.faults.push_back(Fault::Status(404, r#"{"error_code":40403,"message":"Schema not found"}"#));
    });
    known(registry.wait_for(SchemaId::Number(8), LONG));
    // Whatever else says 404 is not the registry.
    stand_in.with(|state| state.base = "/apis/ccompat/v7");
    trouble(registry.wait_for(SchemaId::Number(10), Duration::from_secs(2)), "is the path right?");
    let (registry, _) =
        start(Options::of(vec![Address::parse(&format!("{}/apis/ccompat/v7/", address(stand_in.port))).expect("one")]));
    known(registry.wait_for(SEVEN, LONG));
}

#[test]
fn many_ids_that_are_none_are_asked_for_together_and_hold_up_no_other() {
    let stand_in = with_order();
    let (registry, _) = start(options(&[stand_in.port]));
    let began = Instant::now();
    let invented: Vec<SchemaId> = (1_000..1_200).map(SchemaId::Number).collect();
    registry.want(&invented);
    known(registry.wait_for(SEVEN, Duration::from_secs(5)));
    for id in &invented {
        assert!(matches!(registry.wait_for(*id, LONG), Lookup::Unusable(_)), "{id}");
    }
    // One after the other, they would take more than three minutes.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let asked = stand_in.asked();
    let times = |id: &SchemaId| asked.iter().filter(|path| **path == format!("/schemas/ids/{id}")).count();
    assert_eq!(invented.iter().map(times).collect::<Vec<_>>(), [2; 200], "none is said to be none at the first word");
    let seventh = asked.iter().position(|path| path == "/schemas/ids/7").expect("it is asked for");
    assert!(seventh <= 216, "before anyone is asked for twice: {seventh}");
    // What is known to be none costs nothing.
    registry.want(&invented);
    assert!(matches!(registry.schema(invented[0]), Lookup::Unusable(_)));
    assert_eq!(stand_in.asked(), Vec::<String>::new());
}

#[test]
fn so_many_are_wanted_at_most_and_the_rest_comes_later() {
    let (registry, telemetry) = start(options(&[nobody()]));
    registry.want(&(0..5_000).map(SchemaId::Number).collect::<Vec<_>>());
    let until = Instant::now() + LONG;
    while !telemetry.render().contains("leadstream_registry_schemas_waiting 1000") {
        assert!(Instant::now() < until, "{}", telemetry.render());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_schema_that_nobody_can_read_is_said_to_be_so() {
    let stand_in = StandIn::start();
    stand_in.with(|state| {
        state.ids.insert("1".to_owned(), ("AVRO", "{}".to_owned(), Vec::new()));
        state.ids.insert("2".to_owned(), ("THRIFT", "x".to_owned(), Vec::new()));
        state.ids.insert("3".to_owned(), ("AVRO", ORDER.to_owned(), vec![("a", "loop", 1)]));
        state.versions.insert(("loop".to_owned(), 1), ("AVRO", "\"int\"".to_owned(), vec![("a", "loop", 1)]));
        state.ids.insert("4".to_owned(), ("AVRO", ORDER.to_owned(), vec![("a", "gone", 1)]));
    });
    let (registry, _) = start(options(&[stand_in.port]));
    let of = |id| registry.wait_for(SchemaId::Number(id), LONG);
    for (id, says) in [(1, "without `type`"), (2, "THRIFT"), (4, "Version not found (40402)")] {
        let found = of(id);
        assert!(matches!(&found, Lookup::Unusable(why) if why.contains(says)), "{id}: {found:?}");
    }
    // One that refers to itself ends.
    known(of(3));
}

#[test]
fn what_was_answered_once_is_kept_for_ever() {
    let dir = tempfile::tempdir().expect("a folder");
    let stand_in = with_order();
    let kept = |stand_in: &StandIn| Options { cache: Some(dir.path().to_owned()), ..options(&[stand_in.port]) };
    known(start(kept(&stand_in)).0.wait_for(SEVEN, LONG));
    stand_in.asked();
    stand_in.with(|state| state.ids.clear());
    known(start(kept(&stand_in)).0.schema(SEVEN));
    assert_eq!(stand_in.asked(), Vec::<String>::new(), "it is there at once");
    // Another registry's ids are other schemas.
    let other = StandIn::start();
    assert!(matches!(start(kept(&other)).0.wait_for(SEVEN, LONG), Lookup::Unusable(_)));
}

#[test]
fn we_say_who_we_are() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("secret");
    let stand_in = with_order();
    stand_in.with(|state| state.authorization = Some("Basic YW5uOnMzY3JldA==".to_owned()));
    std::fs::write(&file, "wrong\n").expect("written");
    let named = Options { username: Some("ann".to_owned()), password_file: Some(file.clone()), ..options(&[stand_in.port]) };
    let (registry, _) = start(named);
    trouble(registry.wait_for(SEVEN, Duration::from_secs(1)), "refuses us (401): check registry.username");
    // A new password counts without a restart.
    std::fs::write(&file, "s3cret\n").expect("written");
    known(registry.wait_for(SEVEN, LONG));
    stand_in.with(|state| state.authorization = Some("Bearer s3cret".to_owned()));
    known(start(Options { token_file: Some(file.clone()), ..options(&[stand_in.port]) }).0.wait_for(SEVEN, LONG));
    let gone = Options { token_file: Some(dir.path().join("gone")), ..options(&[stand_in.port]) };
    trouble(start(gone).0.wait_for(SEVEN, Duration::from_secs(1)), "registry.token_file: ");
}

/// A certificate for this machine, signed by itself.
fn certificate(folder: &Path, name: &str) -> (X509, PKey<Private>) {
    let key = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).expect("a key")).expect("a key");
    let mut own = X509Name::builder().expect("a name");
    own.append_entry_by_text("CN", name).expect("a name");
    let own = own.build();
    let mut builder: X509Builder = X509::builder().expect("a builder");
    builder.set_version(2).expect("set");
    builder.set_subject_name(&own).expect("set");
    builder.set_issuer_name(&own).expect("set");
    builder.set_pubkey(&key).expect("set");
    builder.set_not_before(&Asn1Time::days_from_now(0).expect("a time")).expect("set");
    builder.set_not_after(&Asn1Time::days_from_now(2).expect("a time")).expect("set");
    builder.append_extension(BasicConstraints::new().ca().build().expect("one")).expect("set");
    let names = SubjectAlternativeName::new().ip("127.0.0.1").build(&builder.x509v3_context(None, None)).expect("one");
    builder.append_extension(names).expect("set");
    builder.sign(&key, MessageDigest::sha256()).expect("signed");
    let certificate = builder.build();
    std::fs::write(folder.join(format!("{name}.pem")), certificate.to_pem().expect("PEM")).expect("written");
    std::fs::write(folder.join(format!("{name}.key")), key.private_key_to_pem_pkcs8().expect("PEM")).expect("written");
    (certificate, key)
}

#[test]
fn tls_trusts_whom_it_is_told_to_and_shows_our_certificate() {
    let dir = tempfile::tempdir().expect("a folder");
    let (own, key) = certificate(dir.path(), "registry");
    certificate(dir.path(), "us");
    let mut acceptor = SslAcceptor::mozilla_intermediate(SslMethod::tls_server()).expect("an acceptor");
    acceptor.set_certificate(&own).expect("set");
    acceptor.set_private_key(&key).expect("set");
    acceptor.set_ca_file(dir.path().join("us.pem")).expect("set");
    acceptor.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
    let acceptor = acceptor.build();
    let accept: Accept = Arc::new(move |connection| {
        let stream = acceptor.accept(connection).ok()?;
        Some(Box::new(stream))
    });
    let stand_in = StandIn::start_as(0, accept);
    stand_in.with(|state| drop(state.ids.insert("7".to_owned(), ("AVRO", ORDER.to_owned(), Vec::new()))));
    let file = |name: &str| Some(dir.path().join(name));
    let at = |host: &str| Address::parse(&format!("https://{host}:{}", stand_in.port)).expect("an address");
    let of = |host: &str| Options { timeout: Duration::from_secs(5), ..Options::of(vec![at(host)]) };
    let ours = |options| Options { certificate_file: file("us.pem"), key_file: file("us.key"), ..options };
    let trusting = |options| Options { ca_file: file("registry.pem"), ..options };
    known(start(ours(trusting(of("127.0.0.1")))).0.wait_for(SEVEN, LONG));
    let short = Duration::from_secs(2);
    trouble(start(ours(of("127.0.0.1"))).0.wait_for(SEVEN, short), "certificate verify failed");
    // Another name than that of its certificate.
    trouble(start(ours(trusting(of("localhost")))).0.wait_for(SEVEN, short), "certificate verify failed");
    trouble(start(trusting(of("127.0.0.1"))).0.wait_for(SEVEN, short), "registry.certificate_file");
    let wrong = Options { ca_file: file("gone.pem"), ..of("127.0.0.1") };
    trouble(start(wrong).0.wait_for(SEVEN, short), "registry.ca_file: ");
}
