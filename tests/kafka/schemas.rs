//! Avro records whose schemas a real registry has (Apicurio, by `registry.sh`): while it is away they wait, and nothing of them is lost,
//! doubled or a dead letter.

use crate::broker::free_ports;
use crate::instance::Instance;
use crate::rig::Rig;
use crate::routed::{
    PARTITIONS, RAW_PARTITIONS, SETTINGS, events_of, found, is_read, read, replayed, simulated, time_ms, wait_until,
};
use leadstream::registry::address::Address;
use leadstream::registry::options::Options;
use leadstream::registry::{Patient, Registry as Client};
use leadstream::runtime::ports::OutTopic;
use leadstream::telemetry::Telemetry;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

/// An event of the Segment spec in a record of Avro.
const MAPPING: &str = r#"
name = "wrapped"
format = "avro"
unwrap = ["body", "json"]
as_is = true
name_from = ["event", "type"]
time = ["timestamp", "originalTimestamp"]
id = { from = ["messageId"] }

[ids]
user = ["userId"]
anon = ["anonymousId"]
"#;

/// A registry of this test's own.
struct Registry {
    dir: PathBuf,
    port: u16,
}

impl Registry {
    fn script(&self, what: &str) -> Result<(), String> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/registry.sh");
        let mut command = Command::new(script);
        command.arg(what).arg(&self.dir);
        if what == "start" {
            command.args([self.port.to_string(), std::process::id().to_string()]);
        }
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    /// `None`, after saying why, when there can be none.
    fn start(dir: PathBuf) -> Option<Self> {
        let registry = Self { dir, port: free_ports().expect("a port") };
        match registry.script("start") {
            Ok(()) => Some(registry),
            Err(why) => {
                assert!(std::env::var("LEADSTREAM_TESTS_MUST_RUN").is_err(), "no registry: {why}");
                eprintln!("SKIPPED, no registry: {why}");
                None
            }
        }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/apis/ccompat/v7", self.port)
    }

    /// Registers a schema of Avro, and says its id.
    fn register(&self, subject: &str, schema: &Value) -> u32 {
        self.register_as(subject, &json!({ "schema": schema.to_string() }))
    }

    fn register_as(&self, subject: &str, schema: &Value) -> u32 {
        let body = schema.to_string();
        let path = format!("/apis/ccompat/v7/subjects/{subject}/versions");
        let (status, answer) = http(&format!("127.0.0.1:{}", self.port), "POST", &path, &body);
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer["id"].as_u64().and_then(|id| u32::try_from(id).ok()).expect("an id")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.script("stop"));
    }
}

fn http(address: &str, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    let kind = "application/vnd.schemaregistry.v1+json";
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.0\r\nhost: {address}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer.split_once("\r\n\r\n").expect("a body").1.to_owned())
}

/// A record as Confluent's clients write it: the texts are fields of the schema.
fn record(id: u32, texts: &[&str]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend(id.to_be_bytes());
    for text in texts {
        let mut left = 2 * text.len();
        while left >= 0x80 {
            bytes.push(0x80 | (left & 0x7f) as u8);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn schema(fields: &[&str]) -> Value {
    let fields: Vec<Value> = fields.iter().map(|name| json!({ "name": name, "type": "string" })).collect();
    json!({ "type": "record", "name": "Event", "namespace": "shop", "fields": fields })
}

#[test]
fn what_a_schema_refers_to_and_what_is_unknown_is_asked_of_a_real_registry() {
    let dir = tempfile::tempdir().expect("a folder");
    let Some(registry) = Registry::start(dir.path().join("registry")) else { return };
    let money =
        json!({ "type": "record", "name": "Money", "namespace": "shop", "fields": [{ "name": "cents", "type": "long" }] });
    let order = json!({ "type": "record", "name": "Order", "namespace": "shop",
        "fields": [{ "name": "id", "type": "string" }, { "name": "sum", "type": "shop.Money" }] });
    registry.register("shop.Money", &money);
    let refers = |name: &str| json!([{ "name": name, "subject": name, "version": 1 }]);
    let avro = registry
        .register_as("orders", &json!({ "schema": order.to_string(), "schemaType": "AVRO", "references": refers("shop.Money") }));
    let money = r#"syntax = "proto3"; package shop; message Money { int64 cents = 1; }"#;
    registry.register_as("money.proto", &json!({ "schema": money, "schemaType": "PROTOBUF" }));
    let order = r#"syntax = "proto3"; package shop; import "money.proto"; message Order { string id = 1; shop.Money sum = 2; }"#;
    let protobuf = registry
        .register_as("p-orders", &json!({ "schema": order, "schemaType": "PROTOBUF", "references": refers("money.proto") }));
    let options = Options::of(vec![Address::parse(&registry.url()).expect("an address")]);
    let schemas = Patient {
        registry: Client::start(options, Arc::new(Telemetry::new("test"))).expect("a thread"),
        at_most: Duration::from_secs(30),
    };
    let outcome = |format: &str, id: u32, value: &[u8]| {
        let text = format!(
            "name = \"orders\"\nformat = \"{format}\"\n[ids]\nuser = \"id\"\n[fields]\ntotal = {{ from = \"sum.cents\", scale = 100 }}\n\
             [events]\n\"*\" = \"Order Completed\"\n"
        );
        let mapping = leadstream_mapping::parse("orders", &text).expect("a mapping");
        let value: Vec<u8> = [&[0], &id.to_be_bytes()[..], value].concat();
        let record = leadstream_mapping::Record { value: Some(&value), ..leadstream_mapping::Record::default() };
        format!("{:?}", mapping.apply(&record, &schemas).expect("the registry answers"))
    };
    for (format, id, value) in
        [("avro", avro, &b"\x06ann\xd0\x0f"[..]), ("protobuf", protobuf, b"\0\x0a\x03ann\x12\x03\x08\xe8\x07")]
    {
        let found = outcome(format, id, value);
        assert!(found.contains("\"ann\"") && found.contains("\"10\""), "{format}: {found}");
    }
    let unknown = outcome("avro", 4_711, b"\x06ann\xd0\x0f");
    assert!(unknown.contains("NoSchema") && unknown.contains("40403"), "{unknown}");
}

#[test]
fn records_whose_registry_is_away_wait_and_then_say_what_they_would_have_said() {
    let Some(rig) = Rig::new("schemas", PARTITIONS) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let Some(registry) = Registry::start(dir.path().join("registry")) else { return };
    let ids = [registry.register("one", &schema(&["body"])), registry.register("two", &schema(&["source", "body"]))];
    registry.script("stop").expect("it ends");
    rig.create_raw("raw", RAW_PARTITIONS);
    let all = simulated(dir.path());
    let until_ms = all.iter().filter_map(|(_, line)| time_ms(&serde_json::from_str::<Value>(line).ok()?["timestamp"])).max();
    let until_ms = until_ms.expect("a time");
    let as_avro = |n: usize, line: &str| if n % 3 < 2 { record(ids[0], &[line]) } else { record(ids[1], &["web", line]) };
    for (n, (record_ms, line)) in all.iter().enumerate() {
        let partition = i32::try_from(n % RAW_PARTITIONS as usize).expect("few");
        rig.send("raw", Some(partition), None, &as_avro(n / 100, line), *record_ms);
    }
    rig.flush();
    let mapping = dir.path().join("wrapped.toml");
    std::fs::write(&mapping, MAPPING).expect("written");
    let own = [
        format!("topics.mappings.raw={}", mapping.display()),
        format!("registry.urls=[\"{}\"]", registry.url()),
        format!("state.dir={}", dir.path().join("state").display()),
        "http.listen=127.0.0.1:0".to_owned(),
    ];
    let set: Vec<&str> = SETTINGS.into_iter().chain(own.iter().map(String::as_str)).collect();
    let routed = || read(&rig, ".router", "raw", RAW_PARTITIONS);
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    instance.wait_for_log("The records wait, in their order");
    let log = instance.log();
    let address = log.split_once("page for people: http://").expect("an address").1;
    let address = address.split(|c: char| c.is_whitespace() || c == '\u{1b}').next().expect("an address");
    let (status, answer) = http(address, "GET", "/readyz", "");
    assert!(status == 503 && answer.contains("no-schema") && answer.contains("records wait for it"), "{status} {answer}");
    assert!(http(address, "GET", "/metrics", "").1.contains("leadstream_router_trouble_seconds{kind=\"no-schema\"}"));
    assert_eq!((routed(), events_of(&rig).len(), rig.read(OutTopic::DeadLetters).len()), (0, 0, 0));
    registry.script("start").expect("it comes back");
    wait_until(&mut instance, "all routed", || routed() >= all.len() as i64);
    wait_until(&mut instance, "all read", || is_read(&rig));
    let want = replayed(dir.path(), &all, until_ms);
    assert!(want.len() > 100, "the events give nothing to compare: {}", want.len());
    wait_until(&mut instance, "all that is due", || found(&rig, until_ms).len() >= want.len());
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_eq!((events_of(&rig).len(), rig.read(OutTopic::DeadLetters).len()), (all.len(), 0));
    assert!(found(&rig, until_ms) == want, "other outputs than those of the same events as they are");
    // Schemas are kept: another start needs no registry.
    registry.script("stop").expect("it ends");
    rig.send("raw", Some(0), None, &as_avro(2, &all[0].1.replacen("\"messageId\":\"", "\"messageId\":\"again-", 1)), all[0].0);
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    wait_until(&mut instance, "one more routed", || events_of(&rig).len() > all.len());
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    assert_eq!(rig.read(OutTopic::DeadLetters).len(), 0);
}
