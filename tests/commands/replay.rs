//! Replay against independent lists of triggers from real shops, and against itself.

mod inputs;
mod mappings;
mod persons;

use crate::program::{json_lines, leadstream, write_lines};
use leadstream::app::replay::{Input, Options, Until, replay};
use leadstream::app::simulate::{Shop, ShopOptions, Topic};
use leadstream::config;
use leadstream::runtime::horizon::Horizon;
use leadstream::wire::decode;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

fn topics() -> Vec<decode::Topic> {
    let topic = |t: Topic| decode::Topic {
        name: t.name().to_owned(),
        is_email: t == Topic::Email,
        is_trusted: t != Topic::Clickstream,
        format: decode::Format::Json,
    };
    Topic::ALL.map(topic).to_vec()
}

fn options(dir: &Path, inputs: Vec<(Topic, PathBuf)>, set: &[String]) -> Options {
    let settings = config::load_from(None, [], set).unwrap().settings;
    let models = config::models(&settings).unwrap();
    Options {
        inputs: inputs.into_iter().map(|(topic, path)| Input { topic: topic.index(), path }).collect(),
        out: dir.to_owned(),
        partitions: 1,
        until: Until::End,
        horizon: Horizon { wall_ms: i64::MAX, max_ahead_ms: i64::MAX },
        models: Arc::new(models),
        max_records: None,
        decode: decode::Options { topics: topics(), ..decode::Options::default() },
        mappings: Vec::new(),
        ids: None,
    }
}

fn go(options: &Options) -> leadstream::app::replay::Tally {
    replay(options, &indicatif::ProgressBar::hidden()).unwrap()
}

/// Files of a simulated shop with late events and dirt.
fn shop(dir: &Path, events: usize, dirt: f64) -> Vec<(Topic, PathBuf)> {
    shop_with_late(dir, events, dirt, 0.01)
}

fn shop_with_late(dir: &Path, events: usize, dirt: f64, late: f64) -> Vec<(Topic, PathBuf)> {
    let options =
        ShopOptions { prospects: 300, start_ms: 1_760_000_000_000, late, corrupt_share: dirt, ..ShopOptions::default() };
    let mut files = Topic::ALL.map(|t| std::fs::File::create(dir.join(format!("{}.jsonl", t.name()))).unwrap());
    for record in Shop::new(options).take(events) {
        let file = &mut files[record.topic.index()];
        file.write_all(&record.value).unwrap();
        file.write_all(b"\n").unwrap();
    }
    Topic::ALL.map(|t| (t, dir.join(format!("{}.jsonl", t.name())))).to_vec()
}

fn track(user: &str, event: &str, time: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","event":"{event}","messageId":"{user}{time}","userId":"{user}","timestamp":"{time}","properties":{properties}}}"#
    )
}

// The real streams: `(user, fire time in ms, sorted items)`.
type Trigger = (String, i64, Vec<String>);

fn data() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let python = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    if dir.join("to_segment.py").exists() && python {
        return Some(dir);
    }
    assert!(std::env::var_os("LEADSTREAM_TESTS_MUST_RUN").is_none_or(|v| v != "1"), "needs {} and python3", dir.display());
    eprintln!("skipped: needs {} and python3", dir.display());
    None
}

fn expected(data: &Path, stream: &str, delay: &str) -> Vec<Trigger> {
    let path = data.join(format!("expected-triggers/triggers.{stream}.{delay}.csv.gz"));
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let row = |line: &str| {
        let mut cells = line.split(',');
        let user = cells.next().unwrap().to_owned();
        let seconds: f64 = cells.next().unwrap().parse().unwrap();
        let mut items: Vec<String> = cells.next().unwrap().split(' ').map(str::to_owned).collect();
        items.sort();
        (user, (seconds * 1_000.0).round() as i64, items)
    };
    let mut rows: Vec<Trigger> = text.lines().skip(1).map(row).collect();
    rows.sort();
    rows
}

fn fired(dir: &Path) -> Vec<Trigger> {
    let trigger = |line: Value| {
        let time: jiff::Timestamp = line["due_at"].as_str().unwrap().parse().unwrap();
        assert_eq!(line["at"], line["due_at"]);
        let mut items: Vec<String> =
            line["lines"].as_array().unwrap().iter().map(|l| l["product_id"].as_str().unwrap().to_owned()).collect();
        items.sort();
        (line["prospect"].as_str().unwrap().to_owned(), time.as_millisecond(), items)
    };
    let mut triggers: Vec<Trigger> = json_lines(dir.join("cart-abandoned.jsonl")).into_iter().map(trigger).collect();
    triggers.sort();
    triggers
}

/// What makes a series the reference's rule, set as a user would.
fn one_step(delay: &str) -> Vec<String> {
    let off = ["cooldown", "max_lateness", "forget_after"].map(|key| format!("model.cart.{key}=off"));
    let rest = [
        format!("model.cart.steps=[\"{delay}\"]"),
        "model.cart.idle_on=site".to_owned(),
        "model.cart.order_clears=lines".to_owned(),
    ];
    off.into_iter().chain(rest).collect()
}

fn the_triggers_are_those_expected(stream: &str, kind: &str, file: &str) {
    let Some(data) = data() else { return };
    let dir = tempfile::tempdir().unwrap();
    let events = dir.path().join("events.jsonl");
    let output = Command::new("python3").arg(data.join("to_segment.py")).arg(kind).arg(data.join(file)).output().unwrap();
    assert!(output.status.success());
    std::fs::write(&events, output.stdout).unwrap();
    for (delay, step) in [("30min", "30m"), ("1h", "1h"), ("24h", "24h")] {
        for partitions in [1, 4] {
            let out = dir.path().join(format!("{delay}-{partitions}"));
            let replayed = Options { partitions, ..options(&out, vec![(Topic::Clickstream, events.clone())], &one_step(step)) };
            go(&replayed);
            let (want, have) = (expected(&data, stream, delay), fired(&out));
            let missing: Vec<_> = want.iter().filter(|t| !have.contains(t)).take(5).collect();
            let wrong: Vec<_> = have.iter().filter(|t| !want.contains(t)).take(5).collect();
            let name = format!("{stream} {delay} {partitions}: {} expected, {} fired", want.len(), have.len());
            assert!(want == have, "{name}; missing {missing:?}; wrong {wrong:?}");
        }
    }
}

#[test]
fn the_triggers_of_the_taobao_stream_are_those_of_the_reference() {
    the_triggers_are_those_expected("taobao-half-a", "taobao", "taobao-user-behavior.half-a.csv.gz");
}

#[test]
fn the_triggers_of_the_otto_stream_are_those_of_the_reference() {
    the_triggers_are_those_expected("otto-20-sessions", "otto", "otto-20-sessions.jsonl.gz");
}

const OUTPUTS: [&str; 5] =
    ["stage-changes.jsonl", "score-changes.jsonl", "cart-abandoned.jsonl", "cart-outcomes.jsonl", "dead-letters.jsonl"];

#[test]
fn replaying_again_gives_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = shop(dir.path(), 20_000, 0.02);
    let runs = ["a", "b"].map(|name| {
        let out = dir.path().join(name);
        go(&Options { partitions: 3, ..options(&out, inputs.clone(), &[]) });
        OUTPUTS.iter().chain(&["summary.json"]).map(|f| std::fs::read(out.join(f)).unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(runs[0], runs[1]);
    assert!(runs[0].iter().all(|file| !file.is_empty()), "every output has something to compare");
}

/// Outputs by file and prospect, in order, without what names the partition.
fn by_prospect(dir: &Path) -> BTreeMap<(&'static str, String), Vec<Value>> {
    let mut all: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    for file in &OUTPUTS[..4] {
        for mut line in json_lines(dir.join(file)) {
            let because = line["proof"]["events"].as_array().cloned().unwrap_or_default().len();
            let events = (0..because).map(|n| format!("/proof/events/{n}")).chain(["/event".to_owned()]);
            for place in events {
                if let Some(event) = line.pointer_mut(&place).and_then(Value::as_object_mut) {
                    event.remove("partition");
                    event.remove("offset");
                }
            }
            all.entry((*file, line["prospect"].as_str().unwrap().to_owned())).or_default().push(line);
        }
    }
    all
}

#[test]
fn one_partition_and_four_give_the_same_outputs_per_prospect() {
    let dir = tempfile::tempdir().unwrap();
    // A late record stands before others in its partition: which of two topics comes first then depends on who shares it.
    let inputs = shop_with_late(dir.path(), 20_000, 0.0, 0.0);
    let runs = [1, 4].map(|partitions| {
        let out = dir.path().join(partitions.to_string());
        let tally = go(&Options { partitions, ..options(&out, inputs.clone(), &[]) });
        assert_eq!(tally.records, 20_000);
        by_prospect(&out)
    });
    assert!(runs[0].len() > 100);
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn what_lies_ahead_of_the_clock_of_the_run_is_refused_as_the_service_would_have_done() {
    let dir = tempfile::tempdir().unwrap();
    let lines_in = [
        track("c", "Product Added", "2026-03-01T11:59:50Z", r#"{"product_id":"p","price":9}"#),
        track("fast", "Product Viewed", "2026-03-01T12:04:00Z", r#"{"product_id":"p"}"#),
        track("x", "Product Viewed", "2026-03-01T12:59:59Z", r#"{"product_id":"p"}"#),
    ];
    let file = write_lines(dir.path().join("in.jsonl"), &lines_in);
    let noon_ms = 1_772_366_400_000;
    let as_of = |wall_ms| {
        let mut options = options(dir.path(), vec![(Topic::Cart, file.clone())], &[]);
        options.horizon = Horizon { wall_ms, max_ahead_ms: 300_000 };
        let tally = go(&options);
        (tally.dead_letters.get("absurd-time").copied().unwrap_or(0), json_lines(dir.path().join("cart-abandoned.jsonl")).len())
    };
    assert_eq!(as_of(noon_ms), (1, 0), "an hour ahead; and nobody is reminded before the clock says so");
    assert_eq!(as_of(noon_ms - 60_001), (2, 0), "four minutes and a bit more than one");
    assert_eq!(as_of(noon_ms + 59 * 60_000), (0, 0), "the run ends with its clock");
    assert_eq!(as_of(noon_ms + 3_600_000), (0, 1));
    let detail = {
        as_of(noon_ms);
        json_lines(dir.path().join("dead-letters.jsonl"))[0]["detail"].as_str().unwrap().to_owned()
    };
    assert!(detail.contains("59m 59s ahead of the clock"), "{detail}");
}

/// Whatever order follows from no reminder says why, and the summary adds up what follows from one and what doesn't apart, as the
/// outputs tell it.
fn attributions_are_reasoned(outcomes: &[Value], out: &Path) {
    let mut sums: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
    let mut reasons = std::collections::BTreeSet::new();
    for outcome in outcomes {
        let told = ["attribution", "attribution_reason"].map(|key| outcome[key].as_str());
        let kind = outcome["type"].as_str().unwrap();
        let of_order = matches!(kind, "cart.recovered" | "cart.recovered-late");
        let said = usize::from(of_order || kind == "cart.reversed");
        assert_eq!(told.iter().flatten().count(), said, "either of them, where an order is told of: {outcome}");
        reasons.extend(told[1]);
        if of_order {
            let what = match told[0] {
                _ if outcome["late"] == true => "late",
                Some(_) => "attributed",
                None => "unattributed",
            };
            let sum = sums.entry(what).or_default();
            *sum = (sum.0 + 1, sum.1 + outcome["value"].as_f64().unwrap());
        }
    }
    assert!(!reasons.is_empty() && sums["attributed"].0 > 0 && sums["unattributed"].0 > 0, "{reasons:?} {sums:?}");
    let summary: Value = serde_json::from_str(&std::fs::read_to_string(out.join("summary.json")).unwrap()).unwrap();
    for (what, (orders, value)) in sums {
        let told = &summary["recovery"][what];
        assert_eq!(told["orders"], orders, "{what}: {told}");
        assert!((told["value"]["EUR"].as_f64().unwrap() - value).abs() < 0.01, "{what}: {value}, {told}");
    }
}

#[test]
fn a_simulated_shop_gives_every_kind_of_output() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = shop(dir.path(), 30_000, 0.02);
    let out = dir.path().join("out");
    let tally = go(&options(&out, inputs, &[]));
    // The default model declares no triggers of absence, hand-overs or accounts, and identity is off.
    let [rest @ .., _, _, _, _, letters] = tally.outputs;
    assert!(rest.iter().chain([&letters]).all(|n| *n > 0), "{tally:?}");
    assert!([1, 2, 3].iter().all(|step| tally.triggers_by_step.contains_key(step)), "{tally:?}");
    assert!(tally.outcomes.contains_key("cart.recovered"), "{tally:?}");
    attributions_are_reasoned(&json_lines(out.join("cart-outcomes.jsonl")), &out);
    assert!(tally.dead_letters.len() >= 5 && tally.duplicates > 0 && tally.late > 0, "{tally:?}");
    let ids: Vec<String> = OUTPUTS[..4].iter().flat_map(|f| json_lines(out.join(f))).map(|l| l["id"].to_string()).collect();
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "no output twice");
}

#[test]
fn the_partition_is_kafkas_and_the_offset_counts_within_it() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = shop(dir.path(), 5_000, 0.0);
    let out = dir.path().join("out");
    go(&Options { partitions: 4, ..options(&out, inputs, &[]) });
    let mut offsets: BTreeMap<(String, i64), i64> = BTreeMap::new();
    for line in json_lines(out.join("stage-changes.jsonl")).iter().filter(|l| !l["event"].is_null()) {
        let (event, prospect) = (&line["event"], line["prospect"].as_str().unwrap());
        let want = leadstream::domain::ids::murmur2_partition(prospect.as_bytes(), 4);
        assert_eq!(event["partition"], want);
        let last = offsets.entry((event["topic"].to_string(), want.into())).or_insert(-1);
        let offset = event["offset"].as_i64().unwrap();
        assert!(offset >= *last, "in order within the partition");
        *last = offset;
    }
    assert_eq!(offsets.len(), 12, "three topics of four partitions: {offsets:?}");
}

#[test]
fn triggers_leave_by_the_clock_that_events_tell() {
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("shop.toml");
    let sections =
        "[contact]\nquiet_hours = { from = \"22:00\", to = \"08:00\" }\ntime_zone = \"Europe/Berlin\"\nspread = \"off\"\n";
    let text = include_str!("../../config/models/ecommerce.toml");
    std::fs::write(&model, format!("ready_triggers = [\"browse-abandoned\"]\n{text}\n{sections}")).unwrap();
    let view = |user: &str, second: u32, context: &str| {
        let time = format!("2026-03-02T20:00:0{second}Z");
        let line = track(user, "Product Viewed", &time, &format!("{{\"product_id\":\"P-{user}\"}}"));
        line.replacen('{', &format!("{{\"context\":{{{context}}},"), 1)
    };
    let identify = r#"{"type":"identify","messageId":"i","userId":"cyd","timestamp":"2026-03-02T20:00:02Z","traits":{"timezone":"Asia/Tokyo"}}"#;
    let lines_in = [
        view("ann", 0, "\"timezone\":\"America/New_York\""),
        view("ben", 1, ""),
        identify.to_owned(),
        view("cyd", 3, ""),
        track("dan", "Product List Viewed", "2026-03-05T00:00:00Z", "{}"),
    ];
    let file = write_lines(dir.path().join("clicks.jsonl"), &lines_in);
    let out = dir.path().join("out");
    let set = [format!("model.files=[\"{}\"]", model.display())];
    let tally = go(&options(&out, vec![(Topic::Clickstream, file)], &set));
    let left: Vec<(String, String)> = json_lines(out.join("triggers.jsonl"))
        .iter()
        .map(|l| (l["product_id"].as_str().unwrap().to_owned(), l["at"].as_str().unwrap().to_owned()))
        .collect();
    let want =
        [("P-ann", "2026-03-03T00:00:00.000Z"), ("P-cyd", "2026-03-03T00:00:03.000Z"), ("P-ben", "2026-03-03T07:00:00.000Z")];
    assert_eq!(left, want.map(|(product, at)| (product.to_owned(), at.to_owned())), "only in Berlin it was night");
    assert_eq!(tally.triggers.values().sum::<u64>(), 3);
}

#[test]
fn a_pause_of_days_in_a_file_is_no_absurd_time() {
    let dir = tempfile::tempdir().unwrap();
    let file = write_lines(
        dir.path().join("cart.jsonl"),
        &[
            track("u", "Product Added", "2026-03-01T10:00:00.000Z", r#"{"product_id":"p"}"#),
            track("u", "Product Viewed", "2026-03-09T10:00:00.000Z", r#"{"product_id":"p"}"#),
            track("u", "Product Viewed", "2026-03-09T10:01:00.000Z", r#"{"product_id":"p"}"#),
            track("u", "Product Viewed", "2026-03-19T10:01:00.000Z", r#"{"product_id":"p"}"#),
        ],
    );
    let tally = go(&options(&dir.path().join("out"), vec![(Topic::Cart, file)], &[]));
    assert_eq!((tally.events, tally.dead_letters.len()), (4, 0));
}

#[test]
fn the_clock_stops_where_it_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = write_lines(
        dir.path().join("cart.jsonl"),
        &[
            track("u", "Product Added", "2026-03-01T10:00:00.000Z", r#"{"product_id":"p"}"#),
            track("v", "Product Viewed", "2026-03-01T11:00:00.000Z", r#"{"product_id":"p"}"#),
        ],
    );
    let steps = |until| {
        let out = dir.path().join("out");
        go(&Options { until, ..options(&out, vec![(Topic::Cart, file.clone())], &[]) }).triggers_by_step
    };
    let time = |text: &str| Until::Time(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
    assert_eq!(steps(Until::End), BTreeMap::from([(1, 1)]), "due at the very end: fires");
    assert_eq!(steps(time("2026-03-01T10:59:59.999Z")), BTreeMap::new());
    assert_eq!(steps(time("2026-03-02T10:00:00Z")), BTreeMap::from([(1, 1), (2, 1)]));
    assert_eq!(steps(Until::Forever), BTreeMap::from([(1, 1), (2, 1), (3, 1)]));
}

#[test]
fn packed_files_and_several_files_of_a_topic_are_one_log() {
    let dir = tempfile::tempdir().unwrap();
    let lines = [
        track("u", "Product Added", "2026-03-01T10:00:00.000Z", r#"{"product_id":"p"}"#),
        track("u", "Product Added", "2026-03-01T10:10:00.000Z", r#"{"product_id":"q"}"#),
        track("v", "page", "2026-03-01T12:00:00.000Z", "{}"),
    ];
    let plain = write_lines(dir.path().join("a.jsonl"), &lines[..1]);
    let gz = dir.path().join("b.jsonl.gz");
    let mut packer = flate2::write::GzEncoder::new(std::fs::File::create(&gz).unwrap(), flate2::Compression::fast());
    packer.write_all(lines[1].as_bytes()).unwrap();
    packer.finish().unwrap();
    let zst = dir.path().join("c.jsonl.zst");
    std::fs::write(&zst, zstd::encode_all(lines[2].as_bytes(), 1).unwrap()).unwrap();
    let out = dir.path().join("out");
    let inputs = [plain, gz, zst].map(|p| (Topic::Cart, p)).to_vec();
    let tally = go(&options(&out, inputs, &[]));
    assert_eq!(tally.events, 3);
    let carts = json_lines(out.join("cart-abandoned.jsonl"));
    assert_eq!(carts[0]["lines"].as_array().unwrap().len(), 2);
    assert_eq!(carts[0]["due_at"], "2026-03-01T11:10:00.000Z");
    let last = json_lines(out.join("stage-changes.jsonl")).pop().unwrap();
    assert_eq!(last["event"]["offset"], 2, "offsets go on over files");
}

#[test]
fn the_command_reads_stdin_and_says_what_is_wrong_with_its_arguments() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| {
        let mut command = leadstream(&["replay", "--out"]);
        command.arg(dir.path()).args(arguments);
        let pipe = std::process::Stdio::piped;
        let mut child = command.stdin(pipe()).stdout(pipe()).stderr(pipe()).spawn().unwrap();
        // A command that refuses its arguments does not read.
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    };
    let line = track("u", "Product Added", "2026-03-01T10:00:00.000Z", r#"{"product_id":"p"}"#);
    let output = run(&["--input", "cart=-", "--json", "--until", "forever"], &line);
    assert!(output.status.success(), "{output:?}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["events"], &summary["outputs"]["cart-abandoned"]), (&Value::from(1), &Value::from(3)));
    assert_eq!(summary, serde_json::from_slice::<Value>(&std::fs::read(dir.path().join("summary.json")).unwrap()).unwrap());
    for (arguments, code, says) in [
        (&["--input", "carts=-"][..], 2, "clickstream, email, cart"),
        (&["--input", "cart=-", "--until", "soon"], 2, "--until"),
        (&["--input", "cart=-", "--input", "email=-"], 2, "stdin"),
        (&["--input", "cart=-", "--set", "model.cart.stepz=1"], 2, "model.cart.steps"),
        (&["--input", "cart=/no/such/file"], 1, "/no/such/file"),
    ] {
        let output = run(arguments, "");
        assert_eq!(output.status.code(), Some(code), "{arguments:?} {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(says), "{arguments:?} {output:?}");
    }
}

/// People of one company on eight partitions: who of them speaks first at one instant must not matter.
#[test]
fn everybody_who_was_held_back_is_handed_over_when_the_company_is_open_again() {
    let dir = tempfile::tempdir().unwrap();
    let model = dir.path().join("companies.toml");
    let text = "name = \"companies\"\n[journey]\nstages = [\"one\", \"two\"]\nmoves = [ { to = \"one\", on = \"*\" }, { to = \"two\", on = \"Demo\" } ]\n\
                [score]\nlabels = { cold = 0, mql = 50 }\n[[score.groups]]\nname = \"a\"\nhalf_life = \"off\"\nrules = [ { on = \"Demo\", points = 60 } ]\n\
                [hand_over]\nmql = { label = \"mql\" }\n[accounts]\nconsensus = { stage = \"two\", of = 9 }\n";
    std::fs::write(&model, text).unwrap();
    let person = |n: u32| {
        format!(
            "{{\"type\":\"identify\",\"messageId\":\"i{n}\",\"userId\":\"p{n}\",\"timestamp\":\"2026-03-02T08:00:{n:02}Z\",\"traits\":{{\"email\":\"p{n}@acme.example\"}}}}"
        )
    };
    let mut lines_in: Vec<String> = (0..10).map(person).collect();
    lines_in.push(track("p9", "Account Disqualified", "2026-03-02T09:00:00Z", "{\"reason\":\"budget\"}"));
    lines_in.extend((0..9).map(|n| track(&format!("p{n}"), "Demo", &format!("2026-03-03T10:00:0{n}Z"), "{}")));
    lines_in.push(track("p9", "Account Reopened", "2026-03-04T09:00:00Z", "{}"));
    let input = dir.path().join("clicks.jsonl");
    std::fs::write(&input, lines_in.join("\n") + "\n").unwrap();
    let told = |partitions: u32| -> Vec<Value> {
        let out = dir.path().join(format!("out{partitions}"));
        let set = format!("model.files={}", model.display());
        go(&Options { partitions, ..options(&out, vec![(Topic::Clickstream, input.clone())], &[set]) });
        let mut all = json_lines(out.join("hand-overs.jsonl"));
        all.iter_mut().for_each(|lead| lead["event"] = Value::Null);
        all.sort_by_key(|lead| (lead["at"].to_string(), lead["prospect"].to_string()));
        all
    };
    let all = told(8);
    assert_eq!(all, told(1), "however people are dealt to partitions");
    let of = |kind: &str| all.iter().filter(|lead| lead["type"] == kind).collect::<Vec<_>>();
    let (held, handed_over) = (of("lead.held-back"), of("lead.handed-over"));
    assert_eq!((held.len(), handed_over.len(), all.len()), (9, 9, 18));
    for (lead, n) in held.iter().zip(0_u64..) {
        assert_eq!((&lead["reasons"][0], &lead["sla_due_at"]), (&"account-disqualified".into(), &Value::Null));
        assert_eq!(lead["company"]["agreed"].as_array().unwrap().len() as u64, n + 1, "its own deed is taken in: {lead}");
    }
    for lead in handed_over {
        assert_eq!((&lead["at"], &lead["sla_due_at"]), (&"2026-03-04T09:00:00.000Z".into(), &"2026-03-05T09:00:00.000Z".into()));
        let company = &lead["company"];
        assert_eq!(
            (&company["name"], &company["consensus"], &company["disqualified"]),
            (&"acme.example".into(), &true.into(), &false.into())
        );
        assert_eq!((&company["members"], company["active_colleagues"].as_array().unwrap().len()), (&10.into(), 9));
        assert_eq!(company["consensus_since"], "2026-03-04T09:00:00.000Z");
    }
}
