//! Who is one person by the rules of linking: the events of a sample go to them one after the other, as routers and tasks would take
//! them, and what ids are told arrives at once.

use crate::domain::Text;
use crate::domain::identity::linking::Linking;
use crate::domain::identity::links::{OnMove, OnReturn, Taken, on_link, on_move, on_return, on_unlink, take_names};
use crate::domain::identity::message::{Body, Message};
use crate::domain::identity::record::{Effect, Outcome, Record};
use crate::domain::identity::route::Router;
use crate::domain::identity::rules::Rules;
use crate::domain::identity::said::Sighting;
use crate::domain::state::identity::{Identity, Name};
use crate::domain::state::prospect::Prospect;
use hashbrown::HashMap;
use std::collections::{BTreeSet, VecDeque};

/// What the state would hold of ids.
pub(super) struct Linked {
    linking: Linking,
    router: Router,
    records: HashMap<Text, Record>,
    /// Ids that two claim, of whom neither gets the other.
    pub contested: BTreeSet<Text>,
    /// Ids to which so many came that they are nobody's.
    pub crowded: BTreeSet<Text>,
}

impl Linked {
    pub(super) fn new(linking: Linking) -> Self {
        let (contested, crowded) = (BTreeSet::new(), BTreeSet::new());
        Self { linking, router: Router::default(), records: HashMap::new(), contested, crowded }
    }

    /// An event comes by.
    pub(super) fn take(&mut self, sighting: &Sighting<'_>) {
        let route = self.router.route(sighting, self.linking.rules());
        self.router.committed();
        let mut waiting: VecDeque<Message> = route.map(|route| route.messages).unwrap_or_default().into();
        while let Some(message) = waiting.pop_front() {
            self.tell(message, &mut waiting);
        }
    }

    fn tell(&mut self, message: Message, waiting: &mut VecDeque<Message>) {
        let Message { to: own, hops, body } = message;
        let rules = self.linking.rules();
        let record = self.records.remove(&own);
        let Outcome { record, effects } = match body {
            Body::Link(link) => on_link(record, &own, link, rules),
            Body::Unlink(unlink) => on_unlink(record, &unlink),
            Body::Move(moved) => {
                let forward = record.as_ref().and_then(Record::forward).cloned();
                match on_move(record, &own, *moved, hops, rules) {
                    OnMove::Pass(message) => sent(forward.map(Record::Forward), *message),
                    OnMove::Refused(into, message) => sent(Some(Record::Prospect(into)), *message),
                    OnMove::Erased(into, effects) => Outcome { record: Some(Record::Prospect(into)), effects },
                    OnMove::Take(taken) => {
                        let Taken { into, names, effects, .. } = *taken;
                        named(&own, into, names, effects, rules)
                    }
                }
            }
            Body::Return(returned) => {
                let forward = record.as_ref().and_then(Record::forward).cloned();
                match on_return(record, &own, *returned, hops) {
                    OnReturn::Pass(message) => sent(forward.map(Record::Forward), *message),
                    OnReturn::Take { meanwhile, names, .. } => {
                        named(&own, meanwhile.unwrap_or_default(), names, Vec::new(), rules)
                    }
                }
            }
            // They change what is known of a person, not who it is.
            Body::Forwarded(_) | Body::Consent(_) | Body::Erase(_) => Outcome { record, effects: Vec::new() },
        };
        if let Some(record) = record {
            self.records.insert(own, record);
        }
        for effect in effects {
            match effect {
                Effect::Send(message) => waiting.push_back(message),
                Effect::Conflict(conflict) => _ = self.contested.insert(conflict.id),
                Effect::Blocked { id, .. } => {
                    self.linking.blocked.block(&id);
                    self.crowded.insert(id);
                }
                Effect::Count(_) => {}
            }
        }
    }

    /// Whom an id stands for in the end: itself, unless it points to somebody.
    pub(super) fn end_of(&self, id: &str) -> Text {
        let mut at = Text::from(id);
        // Each of them is smaller than the one before.
        while let Some(Record::Forward(forward)) = self.records.get(&at) {
            let Some(claim) = forward.to.iter().find(|claim| !self.linking.blocked.has(&claim.id)) else { break };
            at = claim.id.clone();
        }
        at
    }

    /// How many ids stand for a prospect besides its own.
    pub(super) fn names(&self, id: &str) -> u64 {
        let prospect = self.records.get(id).and_then(Record::prospect);
        prospect.and_then(identity).map_or(0, |identity| identity.names.len() as u64)
    }

    /// Whether a device has so many users that it follows none of them.
    pub(super) fn is_shared(&self, id: &str) -> bool {
        self.records.get(id).and_then(Record::prospect).and_then(identity).is_some_and(|identity| identity.device.shared)
    }
}

fn identity(prospect: &Prospect) -> Option<&Identity> {
    prospect.extras.as_ref().and_then(|extras| extras.identity.get())
}

fn sent(record: Option<Record>, message: Message) -> Outcome {
    Outcome { record, effects: vec![Effect::Send(message)] }
}

/// A prospect that gets to know ids of its own.
fn named(own: &str, mut prospect: Box<Prospect>, names: Vec<Name>, effects: Vec<Effect>, rules: Rules<'_>) -> Outcome {
    let more = take_names(&mut prospect.extras_mut().identity, own, names, rules);
    Outcome { record: Some(Record::Prospect(prospect)), effects: effects.into_iter().chain(more).collect() }
}
