//! One prospect (or account) as the fold knows it, and the ways by which it changes: the pure core's, and nothing else.

use leadstream::domain::Ms;
use leadstream::domain::model::Models;
use leadstream::domain::output::{Body, Effects, Output};
use leadstream::domain::rules::account::barred::hear;
use leadstream::domain::rules::account::group::apply_update;
use leadstream::domain::rules::forget::next_timer;
use leadstream::domain::state::prospect::Prospect;
use leadstream::domain::state::timers::Timer;
use leadstream::domain::step::{fire, step};
use leadstream::engine::codec::Codec;
use leadstream::engine::task::TaskInput;
use leadstream::wire::state_record::StateCodec;

/// A prospect as it stands.
#[derive(Clone, Default)]
pub struct Standing {
    pub prospect: Prospect,
    /// Nothing is known of it.
    pub is_new: bool,
    /// All that was known was deleted by the transaction that is looked at.
    pub is_erased: bool,
}

/// An output and whose it is.
pub type Given = Vec<(String, Output)>;

impl Standing {
    pub fn nobody() -> Self {
        Self { is_new: true, ..Self::default() }
    }

    /// As the changelog has it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        StateCodec.encode(&self.prospect, &mut bytes);
        bytes
    }

    /// Applies one event, or an update between a member and its account.
    pub fn apply(&mut self, key: &str, input: &TaskInput<'_>, models: &Models) -> Given {
        let mut effects = Effects::default();
        let update = match input {
            TaskInput::Event(event) | TaskInput::Forwarded { event, .. } => {
                step(&mut self.prospect, self.is_new, event, models, &mut effects);
                self.is_new = effects.erase;
                self.is_erased = effects.erase && self.prospect.erasure().is_none();
                return of_prospect(key, effects);
            }
            TaskInput::MemberUpdate { update, .. } => update,
            TaskInput::Told { .. } => panic!("identity is off in these worlds"),
        };
        if update.update.is_to_member() {
            // Whoever is forgotten meanwhile hears nothing.
            if self.is_new || self.prospect.is_only_erasure() {
                return Given::new();
            }
            hear(&mut self.prospect, update, models, &mut effects);
            return of_prospect(key, effects);
        }
        apply_update(&mut self.prospect, self.is_new, update, models, &mut effects);
        (self.is_new, self.is_erased) = (false, false);
        let told = &update.update;
        let whose = |output: &Output| match &output.body {
            Body::HandOver(_) => told.member.to_string(),
            Body::Member(update) => update.member.to_string(),
            _ => told.account.to_string(),
        };
        effects.outputs.into_iter().map(|output| (whose(&output), output)).collect()
    }

    /// Fires one timer.
    pub fn fire(&mut self, key: &str, timer: Timer, now_ms: Ms, models: &Models) -> Given {
        let mut effects = Effects::default();
        fire(key, &mut self.prospect, timer.kind, now_ms, models, &mut effects);
        if effects.erase {
            (self.is_new, self.is_erased) = (true, true);
        }
        of_prospect(key, effects)
    }

    /// The next timer; `hold`: but for those that lead to a mail.
    pub fn next_timer(&self, hold: bool, models: &Models) -> Option<Timer> {
        if self.is_erased {
            return None;
        }
        next_timer(&self.prospect, hold, models)
    }
}

fn of_prospect(key: &str, effects: Effects) -> Given {
    effects.outputs.into_iter().map(|output| (key.to_owned(), output)).collect()
}
