//! How companies go on by themselves: from sleep over learning to an evaluation, and who takes part.

use super::act::Act;
use super::calendar::Pace;
use super::market::Market;
use super::people::{Kind, Phase};

impl Market {
    /// Where a company stands when the records begin: most sleep, some are on their way already.
    pub(super) fn begin(&mut self, company: u32) {
        if self.companies[company as usize].kind == Kind::Buyer {
            let (phase, awake) = match self.rng.below(100) {
                0..5 => (Phase::Learning, 1),
                5..8 => (Phase::Considering, 2),
                8..11 => (Phase::Evaluating, 3),
                _ => (Phase::Asleep, 0),
            };
            self.enter(company, phase, awake);
        }
        for person in self.companies[company as usize].people() {
            self.plan_visit(person);
        }
    }

    /// A story goes on by itself until sales takes it over.
    pub(super) fn go_on(&mut self, company: u32) {
        let (next, chance, awake) = match self.companies[company as usize].phase {
            Phase::Asleep => (Phase::Learning, 1.0, 1),
            Phase::Learning => (Phase::Considering, 0.5, 2),
            Phase::Considering => (Phase::Evaluating, 0.55, 3),
            Phase::Evaluating => {
                // No one asked sales. Small companies sometimes buy by themselves; the others buy elsewhere, or nothing.
                if self.companies[company as usize].employees < 25 && self.rng.chance(0.15) {
                    self.order(company);
                    return;
                }
                (Phase::Evaluating, 0.0, 0)
            }
            Phase::Deal | Phase::Customer => return,
        };
        if self.rng.chance(chance) { self.enter(company, next, awake) } else { self.enter(company, Phase::Asleep, 0) }
    }

    /// Brings a company into a phase of its story, and wakes those who take part.
    pub(super) fn enter(&mut self, company: u32, phase: Phase, awake: u32) {
        let days = match phase {
            Phase::Asleep => 520.0,
            Phase::Learning => 18.0,
            Phase::Considering => 16.0,
            Phase::Evaluating => 24.0,
            Phase::Deal | Phase::Customer => 0.0,
        };
        let entered = &mut self.companies[company as usize];
        entered.phase = phase;
        entered.story += 1;
        let story = entered.story;
        if phase == Phase::Asleep {
            entered.awake = 0;
            for person in entered.people() {
                self.people[person as usize].asked = false;
            }
        }
        if days > 0.0 {
            let in_ms = if phase == Phase::Asleep {
                self.in_days(company, days, Pace::Desk)
            } else {
                self.about_days(company, days, Pace::Desk)
            };
            self.plan(in_ms, company, Act::Story(story));
        }
        self.wake(company, awake);
    }

    /// Lets this many of the group take part.
    pub(super) fn wake(&mut self, company: u32, awake: u32) {
        let group = &mut self.companies[company as usize];
        let before = group.awake;
        group.awake = awake.clamp(before, group.size.max(before));
        for person in group.first + before..group.first + group.awake {
            self.people[person as usize].visit += 1;
            self.plan_visit(person);
        }
    }
}
