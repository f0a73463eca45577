//! What is special about a trial: settings that an operator changes later, a network that waits for its moment, trouble that lasts.

use super::api::{TopicPartition, Us};
use super::broker::Refusal;
use super::dice::{Dice, Stream};
use super::fleet::Fleet;
use super::run::Case;
use super::workloads::OUTAGES;
use super::world::{MS, SECOND};
use leadstream::runtime::options::{OnGap, Options, PoisonLimit};
use rdkafka::types::RDKafkaErrorCode as Code;
use std::cell::Cell;
use std::rc::Rc;

/// Trouble that lasts goes on for so long after everything else is well: nobody may be silent for a minute.
const LASTS: Us = 70 * SECOND;

/// Trouble that lasts.
#[derive(Copy, Clone, Debug)]
enum Lasting {
    /// A topic refuses what is written.
    Refusal(Refusal),
    /// A transaction of nobody holds the group's offsets, and everyone is started again meanwhile.
    HangingOffsets,
    /// The next record of an input can't be read, from the healing on: nobody has seen for long what is wrong before that.
    UnreadableInput,
}

/// What is special about a run.
#[derive(Default)]
pub struct Trial {
    pub is_hostile: bool,
    /// Commits are small, and take long.
    pub is_slow: bool,
    /// Records of the changelog may be damaged.
    pub damages: bool,
    /// Records may come by the main queue of a consumer.
    pub has_strays: bool,
    /// Records are lost; only an operator may say that it goes on all the same.
    pub loses: bool,
    /// Inputs may be paused.
    pub is_poisoned: bool,
    lasting: Option<Lasting>,
    begins_at: Us,
    /// An operator has changed the settings.
    is_agreed: Rc<Cell<bool>>,
    /// Gaps that were gone over before that.
    pub gaps_before: Rc<Cell<u64>>,
    pub is_trial: bool,
}

impl Trial {
    pub fn draw(case: &Case) -> Self {
        let dice = Dice::new(case.seed, "trials");
        let mut die = dice.of(Stream::Setup);
        let name = case.workload.as_str();
        let refusals = [
            Refusal::All(Code::PolicyViolation),
            Refusal::LargerThan(400),
            Refusal::TimesOff(1_500),
            Refusal::All(Code::InvalidRecord),
        ];
        let lasting = if die.chance(0.5) { Lasting::Refusal(*die.one_of(&refusals)) } else { Lasting::HangingOffsets };
        let lasting = match name {
            "lasting" => Some(lasting),
            OUTAGES => die.chance(0.2).then_some(Lasting::UnreadableInput),
            _ => None,
        };
        let is_hostile = matches!(name, "hostile" | "carts");
        let is_agreed = name == "gaps" && die.chance(0.3);
        Self {
            is_hostile,
            has_strays: is_hostile && die.chance(0.5),
            is_slow: is_hostile && die.chance(0.3),
            damages: name == "forgetful",
            loses: name == "gaps",
            is_poisoned: matches!(name, "poison" | OUTAGES),
            lasting,
            begins_at: die.between(2, 10) * SECOND,
            is_agreed: Rc::new(Cell::new(is_agreed)),
            gaps_before: Rc::default(),
            is_trial: super::workloads::TRIAL_NAMES.contains(&name),
        }
    }

    /// The settings as they are when a process starts.
    pub fn adjust(&self, options: Options) -> Options {
        let is_agreed = self.is_agreed.get();
        let limit = PoisonLimit { window: 12, count: 6, ratio: 0.5 };
        Options {
            on_gap: if self.loses && is_agreed { OnGap::Skip } else { options.on_gap },
            poison: if self.is_poisoned { (!is_agreed).then_some(limit) } else { options.poison },
            ..options
        }
    }

    /// Schedules what is special; says when the last of it is over.
    pub fn begin(&self, fleet: &Rc<Fleet>, heals_at: Us) -> Us {
        let world = &fleet.world;
        if self.loses || self.is_poisoned {
            let (is_agreed, gaps, its) = (Rc::clone(&self.is_agreed), Rc::clone(&self.gaps_before), Rc::clone(fleet));
            world.act(heals_at, "the settings are changed", move |_| {
                if !is_agreed.replace(true) {
                    gaps.set(its.seen().get(&("worker: gap", "")).copied().unwrap_or(0));
                }
            });
            stop_all(fleet, heals_at + MS);
        }
        let Some(lasting) = self.lasting else { return heals_at };
        let ends_at = heals_at + LASTS;
        match lasting {
            Lasting::Refusal(refusal) => {
                let outputs = fleet.plan().topics.outputs.clone();
                let topic = *world.dice(Stream::Faults).one_of(&outputs);
                world.act(self.begins_at, "a topic refuses", move |world| {
                    world.broker.borrow_mut().refuse(topic, Some(refusal));
                });
                world.act(ends_at, "no refusal", move |world| world.broker.borrow_mut().refuse(topic, None));
            }
            Lasting::UnreadableInput => {
                let topics = &fleet.plan().topics;
                let partition = world.dice(Stream::Faults).below(u64::from(topics.partitions.unsigned_abs()));
                let at = TopicPartition { topic: topics.inputs[0], partition: i32::try_from(partition).unwrap_or(0) };
                world.act(heals_at, "an input can't be read on", move |world| {
                    let end = world.broker.borrow().bounds(at).map_or(0, |(_, _, end)| end);
                    world.broker.borrow_mut().damage(world.now(), at, end, true);
                    world.act(ends_at, "it can be read", move |world| {
                        world.broker.borrow_mut().damage(world.now(), at, end, false);
                    });
                });
            }
            Lasting::HangingOffsets => {
                let topics = &fleet.plan().topics;
                let partition = world.dice(Stream::Faults).below(u64::from(topics.partitions.unsigned_abs()));
                let at = TopicPartition { topic: topics.inputs[0], partition: i32::try_from(partition).unwrap_or(0) };
                world.act(self.begins_at, "offsets hang", move |world| {
                    let committed = world.broker.borrow().committed(at).unwrap_or(0);
                    let producer = world.broker.borrow_mut().hang_offsets(&[(at, committed)]);
                    world.act(ends_at, "ended by hand", move |world| {
                        world.broker.borrow_mut().end_by_hand(world.now(), None, producer);
                    });
                });
                stop_all(fleet, self.begins_at + MS);
            }
        }
        ends_at
    }
}

/// Everyone is started again.
fn stop_all(fleet: &Rc<Fleet>, at: Us) {
    let its = Rc::clone(fleet);
    fleet.world.act(at, "all are asked to stop", move |_| {
        let machines = its.machines.borrow().len();
        (0..machines).for_each(|machine| its.stop(machine));
    });
}
