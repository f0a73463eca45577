//! What comes in: who does what and when, drawn from the seed.

use super::api::{Record, Request, Ticket, TopicPartition, Us};
use super::client::Topics;
use super::dice::Stream;
use super::world::{MS, World};
use leadstream::domain::ids::murmur2_partition;
use std::rc::Rc;

/// The workloads that must never fail.
pub const ALL: [&str; 1] = ["steady"];

/// Requests may arrive long after they were sent again: the older transaction protocol is not sound then.
pub const PROXIES: &str = "proxies";
/// Retention deletes records that were not read.
pub const LOSSES: &str = "losses";

/// Whether there is such a workload.
#[must_use]
pub fn exists(name: &str) -> bool {
    ALL.contains(&name) || [PROXIES, LOSSES].contains(&name)
}

/// Schedules so many records up to a time, by few people: page views, products viewed, carts, orders, and a little garbage.
pub fn steady(world: &Rc<World>, topics: &Rc<Topics>, until: Us, records: u64) {
    let people = world.dice(Stream::Workload).between(2, 30);
    for n in 0..records {
        let mut die = world.dice(Stream::Workload);
        let at = die.below(until);
        let person = die.below(people);
        let (kind, product) = (die.below(20), die.below(5));
        let lag_ms = *die.one_of(&[0, 0, 0, 0, 50, 2_000]);
        let topic = topics.inputs[usize::from(kind >= 18 && topics.inputs.len() > 2) * 2];
        drop(die);
        let topics = Rc::clone(topics);
        world.act(at, "record", move |world| {
            let time = leadstream::rfc3339::Rfc3339::new(world.now_ms() - lag_ms);
            let head = format!(r#""messageId":"m-{n}","userId":"u{person}","timestamp":"{}""#, time.as_str());
            let item = format!(r#""cart_id":"c-{person}","product_id":"p-{product}","name":"Shoe","price":89.9,"quantity":1,"currency":"EUR""#);
            let value = match kind {
                0..=5 => format!(r#"{{"type":"page",{head},"properties":{{"path":"/magazine/shoe","url":"https://shop.example/magazine/shoe"}}}}"#),
                6..=9 => format!(r#"{{"type":"track","event":"Product Viewed",{head},"properties":{{{item}}}}}"#),
                10..=15 => format!(r#"{{"type":"track","event":"Product Added",{head},"properties":{{{item}}}}}"#),
                16 => "garbage".to_owned(),
                _ => format!(
                    r#"{{"type":"track","event":"Order Completed",{head},"properties":{{"order_id":"o-{n}","cart_id":"c-{person}","total":89.9,"currency":"EUR","products":[{{{item}}}]}}}}"#
                ),
            };
            let key = format!("u{person}");
            append(world, &topics, topic, &key, value.as_bytes(), Some(world.now_ms()));
        });
    }
}

/// Somebody else's record.
pub fn append(world: &World, topics: &Topics, topic: u16, key: &str, value: &[u8], timestamp_ms: Option<i64>) {
    let partition = i32::try_from(murmur2_partition(key.as_bytes(), topics.partitions.unsigned_abs())).unwrap_or(0);
    let record =
        Record { key: Some(Rc::from(key.as_bytes())), value: Some(Rc::from(value)), timestamp_ms, headers: Rc::from([]) };
    let request = Request::Produce {
        transactional_id: None,
        producer: None,
        at: TopicPartition { topic, partition },
        first_sequence: -1,
        records: vec![record],
    };
    // Whoever writes it tries until it is written.
    let answers = world.broker.borrow_mut().handle(world.now(), Ticket(u64::MAX), request);
    let is_written = answers
        .iter()
        .any(|(ticket, answer)| *ticket == Ticket(u64::MAX) && matches!(answer, super::api::Answer::Produced { .. }));
    world.answered_by_broker(answers);
    if !is_written {
        let (key, value, topics) = (key.to_owned(), value.to_vec(), topics.clone());
        let Some(world) = world.me() else { return };
        world.act(world.now() + 100 * MS, "record again", move |world| append(world, &topics, topic, &key, &value, timestamp_ms));
    }
}
