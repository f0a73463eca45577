//! When somebody was here, and how often.

use crate::domain::Ms;
use crate::domain::state::checkout::Attempt;
use crate::domain::state::prospect::Prospect;

/// The times of a prospect.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub first_seen_ms: Ms,
    pub last_seen_ms: Ms,
    pub last_activity_ms: Option<Ms>,
    pub last_cart_activity_ms: Option<Ms>,
    pub sessions: u32,
}

impl Times {
    pub(super) fn of(prospect: &Prospect) -> Self {
        let Prospect { first_seen_ms, last_seen_ms, last_activity_ms, last_cart_activity_ms, sessions, .. } = *prospect;
        Self { first_seen_ms, last_seen_ms, last_activity_ms, last_cart_activity_ms, sessions }
    }

    pub(super) fn is_newer_than(&self, other: &Self) -> bool {
        self.last_seen_ms > other.last_seen_ms
    }
}

/// Visits are added up; the one in which somebody gave a name is one visit, though both names were seen in it.
pub(super) fn merge(into: &mut Prospect, from: &Times, session_gap_ms: Ms) {
    let is_one_visit = into
        .last_activity_ms
        .zip(from.last_activity_ms)
        .is_some_and(|(own_ms, their_ms)| own_ms.abs_diff(their_ms) <= session_gap_ms.unsigned_abs());
    into.first_seen_ms = into.first_seen_ms.min(from.first_seen_ms);
    into.last_seen_ms = into.last_seen_ms.max(from.last_seen_ms);
    into.last_activity_ms = into.last_activity_ms.max(from.last_activity_ms);
    into.last_cart_activity_ms = into.last_cart_activity_ms.max(from.last_cart_activity_ms);
    into.sessions = into.sessions.saturating_add(from.sessions).saturating_sub(u32::from(is_one_visit));
}

/// The newer attempt at the checkout. It goes on if it is of the visit that was seen last.
pub(super) fn checkout(own: (Option<Attempt>, &Times), theirs: (Option<Attempt>, &Times), sessions: u32) -> Option<Attempt> {
    let renumbered = |(attempt, times): (Option<Attempt>, &Times), other: &Times| {
        let attempt = attempt?;
        let is_current = attempt.visit == times.sessions && times.last_activity_ms >= other.last_activity_ms;
        Some(Attempt { visit: if is_current { sessions } else { 0 }, ..attempt })
    };
    let (one, other) = (renumbered(own, theirs.1), renumbered(theirs, own.1));
    let is_newer = |one: Attempt, other: Attempt| (one.since_ms, one.step) >= (other.since_ms, other.step);
    match (one, other) {
        (Some(one), Some(other)) => Some(if is_newer(one, other) { one } else { other }),
        (one, other) => one.or(other),
    }
}
