//! Why a score is what it is: the ledger adds up for everybody, and `explain` says it, from files and from a running demo.

use crate::program::{code, json_lines, leadstream, run, stderr, stdout, succeed};
use leadstream::app::simulate::{Shop, ShopOptions, Topic};

use leadstream::domain::model::Models;
use leadstream::domain::origin::Position;
use leadstream::domain::output::Body;
use leadstream::domain::rules::ledger;
use leadstream::domain::rules::ledger::What;
use leadstream::engine::codec::Codec;
use leadstream::engine::task::{BatchEffects, Mode, ProspectOutput, Task};
use leadstream::wire::decode::{Decoder, Options};
use leadstream::wire::state_record::StateCodec;
use leadstream_core::domain::rules::score::label;
use leadstream_core::domain::rules::score::points;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

const EVENTS: usize = 100_000;
/// Half a cent.
const NOTHING: f64 = 0.005;

/// The shipped shop, with rules that reach every cap and with negative points.
fn models(browsing_half_life: &str) -> Arc<Models> {
    let text = include_str!("../../config/models/ecommerce.toml");
    let text = text.replacen("half_life = \"7d\"", &format!("half_life = \"{browsing_half_life}\""), 1);
    Arc::new(leadstream_model::from_texts(&[&text]).unwrap())
}

fn records() -> impl Iterator<Item = Vec<u8>> {
    let options =
        ShopOptions { prospects: 2_000, start_ms: 1_760_000_000_000, late: 0.02, corrupt_share: 0.01, ..ShopOptions::default() };
    Shop::new(options).take(EVENTS).map(|record| record.value)
}

/// What the books of all prospects came to.
#[derive(Debug, Default)]
struct Books {
    scores: u64,
    events: u64,
    brought_forward: u64,
    capped: u64,
}

/// Compares every prospect's ledger with its score, now and ten days later.
fn audit(task: &Task<StateCodec>, models: &Models) -> Books {
    let mut books = Books::default();
    for (key, bytes) in task.records() {
        let prospect = StateCodec.decode(bytes).unwrap();
        let traits = prospect.extras.map(|extras| extras.traits).unwrap_or_default();
        for (track, model) in prospect.tracks.iter().zip(&models.models) {
            for at_ms in [prospect.last_seen_ms, prospect.last_seen_ms + 864_000_000] {
                let lines = ledger::account(track, &traits, model, models.vocabulary.names(), at_ms);
                let sum: f64 = lines.iter().map(|line| line.now).sum();
                let score = points::total(track, &model.score, at_ms);
                assert!((sum - score).abs() < NOTHING, "{key}: the ledger says {sum}, the score is {score}: {lines:#?}");
            }
            let lines = ledger::account(track, &traits, model, models.vocabulary.names(), prospect.last_seen_ms);
            books.scores += u64::from(!lines.is_empty());
            for line in lines {
                match line.what {
                    What::Event { event, rule, .. } => {
                        assert!(event.is_some() && !rule.is_empty(), "{key}: an entry without its event or rule");
                        books.events += 1;
                    }
                    What::Brought => books.brought_forward += 1,
                    What::Cap => books.capped += 1,
                    What::Fit(_) | What::FitCap => {}
                }
            }
        }
    }
    books
}

#[test]
fn the_ledger_of_every_prospect_is_its_score_to_the_cent() {
    let models = models("7d");
    let decoder = Decoder::new(Options::default(), &models.vocabulary);
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let mut effects = BatchEffects::default();
    for (n, value) in records().enumerate() {
        if let Ok(event) = decoder.decode_line(&value, Position::default()) {
            task.apply_event(&event, Mode::Virtual, &mut effects);
        }
        if n % 1_000 == 0 {
            effects.clear();
            task.staged(|_| {});
            task.confirm();
        }
    }
    task.staged(|_| {});
    task.confirm();
    let books = audit(&task, &models);
    assert!(books.scores > 1_000 && books.events > 5_000, "{books:?}");
    assert!(books.brought_forward > 500, "folding is put to the test: {books:?}");
    assert!(books.capped > 0, "the cap of the score is put to the test: {books:?}");

    // Another half-life: what there was is brought forward, and it goes on adding up.
    let other = self::models("3d");
    let mut next = Task::new(Arc::clone(&other), StateCodec);
    for (key, record) in task.records() {
        next.install(key, Some(record)).unwrap();
    }
    next.restore_time(task.time_ms(), i64::MAX);
    let late = records().skip(EVENTS - 5_000).enumerate().map(|(n, value)| {
        // The same people do something new.
        String::from_utf8_lossy(&value).replace("\"messageId\":\"", &format!("\"messageId\":\"again-{n}-"))
    });
    for line in late {
        if let Ok(event) = decoder.decode_line(line.as_bytes(), Position::default()) {
            next.apply_event(&event, Mode::Virtual, &mut effects);
        }
    }
    next.staged(|_| {});
    next.confirm();
    let adopted =
        next.records().filter(|(_, r)| StateCodec.decode(r).unwrap().tracks[0].model_hash == other.models[0].hash).count();
    assert!(adopted > 100, "{adopted}");
    let kept: Vec<String> = next
        .records()
        .filter(|(_, r)| StateCodec.decode(r).unwrap().tracks[0].model_hash != other.models[0].hash)
        .map(|(key, _)| key.to_owned())
        .collect();
    for key in kept {
        next.install(&key, None).unwrap();
    }
    audit(&next, &other);
}

/// The shop with lines that are crossed often, both ways, and points that fade within the minute; negative ones in hours.
fn restless(half_life: &str) -> Arc<Models> {
    let text = include_str!("../../config/models/ecommerce.toml");
    let text = text
        .replace("half_life = \"7d\"", &format!("half_life = \"{half_life}\""))
        .replace("half_life = \"60d\"", "half_life = \"3h\"")
        .replace("points = -10", "points = 2")
        .replace("{ cold = 0, warm = 20,", "{ cold = 0, mild = 3, fair = 9, warm = 20,")
        .replace("\"Email Link Clicked\", points = 5", "\"Email Link Clicked\", points = -15");
    Arc::new(leadstream_model::from_texts(&[&text]).unwrap())
}

/// What was told of labels, and how they changed.
#[derive(Debug, Default)]
struct Told {
    label: BTreeMap<String, (Option<String>, i64, bool)>,
    by_events: u64,
    falls: u64,
    rises: u64,
}

impl Told {
    fn hear(&mut self, said: &ProspectOutput) {
        let Body::ScoreChanged(change) = &said.output.body else { return };
        let (from, to) = [&change.from, &change.to].map(|l| l.as_ref().map(ToString::to_string)).into();
        let at_ms = said.output.at_ms;
        let known = self.label.entry(said.prospect.to_string()).or_insert((Some("cold".to_owned()), 0, true));
        assert_eq!(known.0, from, "{}: begins where the last one ended", said.prospect);
        match said.output.event {
            Some(_) => self.by_events += 1,
            None => {
                assert!(
                    at_ms - known.1 > 60_000 || known.2 == change.up,
                    "{}: up and down within a minute, with no event: {known:?} {said:?}",
                    said.prospect
                );
                *if change.up { &mut self.rises } else { &mut self.falls } += 1;
            }
        }
        *known = (to, at_ms, change.up);
    }

    fn compare(&self, key: &str, task: &Task<StateCodec>, models: &Models) {
        let Some(prospect) = task.prospect(key).unwrap() else { return };
        let Some(track) = prospect.tracks.first() else { return };
        let carried = label::label_of(&models.models[0].score.labels, track).map(|l| l.name.to_string());
        let told = self.label.get(key).map_or(Some("cold"), |(label, ..)| label.as_deref());
        assert_eq!(carried.as_deref(), told, "{key}");
    }
}

#[test]
fn the_label_that_was_told_last_is_the_one_that_is_shown() {
    for (models, events, often) in [(models("7d"), EVENTS, 100), (restless("20s"), 15_000, 300)] {
        let decoder = Decoder::new(Options::default(), &models.vocabulary);
        let mut task = Task::new(Arc::clone(&models), StateCodec);
        let mut effects = BatchEffects::default();
        let mut told = Told::default();
        for value in records().take(events) {
            let Ok(event) = decoder.decode_line(&value, Position::default()) else { continue };
            task.apply_event(&event, Mode::Virtual, &mut effects);
            task.staged(|_| {});
            task.confirm();
            for said in effects.outputs.drain(..) {
                told.hear(&said);
            }
            effects.clear();
            told.compare(&event.prospect, &task, &models);
        }
        task.advance(task.time_ms() + 400 * 86_400_000, Mode::Virtual, &mut effects);
        task.staged(|_| {});
        task.confirm();
        effects.outputs.drain(..).for_each(|said| told.hear(&said));
        let keys: Vec<String> = task.records().map(|(key, _)| key.to_owned()).collect();
        keys.iter().for_each(|key| told.compare(key, &task, &models));
        assert!(told.by_events > often && told.falls > often, "{} {} {}", told.by_events, told.falls, told.rises);
        assert!(told.rises > 0 || often == 100, "negative points fade too: {}", told.rises);
    }
}

fn files(dir: &Path) -> Vec<String> {
    let options = ShopOptions { prospects: 300, start_ms: 1_760_000_000_000, ..ShopOptions::default() };
    let path = |t: Topic| dir.join(format!("{}.jsonl", t.name()));
    let mut files = Topic::ALL.map(|t| std::fs::File::create(path(t)).unwrap());
    for record in Shop::new(options).take(20_000) {
        let file = &mut files[record.topic.index()];
        file.write_all(&record.value).unwrap();
        file.write_all(b"\n").unwrap();
    }
    Topic::ALL.iter().flat_map(|t| ["--input".to_owned(), format!("{}={}", t.name(), path(*t).display())]).collect()
}

/// Exit code, stdout and stderr.
fn said(arguments: &[String]) -> (i32, String, String) {
    let output = run(arguments);
    (code(&output), stdout(&output), stderr(&output))
}

/// Whoever was mailed has a story to tell.
fn somebody(dir: &Path, inputs: &[String]) -> String {
    let mut arguments = vec!["replay".to_owned(), "--out".to_owned(), dir.join("out").display().to_string()];
    arguments.extend_from_slice(inputs);
    succeed(&arguments);
    let mut triggers: BTreeMap<String, u32> = BTreeMap::new();
    for value in json_lines(dir.join("out/cart-abandoned.jsonl")) {
        *triggers.entry(value["prospect"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    triggers.into_iter().max_by_key(|(_, n)| *n).expect("somebody was mailed").0
}

#[test]
fn explain_reads_files_and_says_why_as_a_page_and_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = files(dir.path());
    let who = somebody(dir.path(), &inputs);
    let mut arguments = vec!["explain".to_owned(), who.clone(), "--json".to_owned()];
    arguments.extend_from_slice(&inputs);
    let (code, json, errors) = said(&arguments);
    assert_eq!(code, 0, "{errors}");
    let answer: Value = serde_json::from_str(&json).unwrap();
    let score = &answer["models"][0]["score"];
    let number = |value: &Value| value.as_f64().unwrap();
    assert!((number(&score["ledger_sum"]) - number(&score["total"])).abs() < NOTHING, "{score}");
    let sum: f64 = score["ledger"].as_array().unwrap().iter().map(|line| number(&line["now"])).sum();
    assert!((sum - number(&score["total"])).abs() < 0.02, "as printed, to three decimals each: {score}");
    assert!(answer["outputs"].as_array().unwrap().iter().any(|o| o["type"] == "cart.abandoned"), "{who}");
    let entered = answer["models"][0]["funnel"]["history"].as_array().unwrap();
    assert!(
        entered.iter().all(|past| past["event"].is_string() || past["cause"] != "event"),
        "what brought it there: {entered:?}"
    );
    assert!(entered.iter().any(|past| past["event"] == "Product Added"), "{entered:?}");

    arguments.retain(|a| a != "--json");
    let (_, page, _) = said(&arguments);
    for part in [who.as_str(), "worth now", "the score", "left     what went", "cart.abandoned", ", by "] {
        assert!(page.contains(part), "{part:?} is not in:\n{page}");
    }
    let mut nobody = vec!["explain".to_owned(), "nobody".to_owned()];
    nobody.extend_from_slice(&inputs);
    let (code, _, errors) = said(&nobody);
    assert_eq!(code, 1);
    assert!(errors.contains("no event in these files is about this prospect"), "{errors}");
    let both = ["explain", "ann", "--url", "http://127.0.0.1:1", "--input", "cart=x"].map(str::to_owned);
    assert_eq!(said(&both).0, 2, "from a service or from files");
}

/// Three orders, weeks apart, and what led to the second.
fn journeys_of_ann(dir: &Path) -> Vec<String> {
    let events = [
        ("2026-03-01T08:00:00.250Z", "Order Completed", "1"),
        ("2026-04-10T08:00:00.250Z", "Product List Viewed", ""),
        ("2026-04-11T08:00:00.250Z", "Product Viewed", ""),
        ("2026-04-12T08:00:00.250Z", "Order Completed", "2"),
        ("2026-07-01T08:00:00.250Z", "Product Viewed", ""),
    ];
    let line = |(n, (time, name, order)): (usize, (&str, &str, &str))| {
        let mut properties = serde_json::json!({ "product_id": "p", "category": "tents", "path": "/" });
        if !order.is_empty() {
            properties["order_id"] = order.into();
        }
        let event = serde_json::json!({ "type": "track", "event": name, "messageId": n.to_string(), "userId": "ann", "timestamp": time, "properties": properties });
        format!("{event}\n")
    };
    let path = dir.join("journeys.jsonl");
    std::fs::write(&path, events.into_iter().enumerate().map(line).collect::<String>()).unwrap();
    vec!["--input".to_owned(), format!("clickstream={}", path.display()), "--as-of".to_owned(), "2026-08-01T00:00:00Z".to_owned()]
}

#[test]
fn explain_tells_which_journey_it_is_and_what_is_remembered_of_those_before() {
    let dir = tempfile::tempdir().unwrap();
    let inputs = journeys_of_ann(dir.path());
    let explain = |extras: &[&str]| {
        let mut arguments = vec!["explain".to_owned(), "ann".to_owned()];
        arguments.extend(extras.iter().map(|a| (*a).to_owned()));
        arguments.extend_from_slice(&inputs);
        let (code, text, errors) = said(&arguments);
        assert_eq!(code, 0, "{errors}");
        text
    };
    let answer: Value = serde_json::from_str(&explain(&["--json"])).unwrap();
    let journey = &answer["models"][0]["journey"];
    assert_eq!((&journey["journey_number"], &journey["journey_closed"]), (&3.into(), &Value::Null), "{journey}");
    assert_eq!(journey["journey_began"], "2026-07-01T08:00:00.250Z");
    let past = journey["past_journeys"].as_array().unwrap();
    assert_eq!(past.iter().map(|j| j["number"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((&past[1]["began"], &past[1]["closed"]), (&"2026-04-10T08:00:00.250Z".into(), &"2026-04-12T08:00:00.250Z".into()));
    let stages = |journey: &Value| -> Vec<String> {
        journey["stages"].as_array().unwrap().iter().map(|s| s["stage"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(stages(&past[1]), ["solution-exploration", "supplier-selection", "consensus-creation"]);

    // For people: on their own clock, to the second.
    let page = explain(&["--time-zone", "Europe/Berlin"]);
    for part in [
        "ann at 2026-07-01 10:00:00 (Europe/Berlin)",
        "journey 3, since 2026-07-01 10:00:00\n",
        "journey 2, 2026-04-10 10:00:00 to 2026-04-12 10:00:00: solution-exploration > supplier-selection > consensus-creation\n",
        "journey 1, 2026-03-01 09:00:00 to 2026-03-01 09:00:00: consensus-creation\n",
    ] {
        assert!(page.contains(part), "{part:?} is not in:\n{page}");
    }
    assert!(!page.contains(".250"), "no milliseconds for people:\n{page}");
    assert_eq!(code(&run(&["explain", "ann", "--time-zone", "Mars"])), 2, "a zone that is none is bad usage");
}

#[test]
fn explain_asks_the_running_demo() {
    let mut demo = leadstream(&["demo", "--duration", "60s", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut url, mut answer) = (String::new(), None);
    for line in BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok) {
        if let Some((_, rest)) = line.split_once("dashboard  ") {
            url = rest.split("/ ").next().unwrap().to_owned();
        }
        // "✉ u-1  left … behind, …: reminder 1"
        let Some((_, mailed)) = line.split_once("✉ ") else { continue };
        let who = mailed.split_whitespace().next().unwrap();
        let (code, json, _) = said(&["explain", who, "--url", &url, "--json"].map(str::to_owned));
        if code == 0 {
            answer = Some((who.to_owned(), json));
            break;
        }
    }
    demo.kill().unwrap();
    demo.wait().unwrap();
    let (who, json) = answer.expect("somebody was mailed and known under the name that is shown");
    let answer: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(answer["prospect"], who);
    let score = &answer["models"][0]["score"];
    assert!((score["ledger_sum"].as_f64().unwrap() - score["total"].as_f64().unwrap()).abs() < NOTHING, "{score}");
    assert!(!score["ledger"].as_array().unwrap().is_empty(), "{score}");
}

#[test]
fn an_account_is_explained_under_any_of_its_names_and_nobody_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let input = dir.path().join("in.jsonl");
    let line = |at: &str, who: &str, rest: &str| {
        format!(
            r#"{{"userId":"{who}","messageId":"{who}{at}","timestamp":"2026-03-02T{at}:00Z","receivedAt":"2026-03-02T{at}:00Z",{rest}}}"#
        )
    };
    let lines = [
        line("09:00", "ann", r#""type":"identify","traits":{"title":"CTO","email":"ann@mail.acme.com"}"#),
        line("09:01", "ben", r#""type":"identify","traits":{"position":"CFO","company":"ACME, Inc."}"#),
        line("09:02", "cleo", r#""type":"group","groupId":"g-17","traits":{"name":"Acme GmbH"}"#),
        line("10:00", "ann", r#""type":"track","event":"Free Trial Started""#),
    ];
    std::fs::write(&input, lines.join("\n")).unwrap();
    let ask = |extras: &[&str]| {
        let files = format!("cart={}", input.display());
        let all = ["explain", "--input", &files, "--set", "model.files=b2b10"].into_iter().chain(extras.iter().copied());
        said(&all.map(str::to_owned).collect::<Vec<_>>())
    };
    for name in ["acme.com", "Acme", "acme inc", "mail.acme.com"] {
        let (code, text, error) = ask(&[name]);
        assert_eq!(code, 0, "{name}: {error}");
        assert!(text.contains("account acme at ") && text.contains("consensus not reached: 1 of 2"), "{name}: {text}");
        assert!(text.contains("ben stands nowhere yet, before validation"), "{text}");
    }
    let (code, text, _) = ask(&["acme.com", "--account", "--json"]);
    assert_eq!(code, 0);
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["known_as"], serde_json::json!(["ACME, Inc.", "Acme GmbH", "mail.acme.com"]));
    assert_eq!(
        (&answer["consensus"]["agreed"], &answer["consensus"]["missing"]),
        (&serde_json::json!(["ann"]), &serde_json::json!(["ben"]))
    );
    // A prospect's name goes before an account's, unless told otherwise.
    assert!(ask(&["ann"]).1.starts_with("ann at "));
    assert_eq!(ask(&["ann", "--account"]).0, 1);
    assert_eq!(ask(&["Acme Labs"]).0, 1, "another company");
}
