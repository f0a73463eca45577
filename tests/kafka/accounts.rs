//! Accounts on the real broker: members on partitions of two instances, one of which is killed, and one answer all the same.

use crate::instance::{Instance, leadstream};
use crate::rig::{Read, Rig, track};
use leadstream::domain::DAY_MS;
use leadstream::domain::company_names::ACCOUNT_KEY;
use leadstream::domain::member_update::MemberUpdateRecord;
use leadstream::domain::model::Models;
use leadstream::domain::state::group::Group;
use leadstream::engine::codec::Codec;
use leadstream::engine::task::{BatchEffects, Task, TaskInput};
use leadstream::runtime::ports::{Decode, OutTopic, RecordView};
use leadstream::wire::decode::{Decoder, Options, Topic};
use leadstream::wire::state_record::StateCodec;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const PARTITIONS: u32 = 4;
const COMPANIES: u64 = 60;
/// Nothing in it goes by time alone: the service's clock is ahead of the events, that of the replay stops with them. But not by
/// the 30 days after which an account without members is forgotten: whether one has any for a moment depends on whose words come
/// first.
const MODEL: &str = r#"
name = "buying-groups"
[journey]
stages = ["awareness", "comparison", "validation"]
moves = [
  { to = "awareness", on = "*" },
  { to = "comparison", on = "Product Viewed" },
  { to = "validation", on = ["Trial Started", "Product Reviewed"] },
  { to = "comparison", on = "Product Removed", from = "validation" },
]
[funnel]
stages = ["interest", "trial"]
moves = [ { to = "interest", on = "*" }, { to = "trial", on = "Trial Started" } ]
[score]
labels = { cold = 0, warm = 10, hot = 30 }
[[score.groups]]
name = "doing"
half_life = "off"
rules = [ { on = "Trial Started", points = 10, at_most = "3 per 7d" } ]
[accounts]
consensus = { stage = "validation", of = 3 }
"#;
const MEMBERS: &str = "leadstream.account-members";

/// People of some companies and of none, who change their minds and their employers. The company `acme.com` agrees once.
fn events(start_ms: i64) -> Vec<(String, i64, Vec<u8>)> {
    let mut seed = 88_172_645_463_325_252_u64;
    let mut dice = |sides: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % sides
    };
    let mut all = Vec::new();
    let person = |key: &str, at_ms: i64, domain: &str| {
        let time = jiff::Timestamp::from_millisecond(at_ms).unwrap();
        let traits = json!({ "email": format!("{key}@{domain}") });
        let event = json!({ "type": "identify", "userId": key, "messageId": format!("i-{key}-{at_ms}"), "timestamp": time.to_string(), "traits": traits });
        (key.to_owned(), at_ms, event.to_string().into_bytes())
    };
    let did = |key: &str, name: &str, at_ms: i64| {
        let mut event: Value = serde_json::from_slice(&track(name, &format!("{key}-{name}-{at_ms}"), at_ms, &json!({}))).unwrap();
        event["userId"] = key.into();
        (key.to_owned(), at_ms, event.to_string().into_bytes())
    };
    for company in 0..COMPANIES {
        let domain = if company % 10 == 0 { "gmail.com".to_owned() } else { format!("c{company}.example") };
        for member in 0..2 + company % 5 {
            let key = format!("u{company}-{member}");
            let mut at_ms = start_ms + dice(DAY_MS as u64) as i64;
            all.push(person(&key, at_ms, &domain));
            for _ in 0..8 {
                at_ms += 60_000 + dice(DAY_MS as u64) as i64;
                let name = match dice(10) {
                    0..=4 => "Trial Started",
                    5..=6 => "Product Removed",
                    7 => "Product Viewed",
                    8 if company % 7 == 0 => "Account Disqualified",
                    8 => "Account Reopened",
                    _ => "Newsletter Read",
                };
                all.push(did(&key, name, at_ms));
            }
            if dice(12) == 0 {
                all.push(person(&key, at_ms + 1, &format!("c{}.example", (company + 1) % COMPANIES)));
            }
        }
    }
    for member in 0..3 {
        let key = format!("acme-{member}");
        all.push(person(&key, start_ms + member * 1_000, "acme.com"));
        all.push(did(&key, "Trial Started", start_ms + (member + 1) * DAY_MS));
        all.push(did(&key, "Product Reviewed", start_ms + (member + 5) * DAY_MS));
    }
    all.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
    all
}

/// Transitions of consensus that stand, by account: type and time.
fn standing(outputs: &[Value]) -> BTreeMap<String, BTreeSet<(String, String)>> {
    let recalled: BTreeSet<&str> = outputs.iter().filter_map(|o| o["recalls"].as_str()).collect();
    let mut by_account: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for output in outputs {
        let (kind, id) = (output["type"].as_str().unwrap(), output["id"].as_str().unwrap());
        if ["account.consensus-reached", "account.consensus-lost"].contains(&kind) && !recalled.contains(id) {
            let account = output["account"].as_str().unwrap().to_owned();
            assert!(
                by_account.entry(account).or_default().insert((kind.to_owned(), output["at"].as_str().unwrap().to_owned())),
                "twice: {output}"
            );
        }
    }
    by_account
}

/// Where each account stands at last: journey, funnel, consensus, disqualified.
fn last(outputs: &[Value]) -> BTreeMap<String, [Value; 4]> {
    let state = |o: &Value| ["journey", "funnel", "consensus", "disqualified"].map(|key| o[key].clone());
    outputs.iter().map(|o| (o["account"].as_str().unwrap().to_owned(), state(o))).collect()
}

fn replayed(dir: &Path, model: &Path) -> Vec<Value> {
    let out = dir.join("replayed");
    let output = leadstream()
        .args(["replay", "--partitions", &PARTITIONS.to_string(), "--set", "model.cart.catch_up=replay"])
        .args(["--set", &format!("model.files=[\"{}\"]", model.display()), "--out"])
        .arg(&out)
        .arg("--input")
        .arg(format!("clickstream={}", dir.join("clickstream.jsonl").display()))
        .output()
        .expect("replay");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(out.join("accounts.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The groups that the members' own words come to, told in the order of time.
fn folded(rig: &Rig, models: &Arc<Models>) -> BTreeMap<String, Group> {
    let topic = |name: &String| Topic {
        name: name.clone(),
        is_email: false,
        is_trusted: true,
        format: leadstream::wire::decode::Format::Json,
    };
    let topics: Vec<Topic> = rig.worker.inputs.iter().map(topic).collect();
    let input = u16::try_from(topics.len()).unwrap();
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
    let records = rig.read(OutTopic::AccountMembers);
    let updates = records.iter().map(|r| {
        let (key, value) = (r.key.as_deref(), r.value.as_deref());
        let view = RecordView {
            input,
            partition: r.partition,
            offset: r.offset,
            timestamp_ms: Some(r.timestamp_ms),
            key,
            value,
            content_type: None,
            ..RecordView::default()
        };
        match decoder.decode(&view).unwrap_or_else(|e| panic!("{e:?}")) {
            TaskInput::MemberUpdate { update, .. } => *update,
            other => panic!("{other:?}"),
        }
    });
    let mut updates: Vec<_> = updates.collect();
    updates.sort_by_key(MemberUpdateRecord::order);
    let mut task = Task::new(Arc::clone(models), StateCodec);
    let mut effects = BatchEffects::default();
    updates.iter().for_each(|update| task.apply_update(update, &mut effects));
    task.staged(|_| {});
    task.confirm();
    task.records().filter_map(|(key, record)| group(key, record)).collect()
}

fn group(key: &str, record: &[u8]) -> Option<(String, Group)> {
    let account = key.strip_prefix(ACCOUNT_KEY)?.to_owned();
    let mut group = *StateCodec.decode(record).unwrap().extras?.account.group.clone()?;
    // The service's models are another version: settings are part of the hash.
    group.model_hash = 0;
    // How often something was said of a vote tells only in which order things came.
    group.consensus.votes.iter_mut().for_each(|v| v.revision = 0);
    Some((account, group))
}

/// The groups in the changelog.
fn stored(rig: &Rig) -> BTreeMap<String, Group> {
    let mut groups = BTreeMap::new();
    for record in rig.read(OutTopic::State) {
        let Ok(key) = std::str::from_utf8(record.key.as_deref().unwrap_or_default()) else { continue };
        if let (Some(_), Some(value)) = (key.strip_prefix(ACCOUNT_KEY), &record.value) {
            groups.extend(group(key, value));
        }
    }
    groups
}

fn read_share(rig: &Rig, all: usize) -> f64 {
    rig.committed("clickstream").into_iter().flatten().sum::<i64>() as f64 / all as f64
}

fn wait_for(rig: &Rig, all: usize, share: f64, instances: &mut [&mut Instance]) {
    let begun = Instant::now();
    while read_share(rig, all) < share {
        instances.iter_mut().for_each(|i| i.assert_runs());
        assert!(begun.elapsed() < Duration::from_secs(120), "not read in time: {}", instances[0].log());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until what members told is read, too. (Behind it there are markers of transactions.)
fn wait_for_members(rig: &Rig) {
    let begun = Instant::now();
    loop {
        let committed = rig.committed(MEMBERS);
        let is_read = |r: &Read| committed[usize::try_from(r.partition).unwrap()].is_some_and(|next| r.offset < next);
        if rig.read(OutTopic::AccountMembers).iter().all(is_read) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "what members told is not read to its end");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn over_two_instances_of_which_one_is_killed_consensus_is_reached_exactly_once() {
    let Some(rig) = Rig::new("accounts", PARTITIONS) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let model = dir.path().join("model.toml");
    std::fs::write(&model, MODEL).unwrap();
    let models = Arc::new(leadstream_model::from_texts(&[MODEL]).expect("a model"));
    let start_ms = (jiff::Timestamp::now().as_millisecond() / DAY_MS - 20) * DAY_MS;
    let events = events(start_ms);
    let mut lines = String::new();
    for (key, at_ms, value) in &events {
        rig.send("clickstream", None, Some(key.as_bytes()), value, *at_ms);
        writeln!(lines, "{}", std::str::from_utf8(value).unwrap()).unwrap();
    }
    rig.flush();
    std::fs::write(dir.path().join("clickstream.jsonl"), lines).unwrap();

    let files = format!("model.files=[\"{}\"]", model.display());
    let set = [&*files, "model.cart.catch_up=replay", "engine.workers=1", "engine.batch_max_events=20"];
    let mut first = Instance::run(&rig, "a", dir.path(), &set);
    wait_for(&rig, events.len(), 0.1, &mut [&mut first]);
    let mut second = Instance::run(&rig, "b", dir.path(), &set);
    wait_for(&rig, events.len(), 0.3, &mut [&mut first, &mut second]);
    first.kill();
    wait_for(&rig, events.len(), 1.0, &mut [&mut second]);
    wait_for_members(&rig);
    let status = second.terminate(Duration::from_secs(20));
    assert!(status.success(), "{status}: {}", second.log());

    let want = replayed(dir.path(), &model);
    let got: Vec<Value> = rig.read(OutTopic::Accounts).iter().map(Read::json).collect();
    let ids: BTreeSet<&str> = got.iter().map(|o| o["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), got.len(), "every id once");
    assert!(want.iter().all(|o| o["recalls"].is_null()), "in order nothing is taken back");
    let (stands, said) = (standing(&want), standing(&got));
    eprintln!("{} events, {} accounts with transitions, {} outputs", events.len(), stands.len(), got.len());
    assert!(stands.len() > 20, "too few groups agree to compare anything: {stands:?}");
    assert_eq!(said, stands, "the transitions of consensus are those of a replay");
    assert_eq!(last(&got), last(&want), "and so is where each account stands in the end");
    let acme: Vec<&Value> =
        got.iter().filter(|o| o["account"] == "acme.com" && o["type"] == "account.consensus-reached").collect();
    assert_eq!(acme.len(), 1, "acme.com agreed once: {acme:#?}");
    let third_ms = jiff::Timestamp::from_millisecond(start_ms + 3 * DAY_MS).unwrap();
    assert_eq!(acme[0]["at"], third_ms.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string());
    assert!(!said.contains_key("gmail.com"), "addresses at a free provider are no company");

    let (groups, state) = (folded(&rig, &models), stored(&rig));
    assert!(groups.len() > 40, "{} groups", groups.len());
    assert_eq!(state, groups, "the state is what the members' words come to in the order of time");
}
