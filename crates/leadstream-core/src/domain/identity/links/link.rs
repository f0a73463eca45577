//! What an id does that is told whom it stands for.

use super::super::message::{Body, ConsentFact, Link, LinkCause, Message, Move, hash};
use super::super::record::{Conflict, Counted, Effect, Outcome, Record};
use super::super::rules::{Rules, clash};
use super::super::types::IdClass;
use super::outcome::{points, residue, unchanged};
use crate::domain::state::identity::{Claim, Device, DeviceUser, Forward, Identity, MAX_HOLDERS, MAX_USERS, Name, Users};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::consent::ConsentState;
use crate::domain::{Ms, Text};

/// A link, and what both of its ids are.
struct Asked<'a> {
    own: &'a str,
    own_rank: u8,
    own_class: IdClass,
    target: Text,
    target_class: IdClass,
    at_ms: Ms,
    cause: LinkCause,
}

impl Asked<'_> {
    /// The target is a user, and this a device of theirs.
    fn is_login(&self) -> bool {
        self.own_class == IdClass::Device && self.target_class == IdClass::Exclusive
    }

    fn claim(&self) -> Claim {
        Claim { id: self.target.clone(), at_ms: self.at_ms }
    }

    fn own_name(&self) -> Name {
        Name { id: self.own.into(), rank: self.own_rank, since_ms: self.at_ms, linked_ms: 0 }
    }

    /// Tells the target of its new name, with the prospect that was there.
    fn tell(&self, prospect: Option<Box<Prospect>>, names: Vec<Name>) -> Effect {
        let moved = Move { from: self.own.into(), at_ms: self.at_ms, prospect, names, cause: self.cause.clone() };
        Effect::Send(Message::new(self.target.clone(), Body::Move(Box::new(moved))))
    }

    fn conflict(&self, kept: &str) -> Effect {
        Effect::Conflict(Conflict { id: self.own.into(), kept: kept.into(), refused: self.target.clone(), at_ms: self.at_ms })
    }
}

/// An id is told that it is somebody's.
#[must_use]
pub fn on_link(record: Option<Record>, own: &str, link: Link, rules: Rules<'_>) -> Outcome {
    let Some((id, target)) = rules.id(own).zip(rules.id(&link.target)) else { return unchanged(record, Counted::NoId) };
    if target >= id {
        return unchanged(record, Counted::NotSmaller);
    }
    if rules.blocked.has(own) || rules.blocked.has(&link.target) {
        return unchanged(record, Counted::Blocked);
    }
    let asked = Asked {
        own,
        own_rank: rules.types.rank(id.kind()),
        own_class: rules.class(&id),
        target_class: rules.class(&target),
        target: link.target,
        at_ms: link.at_ms,
        cause: link.cause,
    };
    if let LinkCause::Shortcut(from) = &asked.cause {
        return shorten(record, from, &asked, rules);
    }
    // A user is somebody of their own, whatever they share with whom.
    let is_allowed = asked.target_class == IdClass::Exclusive && asked.cause == LinkCause::Alias && rules.limits.user_aliases;
    if asked.own_class == IdClass::Exclusive && !is_allowed {
        let effects = vec![asked.conflict(own)];
        return Outcome { record, effects };
    }
    match record {
        None => give(None, &asked, rules),
        Some(Record::Prospect(prospect)) => on_prospect(prospect, &asked, rules),
        Some(Record::Forward(forward)) => on_forward(forward, &asked, rules),
    }
}

fn on_prospect(prospect: Box<Prospect>, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    let identity = prospect.extras.as_ref().map(|extras| &*extras.identity);
    let refused = if identity.is_some_and(|identity| identity.device.shared) {
        Some(Counted::Shared)
    } else if identity.is_some_and(|identity| identity.is_crowded(asked.at_ms)) {
        Some(Counted::Crowded)
    } else if identity.is_some_and(|identity| identity.device.detached_ms.is_some_and(|at_ms| at_ms >= asked.at_ms)) {
        Some(Counted::Older)
    } else {
        prospect.erasure().filter(|erasure| erasure.before_ms >= asked.at_ms).map(|_| Counted::Erased)
    };
    match refused {
        Some(why) => unchanged(Some(Record::Prospect(prospect)), why),
        None => give(Some(prospect), asked, rules),
    }
}

/// The id points to the target from now on, and what was there goes to it.
fn give(mut prospect: Option<Box<Prospect>>, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    let extras = prospect.as_mut().and_then(|prospect| prospect.extras.as_mut());
    let (identity, erasure) =
        extras.map_or_else(Default::default, |extras| (std::mem::take(&mut extras.identity), extras.erasure.take()));
    let Identity { mut names, crowded_until_ms: _, device } = (*identity).clone();
    let consent = prospect.as_ref().filter(|_| asked.own_class == IdClass::Address).map(|prospect| prospect.consent);
    let mut forward = Forward {
        to: std::iter::once(asked.claim()).collect(),
        first_ms: asked.at_ms,
        refreshed_ms: asked.at_ms,
        users: device.users,
        consent: consent.unwrap_or_default(),
        erasure,
    };
    if asked.is_login() && is_shared_with(&mut forward.users, &asked.target, asked.at_ms, rules.limits.shared_within_ms) {
        let mut prospect = prospect.unwrap_or_default();
        let extras = prospect.extras_mut();
        extras.identity =
            Identity { names, crowded_until_ms: None, device: Device { users: forward.users, shared: true, detached_ms: None } }
                .into();
        extras.erasure = forward.erasure;
        return unchanged(Some(Record::Prospect(prospect)), Counted::BecameShared);
    }
    names.push(asked.own_name());
    let effects = vec![asked.tell(prospect.filter(|prospect| !is_nothing(prospect)), names)];
    points(forward, effects)
}

/// Nothing is known but who it is.
fn is_nothing(prospect: &Prospect) -> bool {
    let has_extras = prospect.extras.as_ref().is_some_and(|extras| !extras.is_empty());
    !has_extras && *prospect == Prospect { extras: prospect.extras.clone(), ..Prospect::default() }
}

fn on_forward(mut forward: Forward, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    if forward.erasure.is_some_and(|erasure| erasure.before_ms >= asked.at_ms) {
        return unchanged(Some(Record::Forward(forward)), Counted::Erased);
    }
    // Whoever is blocked is nobody.
    forward.to.retain(|claim| !rules.blocked.has(&claim.id));
    if forward.to.is_empty() {
        return claim_anew(forward, asked, rules);
    }
    if let Some(at) = forward.to.iter().position(|claim| claim.id == asked.target) {
        refresh(&mut forward, at, asked, rules);
        return points(forward, Vec::new());
    }
    // What a user points to are aliases: they are one person, whatever they are. What several people use proves nothing of a third.
    let (is_alias, is_of_many) = (asked.own_class == IdClass::Exclusive, is_disputed(&forward));
    let joins = |claim: &Claim| {
        let class = rules.id(&claim.id).map(|id| rules.class(&id));
        is_alias || !is_of_many && class.is_some_and(|class| !clash(class, asked.target_class))
    };
    match forward.to.iter().position(joins) {
        Some(at) => join(forward, at, asked, rules),
        None => on_clash(forward, asked, rules),
    }
}

/// It points to somebody again.
fn claim_anew(mut forward: Forward, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    forward.refreshed_ms = forward.refreshed_ms.max(asked.at_ms);
    if asked.is_login() && is_shared_with(&mut forward.users, &asked.target, asked.at_ms, rules.limits.shared_within_ms) {
        return share(forward);
    }
    forward.to.push(asked.claim());
    points(forward, vec![asked.tell(None, vec![asked.own_name()])])
}

/// Several people use it, or did so lately.
pub(super) fn is_disputed(forward: &Forward) -> bool {
    forward.to.len() > 1 || forward.users.len() > 1
}

/// A link that is known is kept as it is for a day, unless somebody else claims the id: then the newest counts.
fn refresh(forward: &mut Forward, at: usize, asked: &Asked<'_>, rules: Rules<'_>) {
    let from_ms = if is_disputed(forward) { 1 } else { rules.limits.refresh_after_ms };
    let Some(claim) = forward.to.get_mut(at).filter(|claim| asked.at_ms.saturating_sub(claim.at_ms) >= from_ms) else { return };
    claim.at_ms = asked.at_ms;
    forward.refreshed_ms = forward.refreshed_ms.max(asked.at_ms);
    if let Some(user) = forward.users.iter_mut().find(|user| user.hash == hash(&asked.target)) {
        user.at_ms = user.at_ms.max(asked.at_ms);
    }
    put_in_order(&mut forward.to, rules);
}

/// Both are one person: the larger of them is told of the smaller, to which this one points.
fn join(mut forward: Forward, at: usize, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    if asked.is_login() && is_shared_with(&mut forward.users, &asked.target, asked.at_ms, rules.limits.shared_within_ms) {
        return share(forward);
    }
    let Some(known) = forward.to.get(at).cloned() else { return points(forward, Vec::new()) };
    // Both are known from the later of both on, whichever was read first.
    let at_ms = known.at_ms.max(asked.at_ms);
    let (larger, smaller) = rules.ordered(known.id, asked.target.clone());
    if let Some(claim) = forward.to.get_mut(at) {
        *claim = Claim { id: smaller.clone(), at_ms };
    }
    forward.refreshed_ms = forward.refreshed_ms.max(at_ms);
    put_in_order(&mut forward.to, rules);
    let cause = if asked.own_class == IdClass::Exclusive { LinkCause::Alias } else { LinkCause::Join };
    let mut effects = Vec::new();
    if smaller == asked.target {
        // The other one may refuse to go to it, with the names that it has.
        effects.push(asked.tell(None, vec![asked.own_name()]));
    }
    effects.push(Effect::Send(Message::new(larger, Body::Link(Link { target: smaller, at_ms, cause }))));
    points(forward, effects)
}

/// It points to one, and another one claims it.
fn on_clash(mut forward: Forward, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    match asked.own_class {
        IdClass::Address => hold_too(forward, asked, rules),
        IdClass::Joining if asked.target_class != IdClass::Exclusive => follow_newest(forward, asked, rules),
        IdClass::Joining | IdClass::Exclusive => {
            let kept = forward.to.first().map_or("", |claim| &claim.id);
            let effects = vec![asked.conflict(kept)];
            points(forward, effects)
        }
        IdClass::Device => {
            let within_ms = rules.limits.shared_within_ms;
            if asked.is_login() && is_shared_with(&mut forward.users, &asked.target, asked.at_ms, within_ms) {
                return share(forward);
            }
            follow_newest(forward, asked, rules)
        }
    }
}

/// The newest link counts; of two of one instant the smaller target, so that the order of arrival decides nothing.
fn follow_newest(mut forward: Forward, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    let mut claims = std::mem::take(&mut forward.to);
    claims.push(asked.claim());
    put_in_order(&mut claims, rules);
    claims.truncate(1);
    forward.to = claims;
    if forward.to.first().is_none_or(|claim| claim.id != asked.target) {
        return points(forward, vec![Effect::Count(Counted::Older)]);
    }
    forward.refreshed_ms = forward.refreshed_ms.max(asked.at_ms);
    points(forward, vec![asked.tell(None, vec![asked.own_name()])])
}

/// Several people read one address: what was said of it is true for each of them.
fn hold_too(mut forward: Forward, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    forward.to.push(asked.claim());
    put_in_order(&mut forward.to, rules);
    forward.to.truncate(MAX_HOLDERS);
    if forward.to.iter().all(|claim| claim.id != asked.target) {
        return points(forward, vec![Effect::Count(Counted::Older)]);
    }
    forward.refreshed_ms = forward.refreshed_ms.max(asked.at_ms);
    let mut effects = vec![asked.tell(None, vec![asked.own_name()])];
    if forward.consent.state != ConsentState::Open {
        let at_ms = forward.consent.since_ms.unwrap_or(asked.at_ms);
        let fact = ConsentFact { state: forward.consent.state, at_ms };
        effects.push(Effect::Send(Message::new(asked.target.clone(), Body::Consent(fact))));
    }
    points(forward, effects)
}

/// Whom it points to has itself gone to the target: the next event takes one way less.
fn shorten(record: Option<Record>, from: &str, asked: &Asked<'_>, rules: Rules<'_>) -> Outcome {
    let Some(Record::Forward(mut forward)) = record else { return unchanged(record, Counted::Nothing) };
    let Some(at) = forward.to.iter().position(|claim| claim.id == from) else {
        return unchanged(Some(Record::Forward(forward)), Counted::Nothing);
    };
    let gone = forward.to.remove(at);
    match forward.to.iter_mut().find(|claim| claim.id == asked.target) {
        Some(claim) => claim.at_ms = claim.at_ms.max(gone.at_ms),
        None => forward.to.push(Claim { id: asked.target.clone(), ..gone }),
    }
    put_in_order(&mut forward.to, rules);
    // Both are one user.
    if let Some(user) = forward.users.iter().position(|user| user.hash == hash(from)) {
        let user = forward.users.remove(user);
        is_shared_with(&mut forward.users, &asked.target, user.at_ms, rules.limits.shared_within_ms);
    }
    points(forward, Vec::new())
}

/// Remembers a user of a device; whether those of the time make it a shared one.
fn is_shared_with(users: &mut Users, user: &str, at_ms: Ms, within_ms: Ms) -> bool {
    let hash = hash(user);
    match users.iter_mut().find(|user| user.hash == hash) {
        Some(user) => user.at_ms = user.at_ms.max(at_ms),
        None => users.push(DeviceUser { hash, at_ms }),
    }
    let newest_ms = users.iter().map(|user| user.at_ms).max().unwrap_or(at_ms);
    users.retain(|user| newest_ms.saturating_sub(user.at_ms) < within_ms);
    users.sort_unstable_by_key(|user| (std::cmp::Reverse(user.at_ms), user.hash));
    users.truncate(MAX_USERS);
    users.len() == MAX_USERS
}

/// A device of many is nobody's: what it does without a name makes a prospect of its own, which is given to none of them.
fn share(forward: Forward) -> Outcome {
    let mut record = residue(forward).unwrap_or_default();
    record.extras_mut().identity.device.shared = true;
    unchanged(Some(Record::Prospect(record)), Counted::BecameShared)
}

/// The newest first; of one instant the smaller id.
fn put_in_order(claims: &mut [Claim], rules: Rules<'_>) {
    claims.sort_by_cached_key(|claim| (std::cmp::Reverse(claim.at_ms), rules.id(&claim.id)));
}
