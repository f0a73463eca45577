//! The router's part: which id is an event's key, and which links it tells of.
//!
//! What was told lately is remembered, so that a visit tells of its ids once and not with every page. The memory is only a saving: a
//! link that is told again changes nothing. Nothing enters it before it was committed.

use super::id::Id;
use super::links::take_names;
use super::message::{Body, ConsentFact, Holder, Link, LinkCause, Message, Unlink};
use super::record::Effect;
use super::rules::Rules;
use super::said::{SaidIds, Sighting};
use super::types::IdClass;
use crate::domain::ids::hash64;
use crate::domain::state::identity::{Identity, Name};
use crate::domain::{MINUTE_MS, Ms, Text};
use hashbrown::HashMap;

/// Most links that are remembered, at 24 bytes and their share of the table each.
pub const REMEMBERED_LINKS: usize = 1_000_000;

/// How long a link isn't told again.
pub const TOLD_FOR_MS: Ms = 10 * MINUTE_MS;

/// Where an event goes, and what is told with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub key: Text,
    pub messages: Vec<Message>,
}

/// Remembers which links were told.
#[derive(Debug)]
pub struct Router {
    told: Told,
    /// Of the open batch, by the hash of the weak id.
    open: HashMap<u64, Option<Last>>,
}

impl Default for Router {
    fn default() -> Self {
        Self::new(REMEMBERED_LINKS)
    }
}

impl Router {
    #[must_use]
    pub fn new(remembered_links: usize) -> Self {
        Self { told: Told::new(remembered_links), open: HashMap::default() }
    }

    /// Where an event goes; `None`: it has no usable id.
    pub fn route(&mut self, event: &Sighting<'_>, rules: Rules<'_>) -> Option<Route> {
        let usable = usable(event.said, rules);
        let key = usable.iter().map(|(id, _)| id).min()?;
        let mut messages = Vec::new();
        if event.said.detaches {
            for message in detach(&usable, event.time_ms, rules) {
                self.open.insert(hash64(message.to.as_bytes()), None);
                messages.push(message);
            }
        } else {
            let alias = alias(event.said, rules);
            // An alias says more of its ids than that both are there.
            let evidence =
                usable.iter().filter(|(id, links)| *links && alias.is_none_or(|(weak, _)| id != weak)).map(|(id, _)| id);
            self.tell_of(&evidence.collect::<Vec<_>>(), event.time_ms, &mut messages, rules);
        }
        messages.extend(besides(event, key, &usable, rules));
        Some(Route { key: rules.types.text(key), messages })
    }

    /// Links of all ids that are evidence to the smallest of them.
    fn tell_of(&mut self, evidence: &[&Id], time_ms: Ms, messages: &mut Vec<Message>, rules: Rules<'_>) {
        let Some(strongest) = evidence.iter().min() else { return };
        let target = rules.types.text(strongest);
        for weak in evidence.iter().filter(|id| *id != strongest) {
            let own = rules.types.text(weak);
            if self.is_news(&own, &target, time_ms) {
                let link = Link { target: target.clone(), at_ms: time_ms, cause: LinkCause::Event };
                messages.push(Message::new(own, Body::Link(link)));
            }
        }
    }

    /// Whether a link wasn't told lately; then it is, with the open batch.
    fn is_news(&mut self, own: &str, target: &str, time_ms: Ms) -> bool {
        let (own, target) = (hash64(own.as_bytes()), hash64(target.as_bytes()));
        let last = match self.open.get(&own) {
            Some(last) => *last,
            None => self.told.get(own),
        };
        // A device that changes hands is told of at once.
        let is_news = last.is_none_or(|last| last.target != target || time_ms.saturating_sub(last.at_ms) >= TOLD_FOR_MS);
        if is_news {
            self.open.insert(own, Some(Last { target, at_ms: time_ms }));
        }
        is_news
    }

    /// What was told since the last commit is committed.
    pub fn committed(&mut self) {
        #[allow(clippy::iter_over_hash_type, reason = "each is of another id")]
        for (own, last) in self.open.drain() {
            self.told.set(own, last);
        }
    }

    /// What was told since the last commit was not.
    pub fn aborted(&mut self) {
        self.open.clear();
    }

    /// How many links are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.told.young.len() + self.told.old.len()
    }
}

/// The last target of an id, and when it was told.
#[derive(Debug, Clone, Copy)]
struct Last {
    target: u64,
    at_ms: Ms,
}

/// Two generations: when the younger is full, the older is forgotten.
#[derive(Debug)]
struct Told {
    young: HashMap<u64, Last>,
    old: HashMap<u64, Last>,
    of_each: usize,
}

impl Told {
    fn new(most: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), of_each: (most / 2).max(1) }
    }

    fn get(&self, own: u64) -> Option<Last> {
        self.young.get(&own).or_else(|| self.old.get(&own)).copied()
    }

    fn set(&mut self, own: u64, last: Option<Last>) {
        self.old.remove(&own);
        let Some(last) = last else {
            self.young.remove(&own);
            return;
        };
        if self.young.len() >= self.of_each && !self.young.contains_key(&own) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(own, last);
    }
}

/// Ids of an event that are not blocked.
fn usable<'a>(said: &'a SaidIds, rules: Rules<'_>) -> Vec<&'a (Id, bool)> {
    said.ids.iter().filter(|(id, _)| is_usable(id, rules)).collect()
}

fn is_usable(id: &Id, rules: Rules<'_>) -> bool {
    !rules.blocked.has(&rules.types.text(id))
}

/// The ids of an alias, the weaker one first.
fn alias<'a>(said: &'a SaidIds, rules: Rules<'_>) -> Option<(&'a Id, &'a Id)> {
    let (one, other) = said.alias.as_ref().map(|(one, other)| (one, other))?;
    if one == other || !is_usable(one, rules) || !is_usable(other, rules) {
        return None;
    }
    Some(if one > other { (one, other) } else { (other, one) })
}

/// Whoever used the devices of the event does so no more.
fn detach<'a>(usable: &'a [&(Id, bool)], time_ms: Ms, rules: Rules<'a>) -> impl Iterator<Item = Message> + 'a {
    let devices = usable.iter().map(|(id, _)| id).filter(move |id| rules.class(id) == IdClass::Device);
    let unlink = move || Body::Unlink(Unlink { at_ms: time_ms, of: Holder::default() });
    devices.map(move |device| Message::new(rules.types.text(device), unlink()))
}

/// What an event tells besides links: its alias, and what it says of an address whose reader isn't its prospect by name.
fn besides(event: &Sighting<'_>, key: &Id, usable: &[&(Id, bool)], rules: Rules<'_>) -> Vec<Message> {
    let text = |id: &Id| rules.types.text(id);
    let mut messages = Vec::new();
    if let Some((weak, strong)) = alias(event.said, rules) {
        let link = Link { target: text(strong), at_ms: event.time_ms, cause: LinkCause::Alias };
        messages.push(Message::new(text(weak), Body::Link(link)));
    }
    if let Some(state) = event.consent {
        let fact = ConsentFact { state, at_ms: event.time_ms };
        let others = usable.iter().map(|(id, _)| id).filter(|id| rules.class(id) == IdClass::Address && *id != key);
        messages.extend(others.map(|address| Message::new(text(address), Body::Consent(fact))));
    }
    messages
}

/// What the engine tells of an event that came without a router, keyed by the prospect: the prospect's own record remembers.
#[must_use]
pub fn links_of_direct(identity: &mut Identity, own: &str, event: &Sighting<'_>, rules: Rules<'_>) -> Vec<Effect> {
    let Some(key) = rules.id(own).filter(|_| !rules.blocked.has(own)) else { return Vec::new() };
    let usable = usable(event.said, rules);
    let mut effects: Vec<Effect> = besides(event, &key, &usable, rules).into_iter().map(Effect::Send).collect();
    if event.said.detaches {
        effects.extend(detach(&usable, event.time_ms, rules).map(Effect::Send));
        identity.names.retain(|name| rules.id(&name.id).is_none_or(|id| rules.class(&id) != IdClass::Device));
        return effects;
    }
    let time_ms = event.time_ms;
    let mut told = Vec::new();
    for link in weaker(event.said, &key, &usable, rules) {
        let weak = rules.types.text(link);
        let last_ms = identity.names.iter().find(|name| name.id == weak).map_or(0, |name| name.linked_ms);
        if last_ms != 0 && time_ms.saturating_sub(last_ms) < TOLD_FOR_MS {
            continue;
        }
        told.push(Name { id: weak.clone(), rank: rules.types.rank(link.kind()), since_ms: time_ms, linked_ms: time_ms });
        let link = Link { target: own.into(), at_ms: time_ms, cause: LinkCause::Event };
        effects.push(Effect::Send(Message::new(weak, Body::Link(link))));
    }
    effects.extend(take_names(identity, own, told, rules));
    effects
}

/// The same where the key itself points to another: what is weaker is theirs. Nothing remembers what was told.
#[must_use]
pub fn links_on_the_way(own: &str, holder: &str, event: &Sighting<'_>, rules: Rules<'_>) -> Vec<Effect> {
    let Some(key) = rules.id(own) else { return Vec::new() };
    let usable = usable(event.said, rules);
    let mut messages = besides(event, &key, &usable, rules);
    if event.said.detaches {
        messages.extend(detach(&usable, event.time_ms, rules));
    } else {
        let link = || Body::Link(Link { target: holder.into(), at_ms: event.time_ms, cause: LinkCause::Event });
        messages.extend(weaker(event.said, &key, &usable, rules).map(|weak| Message::new(rules.types.text(weak), link())));
    }
    messages.into_iter().map(Effect::Send).collect()
}

/// Ids of an event that are weaker than its key, where both are evidence. What an alias says of its ids is more.
fn weaker<'a>(
    said: &'a SaidIds,
    key: &'a Id,
    usable: &'a [&'a (Id, bool)],
    rules: Rules<'_>,
) -> impl Iterator<Item = &'a Id> + 'a {
    let is_evidence = said.ids.iter().all(|(id, links)| id != key || *links);
    let of_alias = alias(said, rules).map(|(weak, _)| weak);
    let weaker = move |(id, links): &&'a (Id, bool)| is_evidence && *links && id > key && of_alias != Some(id);
    usable.iter().copied().filter(weaker).map(|(id, _)| id)
}
