//! Runs without faults, the same each time: one in which a bit of everything happens, and smaller ones.

use crate::api::{Protocol, Record, Request, Ticket, TopicPartition, Us};
use crate::broker::history::{CommittedOffset, History};
use crate::broker::{Broker, Settings, Topic};
use crate::client::{Topics, batches, fetcher, group};
use crate::fleet::{Fleet, Plan};
use crate::oracle::routing::Routing;
use crate::oracle::{Evidence, Times, Verdict, judge};
use crate::process::WorkerId;
use crate::service::{ClientSettings, Formats};
use crate::vigil::{Handed, Started};
use crate::world::{MS, SECOND, START_MS, World};
use leadstream::domain::ids::murmur2_partition;
use leadstream::runtime::options::{BatchLimits, Options};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// What it left behind.
pub struct Honest {
    formats: Formats,
    /// While outputs had to be on time.
    healthy: (Us, Us),
    pub history: History,
    pub topics: Rc<Topics>,
    pub bounds: BTreeMap<TopicPartition, (i64, i64)>,
    pub committed: BTreeMap<TopicPartition, i64>,
    /// The same of the routers' group.
    pub routed: BTreeMap<TopicPartition, i64>,
    pub ended: Us,
    pub handed: Handed,
    started: Started,
    pub names: BTreeMap<WorkerId, String>,
    begins: BTreeMap<String, Vec<Us>>,
}

impl Honest {
    pub fn run() -> Self {
        // Until the group has formed nothing is on time.
        Self::of(
            "steady",
            (2 * SECOND, 30 * SECOND),
            |options| options,
            |world, fleet, topics| {
                fleet.start(0);
                for n in 0..24u64 {
                    let topics = Rc::clone(topics);
                    world.act(n * 331 * MS, "record", move |world| append(world, &topics, n));
                }
            },
        )
    }

    /// Sales does not answer for a lead. The service is down when its grace ends, and sees that while it catches up, by a record that is
    /// young but a few seconds behind the wall clock: record by record, so that nothing in the transaction shows what that was.
    pub fn lead_returned_while_catching_up() -> Self {
        let one_by_one = |options: Options| {
            let batch = BatchLimits { max_events: 1, ..options.batch };
            Options { batch, batch_in_backlog: batch, ..options }
        };
        Self::of("accounts", (0, 0), one_by_one, |world, fleet, topics| {
            fleet.start(0);
            // Reminded at 5.3 s, back at 8.3 s.
            let asks = [(2_000, "Demo Requested"), (2_300, "Quote Requested")];
            let looks = [(10_000, "Page Viewed"), (13_000, "Page Viewed"), (13_300, "Page Viewed"), (13_600, "Page Viewed")];
            for (at_ms, name) in asks.into_iter().chain(looks) {
                let topics = Rc::clone(topics);
                let value = format!(r#"{{"type":"track","messageId":"m-{at_ms}","event":"{name}"}}"#);
                world.act(at_ms * MS, "record", move |world| send(world, topics.inputs[0], "u1", &value));
            }
            fleet.restart_after.set(None);
            let (killed, started) = (Rc::clone(fleet), Rc::clone(fleet));
            world.act(7 * SECOND, "kill", move |_| killed.kill(0));
            world.act(17 * SECOND, "start", move |_| started.start(0));
        })
    }

    /// Records without keys, of which some hold several events and some none; one router.
    pub fn routed() -> Self {
        Self::of(
            "routed",
            (0, 0),
            |options| options,
            |world, fleet, topics| {
                fleet.start(0);
                for n in 0..30u64 {
                    let topics = Rc::clone(topics);
                    world.act(n * 331 * MS, "record", move |world| {
                        let event = |id: u64, name: &str| {
                            let person = (n + id) % 5;
                            format!(r#"{{"type":"track","messageId":"m-{n}-{id}","userId":"u{person}","event":"{name}","properties":{{"cart_id":"c-{person}","product_id":"p-{id}"}}}}"#)
                        };
                        let value = match n % 10 {
                            3 => "[7,{}]".to_owned(),
                            7 => format!("[{},{}]", event(0, "Product Added"), event(1, "Product Viewed")),
                            9 => "garbage".to_owned(),
                            _ => event(0, "Product Added"),
                        };
                        let record = Record { key: None, value: Some(Rc::from(value.as_bytes())), timestamp_ms: Some(world.now_ms()), headers: Rc::from([]) };
                        let at = TopicPartition { topic: topics.routed[0], partition: i32::try_from(n % 3).unwrap_or(0) };
                        crate::workloads::append(world, at, record);
                    });
                }
            },
        )
    }

    fn of(
        workload: &str,
        healthy: (Us, Us),
        adjust: impl Fn(Options) -> Options + 'static,
        happens: impl FnOnce(&Rc<World>, &Rc<Fleet>, &Rc<Topics>),
    ) -> Self {
        let formats = crate::workloads::named(workload).formats().clone();
        let topics = Rc::new(formats.topics(2, 3));
        let all = (0..).take(topics.names.len()).map(|topic| Topic::new(topics.partitions_of(topic))).collect();
        let mut settings = Settings::new(all, START_MS);
        settings.routed.clone_from(&topics.routed);
        let world = World::new(1, "honest", Broker::new(settings, Box::new(|_| 2 * MS)));
        let plan = Plan {
            clients: ClientSettings {
                group: group::Settings {
                    protocol: Protocol::Classic,
                    topics: topics.inputs.clone(),
                    session: 6 * SECOND,
                    heartbeat: 500 * MS,
                    rebalance: 60 * SECOND,
                },
                ahead: fetcher::Ahead { records: 1000, bytes: 1 << 20, records_at_once: 100 },
                transaction_timeout: Duration::from_secs(5),
                batches: batches::Settings {
                    message_timeout: 4 * SECOND,
                    linger: 50 * MS,
                    batch_records: 100,
                    batch_bytes: 1 << 20,
                    queue_records: 10_000,
                },
            },
            formats: formats.clone(),
            topics: Rc::clone(&topics),
            workers: 1,
            routers: 1,
            adjust: Box::new(adjust),
        };
        let fleet = Fleet::new(&world, plan, 1);
        happens(&world, &fleet, &topics);
        world.run_until(30 * SECOND).expect("an honest run");
        let broker = world.broker.borrow();
        let inputs: Vec<TopicPartition> =
            topics.inputs.iter().flat_map(|topic| (0..2).map(|partition| TopicPartition { topic: *topic, partition })).collect();
        let bounds = inputs.iter().filter_map(|at| broker.bounds(*at).map(|(start, _, end)| (*at, (start, end)))).collect();
        let committed = inputs.iter().filter_map(|at| Some((*at, broker.committed(*at)?))).collect();
        let routed = topics.all_of(&topics.routed).filter_map(|at| Some((at, broker.committed(at)?))).collect();
        let history = copy(broker.history());
        drop(broker);
        world.kill_all();
        Self {
            formats,
            healthy,
            history,
            topics: Rc::clone(&topics),
            bounds,
            committed,
            routed,
            ended: 30 * SECOND,
            handed: world.handed.take(),
            started: world.started.take(),
            names: world.names.take(),
            begins: world.begins.take(),
        }
    }

    pub fn judge(&self) -> Verdict {
        let formats = &self.formats;
        let times = Times { healthy: vec![self.healthy], ..Times::of_a_quiet_run(formats, self.ended) };
        judge(&Evidence {
            handed: &self.handed,
            started: &self.started,
            names: &self.names,
            begins: &self.begins,
            history: &self.history,
            topics: &self.topics,
            formats,
            bounds: self.bounds.clone(),
            committed: self.committed.clone(),
            routing: Routing {
                handed: &self.handed,
                started: &self.started,
                names: &self.names,
                begins: &self.begins,
                committed: self.routed.clone(),
            },
            times,
        })
    }

    /// As if the run had stopped to work then: later transactions were not.
    pub fn forget_since(&mut self, time: Us) {
        let is_kept = |history: &History, n: Option<usize>| n.is_none_or(|n| history.transactions[n].decided < time);
        let history = copy(&self.history);
        for visible in self.history.visible.values_mut() {
            visible.retain(|v| is_kept(&history, v.transaction));
        }
        self.history.offsets.retain(|offset| is_kept(&history, offset.transaction));
        for transaction in self.history.transactions.iter_mut().filter(|t| t.decided >= time) {
            transaction.ending = crate::broker::history::Ending::Abort;
        }
        self.committed = BTreeMap::new();
        for CommittedOffset { at, offset, .. } in &self.history.offsets {
            self.committed.insert(*at, *offset);
        }
    }
}

fn copy(history: &History) -> History {
    History { transactions: history.transactions.clone(), visible: history.visible.clone(), offsets: history.offsets.clone() }
}

/// Carts that are left, ordered, and looked at; garbage now and then.
fn append(world: &World, topics: &Topics, n: u64) {
    let person = n % 5;
    let item = r#""product_id":"p-7","name":"Trail shoe","price":89.9,"quantity":1,"currency":"EUR""#;
    let head = format!(r#""type":"track","messageId":"m-{n}""#);
    let value = match n {
        5 | 11 => "garbage".to_owned(),
        12.. if person == 1 => format!(
            r#"{{{head},"event":"Order Completed","properties":{{"order_id":"o-{n}","cart_id":"c-1","total":89.9,"products":[{{{item}}}]}}}}"#
        ),
        _ if n.is_multiple_of(3) => format!(r#"{{{head},"event":"Product Viewed","properties":{{{item}}}}}"#),
        _ => format!(r#"{{{head},"event":"Product Added","properties":{{"cart_id":"c-{person}",{item}}}}}"#),
    };
    send(world, topics.inputs[if n >= 12 && person == 1 { 2 } else { 0 }], &format!("u{person}"), &value);
}

/// Writes one record of now.
fn send(world: &World, topic: u16, key: &str, value: &str) {
    let partition = i32::try_from(murmur2_partition(key.as_bytes(), 2)).unwrap();
    let record = Record {
        key: Some(Rc::from(key.as_bytes())),
        value: Some(Rc::from(value.as_bytes())),
        timestamp_ms: Some(world.now_ms()),
        headers: Rc::from([]),
    };
    let at = TopicPartition { topic, partition };
    let request = Request::Produce { transactional_id: None, producer: None, at, first_sequence: -1, records: vec![record] };
    let answers = world.broker.borrow_mut().handle(world.now(), Ticket(u64::MAX), request);
    world.answered_by_broker(answers);
}
