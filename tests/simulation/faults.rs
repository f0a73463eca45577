//! What goes wrong in a run: drawn from its seed before it begins. Every run has other kinds of faults, and every kind its own pace;
//! at the healing time all of them end, and whoever is down comes back.

use super::api::{TopicPartition, Us};
use super::broker::Away;
use super::dice::{Die, Stream};
use super::fleet::Fleet;
use super::network::{Link, Weather};
use super::world::{MS, SECOND, World};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::rc::Rc;

/// How far the wall clock of a machine may be from the true one.
pub const MOST_SKEW_MS: i64 = 4_000;

/// A fault that comes again and again.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Kind {
    /// kill -9; the process is started again after a while.
    Kill,
    /// The process stands still for a while.
    Pause,
    /// The process is asked to stop; it is started again.
    Stop,
    /// The wall clock of a machine jumps.
    ClockJump,
    /// A machine loses all its connections.
    CutMachine,
    /// Nothing gets through to or from a machine for a while.
    StallMachine,
    /// All connections to a broker are lost.
    CutLink,
    /// Nothing gets through to or from a broker for a while.
    StallLink,
    /// A partition has no leader for a while, then another one.
    LeaderMoves,
    /// The group's coordinator is away for a while.
    GroupCoordinatorMoves,
    /// A coordinator of transactions is away for a while.
    TransactionCoordinatorMoves,
    /// The changelog is compacted.
    Compaction,
}

impl Kind {
    pub const ALL: [Self; 12] = [
        Self::Kill,
        Self::Pause,
        Self::Stop,
        Self::ClockJump,
        Self::CutMachine,
        Self::StallMachine,
        Self::CutLink,
        Self::StallLink,
        Self::LeaderMoves,
        Self::GroupCoordinatorMoves,
        Self::TransactionCoordinatorMoves,
        Self::Compaction,
    ];

    /// For the trace and the table of what was covered.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "fault: kill",
            Self::Pause => "fault: pause",
            Self::Stop => "fault: stop",
            Self::ClockJump => "fault: clock jumps",
            Self::CutMachine => "fault: a machine loses its connections",
            Self::StallMachine => "fault: a machine can't be reached",
            Self::CutLink => "fault: connections to a broker are lost",
            Self::StallLink => "fault: a broker can't be reached",
            Self::LeaderMoves => "fault: leader moves",
            Self::GroupCoordinatorMoves => "fault: group coordinator moves",
            Self::TransactionCoordinatorMoves => "fault: transaction coordinator moves",
            Self::Compaction => "fault: compaction",
        }
    }
}

/// What goes wrong in one run.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    /// Kinds with their mean pause.
    pub kinds: Vec<(Kind, Us)>,
    pub weather: Weather,
    /// All faults have ended by then.
    pub heals_at: Us,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self { kinds: Vec::new(), weather: Weather::default(), heals_at: 0 }
    }

    /// Draws a plan.
    #[must_use]
    pub fn draw(die: &mut Die, heals_at: Us) -> Self {
        let mut kinds = Vec::new();
        // Few kinds at a high pace find other things than many at a low one.
        let share = *die.one_of(&[0.15, 0.35, 0.7]);
        for kind in Kind::ALL {
            if die.chance(share) {
                kinds.push((kind, *die.one_of(&[SECOND, 3 * SECOND, 8 * SECOND, 20 * SECOND])));
            }
        }
        let weather = Weather {
            cut: *die.one_of(&[0.0, 0.0, 0.001, 0.01, 0.05]),
            slow: *die.one_of(&[0.0, 0.0, 0.01, 0.1]),
            slowest: *die.one_of(&[20 * MS, 300 * MS, 2 * SECOND]),
        };
        Self { kinds, weather, heals_at }
    }

    /// Schedules everything.
    pub fn begin(&self, fleet: &Rc<Fleet>) {
        let world = &fleet.world;
        world.network.borrow_mut().weather = self.weather.clone();
        for (kind, pause) in &self.kinds {
            let mut at = 0;
            loop {
                at += world.dice(Stream::Faults).below(2 * *pause) + MS;
                if at >= self.heals_at {
                    break;
                }
                let (fleet, kind, heals_at) = (Rc::clone(fleet), *kind, self.heals_at);
                world.act(at, kind.name(), move |world| strike(world, &fleet, kind, heals_at));
            }
        }
        let fleet = Rc::clone(fleet);
        world.act(self.heals_at, "healed", move |_| heal(&fleet));
    }
}

/// A short, a longer or a long time, but none that lasts past the healing.
fn length(die: &mut Die, now: Us, heals_at: Us) -> Us {
    let longest = *die.one_of(&[50 * MS, SECOND, 4 * SECOND, 12 * SECOND]);
    die.between(MS, longest).min(heals_at.saturating_sub(now)).max(1)
}

fn strike(world: &Rc<World>, fleet: &Rc<Fleet>, kind: Kind, heals_at: Us) {
    world.trace.cover(kind.name());
    let now = world.now();
    let mut die = world.dice(Stream::Faults);
    let length = length(&mut die, now, heals_at);
    let machines = fleet.machines.borrow().len();
    let machine = usize::try_from(die.below(machines as u64)).unwrap_or(0);
    let link = *die.one_of(&Link::ALL);
    let topics = &fleet.plan().topics;
    let topic = u16::try_from(die.below(topics.names.len() as u64)).unwrap_or(0);
    let partition = i32::try_from(die.below(u64::from(topics.partitions.unsigned_abs()))).unwrap_or(0);
    let at = TopicPartition { topic, partition };
    let offset_ms = i64::try_from(die.below(2 * MOST_SKEW_MS.unsigned_abs())).unwrap_or(0) - MOST_SKEW_MS;
    let code = *die.one_of(&[Code::NotCoordinator, Code::CoordinatorLoadInProgress, Code::CoordinatorNotAvailable]);
    let leader_code = *die.one_of(&[Code::NotLeaderForPartition, Code::LeaderNotAvailable, Code::KafkaStorageError]);
    let coordinator = usize::try_from(die.below(16)).unwrap_or(0);
    drop(die);
    let broker = || world.broker.borrow_mut();
    match kind {
        Kind::Kill => fleet.kill(machine),
        Kind::Pause => fleet.pause(machine, length),
        Kind::Stop => fleet.stop(machine),
        Kind::ClockJump => fleet.set_clock(machine, offset_ms),
        Kind::CutMachine | Kind::StallMachine => {
            let Some(process) = fleet.running(machine) else { return };
            if kind == Kind::StallMachine {
                world.network.borrow_mut().stall_process(process, now + length);
            } else {
                world.cut_process(process);
            }
        }
        Kind::CutLink => world.cut_link(link),
        Kind::StallLink => world.network.borrow_mut().stall_link(link, now + length),
        Kind::LeaderMoves => broker().away(now, Away::Leader(at), length, leader_code),
        Kind::GroupCoordinatorMoves => broker().away(now, Away::Group, length, code),
        Kind::TransactionCoordinatorMoves => broker().away(now, Away::Transactions(coordinator), length, code),
        Kind::Compaction => {
            let at = topics.output(leadstream::runtime::ports::OutTopic::State, partition);
            let stable = broker().bounds(at).map_or(0, |(_, stable, _)| stable);
            broker().compact(now, at, stable, offset_ms > 0);
        }
    }
}

/// Everything is well from here on: clocks are right, whoever is down comes back.
fn heal(fleet: &Rc<Fleet>) {
    fleet.world.network.borrow_mut().heal();
    let machines = fleet.machines.borrow().len();
    for machine in 0..machines {
        fleet.machines.borrow()[machine].offset_ms.store(0, std::sync::atomic::Ordering::Relaxed);
        if let Some(process) = fleet.running(machine) {
            fleet.world.go_on(process);
        }
        fleet.start(machine);
    }
}
