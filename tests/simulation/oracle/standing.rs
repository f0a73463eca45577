//! One prospect (or account) as the fold knows it, and the ways by which it changes: the pure core's, and nothing else.

use leadstream::domain::Ms;
use leadstream::domain::event::Event;
use leadstream::domain::identity::hear::hear;
use leadstream::domain::identity::held::Held;
use leadstream::domain::identity::linking::Linking;
use leadstream::domain::identity::receive::{links_of, of_another, receive};
use leadstream::domain::identity::record::Effect;
use leadstream::domain::identity::tell::tell;
use leadstream::domain::model::Models;
use leadstream::domain::output::{Body, Effects, Output};
use leadstream::domain::rules::account::barred;
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
    pub prospect: Box<Prospect>,
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

    /// Applies one event, what an id is told, or an update between a member and its account.
    pub fn apply(&mut self, key: &str, input: &TaskInput<'_>, models: &Models, linking: Option<&Linking>) -> Given {
        let mut effects = Effects::default();
        let update = match input {
            TaskInput::Event(event) => return self.take(key, event, ("", 0), models, linking),
            TaskInput::Forwarded { event, by } => return self.take(key, event, (&by.via, by.hops), models, linking),
            TaskInput::Told { message, record_ms } => {
                let linking = linking.expect("identity is on where ids are told something");
                let heard = hear(&mut self.held(), message, linking, models, &mut effects);
                return told(heard.told, *record_ms, &mut effects).into_iter().chain(of_prospect(key, effects)).collect();
            }
            TaskInput::MemberUpdate { update, .. } => update,
        };
        if update.update.is_to_member() {
            // Whoever is forgotten meanwhile hears nothing.
            if self.is_new || self.prospect.is_only_erasure() {
                return Given::new();
            }
            barred::hear(&mut self.prospect, update, models, &mut effects);
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

    fn take(&mut self, key: &str, event: &Event<'_>, by: (&str, u8), models: &Models, linking: Option<&Linking>) -> Given {
        let mut effects = Effects::default();
        let mut given = Given::new();
        if let Some(linking) = linking {
            if let Some(of_another) = of_another(event, linking, models) {
                return told(of_another, event.record_ms, &mut effects);
            }
            let received = receive(&mut self.held(), event, by, linking, (models, &mut effects));
            given.extend(told(received.told, event.record_ms, &mut effects));
            if !received.is_own {
                return given;
            }
        }
        step(&mut self.prospect, self.is_new, event, models, &mut effects);
        self.is_new = effects.erase;
        self.is_erased = effects.erase && self.prospect.erasure().is_none();
        let is_there = !effects.erase && !self.prospect.is_only_erasure();
        given.extend(of_prospect(key, effects));
        if let Some(linking) = linking.filter(|_| is_there) {
            let links = links_of(&mut self.prospect, event, linking, models);
            given.extend(told(links, event.record_ms, &mut Effects::default()));
        }
        given
    }

    fn held(&mut self) -> Held<'_> {
        Held { prospect: &mut self.prospect, is_new: &mut self.is_new, is_erased: &mut self.is_erased }
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

/// What rules of linking tell.
fn told(told: Vec<Effect>, record_ms: Ms, effects: &mut Effects) -> Given {
    let mut given = Given::new();
    tell(told, record_ms, effects, |key, output| given.push((key.to_string(), output)));
    given
}

/// What was said of who became part of it, that they did, and its own.
fn of_prospect(key: &str, effects: Effects) -> Given {
    let old = effects.merged.last().map_or(key, |merged| &merged.from).to_owned();
    let of_old = effects.outputs_of_merged.into_iter().map(|output| (old.clone(), output));
    let own = effects.merged.into_iter().map(Output::from).chain(effects.outputs);
    of_old.chain(own.map(|output| (key.to_owned(), output))).collect()
}
