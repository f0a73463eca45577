//! Ids that point to others: every rule of linking by itself, the cases that people tell of, and a small world of tasks in which
//! messages come in any order.

mod cases;
mod erasing;
mod house;
mod in_flight;
mod model;
mod naming;
mod net;
mod persons;
mod ranks;
mod router;
mod rows;
mod stories;

use leadstream_core::domain::identity::links::on_link;
use leadstream_core::domain::identity::message::{Body, Link, LinkCause, Message, Move};
use leadstream_core::domain::identity::record::{Conflict, Counted, Effect, Outcome, Record};
use leadstream_core::domain::identity::rules::{Blocked, Limits, Rules};
use leadstream_core::domain::identity::types::IdTypes;
use leadstream_core::domain::state::identity::{Claim, Forward};
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::{DAY_MS, Ms};

const START_MS: Ms = 1_795_348_800_000;

#[derive(Default)]
struct Setup {
    types: IdTypes,
    limits: Limits,
    blocked: Blocked,
}

impl Setup {
    fn rules(&self) -> Rules<'_> {
        Rules { types: &self.types, limits: &self.limits, blocked: &self.blocked }
    }

    fn with_aliases() -> Self {
        Self { limits: Limits { user_aliases: true, ..Limits::default() }, ..Self::default() }
    }

    fn link(&self, record: Option<Record>, own: &str, target: &str, at_ms: Ms) -> Outcome {
        self.link_by(record, own, target, at_ms, LinkCause::Event)
    }

    fn link_by(&self, record: Option<Record>, own: &str, target: &str, at_ms: Ms, cause: LinkCause) -> Outcome {
        on_link(record, own, Link { target: target.into(), at_ms, cause }, self.rules())
    }

    /// One link after the other; the last outcome.
    fn links(&self, own: &str, links: &[(&str, Ms)]) -> Outcome {
        let mut outcome = Outcome::default();
        for (target, at_ms) in links {
            outcome = self.link(outcome.record, own, target, START_MS + at_ms);
        }
        outcome
    }
}

/// Somebody of whom something is known.
fn somebody(last_seen_ms: Ms) -> Prospect {
    Prospect { first_seen_ms: last_seen_ms, last_seen_ms, sessions: 1, ..Prospect::default() }
}

fn record_of(prospect: Prospect) -> Option<Record> {
    Some(Record::Prospect(Box::new(prospect)))
}

fn claims(outcome: &Outcome) -> Vec<(&str, Ms)> {
    let forward = outcome.record.as_ref().and_then(Record::forward);
    let claims = forward.map_or(&[][..], |forward| &forward.to);
    claims.iter().map(|Claim { id, at_ms }| (id.as_str(), at_ms - START_MS)).collect()
}

fn forward_of(outcome: Outcome) -> Forward {
    match outcome.record {
        Some(Record::Forward(forward)) => forward,
        other => panic!("{other:?}"),
    }
}

fn sent(outcome: &Outcome) -> Vec<&Message> {
    outcome.effects.iter().filter_map(message_of).collect()
}

fn message_of(effect: &Effect) -> Option<&Message> {
    if let Effect::Send(message) = effect { Some(message) } else { None }
}

fn counted(outcome: &Outcome) -> Vec<Counted> {
    let of = |effect: &Effect| if let Effect::Count(counted) = effect { Some(*counted) } else { None };
    outcome.effects.iter().filter_map(of).collect()
}

fn conflicts(outcome: &Outcome) -> Vec<&Conflict> {
    fn of(effect: &Effect) -> Option<&Conflict> {
        if let Effect::Conflict(conflict) = effect { Some(conflict) } else { None }
    }
    outcome.effects.iter().filter_map(of).collect()
}

/// The links that were sent: from, to.
fn told(outcome: &Outcome) -> Vec<(&str, &str)> {
    sent(outcome).into_iter().filter_map(|message| Some((&*message.to, &*link_of(message)?.target))).collect()
}

fn link_of(message: &Message) -> Option<&Link> {
    if let Body::Link(link) = &message.body { Some(link) } else { None }
}

/// What was moved: to whom, the prospect, the names.
fn moves(outcome: &Outcome) -> Vec<(&str, Option<&Prospect>, Vec<&str>)> {
    fn of(message: &Message) -> Option<&Move> {
        if let Body::Move(moved) = &message.body { Some(moved) } else { None }
    }
    let one = |message| {
        let Move { prospect, names, .. } = of(message)?;
        Some((&*message.to, prospect.as_deref(), names.iter().map(|name| &*name.id).collect()))
    };
    sent(outcome).into_iter().filter_map(one).collect()
}
