//! A model of Kafka, seeded disasters, and the very loop of production on top of it.

#![allow(dead_code, reason = "filled in step by step")]

mod api;
mod broker;
mod client;
mod dice;
mod fleet;
mod network;
mod process;
mod service;
mod trace;
mod world;

#[test]
fn one_worker_reads_commits_and_writes() {
    use api::{Protocol, Record, Request, Ticket, TopicPartition};
    use std::rc::Rc;
    use std::time::Duration;
    use world::{MS, SECOND};
    let formats = service::Formats::new(&[]);
    let topics = Rc::new(formats.topics(1));
    let created = topics.names.iter().map(|_| broker::Topic::new(topics.partitions)).collect();
    let settings = broker::Settings::new(created, 1_795_000_000_000);
    let broker = broker::Broker::new(settings, Box::new(|_| 2 * MS));
    let world = world::World::new(1, "first", broker);
    world.trace.record();
    let plan = fleet::Plan {
        clients: service::ClientSettings {
            group: client::group::Settings {
                protocol: Protocol::Classic,
                topics: topics.inputs.clone(),
                session: 6 * SECOND,
                heartbeat: 500 * MS,
                rebalance: 60 * SECOND,
            },
            ahead: client::fetcher::Ahead { records: 1000, bytes: 1 << 20, records_at_once: 100 },
            transaction_timeout: Duration::from_secs(5),
            batches: client::batches::Settings {
                message_timeout: 4 * SECOND,
                linger: 50 * MS,
                batch_records: 100,
                batch_bytes: 1 << 20,
                queue_records: 10_000,
            },
        },
        formats,
        topics: Rc::clone(&topics),
        workers: 1,
        adjust: Box::new(|o| o),
    };
    let fleet = fleet::Fleet::new(&world, plan, 1);
    fleet.start(0);
    for n in 0..10u64 {
        world.act(n * SECOND, "record", move |world| {
            let value = format!(r#"{{"type":"track","event":"Product Added","messageId":"m-{n}","userId":"u{n}","properties":{{"cart_id":"c-{n}","product_id":"p-7","name":"Trail shoe","price":89.9,"quantity":1,"currency":"EUR"}}}}"#);
            let record = Record { key: Some(Rc::from(format!("u{n}").as_bytes())), value: Some(Rc::from(value.as_bytes())), timestamp_ms: Some(world.now_ms()), headers: Rc::from([]) };
            let answers = world.broker.borrow_mut().handle(world.now(), Ticket(u64::MAX), Request::Produce { transactional_id: None, producer: None, at: TopicPartition { topic: 0, partition: 0 }, first_sequence: -1, records: vec![record] });
            world.answered_by_broker(answers);
        });
    }
    let begun = std::time::Instant::now();
    let result = world.run_until(30 * SECOND);
    let took = begun.elapsed();
    println!("{result:?} {took:?} {:x}", world.trace.hash());
    for (n, name) in topics.names.iter().enumerate() {
        println!(
            "{name}: {}",
            world.broker.borrow().history().visible.get(&TopicPartition { topic: n as u16, partition: 0 }).map_or(0, Vec::len)
        );
    }
    println!("{:?} {:?} {:?}", world.broker.borrow().history().offsets.last(), fleet.seen(), world.trace.counts());
    println!("{:?}", fleet.machines.borrow()[0].runs.iter().map(|r| r.ended.clone()).collect::<Vec<_>>());
    world.kill_all();
}
