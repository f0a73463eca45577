//! What goes wrong in a run: drawn from its seed before it begins. Every run has other kinds of faults, and every kind its own pace;
//! at the healing time all of them end, and whoever is down comes back.

mod strike;

use super::api::Us;
use super::dice::{Die, Stream};
use super::fleet::Fleet;
use super::network::Weather;
use super::world::{MS, SECOND};
use std::rc::Rc;
use strike::Striker;

/// How far the wall clock of a machine may be from the true one.
pub const MOST_SKEW_MS: i64 = 4_000;

/// A fault that comes again and again.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Kind {
    /// kill -9; the process is started again after a while.
    Kill,
    /// The process stands still for a while.
    Pause,
    /// Its workers stand still for a while, and its clients go on in the background.
    Stall,
    /// The process is asked to stop; it is started again.
    Stop,
    /// The wall clock of a machine jumps.
    ClockJump,
    /// A machine loses all its connections.
    CutMachine,
    /// Nothing gets through to or from a machine for a while.
    Unreachable,
    /// All connections to a broker are lost.
    CutLink,
    /// Nothing gets through to or from a broker for a while.
    StallLink,
    /// A partition has no leader for a while, then another one.
    LeaderMoves,
    /// Another leader, while readers are still answered by the one before.
    LeaderDeposed,
    /// The group's coordinator is away for a while.
    GroupCoordinatorMoves,
    /// A coordinator of transactions is away for a while.
    TransactionCoordinatorMoves,
    /// The changelog is compacted.
    Compaction,
    /// A topic refuses records for a while.
    Refusal,
    /// A record of an input or of the changelog can't be read for a while.
    Damage,
    /// A transaction of nobody stays open in a partition, until an operator ends it.
    HangingTransaction,
    /// The same for the group's offsets.
    HangingOffsets,
    /// The broker knows nothing any more of a transactional id.
    ForgottenId,
    /// Retention deletes records of an input, read or not.
    Retention,
    /// An unclean election takes the end of an input away; new records get its offsets.
    Truncation,
    /// kill -9 at the instant at which a commit is decided: its markers are on their way.
    KillAtCommit,
    /// Readers of a changelog are answered by a deposed leader, and a process that has written to it is killed.
    StaleChangelog,
    /// The same with a record of the changelog that can't be read.
    DamagedRestore,
    /// A process is killed, and when it comes back an input has no leader.
    BlindRestart,
    /// An input has no leader for a moment, then again for long.
    LeaderFlaps,
    /// A generation of the group passes of which no member hears, while the workers of a process stand still.
    GenerationPasses,
    /// A worker stands still as it begins a transaction, until the group has forgotten it and others have gone on.
    ForgottenAtCommit,
    /// A process stands still until others have its tasks, and have gone on a little.
    Supplanted,
    /// A changelog has no leader until all heals, and all are killed: its end can't be asked for.
    EndsUnknown,
    /// The newer protocol's assignor gives the inputs of a task to different members for a while.
    InputsApart,
    /// For a while a process dies in the middle of every transaction.
    CrashLoop,
}

impl Kind {
    /// What nothing may be lost by.
    pub const HARMLESS: [Self; 19] = [
        Self::Kill,
        Self::Pause,
        Self::Stall,
        Self::Stop,
        Self::ClockJump,
        Self::CutMachine,
        Self::Unreachable,
        Self::CutLink,
        Self::StallLink,
        Self::LeaderMoves,
        Self::LeaderDeposed,
        Self::GroupCoordinatorMoves,
        Self::TransactionCoordinatorMoves,
        Self::Compaction,
        Self::Refusal,
        Self::Damage,
        Self::HangingTransaction,
        Self::HangingOffsets,
        Self::ForgottenId,
    ];

    /// Others go on with what a worker takes for its own.
    pub const SUPPLANTING: [Self; 2] = [Self::ForgottenAtCommit, Self::Supplanted];

    /// Chosen to hit where it hurts: for the trials.
    pub const POINTED: [Self; 6] = [
        Self::KillAtCommit,
        Self::StaleChangelog,
        Self::BlindRestart,
        Self::LeaderFlaps,
        Self::GenerationPasses,
        Self::InputsApart,
    ];

    /// For outages: what others do by chance, where it hurts and for long. Nothing may be lost by it.
    pub const OUTAGES: [Self; 3] = [Self::StaleChangelog, Self::InputsApart, Self::CrashLoop];

    /// For the trace and the table of what was covered.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kill => "fault: kill",
            Self::Pause => "fault: process stands still",
            Self::Stall => "fault: workers stand still",
            Self::Stop => "fault: asked to stop",
            Self::ClockJump => "fault: wall clock jumps",
            Self::CutMachine => "fault: machine loses its connections",
            Self::Unreachable => "fault: machine can't be reached",
            Self::CutLink => "fault: connections to a broker are lost",
            Self::StallLink => "fault: broker can't be reached",
            Self::LeaderMoves => "fault: leader moves",
            Self::LeaderDeposed => "fault: leader is deposed",
            Self::GroupCoordinatorMoves => "fault: group coordinator moves",
            Self::TransactionCoordinatorMoves => "fault: transaction coordinator moves",
            Self::Compaction => "fault: compaction",
            Self::Refusal => "fault: topic refuses records",
            Self::Damage => "fault: damaged record",
            Self::HangingTransaction => "fault: hanging transaction",
            Self::HangingOffsets => "fault: hanging offsets",
            Self::ForgottenId => "fault: forgotten transactional id",
            Self::Retention => "fault: retention",
            Self::Truncation => "fault: truncation",
            Self::KillAtCommit => "fault: kill at a commit",
            Self::StaleChangelog => "fault: stale end of a changelog",
            Self::DamagedRestore => "fault: damaged changelog at a restore",
            Self::BlindRestart => "fault: restart without an input",
            Self::LeaderFlaps => "fault: leader flaps",
            Self::GenerationPasses => "fault: a generation passes unheard",
            Self::ForgottenAtCommit => "fault: a member is forgotten at a commit",
            Self::Supplanted => "fault: a process is supplanted",
            Self::EndsUnknown => "fault: a changelog's end can't be asked for",
            Self::InputsApart => "fault: inputs of a task are given apart",
            Self::CrashLoop => "fault: process dies in every transaction",
        }
    }
}

/// How often a kind of fault is part of a run whose workload leans on it.
const FAVOURED: f64 = 0.9;

/// What goes wrong in one run.
#[derive(Clone, Debug)]
pub struct FaultPlan {
    /// Kinds with their mean pause.
    pub kinds: Vec<(Kind, Us)>,
    pub weather: Weather,
    /// Some last longer than anyone waits.
    pub have_outages: bool,
    /// All faults have ended by then.
    pub heals_at: Us,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self { kinds: Vec::new(), weather: Weather::default(), have_outages: false, heals_at: 0 }
    }

    /// Draws a plan from these kinds; those that are favoured are nearly always part of it.
    #[must_use]
    pub fn draw(die: &mut Die, kinds: &[Kind], favoured: &[Kind], heals_at: Us) -> Self {
        // Few kinds at a high pace find other things than many at a low one.
        let share = *die.one_of(&[0.1, 0.25, 0.6]);
        let mut drawn = Vec::new();
        for kind in kinds {
            if die.chance(if favoured.contains(kind) { FAVOURED } else { share }) {
                drawn.push((*kind, *die.one_of(&[SECOND, 3 * SECOND, 8 * SECOND, 20 * SECOND])));
            }
        }
        let weather = Weather {
            cut: *die.one_of(&[0.0, 0.0, 0.001, 0.01, 0.05]),
            slow: *die.one_of(&[0.0, 0.0, 0.01, 0.1]),
            slowest: *die.one_of(&[20 * MS, 300 * MS, 2 * SECOND]),
            unanswered: *die.one_of(&[0.0, 0.0, 0.01, 0.05]),
        };
        Self { kinds: drawn, weather, have_outages: false, heals_at }
    }

    /// Fewer of them, and some last longer than anyone waits.
    #[must_use]
    pub fn with_outages(self) -> Self {
        let kinds = self.kinds.into_iter().map(|(kind, pause)| (kind, 3 * pause)).collect();
        Self { kinds, have_outages: true, ..self }
    }

    /// Whether a kind may strike.
    #[must_use]
    pub fn has(&self, kind: Kind) -> bool {
        self.kinds.iter().any(|(drawn, _)| *drawn == kind)
    }

    /// Schedules everything.
    pub fn begin(&self, fleet: &Rc<Fleet>) {
        let world = &fleet.world;
        world.network.borrow_mut().weather = self.weather.clone();
        let striker = Rc::new(Striker::new(fleet, self.heals_at, self.have_outages));
        for (kind, pause) in &self.kinds {
            let mut at = 0;
            loop {
                at += world.dice(Stream::Faults).below(2 * *pause) + MS;
                if at >= self.heals_at {
                    break;
                }
                let (striker, kind) = (Rc::clone(&striker), *kind);
                world.act(at, kind.name(), move |_| striker.strike(kind));
            }
        }
        world.act(self.heals_at, "healed", move |_| striker.heal());
    }
}
