//! One journey after the other: a purchase closes a journey, and what the buyer does after that visit begins the next one.
//!
//! What is done within the same visit still belongs to the journey that was closed: the page of thanks, a look at the order.

use crate::domain::Ms;
use crate::domain::model::{AxisModel, MAX_STAGES};
use crate::domain::state::track::{Journeys, PastJourney, StagePosition, Track};
use crate::domain::terms::movement::{Axis, Cause};

/// What an event means to a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// It is older than the journey.
    Before,
    Open,
    /// The journey is closed, and the visit over: it begins the next one, if it leads anywhere.
    Next,
}

pub(super) fn look(model: &AxisModel, position: Option<&StagePosition>, at_ms: Ms, session_gap_ms: Ms) -> Look {
    let Some(position) = position.filter(|_| model.is_closed_by_something()) else { return Look::Open };
    let journeys = position.journeys.as_deref();
    if journeys.is_some_and(|journeys| journeys.number() > 1 && at_ms < journeys.began_ms) {
        return Look::Before;
    }
    match closed_ms(model, position) {
        Some(closed_ms) if at_ms > closed_ms.saturating_add(session_gap_ms) => Look::Next,
        _ => Look::Open,
    }
}

/// When the journey was closed. Before journeys were counted it was by what brought the prospect into its stage.
#[must_use]
pub fn closed_ms(model: &AxisModel, position: &StagePosition) -> Option<Ms> {
    if !model.is_closed_by_something() {
        return None;
    }
    if let Some(journeys) = &position.journeys {
        return journeys.closed_ms;
    }
    let by = position.by;
    (by.cause == Cause::Event && model.closing_marks.iter().any(|mark| by.is_by(*mark))).then_some(position.entered_ms)
}

/// The event closes the journey. One that is older than it closed another one.
pub(super) fn close(track: &mut Track, axis: Axis, at_ms: Ms) {
    let Some(position) = track.positions[axis].as_mut() else { return };
    let oldest_ms = position.history.first().map_or(position.entered_ms, |past| past.entered_ms);
    let journeys =
        position.journeys.get_or_insert_with(|| Box::new(Journeys { began_ms: oldest_ms.min(at_ms), ..Journeys::default() }));
    journeys.closed_ms = journeys.closed_ms.max(Some(at_ms));
    position.stale_at_ms = None;
}

/// The next journey begins.
pub(super) fn begin(track: &mut Track, axis: Axis, model: &AxisModel, at_ms: Ms) {
    let Some(position) = track.positions[axis].as_mut() else { return };
    let oldest_ms = position.history.first().map_or(position.entered_ms, |past| past.entered_ms);
    let closed_ms = closed_ms(model, position).unwrap_or(position.entered_ms);
    // As the stage that is entered says it.
    let began_ms = at_ms.max(position.entered_ms);
    let journeys = position.journeys.get_or_insert_with(|| Box::new(Journeys { began_ms: oldest_ms, ..Journeys::default() }));
    journeys.past.push(PastJourney { began_ms: journeys.began_ms, closed_ms });
    // One for each that can still be told from its stages.
    let surplus = journeys.past.len().saturating_sub(model.history.min(MAX_STAGES) + 1);
    journeys.past.drain(..surplus);
    journeys.forgotten = journeys.forgotten.saturating_add(u32::try_from(surplus).unwrap_or(0));
    (journeys.began_ms, journeys.closed_ms) = (began_ms, None);
}

#[cfg(test)]
mod tests {
    use crate::domain::state::track::{Journeys, PastJourney};

    fn three() -> Journeys {
        let past = |began_ms, closed_ms| PastJourney { began_ms, closed_ms };
        Journeys { began_ms: 50, closed_ms: Some(60), past: vec![past(0, 10), past(20, 30)], forgotten: 0 }
    }

    #[test]
    fn a_journey_that_only_one_order_closed_goes_on_in_the_next() {
        let mut journeys = three();
        assert_eq!(
            (journeys.number(), journeys.began_at(20), journeys.began_at(50), journeys.began_at(0)),
            (3, true, true, false)
        );
        journeys.reopen(30, |_, _| None);
        assert_eq!(journeys.past, [PastJourney { began_ms: 0, closed_ms: 10 }]);
        assert_eq!((journeys.number(), journeys.began_ms, journeys.closed_ms), (2, 20, Some(60)));
        journeys.reopen(60, |_, _| None);
        assert_eq!((journeys.number(), journeys.closed_ms), (2, None));
        journeys.reopen(10, |_, _| None);
        assert_eq!((journeys.number(), journeys.began_ms, journeys.began_at(0)), (1, 0, false));
    }

    #[test]
    fn another_order_that_stands_keeps_it_closed() {
        let mut journeys = three();
        journeys.reopen(30, |from, to| (from == 20 && to == 50).then_some(25));
        assert_eq!(journeys.past[1], PastJourney { began_ms: 20, closed_ms: 25 });
        journeys.reopen(60, |from, _| (from == 50).then_some(55));
        assert_eq!((journeys.number(), journeys.closed_ms), (3, Some(55)));
        let unchanged = journeys.clone();
        journeys.reopen(77, |_, _| None);
        assert_eq!(journeys, unchanged, "of an order that closed nothing");
    }
}
