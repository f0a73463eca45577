//! A small world: routers, and tasks that hold records by id. Messages of one sender to one receiver stay in their order; otherwise
//! whoever asks says which is next. Prospects hold the numbers of the events that they were given.

use super::{Setup, somebody};
use leadstream_core::domain::Text;
use leadstream_core::domain::identity::id::Id;
use leadstream_core::domain::identity::links::{
    OnConsent, OnEvent, OnMove, Said, Taken, on_consent, on_event, on_link, on_move, on_unlink, take_names,
};
use leadstream_core::domain::identity::message::{Body, ConsentFact, Forwarded, Message};
use leadstream_core::domain::identity::record::{Conflict, Counted, Effect, Outcome, Record};
use leadstream_core::domain::identity::route::Router;
use leadstream_core::domain::identity::said::{SaidIds, Sighting};
use leadstream_core::domain::ids::hash64;
use leadstream_core::domain::state::identity::{MAX_HOLDERS, MAX_NAMES, MAX_USERS};
use leadstream_core::domain::state::prospect::Prospect;
use leadstream_core::domain::terms::consent::ConsentState;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

const TASKS: u64 = 3;

pub const ROUTERS: usize = 2;

/// Of one event.
#[derive(Debug, Clone, Default)]
pub struct Did {
    pub ids: Vec<Id>,
    pub time_ms: i64,
    pub alias: Option<(Id, Id)>,
    pub consent: Option<ConsentState>,
    pub detaches: bool,
}

/// What a prospect was given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cargo {
    pub events: BTreeSet<usize>,
    pub heard: BTreeSet<(i64, ConsentState)>,
}

pub struct Net {
    pub setup: Setup,
    pub events: Vec<Did>,
    pub records: BTreeMap<Text, Record>,
    pub cargo: BTreeMap<Text, Cargo>,
    pub conflicts: Vec<Conflict>,
    pub counts: BTreeMap<Counted, usize>,
    /// Links that were sent.
    pub links: usize,
    /// How often a message was sent on at most.
    pub most_hops: u8,
    routers: Vec<Router>,
    queues: BTreeMap<(usize, u64), VecDeque<(Message, Cargo)>>,
}

fn task_of(id: &str) -> u64 {
    hash64(id.as_bytes()) % TASKS
}

impl Net {
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            events: Vec::new(),
            records: BTreeMap::new(),
            cargo: BTreeMap::new(),
            conflicts: Vec::new(),
            counts: BTreeMap::new(),
            links: 0,
            most_hops: 0,
            routers: (0..ROUTERS).map(|_| Router::new(64)).collect(),
            queues: BTreeMap::new(),
        }
    }

    /// A router takes an event.
    pub fn take(&mut self, router: usize, did: Did) -> usize {
        let number = self.events.len();
        let ids = did.ids.iter().map(|id| (id.clone(), true)).collect();
        let said = SaidIds { ids, alias: did.alias.clone(), detaches: did.detaches, ..SaidIds::default() };
        let sighting = Sighting { said: &said, time_ms: did.time_ms, consent: did.consent };
        let route = self.routers[router].route(&sighting, self.setup.rules());
        self.routers[router].committed();
        self.events.push(did);
        let Some(route) = route else { return number };
        let forwarded = Forwarded { value: number.to_le_bytes().to_vec(), ..Forwarded::default() };
        let event = Message::new(route.key, Body::Forwarded(Box::new(forwarded)));
        for message in std::iter::once(event).chain(route.messages) {
            self.send(router, message, Cargo::default());
        }
        number
    }

    fn send(&mut self, sender: usize, message: Message, cargo: Cargo) {
        self.links += usize::from(matches!(message.body, Body::Link(_)));
        self.most_hops = self.most_hops.max(message.hops);
        self.queues.entry((sender, task_of(&message.to))).or_default().push_back((message, cargo));
    }

    /// How many pairs of sender and receiver have something on its way.
    pub fn waiting(&self) -> usize {
        self.queues.len()
    }

    /// Takes the next message of one of these pairs.
    pub fn deliver(&mut self, which: usize) {
        let Some(pair) = self.queues.keys().nth(which).copied() else { return };
        let queue = self.queues.get_mut(&pair).unwrap();
        let (message, cargo) = queue.pop_front().unwrap();
        if queue.is_empty() {
            self.queues.remove(&pair);
        }
        self.receive(message, cargo);
        self.check();
    }

    /// Delivers until nothing is on its way.
    pub fn settle(&mut self) {
        while self.waiting() > 0 {
            self.deliver(0);
        }
    }

    fn receive(&mut self, message: Message, cargo: Cargo) {
        let Message { to: own, hops, body } = message;
        match body {
            Body::Forwarded(forwarded) => self.event(&own, hops, *forwarded),
            Body::Link(link) => {
                let outcome = on_link(self.records.remove(&own), &own, link, self.setup.rules());
                self.became(&own, outcome);
            }
            Body::Unlink(unlink) => {
                let outcome = on_unlink(self.records.remove(&own), &unlink);
                self.became(&own, outcome);
            }
            Body::Move(moved) => match on_move(self.records.get(&own).cloned(), &own, *moved, hops, self.setup.rules()) {
                OnMove::Pass(message) => self.send_back(&own, *message, cargo),
                OnMove::Take(taken) => self.merge(&own, *taken, cargo),
                OnMove::Erased(..) => panic!("nobody is erased here"),
                OnMove::Refused(..) => panic!("nobody is crowded here"),
            },
            Body::Return(_) => panic!("nobody is crowded here"),
            Body::Consent(fact) => self.consent(&own, hops, fact),
            Body::Erase(_) => panic!("nobody is erased here"),
        }
    }

    fn send_back(&mut self, own: &str, message: Message, cargo: Cargo) {
        self.send(ROUTERS + usize::try_from(task_of(own)).unwrap(), message, cargo);
    }

    fn merge(&mut self, own: &str, taken: Taken, cargo: Cargo) {
        let mut into = *taken.into;
        if let Some(from) = taken.from {
            into.last_seen_ms = into.last_seen_ms.max(from.last_seen_ms);
            into.sessions += from.sessions;
        }
        let effects = take_names(&mut into.extras_mut().identity, own, taken.names, self.setup.rules());
        let record = Record::Prospect(Box::new(into));
        self.became(own, Outcome { record: Some(record), effects: taken.effects.into_iter().chain(effects).collect() });
        if cargo == Cargo::default() {
            return;
        }
        let all = self.cargo.entry(own.into()).or_default();
        all.events.extend(cargo.events);
        all.heard.extend(cargo.heard);
    }

    fn consent(&mut self, own: &str, hops: u8, fact: ConsentFact) {
        match on_consent(self.records.get(own), own, fact, hops, self.setup.rules()) {
            OnConsent::Apply => self.hear(own, fact),
            OnConsent::ApplyAfresh(record) => {
                self.became(own, Outcome { record, effects: Vec::new() });
                self.hear(own, fact);
            }
            OnConsent::Forward { record, effects } => {
                self.became(own, Outcome { record: Some(Record::Forward(*record)), effects });
            }
            other => panic!("{other:?}"),
        }
    }

    fn hear(&mut self, own: &str, fact: ConsentFact) {
        self.prospect(own);
        self.cargo.entry(own.into()).or_default().heard.insert((fact.at_ms, fact.state));
    }

    fn prospect(&mut self, own: &str) -> &mut Prospect {
        let made = || Record::Prospect(Box::new(somebody(1)));
        match self.records.entry(own.into()).or_insert_with(made) {
            Record::Prospect(prospect) => {
                prospect.sessions = prospect.sessions.max(1);
                prospect
            }
            Record::Forward(forward) => panic!("{own} points to {forward:?}"),
        }
    }

    fn event(&mut self, own: &str, hops: u8, forwarded: Forwarded) {
        let number = usize::from_le_bytes(forwarded.value.clone().try_into().unwrap());
        let did = self.events[number].clone();
        let via = Some(&*forwarded.via).filter(|via| !via.is_empty());
        let said = Said { time_ms: did.time_ms, consent: did.consent, via, hops, ..Said::default() };
        match on_event(self.records.get(own), own, &said, self.setup.rules()) {
            OnEvent::Apply => self.apply(own, number),
            OnEvent::ApplyAfresh(record) => {
                self.became(own, Outcome { record, effects: Vec::new() });
                self.apply(own, number);
            }
            OnEvent::Forward { to, record, effects } => {
                let record = record.map(|record| Record::Forward(*record)).or_else(|| self.records.get(own).cloned());
                self.became(own, Outcome { record, effects });
                let body = Body::Forwarded(Box::new(Forwarded { via: own.into(), ..forwarded }));
                self.send_back(own, Message { to, hops: hops + 1, body }, Cargo::default());
            }
            other => panic!("{other:?}"),
        }
    }

    fn apply(&mut self, own: &str, number: usize) {
        let did = self.events[number].clone();
        let prospect = self.prospect(own);
        prospect.last_seen_ms = prospect.last_seen_ms.max(did.time_ms);
        let cargo = self.cargo.entry(own.into()).or_default();
        assert!(cargo.events.insert(number), "event {number} came twice to {own}");
        if let Some(state) = did.consent {
            cargo.heard.insert((did.time_ms, state));
        }
    }

    fn became(&mut self, own: &str, outcome: Outcome) {
        let gives = outcome.record.as_ref().is_some_and(|record| record.forward().is_some());
        match outcome.record {
            Some(record) => _ = self.records.insert(own.into(), record),
            None => _ = self.records.remove(own),
        }
        for effect in outcome.effects {
            match effect {
                Effect::Send(message) => {
                    let is_give = gives && matches!(&message.body, Body::Move(moved) if moved.prospect.is_some());
                    let cargo = if is_give { self.cargo.remove(own).unwrap_or_default() } else { Cargo::default() };
                    self.send_back(own, message, cargo);
                }
                Effect::Conflict(conflict) => self.conflicts.push(conflict),
                Effect::Blocked { id, .. } => self.setup.blocked.block(&id),
                Effect::Count(counted) => *self.counts.entry(counted).or_default() += 1,
            }
        }
    }

    /// What holds at every point.
    fn check(&self) {
        for (own, record) in &self.records {
            let id = self.id(own);
            match record {
                Record::Forward(forward) => {
                    assert!(!self.cargo.contains_key(own), "{own} points on, and has events");
                    assert!((1..=MAX_HOLDERS).contains(&forward.to.len()) && forward.users.len() <= MAX_USERS);
                    for claim in &forward.to {
                        assert!(self.id(&claim.id) < id, "{own} points to {}", claim.id);
                    }
                }
                Record::Prospect(prospect) => {
                    let names = prospect.extras.as_ref().map_or(0, |extras| extras.identity.names.len());
                    assert!(names <= MAX_NAMES);
                }
            }
        }
    }

    /// Every event is with one prospect, and with one only.
    pub fn check_settled(&self) {
        assert_eq!(self.waiting(), 0);
        for (number, _) in self.events.iter().enumerate().filter(|(_, did)| !did.ids.is_empty()) {
            let with: Vec<&Text> =
                self.cargo.iter().filter(|(_, cargo)| cargo.events.contains(&number)).map(|(own, _)| own).collect();
            assert_eq!(with.len(), 1, "event {number} is with {with:?}");
        }
        for own in self.cargo.keys() {
            assert!(matches!(self.records.get(own), Some(Record::Prospect(_))), "{own} has events");
        }
    }

    pub fn id(&self, text: &str) -> Id {
        self.setup.types.parse(text).unwrap()
    }

    /// Where the newest claims lead from an id.
    pub fn end_of(&self, text: &str) -> Text {
        let mut at = Text::from(text);
        let mut steps = 0;
        while let Some(Record::Forward(forward)) = self.records.get(&at) {
            at = forward.to[0].id.clone();
            steps += 1;
            assert!(steps < 1_000, "a chain without an end");
        }
        at
    }

    pub fn who_has(&self, number: usize) -> Vec<&str> {
        self.cargo.iter().filter(|(_, cargo)| cargo.events.contains(&number)).map(|(own, _)| own.as_str()).collect()
    }

    /// The claims of an id, the newest first.
    pub fn points_to(&self, own: &str) -> Vec<&str> {
        let forward = self.records.get(own).and_then(Record::forward);
        forward.map_or(Vec::new(), |forward| forward.to.iter().map(|claim| claim.id.as_str()).collect())
    }

    pub fn names(&self, own: &str) -> Vec<&str> {
        let prospect = self.records.get(own).and_then(Record::prospect);
        let extras = prospect.and_then(|prospect| prospect.extras.as_ref());
        extras.map_or(Vec::new(), |extras| extras.identity.names.iter().map(|name| name.id.as_str()).collect())
    }
}
