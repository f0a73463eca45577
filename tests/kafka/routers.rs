//! Several routers: one that dies holds nobody up for long, and in a backlog they wait for each other.

use crate::instance::{Instance, leadstream};
use crate::rig::{Rig, now_ms, track};
use crate::routed::{
    PARTITIONS, SETTINGS, assert_same, events_of, found, is_read, read, replayed, simulated, time_ms, wait_until,
};
use crate::stuck::{free_port, readiness};
use leadstream::kafka::options::Options as KafkaOptions;
use leadstream::kafka::peers::KafkaPeers;
use leadstream::runtime::options::Options as WorkerOptions;
use leadstream::runtime::ports::{OutTopic, PeerLane, Peers};
use leadstream::runtime::route::ROUTED;
use leadstream::wire::routed;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::time::{Duration, Instant};

/// What routers say beside the offsets of `raw`.
fn said(rig: &Rig) -> Vec<PeerLane> {
    let options = KafkaOptions { group_id: format!("{}.router", rig.options.group_id), ..rig.options.clone() };
    let worker = WorkerOptions::new(vec![format!("{}raw", rig.options.prefix)], 1);
    let mut peers = KafkaPeers::new(&options, &worker).expect("a client");
    peers.ask();
    loop {
        match peers.answer() {
            Some(answer) => return answer.expect("an answer"),
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Whether these instances have one partition each, in this order.
fn are_at_work(rig: &Rig, names: &[&str]) -> bool {
    let is_of = |lane: &PeerLane, name: &str| lane.router.as_ref().is_some_and(|id| id.contains(&format!(".router-{name}-")));
    let said = said(rig);
    said.len() == names.len() && said.iter().zip(names).all(|(lane, name)| is_of(lane, name))
}

/// The ends of the topic that routers write, for readers with this isolation.
fn ends(rig: &Rig, isolation: &str) -> Vec<i64> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", &rig.options.bootstrap_servers).set("isolation.level", isolation);
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let topic = rig.options.output_topic(OutTopic::Events);
    let end = |partition| consumer.fetch_watermarks(&topic, partition, Duration::from_secs(10)).expect("an end").1;
    (0..rig.partitions.cast_signed()).map(end).collect()
}

/// Whether somebody holds a transaction open: for longer than a working router takes, the same records can't be read.
fn is_held_up(rig: &Rig) -> bool {
    let held = || -> Vec<(usize, i64)> {
        let stable = ends(rig, "read_committed").into_iter().enumerate();
        let held = stable.zip(ends(rig, "read_uncommitted")).filter(|((_, stable), end)| stable < end);
        held.map(|(stable, _)| stable).collect()
    };
    let before = held();
    if before.is_empty() {
        return false;
    }
    std::thread::sleep(Duration::from_millis(500));
    let after = held();
    before.iter().any(|stable| after.contains(stable))
}

/// Stops an instance at any moment, until it is one at which it has a transaction open, while it routes what there is. Whether that was so.
fn is_stopped_in_a_transaction(rig: &Rig, victim: &Instance, is_done: impl Fn() -> bool) -> bool {
    while !is_done() {
        victim.signal("STOP");
        if is_held_up(rig) {
            return true;
        }
        victim.signal("CONT");
        std::thread::sleep(Duration::from_millis(7));
    }
    false
}

#[test]
fn the_open_transaction_of_a_killed_router_is_ended_by_another_within_seconds() {
    let Some(rig) = Rig::new("take-over", PARTITIONS) else { return };
    rig.create_raw("raw", 2);
    let dir = tempfile::tempdir().expect("a folder");
    let all = simulated(dir.path());
    // Nothing but another router ends what is open in time. What the victim's engine leaves open, the broker ends by then.
    let mut set = SETTINGS.to_vec();
    set.extend(["kafka.transaction_timeout=30s", "route.max_ahead=off"]);
    // Small ones, so that there are many moments to stop at.
    set.push("engine.batch_max_events=50");
    let mut survivor = Instance::run(&rig, "b", dir.path(), &set);
    let mut sent = 0;
    let killed_at = loop {
        let mut victim = Instance::run(&rig, "a", dir.path(), &set);
        wait_until(&mut victim, "one partition each", || are_at_work(&rig, &["a", "b"]));
        // A third of what there is, so that there are two more tries.
        let before = read(&rig, ".router", "raw", 2);
        for (record_ms, line) in all.iter().skip(sent).take(all.len() / 3) {
            rig.send("raw", Some(0), None, line.as_bytes(), *record_ms);
        }
        rig.flush();
        sent += all.len() / 3;
        wait_until(&mut victim, "some are routed", || read(&rig, ".router", "raw", 2) > before);
        let is_open = is_stopped_in_a_transaction(&rig, &victim, || read(&rig, ".router", "raw", 2) >= sent as i64);
        victim.kill();
        if is_open {
            break Instant::now();
        }
        assert!(sent < all.len() - 3, "no kill met an open transaction");
    };
    let held = ends(&rig, "read_uncommitted");
    // An event of the partition that is still routed.
    rig.send("raw", Some(1), None, &track("Product Viewed", "ann", now_ms(), &json!({"product_id": "p1"})), now_ms());
    rig.flush();
    wait_until(&mut survivor, "readable again", || {
        ends(&rig, "read_committed").iter().zip(&held).all(|(stable, end)| stable >= end)
    });
    let took = killed_at.elapsed();
    eprintln!("readable again after {took:?}");
    assert!(took < Duration::from_secs(20), "{took:?}: {}", survivor.log());
    survivor.wait_for_log("what it has left open is ended");
    survivor.wait_for_log("its open transaction is aborted");
    wait_until(&mut survivor, "all routed", || read(&rig, ".router", "raw", 2) > sent as i64);
    wait_until(&mut survivor, "all read", || is_read(&rig));
    assert_eq!(events_of(&rig).len(), sent + 1, "each event is there once");
    assert!(survivor.terminate(Duration::from_secs(20)).success(), "{}", survivor.log());
    assert!(said(&rig).iter().all(|lane| lane.router.is_none() && lane.mark.is_some()), "it has given its partitions back");
}

#[test]
fn a_router_that_was_taken_over_from_though_it_lives_goes_on() {
    let Some(rig) = Rig::new("fenced", 2) else { return };
    rig.create_raw("raw", 1);
    let dir = tempfile::tempdir().expect("a folder");
    let set = SETTINGS.to_vec();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    wait_until(&mut instance, "at work", || are_at_work(&rig, &["a"]));
    let options = KafkaOptions { group_id: format!("{}.router", rig.options.group_id), ..rig.options.clone() };
    let worker = WorkerOptions::new(vec![format!("{}raw", rig.options.prefix)], 1);
    let mut another = KafkaPeers::new(&options, &worker).expect("a client");
    let view = |n: i64| track("Product Viewed", "ann", now_ms(), &json!({"product_id": format!("p{n}")}));
    for round in 1..=3 {
        another.take_over(said(&rig)[0].router.as_deref().expect("a router"));
        let begun = Instant::now();
        let taken = loop {
            rig.send("raw", Some(0), None, &view(round), now_ms());
            rig.flush();
            if let Some(taken) = another.taken_over() {
                break taken;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it is not taken over from");
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(taken.1, Ok(()), "{}", taken.0);
    }
    let sent = rig.read_input("raw").len();
    wait_until(&mut instance, "all routed", || read(&rig, ".router", "raw", 1) >= sent as i64 && events_of(&rig).len() >= sent);
    assert_eq!(events_of(&rig).len(), sent, "each event is there once");
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
}

/// Events of the last day and a half, each with its record's time and its partition: a person's are all on one for as long as they
/// come within minutes, and most are on the last.
fn dealt(dir: &Path) -> Vec<(i64, i32, String)> {
    let output = leadstream()
        .args(["simulate", "--events", "2000", "--prospects", "400", "--late", "0.01", "--seed", "5", "--out"])
        .arg(dir)
        .output()
        .expect("simulate");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut all = Vec::new();
    for input in ["clickstream", "email", "cart"] {
        for line in std::fs::read_to_string(dir.join(format!("{input}.jsonl"))).expect(input).lines() {
            let event: Value = serde_json::from_str(line).expect("JSON");
            let record_ms = time_ms(&event["receivedAt"]).or_else(|| time_ms(&event["timestamp"])).expect("a time");
            let who = event["userId"].as_str().or(event["anonymousId"].as_str()).expect("somebody").to_owned();
            all.push((record_ms, who, line.to_owned()));
        }
    }
    all.sort_unstable();
    let mut last: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let deal = |(record_ms, who, line): (i64, String, String)| {
        let (before_ms, visit) = last.get(&who).copied().unwrap_or((0, 0));
        let visit = if record_ms - before_ms > 600_000 { visit + 1 } else { visit };
        last.insert(who.clone(), (record_ms, visit));
        let mut hasher = DefaultHasher::new();
        (who, visit).hash(&mut hasher);
        let partition = i32::try_from(hasher.finish() % 10).unwrap().min(2);
        (record_ms, partition, line)
    };
    all.into_iter().map(deal).collect()
}

#[test]
fn routers_of_a_backlog_wait_for_each_other_and_the_outputs_are_those_of_a_replay() {
    let Some(rig) = Rig::new("in-step", PARTITIONS) else { return };
    rig.create_raw("raw", 3);
    let dir = tempfile::tempdir().expect("a folder");
    let dealt = dealt(dir.path());
    let all: Vec<(i64, String)> = dealt.iter().map(|(record_ms, _, line)| (*record_ms, line.clone())).collect();
    let until_ms = all.iter().filter_map(|(_, line)| time_ms(&serde_json::from_str::<Value>(line).ok()?["timestamp"])).max();
    let until_ms = until_ms.expect("a time");
    for (record_ms, partition, line) in &dealt {
        rig.send("raw", Some(*partition), None, line.as_bytes(), *record_ms);
    }
    rig.flush();
    let mut set = SETTINGS.to_vec();
    set.push("route.workers=2");
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let begun = Instant::now();
    wait_until(&mut instance, "all routed", || read(&rig, ".router", "raw", 3) >= all.len() as i64);
    eprintln!("{} events routed in {:?}", all.len(), begun.elapsed());
    wait_until(&mut instance, "all read", || is_read(&rig));
    let want = replayed(dir.path(), &all, until_ms);
    assert!(want.len() > 100, "the events give nothing to compare: {}", want.len());
    wait_until(&mut instance, "all that is due", || found(&rig, until_ms).len() >= want.len());
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let events = events_of(&rig);
    assert_eq!(events.len(), all.len(), "each event is there once");
    let (mut latest, mut most_ms) = (BTreeMap::<i32, i64>::new(), 0);
    for event in &events {
        let record_ms = routed::decode(&event.headers[ROUTED]).expect("where it is from").record_ms.expect("a time");
        let latest = latest.entry(event.partition).or_insert(record_ms);
        most_ms = most_ms.max(*latest - record_ms);
        *latest = (*latest).max(record_ms);
    }
    eprintln!("an event lies at most {most_ms} ms behind a later one");
    assert!(most_ms <= 45_000, "a second for each hour, and these are of a day and a half");
    assert_same(&found(&rig, until_ms), &want);
}

#[test]
fn what_the_engine_has_read_is_deleted_and_nothing_else() {
    let Some(rig) = Rig::new("purge", 2) else { return };
    rig.create_raw("raw", 2);
    let dir = tempfile::tempdir().expect("a folder");
    let mut set: Vec<&str> = SETTINGS.iter().copied().filter(|pair| !pair.starts_with("route.purge_every")).collect();
    set.push("route.purge_every=1s");
    let (events, admin) = (OutTopic::Events.topic_name(), rig.admin());
    let low = |partition| admin.watermarks(&format!("{}{events}", rig.options.prefix), partition).expect("a beginning").0;
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    let mut sent = 0;
    for round in 1..=3 {
        // Before any of it can have been deleted: what routers say of themselves moves the beginning only now and then.
        let before = [low(0), low(1)];
        for _ in 0..50 {
            sent += 1;
            let user = format!("u{sent}");
            rig.send(
                "raw",
                Some(sent % 2),
                None,
                &track("Product Viewed", &user, now_ms(), &json!({"product_id": "p"})),
                now_ms(),
            );
        }
        rig.flush();
        wait_until(&mut instance, "all routed", || read(&rig, ".router", "raw", 2) >= i64::from(sent));
        wait_until(&mut instance, "deleted", || {
            // First what is gone, then what is read: the other way round more may be read meanwhile.
            let (gone, read) = ([low(0), low(1)], rig.committed(&events));
            for (gone, read) in gone.iter().zip(&read) {
                assert!(*gone <= read.unwrap_or(0), "{gone} is deleted, and {read:?} read");
            }
            events_of(&rig).is_empty() && gone.iter().zip(&before).all(|(gone, before)| gone > before)
        });
        eprintln!("round {round}: {:?}", [low(0), low(1)]);
    }
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    // What has come while nobody reads stays.
    rig.send("raw", Some(0), None, &track("Product Viewed", "late", now_ms(), &json!({"product_id": "p"})), now_ms());
    rig.flush();
    let mut instance = Instance::run(&rig, "a", dir.path(), &set);
    wait_until(&mut instance, "deleted too, once it is read", || {
        read(&rig, ".router", "raw", 2) > i64::from(sent) && is_read(&rig) && events_of(&rig).is_empty()
    });
    assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    let text = check(&rig, &set);
    assert!(text.contains("may be deleted"), "{text}");
}

/// What `check` says of these settings.
fn check(rig: &Rig, set: &[&str]) -> String {
    let mut command = leadstream();
    command.arg("check");
    rig.settings().iter().map(String::as_str).chain(set.iter().copied()).for_each(|pair| _ = command.args(["--set", pair]));
    let output = command.output().expect("check");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn an_instance_is_ready_though_some_of_its_routers_and_workers_get_nothing_to_read() {
    for protocol in ["classic", "consumer"] {
        let Some(rig) = Rig::new("stand-by", 2) else { return };
        rig.create_raw("raw", 2);
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        let set = [
            format!("http.listen=127.0.0.1:{port}"),
            format!("kafka.group_protocol={protocol}"),
            "topics.clickstream=[]".to_owned(),
            "topics.email=[]".to_owned(),
            "topics.cart=[\"raw\"]".to_owned(),
            "route.topics=[\"raw\"]".to_owned(),
            "route.workers=4".to_owned(),
            "engine.workers=4".to_owned(),
        ];
        let mut instance = Instance::run(&rig, "a", dir.path(), &set.each_ref().map(String::as_str));
        // Who reads what is still settled then.
        readiness(port, Duration::from_secs(90), |status, json| {
            let routers = json["routers"].as_array().map_or(&[][..], Vec::as_slice);
            let read: u64 = routers.iter().filter_map(|router| router["partitions"].as_u64()).sum();
            status == 200 && routers.len() == 4 && read == 2 && json["tasks"].as_array().is_some_and(|tasks| tasks.len() == 2)
        });
        assert!(instance.terminate(Duration::from_secs(20)).success(), "{}", instance.log());
    }
}
