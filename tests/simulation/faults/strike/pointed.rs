//! Faults that wait for their moment: two things go wrong together, where one of them would be got over.

use super::{Kind, NO_LEADER, Striker};
use crate::broker::Away;
use crate::fleet::Fleet;
use crate::world::{MS, SECOND};
use leadstream::runtime::ports::OutTopic;
use std::rc::Rc;

/// A leader that is deposed is found out before anyone takes its word for certain.
const LONGEST_STALE: u64 = 5_500 * MS;

impl Striker {
    pub(super) fn strike_pointed(&self, fleet: &Rc<Fleet>, kind: Kind) {
        let topics = &fleet.plan().topics;
        let state = topics.outputs[OutTopic::State as usize];
        let (now, length) = (self.world.now(), self.length());
        let machines = fleet.machines.borrow().len() as u64;
        let machine = usize::try_from(self.below(machines)).unwrap_or(0);
        // None of them lasts past the healing.
        let left = self.heals_at.saturating_sub(now).max(1);
        let long = self.world.dice(crate::dice::Stream::Faults).between(3 * SECOND, 12 * SECOND).min(left);
        let soon = self.below(800 * MS);
        let kill = |fleet: &Rc<Fleet>| {
            let fleet = Rc::clone(fleet);
            self.world.act(now + soon, "kill soon", move |_| fleet.kill(machine));
        };
        match kind {
            Kind::KillAtCommit => self.world.network.borrow_mut().kills_at_commit = true,
            Kind::StaleChangelog => {
                let at = self.partition_of(fleet, &[state]);
                if self.below(3) == 0 {
                    self.world.broker.borrow_mut().away(now, Away::Leader(at), left.min(20 * SECOND), self.one_of(&NO_LEADER));
                } else {
                    self.world.broker.borrow_mut().depose(now, at, long.min(LONGEST_STALE));
                }
                kill(fleet);
            }
            Kind::EndsUnknown => {
                let at = self.partition_of(fleet, &[state]);
                self.world.broker.borrow_mut().away(now, Away::Leader(at), left, self.one_of(&NO_LEADER));
                (0..machines).for_each(|machine| fleet.kill(usize::try_from(machine).unwrap_or(0)));
            }
            Kind::DamagedRestore => {
                self.damage(self.partition_of(fleet, &[state]), long);
                kill(fleet);
            }
            Kind::BlindRestart => {
                let at = self.partition_of(fleet, &topics.inputs);
                self.world.broker.borrow_mut().away(now, Away::Leader(at), long, self.one_of(&NO_LEADER));
                kill(fleet);
            }
            Kind::LeaderFlaps => {
                let at = self.partition_of(fleet, &topics.inputs);
                let code = self.one_of(&NO_LEADER);
                self.world.broker.borrow_mut().away(now, Away::Leader(at), MS, code);
                let again = now + soon.min(300 * MS);
                self.world.act(again, "leader away again", move |world| {
                    world.broker.borrow_mut().away(world.now(), Away::Leader(at), long, code);
                });
            }
            Kind::GenerationPasses => {
                // Long enough to be thrown out, short enough for the transaction to last.
                let length = self.world.dice(crate::dice::Stream::Faults).between(2_200 * MS, 6 * SECOND).min(left);
                self.world.network.borrow_mut().stalls_at_commit = Some(length);
            }
            Kind::CrashLoop => self.world.network.borrow_mut().crashes = Some((format!("simulation-i{machine}-"), now + length)),
            Kind::InputsApart => {
                self.world.broker.borrow_mut().set_apart(true);
                self.world.act(now + length, "inputs together again", |world| world.broker.borrow_mut().set_apart(false));
            }
            _ => {}
        }
    }

    /// Stands still for longer than a session, and for so long that others read its tasks back and commit something of theirs.
    pub(super) fn supplant(&self, fleet: &Rc<Fleet>, kind: Kind) {
        let mut die = self.world.dice(crate::dice::Stream::Faults);
        let others_go_on = die.between(500 * MS, 5 * SECOND);
        let machine = usize::try_from(die.below(fleet.machines.borrow().len() as u64)).unwrap_or(0);
        drop(die);
        let left = self.heals_at.saturating_sub(self.world.now()).max(1);
        let length = (fleet.plan().clients.group.session + others_go_on).min(left);
        match kind {
            Kind::ForgottenAtCommit => self.world.network.borrow_mut().stalls_at_begin = Some((length, self.heals_at)),
            _ => fleet.pause(machine, length),
        }
    }
}
