//! What comes in: who does what and when, drawn from the seed. Each workload leans on another part of the service, and on other faults.

mod accounts;
mod events;
mod fat;
mod forgetful;
mod persons;
mod replayed;
mod routed;
mod shop;

use super::api::{Answer, Record, Request, Ticket, TopicPartition, Us};
use super::client::Topics;
use super::dice::{Die, Stream};
use super::faults::Kind;
use super::service::Formats;
use super::world::{MS, World};
use leadstream::domain::ids::murmur2_partition;
use std::rc::Rc;
use std::sync::LazyLock;

/// A kind of traffic.
pub struct Workload {
    pub name: &'static str,
    formats: &'static LazyLock<Formats>,
    draw: fn(&mut Die, Us) -> Vec<Input>,
    /// Faults that strike in nearly every run.
    pub favoured: &'static [Kind],
    /// The first instance starts so late: what came in before is a backlog.
    pub backlog: bool,
}

static SHOP: LazyLock<Formats> = LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/shop.toml"]"#]));
static COMPANY: LazyLock<Formats> =
    LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/company.toml"]"#]));

/// Reminders come due over a backlog as they would have live, which is what `replay` does.
static HISTORY: LazyLock<Formats> =
    LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/shop.toml"]"#, "model.cart.catch_up=replay"]));

/// Here a record may not be far ahead, so that a machine whose clock is slow finds a state from its future.
static PUNCTUAL: LazyLock<Formats> =
    LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/shop.toml"]"#, r#"inputs.max_ahead="2s""#]));

/// Records of two inputs lie anywhere, and mail where its prospects' tasks read it.
static KEYLESS: LazyLock<Formats> = LazyLock::new(|| {
    Formats::new(&[
        r#"model.files=["tests/simulation/workloads/shop.toml"]"#,
        r#"route.topics=["clickstream","cart"]"#,
        r#"topics.mappings.clickstream="tests/simulation/workloads/keyless.toml""#,
        r#"topics.mappings.cart="tests/simulation/workloads/keyless.toml""#,
    ])
});

/// The same, and several ids may be one person's.
static PERSONS_FORMATS: LazyLock<Formats> = LazyLock::new(|| {
    Formats::new(&[
        r#"model.files=["tests/simulation/workloads/shop.toml"]"#,
        r#"route.topics=["clickstream","cart"]"#,
        r#"topics.mappings.clickstream="tests/simulation/workloads/keyless.toml""#,
        r#"topics.mappings.cart="tests/simulation/workloads/keyless.toml""#,
        "identity.enabled=true",
        "identity.hash=[]",
    ])
});

static WORKLOADS: [Workload; 10] = [
    Workload { name: "steady", formats: &SHOP, draw: shop::steady, favoured: &[], backlog: false },
    Workload { name: "backlog", formats: &SHOP, draw: shop::backlog, favoured: &[Kind::Kill, Kind::StallLink], backlog: true },
    Workload {
        name: "rebalances",
        formats: &SHOP,
        draw: shop::steady,
        favoured: &[Kind::Pause, Kind::Stop, Kind::GroupCoordinatorMoves],
        backlog: false,
    },
    Workload { name: "timers", formats: &SHOP, draw: shop::timers, favoured: &[Kind::Kill, Kind::Compaction], backlog: false },
    Workload { name: "fat", formats: &SHOP, draw: fat::draw, favoured: &[Kind::LeaderMoves], backlog: false },
    Workload {
        name: "accounts",
        formats: &COMPANY,
        draw: accounts::draw,
        favoured: &[Kind::Kill, Kind::TransactionCoordinatorMoves],
        backlog: false,
    },
    Workload { name: REPLAYED, formats: &HISTORY, draw: replayed::draw, favoured: &[Kind::Kill, Kind::Stop], backlog: true },
    Workload {
        name: OUTAGES,
        formats: &PUNCTUAL,
        draw: shop::poisoned,
        favoured: &[Kind::Kill, Kind::ClockJump, Kind::Refusal, Kind::StaleChangelog, Kind::CrashLoop],
        backlog: false,
    },
    Workload {
        name: ROUTED,
        formats: &KEYLESS,
        draw: routed::draw,
        favoured: &[Kind::Kill, Kind::Pause, Kind::Stop, Kind::Refusal],
        backlog: false,
    },
    Workload {
        name: PERSONS,
        formats: &PERSONS_FORMATS,
        draw: persons::draw,
        favoured: &[Kind::Kill, Kind::Pause, Kind::Stop],
        backlog: false,
    },
];

static FORGETFUL: LazyLock<Formats> =
    LazyLock::new(|| Formats::new(&[r#"model.files=["tests/simulation/workloads/forgetful.toml"]"#]));

/// Faults that every trial may have: nothing may be lost by them, and nobody may stop for them.
const USUAL: [Kind; 11] = [
    Kind::Kill,
    Kind::Pause,
    Kind::Stall,
    Kind::Stop,
    Kind::CutMachine,
    Kind::Unreachable,
    Kind::StallLink,
    Kind::LeaderMoves,
    Kind::GroupCoordinatorMoves,
    Kind::TransactionCoordinatorMoves,
    Kind::Compaction,
];

/// A workload whose faults wait for their moment.
const fn trial(name: &'static str, draw: fn(&mut Die, Us) -> Vec<Input>, favoured: &'static [Kind]) -> Workload {
    Workload { name, formats: &SHOP, draw, favoured, backlog: false }
}

static TRIALS: [Workload; 8] = [
    trial("hostile", shop::steady, &[Kind::Stall, Kind::GenerationPasses]),
    trial("carts", shop::timers, &[Kind::KillAtCommit, Kind::BlindRestart, Kind::Pause]),
    trial("gaps", shop::steady, &[Kind::Retention, Kind::Truncation]),
    trial("poison", shop::poisoned, &[]),
    Workload { formats: &FORGETFUL, ..trial("forgetful", forgetful::draw, &[Kind::KillAtCommit]) },
    trial("lasting", shop::steady, &[]),
    trial("supplanted", shop::timers, &Kind::SUPPLANTING),
    trial("endless", shop::steady, &[Kind::EndsUnknown]),
];

/// Their names: each is one kind of trouble on purpose. They find what is planted.
pub const TRIAL_NAMES: [&str; 8] = ["hostile", "carts", "gaps", "poison", "forgetful", "lasting", "supplanted", "endless"];

/// What may go wrong in a trial.
#[must_use]
pub fn kinds_of_trial(name: &str) -> Vec<Kind> {
    let mut kinds = USUAL.to_vec();
    match name {
        "hostile" | "carts" => kinds.extend(Kind::POINTED),
        "forgetful" => kinds.extend([Kind::KillAtCommit, Kind::StaleChangelog, Kind::DamagedRestore]),
        "gaps" => kinds.extend([Kind::Retention, Kind::Truncation, Kind::LeaderFlaps]),
        "endless" => kinds = vec![Kind::EndsUnknown],
        "supplanted" => kinds = Kind::SUPPLANTING.to_vec(),
        "poison" => kinds.extend([Kind::KillAtCommit]),
        _ => {}
    }
    kinds
}

/// The workloads that must never fail.
pub const ALL: [&str; 10] = ["steady", "backlog", "rebalances", "timers", "fat", "accounts", REPLAYED, OUTAGES, ROUTED, PERSONS];

/// Records without keys, which routers bring to their prospects' tasks.
pub const ROUTED: &str = "routed";

/// The same, and people have several ids.
pub const PERSONS: &str = "persons";

/// What goes wrong may last longer than anyone waits for it: a transaction, a session, the patience of who looks at a board.
pub const OUTAGES: &str = "outages";

/// A history that lies there before the service starts: it must give what `replay` writes.
pub const REPLAYED: &str = "replayed";

/// Requests may arrive long after they were sent again: the older transaction protocol is not sound then.
pub const PROXIES: &str = "proxies";
/// Requests arrive when the next transaction has begun; nothing else goes wrong.
pub const LATE: &str = "late";
/// Retention deletes records that were not read.
pub const LOSSES: &str = "losses";

/// Whether there is such a workload.
#[must_use]
pub fn exists(name: &str) -> bool {
    ALL.contains(&name) || TRIAL_NAMES.contains(&name) || [PROXIES, LATE, LOSSES].contains(&name)
}

/// The workload of a name. Those that are not in the table have the traffic of the steady one.
#[must_use]
pub fn named(name: &str) -> &'static Workload {
    WORKLOADS.iter().chain(&TRIALS).find(|workload| workload.name == name).unwrap_or(&WORKLOADS[0])
}

/// One record to come.
#[derive(Clone, Debug)]
pub struct Input {
    pub at: Us,
    /// Index of the input among those of the configuration.
    pub input: usize,
    pub key: Option<String>,
    pub value: Value,
    pub stamp: Stamp,
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// What a record says.
#[derive(Clone, Debug)]
pub enum Value {
    /// An event whose own time is so far from that of its arrival; `None`: it has none. `$head` stands for what every event says, `$time`
    /// for its time only.
    Event {
        body: String,
        id: u64,
        own: Option<i64>,
    },
    Bytes(Vec<u8>),
    Tombstone,
}

/// The time that a record has.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Stamp {
    /// That of its arrival.
    Arrival,
    /// By a clock that is so many ms ahead of the true one.
    Clock(i64),
    None,
    /// A clock that was never set.
    Zero,
    /// This one.
    At(i64),
}

impl Workload {
    #[must_use]
    pub fn formats(&self) -> &'static Formats {
        self.formats
    }

    /// Schedules everything that comes in up to this time.
    pub fn schedule(&self, world: &Rc<World>, topics: &Rc<Topics>, until: Us) {
        let inputs = (self.draw)(&mut world.dice(Stream::Workload), until);
        for (n, input) in (0..).zip(inputs) {
            let topics = Rc::clone(topics);
            world.act(input.at, "record", move |world| {
                let record = input.record(world.now_ms());
                let topic = u16::try_from(input.input).unwrap_or(0);
                let partitions = topics.partitions_of(topic);
                let partition = if topics.routed.contains(&topic) {
                    n % partitions
                } else {
                    let key = record.key.as_deref().unwrap_or_default();
                    i32::try_from(murmur2_partition(key, partitions.unsigned_abs())).unwrap_or(0)
                };
                append(world, TopicPartition { topic, partition }, record);
            });
        }
    }
}

impl Input {
    fn record(&self, now_ms: i64) -> Record {
        let value = match &self.value {
            Value::Tombstone => None,
            Value::Bytes(bytes) => Some(Rc::from(bytes.as_slice())),
            Value::Event { body, id, own } => {
                let time = own.map(|ms| format!(r#","timestamp":"{}""#, leadstream::rfc3339::Rfc3339::new(now_ms + ms).as_str()));
                let time = time.unwrap_or_default();
                let head = format!(r#""messageId":"m-{id}"{time}"#);
                Some(Rc::from(body.replace("$head", &head).replace("$time", &time).as_bytes()))
            }
        };
        let timestamp_ms = match self.stamp {
            Stamp::Arrival => Some(now_ms),
            Stamp::Clock(ahead_ms) => Some(now_ms + ahead_ms),
            Stamp::None => None,
            Stamp::Zero => Some(0),
            Stamp::At(ms) => Some(ms),
        };
        let key = self.key.as_ref().map(|key| Rc::from(key.as_bytes()));
        Record { key, value, timestamp_ms, headers: Rc::from(self.headers.as_slice()) }
    }
}

/// Somebody else's record. Whoever writes it tries until it is written.
pub fn append(world: &World, at: TopicPartition, record: Record) {
    let request =
        Request::Produce { transactional_id: None, producer: None, at, first_sequence: -1, records: vec![record.clone()] };
    let answers = world.broker.borrow_mut().handle(world.now(), Ticket(u64::MAX), request);
    let is_written =
        answers.iter().any(|(ticket, answer)| *ticket == Ticket(u64::MAX) && matches!(answer, Answer::Produced { .. }));
    world.answered_by_broker(answers);
    if !is_written {
        let Some(me) = world.me() else { return };
        me.act(world.now() + 100 * MS, "record again", move |world| append(world, at, record));
    }
}

#[cfg(test)]
mod tests {
    use super::super::dice::Dice;
    use super::super::world::SECOND;
    use super::*;

    #[test]
    fn every_workload_draws_the_same_from_the_same_seed_and_its_model_is_good() {
        assert_eq!(WORKLOADS.each_ref().map(|workload| workload.name), ALL);
        assert_eq!(TRIALS.each_ref().map(|workload| workload.name), TRIAL_NAMES);
        for workload in WORKLOADS.iter().chain(&TRIALS) {
            let draw = || (workload.draw)(&mut Dice::new(7, workload.name).of(Stream::Workload), 20 * SECOND);
            let (one, other) = (draw(), draw());
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "{}", workload.name);
            assert!((10..=600).contains(&one.len()), "{}: {}", workload.name, one.len());
            assert!(one.iter().all(|input| input.at <= 20 * SECOND));
            assert!(!workload.formats().models.models.is_empty());
        }
    }

    #[test]
    fn records_have_times_of_every_kind() {
        let mut stamps = std::collections::BTreeSet::new();
        for seed in 0..20 {
            let inputs = shop::steady(&mut Dice::new(seed, "steady").of(Stream::Workload), 20 * SECOND);
            stamps.extend(inputs.iter().map(|input| match input.stamp {
                Stamp::Arrival => "arrival",
                Stamp::Clock(ahead_ms) if ahead_ms > 300_000 => "too far ahead",
                Stamp::Clock(1..) => "ahead",
                Stamp::Clock(_) => "late",
                Stamp::None => "none",
                Stamp::Zero => "zero",
                Stamp::At(_) => "fixed",
            }));
        }
        assert_eq!(stamps.into_iter().collect::<Vec<_>>(), ["ahead", "arrival", "late", "none", "too far ahead", "zero"]);
    }
}
