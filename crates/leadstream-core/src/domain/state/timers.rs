//! The deadlines of a prospect: fields of its record, in one total order.

use crate::domain::Ms;
use crate::domain::state::account::Membership;
use crate::domain::state::lead::Lead;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::triggers::TriggerRecord;
use crate::domain::terms::movement::Axis;

/// What a timer does. The order is part of the total order of timers (deadline, prospect, kind): exactly once depends on it
/// being the same live, in replay and after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimerKind {
    /// A stage goes stale: track, axis.
    Stale(u8, Axis),
    /// The label of a track falls, or rises, with no event.
    LabelFalls(u8),
    /// The next step of a cart's series: index of the cart.
    CartStep(u16),
    /// A cart is forgotten: index of the cart.
    CartForgotten(u16),
    /// Somebody has to answer for a lead, or it ages.
    Lead,
    /// A trigger of absence is due: its index among the pending ones.
    Trigger(u16),
    /// A timer of an account.
    Account,
    /// Somebody who was disqualified comes back by itself: track.
    ReEntry(u8),
    /// The prospect is forgotten: see [`crate::domain::rules::forget`].
    Forgotten,
    /// What stays of an erasure goes.
    Erasure,
}

impl TimerKind {
    /// It leads to a mail, or asks somebody why there was no answer, so it waits while the task is behind (`catch_up = "hold"`):
    /// the order, or the answer, may be among what is not read yet.
    #[must_use]
    pub fn is_held(self) -> bool {
        matches!(self, Self::CartStep(_) | Self::Trigger(_) | Self::Lead)
    }
}

/// A deadline of a prospect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timer {
    pub deadline_ms: Ms,
    pub kind: TimerKind,
}

impl Prospect {
    /// The earliest timer; what leads to a mail is left out while it is held (`catch_up = "hold"` and the task is behind).
    #[must_use]
    pub fn next_timer(&self, hold: bool) -> Option<Timer> {
        self.timers().filter(|t| !(hold && t.kind.is_held())).min()
    }

    /// The earliest deadline, and the earliest one that is never held; `Ms::MAX` for none. Both in one
    /// pass, for every event.
    #[must_use]
    pub fn earliest_deadlines_ms(&self) -> (Ms, Ms) {
        self.timers().fold((Ms::MAX, Ms::MAX), |(all, others), timer| {
            (all.min(timer.deadline_ms), if timer.kind.is_held() { others } else { others.min(timer.deadline_ms) })
        })
    }

    /// All pending timers, in no particular order.
    pub fn timers(&self) -> impl Iterator<Item = Timer> + '_ {
        let stages = (0_u8..).zip(&self.tracks).flat_map(|(track_index, track)| {
            let stale = Axis::ALL.into_iter().filter_map(move |axis| {
                let deadline_ms = track.positions[axis].as_ref()?.stale_at_ms?;
                Some(Timer { deadline_ms, kind: TimerKind::Stale(track_index, axis) })
            });
            let falls =
                track.label_falls_at_ms.map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::LabelFalls(track_index) });
            let back = track.disqualified.as_ref().and_then(|out| out.back_at_ms);
            let back = back.map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::ReEntry(track_index) });
            stale.chain(falls).chain(back)
        });
        let carts = (0_u16..).zip(&self.carts).flat_map(|(index, cart)| {
            let step = cart.series.fire_at_ms.map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::CartStep(index) });
            let forget = cart.forget_at_ms.map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::CartForgotten(index) });
            step.into_iter().chain(forget)
        });
        let trigger = |(index, deadline_ms)| Timer { deadline_ms, kind: TimerKind::Trigger(index) };
        let extras = self.extras.as_deref().into_iter().flat_map(move |extras| {
            let timer = |kind| move |deadline_ms| Timer { deadline_ms, kind };
            let lead = extras.lead.get().and_then(Lead::due_ms).map(timer(TimerKind::Lead));
            let account = extras.account.get().and_then(Membership::due_ms).map(timer(TimerKind::Account));
            let triggers = (0_u16..).zip(extras.triggers.get().into_iter().flat_map(TriggerRecord::due_ms)).map(trigger);
            let erasure = extras.erasure.map(|erasure| erasure.until_ms).map(timer(TimerKind::Erasure));
            lead.into_iter().chain(account).chain(erasure).chain(triggers)
        });
        stages.chain(carts).chain(extras)
    }
}
