//! Faults as they strike, and their end.

mod pointed;

use super::{Kind, MOST_SKEW_MS};
use crate::api::{ProducerId, Record, TopicPartition, Us};
use crate::broker::{Away, Refusal};
use crate::dice::Stream;
use crate::fleet::{Fleet, GROUP};
use crate::network::Link;
use crate::world::{MS, SECOND, World};
use leadstream::runtime::ports::OutTopic;
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::atomic::Ordering;

/// What may be answered while nobody is in charge.
const NO_COORDINATOR: [Code; 3] = [Code::NotCoordinator, Code::CoordinatorLoadInProgress, Code::CoordinatorNotAvailable];
const NO_LEADER: [Code; 3] = [Code::NotLeaderForPartition, Code::LeaderNotAvailable, Code::KafkaStorageError];
const REFUSALS: [Refusal; 6] = [
    Refusal::All(Code::PolicyViolation),
    Refusal::All(Code::NotEnoughReplicas),
    Refusal::All(Code::TopicAuthorizationFailed),
    Refusal::LargerThan(400),
    Refusal::LargerThan(900),
    Refusal::TimesOff(1_500),
];

/// What lasts until somebody ends it.
#[derive(Default)]
struct Planted {
    refusing: Vec<u16>,
    damaged: Vec<(TopicPartition, i64)>,
    /// `None`: in the group's offsets.
    hanging: Vec<(Option<TopicPartition>, ProducerId)>,
}

/// Strikes, and heals.
pub struct Striker {
    fleet: Weak<Fleet>,
    world: Rc<World>,
    heals_at: Us,
    lengths: [Us; 4],
    planted: RefCell<Planted>,
}

/// The longest that a fault may last, one of them each time: a moment, and about what clients get over by themselves.
const LENGTHS: [Us; 4] = [50 * MS, SECOND, 4 * SECOND, 12 * SECOND];
/// The same where some last longer than anyone waits.
const LENGTHS_OF_OUTAGES: [Us; 4] = [SECOND, 4 * SECOND, 12 * SECOND, 40 * SECOND];

impl Striker {
    pub fn new(fleet: &Rc<Fleet>, heals_at: Us, have_outages: bool) -> Self {
        let lengths = if have_outages { LENGTHS_OF_OUTAGES } else { LENGTHS };
        Self { fleet: Rc::downgrade(fleet), world: Rc::clone(&fleet.world), heals_at, lengths, planted: RefCell::default() }
    }

    fn one_of<T: Copy>(&self, all: &[T]) -> T {
        *self.world.dice(Stream::Faults).one_of(all)
    }

    fn below(&self, end: u64) -> u64 {
        self.world.dice(Stream::Faults).below(end)
    }

    /// A short, a longer or a long time, but none that lasts past the healing.
    fn length(&self) -> Us {
        let longest = self.one_of(&self.lengths);
        let length = self.world.dice(Stream::Faults).between(MS, longest);
        length.min(self.heals_at.saturating_sub(self.world.now())).max(1)
    }

    fn partition_of(&self, fleet: &Fleet, topics: &[u16]) -> TopicPartition {
        let partition = self.below(u64::from(fleet.plan().topics.partitions.unsigned_abs()));
        let topic = self.one_of(topics);
        let its = &fleet.plan().topics;
        let is_routed = its.routed.contains(&topic);
        let partition = if is_routed { self.below(u64::from(its.routed_partitions.unsigned_abs())) } else { partition };
        TopicPartition { topic, partition: i32::try_from(partition).unwrap_or(0) }
    }

    pub fn strike(&self, kind: Kind) {
        let Some(fleet) = self.fleet.upgrade() else { return };
        self.world.trace.cover(kind.name());
        match kind {
            Kind::Kill | Kind::Pause | Kind::Stall | Kind::Stop | Kind::ClockJump => self.strike_process(&fleet, kind),
            Kind::CutMachine | Kind::Unreachable | Kind::CutLink | Kind::StallLink => self.strike_network(&fleet, kind),
            Kind::ForgottenAtCommit | Kind::Supplanted => self.supplant(&fleet, kind),
            kind if Kind::POINTED.contains(&kind)
                || Kind::OUTAGES.contains(&kind)
                || matches!(kind, Kind::DamagedRestore | Kind::EndsUnknown) =>
            {
                self.strike_pointed(&fleet, kind)
            }
            _ => self.strike_broker(&fleet, kind),
        }
    }

    fn strike_process(&self, fleet: &Rc<Fleet>, kind: Kind) {
        let machines = fleet.machines.borrow().len() as u64;
        let machine = usize::try_from(self.below(machines)).unwrap_or(0);
        match kind {
            Kind::Kill => fleet.kill(machine),
            Kind::Pause => fleet.pause(machine, self.length()),
            Kind::Stall => fleet.stall(machine, self.length()),
            Kind::Stop => fleet.stop(machine),
            _ => {
                let offset_ms = i64::try_from(self.below(2 * MOST_SKEW_MS.unsigned_abs())).unwrap_or(0) - MOST_SKEW_MS;
                fleet.set_clock(machine, offset_ms);
            }
        }
    }

    fn strike_network(&self, fleet: &Fleet, kind: Kind) {
        let machines = fleet.machines.borrow().len() as u64;
        let process = fleet.running(usize::try_from(self.below(machines)).unwrap_or(0));
        let until = self.world.now() + self.length();
        let link = self.one_of(&Link::ALL);
        match (kind, process) {
            (Kind::CutMachine, Some(process)) => self.world.cut_process(process),
            (Kind::Unreachable, Some(process)) => self.world.network.borrow_mut().stall_process(process, until),
            (Kind::CutLink, _) => self.world.cut_link(link),
            (Kind::StallLink, _) => self.world.network.borrow_mut().stall_link(link, until),
            _ => {}
        }
    }

    fn strike_broker(&self, fleet: &Rc<Fleet>, kind: Kind) {
        let topics = &fleet.plan().topics;
        let all: Vec<u16> = (0..).take(topics.names.len()).collect();
        let state = topics.outputs[OutTopic::State as usize];
        let read: Vec<u16> = topics.inputs.iter().chain(&topics.routed).copied().chain([state]).collect();
        let grouped: Vec<u16> = topics.inputs.iter().chain(&topics.routed).copied().collect();
        let (now, length) = (self.world.now(), self.length());
        let away = |what, code| self.world.broker.borrow_mut().away(now, what, length, code);
        match kind {
            Kind::LeaderMoves => away(Away::Leader(self.partition_of(fleet, &all)), self.one_of(&NO_LEADER)),
            Kind::LeaderDeposed => {
                let at = self.partition_of(fleet, &all);
                self.world.broker.borrow_mut().depose(now, at, length);
            }
            Kind::GroupCoordinatorMoves => away(Away::Group, self.one_of(&NO_COORDINATOR)),
            Kind::TransactionCoordinatorMoves => {
                let coordinator = usize::try_from(self.below(16)).unwrap_or(0);
                away(Away::Transactions(coordinator), self.one_of(&NO_COORDINATOR));
            }
            Kind::Compaction => {
                let (at, keeps) = (self.partition_of(fleet, &[state]), self.one_of(&[true, false]));
                let mut broker = self.world.broker.borrow_mut();
                let stable = broker.bounds(at).map_or(0, |(_, stable, _)| stable);
                broker.compact(now, at, stable, keeps);
            }
            Kind::Refusal => {
                let mut topic = self.one_of(&topics.outputs);
                if !topics.routed.is_empty() && self.below(2) == 0 {
                    topic = topics.outputs[OutTopic::Events as usize];
                }
                let refusal = self.one_of(&REFUSALS);
                self.world.broker.borrow_mut().refuse(topic, Some(refusal));
                self.planted.borrow_mut().refusing.push(topic);
                self.world.act(now + length, "no refusal", move |world| world.broker.borrow_mut().refuse(topic, None));
            }
            Kind::Damage => self.damage(self.partition_of(fleet, &read), length),
            Kind::HangingTransaction => self.hang(self.partition_of(fleet, &read), length),
            Kind::HangingOffsets => self.hang_offsets(self.partition_of(fleet, &grouped), length),
            Kind::ForgottenId => {
                let machine = self.below(fleet.machines.borrow().len() as u64);
                let worker = self.below(u64::from(fleet.plan().workers));
                // Who runs has used it within the week after which it is forgotten.
                if fleet.running(usize::try_from(machine).unwrap_or(0)).is_none() {
                    let mut broker = self.world.broker.borrow_mut();
                    broker.forget_transactional_id(&format!("{GROUP}-i{machine}-{worker}"));
                    broker.forget_transactional_id(&format!("{GROUP}.router-i{machine}-{}", fleet.plan().workers));
                }
            }
            Kind::Retention => {
                let at = self.partition_of(fleet, &topics.inputs);
                let bounds = self.world.broker.borrow().bounds(at);
                let Some((start, _, end)) = bounds else { return };
                let start = start + i64::try_from(self.below((end - start + 1).unsigned_abs())).unwrap_or(0);
                self.world.broker.borrow_mut().retain_from(now, at, start);
            }
            Kind::Truncation => {
                let at = self.partition_of(fleet, &topics.inputs);
                let bounds = self.world.broker.borrow().bounds(at);
                let Some((start, _, end)) = bounds else { return };
                let lost = self.below((end - start).unsigned_abs().min(12) + 1);
                self.world.broker.borrow_mut().truncate(now, at, end - i64::try_from(lost).unwrap_or(0));
            }
            _ => {}
        }
    }

    fn damage(&self, at: TopicPartition, length: Us) {
        let bounds = self.world.broker.borrow().bounds(at);
        let Some((start, _, end)) = bounds.filter(|(start, _, end)| start < end) else { return };
        let offset = start + i64::try_from(self.below((end - start).unsigned_abs())).unwrap_or(0);
        let now = self.world.now();
        self.world.broker.borrow_mut().damage(now, at, offset, true);
        self.planted.borrow_mut().damaged.push((at, offset));
        self.world.act(now + length, "no damage", move |world| {
            world.broker.borrow_mut().damage(world.now(), at, offset, false);
        });
    }

    fn hang(&self, at: TopicPartition, length: Us) {
        let now = self.world.now();
        let record = Record {
            key: Some(Rc::from(b"hangs".as_slice())),
            value: None,
            timestamp_ms: Some(self.world.now_ms()),
            headers: Rc::from([]),
        };
        let producer = self.world.broker.borrow_mut().hang(now, at, record);
        self.ends_by_hand(Some(at), producer, length);
    }

    fn hang_offsets(&self, at: TopicPartition, length: Us) {
        let committed = self.world.broker.borrow().committed(at).unwrap_or(0);
        let producer = self.world.broker.borrow_mut().hang_offsets(&[(at, committed)]);
        self.ends_by_hand(None, producer, length);
    }

    fn ends_by_hand(&self, at: Option<TopicPartition>, producer: ProducerId, length: Us) {
        self.planted.borrow_mut().hanging.push((at, producer));
        self.world.act(self.world.now() + length, "ended by hand", move |world| {
            world.broker.borrow_mut().end_by_hand(world.now(), at, producer);
        });
    }

    /// Everything is well from here on: clocks are right, whoever is down comes back.
    pub fn heal(&self) {
        let Some(fleet) = self.fleet.upgrade() else { return };
        let now = self.world.now();
        self.world.network.borrow_mut().heal();
        let planted = std::mem::take(&mut *self.planted.borrow_mut());
        let mut broker = self.world.broker.borrow_mut();
        planted.refusing.into_iter().for_each(|topic| broker.refuse(topic, None));
        planted.damaged.into_iter().for_each(|(at, offset)| broker.damage(now, at, offset, false));
        planted.hanging.into_iter().for_each(|(at, producer)| broker.end_by_hand(now, at, producer));
        drop(broker);
        let machines = fleet.machines.borrow().len();
        for machine in 0..machines {
            fleet.machines.borrow()[machine].offset_ms.store(0, Ordering::Relaxed);
            if let Some(process) = fleet.running(machine) {
                self.world.go_on(process);
            }
            fleet.start(machine);
        }
    }
}
