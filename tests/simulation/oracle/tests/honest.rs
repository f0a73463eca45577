//! A run without faults in which a bit of everything happens: the same each time.

use crate::api::{Protocol, Record, Request, Ticket, TopicPartition, Us};
use crate::broker::history::{CommittedOffset, History};
use crate::broker::{Broker, Settings, Topic};
use crate::client::{Topics, batches, fetcher, group};
use crate::fleet::{Fleet, Plan};
use crate::oracle::{Evidence, Times, Verdict, judge};
use crate::service::{ClientSettings, Formats};
use crate::vigil::Handed;
use crate::world::{MS, SECOND, START_MS, World};
use leadstream::domain::ids::murmur2_partition;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

static SHOP: LazyLock<Formats> = LazyLock::new(|| crate::workloads::named("steady").formats().clone());

/// What it left behind.
pub struct Honest {
    pub history: History,
    pub topics: Rc<Topics>,
    pub bounds: BTreeMap<TopicPartition, (i64, i64)>,
    pub committed: BTreeMap<TopicPartition, i64>,
    pub ended: Us,
}

impl Honest {
    pub fn run() -> Self {
        let formats = SHOP.clone();
        let topics = Rc::new(formats.topics(2));
        let settings = Settings::new(vec![Topic::new(2); topics.names.len()], START_MS);
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
            formats,
            topics: Rc::clone(&topics),
            workers: 1,
            adjust: Box::new(|o| o),
        };
        let fleet = Fleet::new(&world, plan, 1);
        fleet.start(0);
        for n in 0..24u64 {
            let topics = Rc::clone(&topics);
            world.act(n * 331 * MS, "record", move |world| append(world, &topics, n));
        }
        world.run_until(30 * SECOND).expect("an honest run");
        let broker = world.broker.borrow();
        let inputs: Vec<TopicPartition> =
            topics.inputs.iter().flat_map(|topic| (0..2).map(|partition| TopicPartition { topic: *topic, partition })).collect();
        let bounds = inputs.iter().filter_map(|at| broker.bounds(*at).map(|(start, _, end)| (*at, (start, end)))).collect();
        let committed = inputs.iter().filter_map(|at| Some((*at, broker.committed(*at)?))).collect();
        let history = copy(broker.history());
        drop(broker);
        world.kill_all();
        Self { history, topics: Rc::clone(&topics), bounds, committed, ended: 30 * SECOND }
    }

    pub fn judge(&self) -> Verdict {
        let formats = &*SHOP;
        // Until the group has formed nothing is on time.
        let times = Times { healthy: vec![(2 * SECOND, self.ended)], ..Times::of_a_quiet_run(formats, self.ended) };
        judge(&Evidence {
            handed: &Handed::new(),
            started: &BTreeMap::new(),
            history: &self.history,
            topics: &self.topics,
            formats,
            bounds: self.bounds.clone(),
            committed: self.committed.clone(),
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
    let key = format!("u{person}");
    let topic = topics.inputs[if n >= 12 && person == 1 { 2 } else { 0 }];
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
