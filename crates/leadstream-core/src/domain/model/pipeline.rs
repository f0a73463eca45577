//! Which stages of a model are open opportunities, and which one is won: what velocity and forecast are computed from.
//!
//! Which they are, [`super::won`] finds out. A report may name others.

use crate::domain::Ms;
use crate::domain::model::axis::{AxisModel, Pipeline};
use crate::domain::model::won::{Places, WonModel};
use crate::domain::state::track::{Opening, PastStage, StagePosition};
use crate::domain::terms::movement::Cause;
use crate::domain::terms::per_axis::PerAxis;

/// What a model says, by its numbers.
#[must_use]
pub fn of(won: &WonModel) -> Option<Pipeline> {
    let Places { axis, open, won, .. } = won.places?;
    let number = |stage: usize| u8::try_from(stage + 1).ok();
    Some(Pipeline { axis, open: number(open)?, won: number(won)? })
}

/// A stage on somebody's way: its number (0: the model has none of this name any more), when it was entered, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    stage: u8,
    entered_ms: Ms,
    cause: Cause,
}

impl Stop {
    /// One that was left.
    #[must_use]
    pub fn past(axis: &AxisModel, past: &PastStage) -> Self {
        Self { stage: number(axis, past.stage_hash), entered_ms: past.entered_ms, cause: past.by.cause }
    }

    fn here(axis: &AxisModel, position: &StagePosition) -> Self {
        let found = axis.stages.iter().position(|stage| *stage == position.stage);
        let stage = found.and_then(|n| u8::try_from(n + 1).ok()).unwrap_or(0);
        Self { stage, entered_ms: position.entered_ms, cause: position.by.cause }
    }
}

fn number(axis: &AxisModel, hash: u32) -> u8 {
    axis.hashes.iter().position(|known| *known == hash).and_then(|n| u8::try_from(n + 1).ok()).unwrap_or(0)
}

impl Pipeline {
    /// Whether somebody at this stage is an open opportunity.
    #[must_use]
    pub fn is_open(&self, stage: u8) -> bool {
        (self.open..self.won).contains(&stage)
    }

    /// One stage further on the way. An order that came to nothing never closed the opportunity.
    #[must_use]
    pub fn after(self, before: Opening, stop: Stop) -> Opening {
        let Opening { since_ms, won_ms } = before;
        if stop.stage >= self.won {
            // A sale to somebody who was disqualified: what was open before was lost then.
            let is_lost = stop.cause == Cause::ReEntered && won_ms.is_none();
            return Opening { since_ms: since_ms.filter(|_| !is_lost), won_ms: won_ms.or(Some(stop.entered_ms)) };
        }
        if !self.is_open(stop.stage) {
            return Opening::default();
        }
        // It was lost before, or won and bought: it begins again.
        let is_new = stop.cause == Cause::ReEntered || won_ms.is_some() && stop.cause != Cause::OrderReversed;
        Opening { since_ms: since_ms.filter(|_| !is_new).or(Some(stop.entered_ms)), won_ms: None }
    }

    /// What is known before the stage of a position was entered.
    fn before(self, axis: &AxisModel, position: &StagePosition) -> Opening {
        let forgotten = position.opening.as_deref().copied().unwrap_or_default();
        position.history.iter().fold(forgotten, |opening, past| self.after(opening, Stop::past(axis, past)))
    }

    /// The newest opportunity of somebody who stands here.
    #[must_use]
    pub fn opening(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> Opening {
        let axis = &axes[self.axis];
        self.after(self.before(axis, position), Stop::here(axis, position))
    }

    /// Since when somebody who stands here has been an open opportunity; `None`: is none.
    #[must_use]
    pub fn open_since_ms(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> Option<Ms> {
        let here = self.opening(axes, position);
        here.since_ms.filter(|_| here.won_ms.is_none())
    }

    /// The same of somebody who has just left the pipeline: as of the stage before this one.
    #[must_use]
    pub fn was_open_since_ms(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> Option<Ms> {
        let before = self.before(&axes[self.axis], position);
        before.since_ms.filter(|_| before.won_ms.is_none())
    }

    /// Whether somebody who has just come back had won before.
    #[must_use]
    pub fn had_won(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> bool {
        self.before(&axes[self.axis], position).won_ms.is_some()
    }

    /// Whether an event led somebody back who had won, and nothing has led there since.
    #[must_use]
    pub fn has_left(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> bool {
        let axis = &axes[self.axis];
        let here = Stop::here(axis, position);
        let mut way = std::iter::once(here).chain(position.history.iter().rev().map(|past| Stop::past(axis, past)));
        let mut next: Option<Stop> = None;
        let won = way.find(|stop| {
            let is_won = stop.stage >= self.won;
            if !is_won {
                next = Some(*stop);
            }
            is_won
        });
        won.is_some() && next.is_some_and(|next| next.cause == Cause::Event)
    }

    /// What was known of the opportunity when the order stood that has just come to nothing, and when it was moved back for
    /// that. The same event may have moved it on since: what sales lost.
    #[must_use]
    pub fn until_reversal(&self, axes: &PerAxis<AxisModel>, position: &StagePosition) -> (Opening, Ms) {
        let axis = &axes[self.axis];
        let (mut opening, mut found) = (position.opening.as_deref().copied().unwrap_or_default(), None);
        let way = position.history.iter().map(|past| Stop::past(axis, past));
        for stop in way.chain([Stop::here(axis, position)]) {
            if stop.cause == Cause::OrderReversed {
                found = Some((opening, stop.entered_ms));
            }
            opening = self.after(opening, stop);
        }
        found.unwrap_or_else(|| (self.before(axis, position), position.entered_ms))
    }
}

#[cfg(test)]
mod tests {

    use crate::domain::Ms;
    use crate::domain::ids::name_hash;
    use crate::domain::model::Model;
    use crate::domain::model::axis::{AxisModel, Pipeline};
    use crate::domain::state::track::{EnteredBy, Opening, PastStage, StagePosition};
    use crate::domain::terms::movement::{Axis, Cause};
    use crate::domain::terms::per_axis::PerAxis;

    /// A position after this way: stage, time and cause each, the last one is where it stands.
    fn at(way: &[(&str, Ms, Cause)]) -> StagePosition {
        let (stage, entered_ms, cause) = *way.last().unwrap();
        let past = |(stage, entered_ms, cause): &(&str, Ms, Cause)| PastStage {
            stage_hash: name_hash(stage),
            entered_ms: *entered_ms,
            by: EnteredBy::time(*cause),
        };
        StagePosition {
            stage: stage.into(),
            entered_ms,
            stale_at_ms: None,
            by: EnteredBy::time(cause),
            history: way[..way.len() - 1].iter().map(past).collect(),
            journeys: None,
            opening: None,
        }
    }

    #[test]
    fn a_customer_has_left_when_an_event_says_so() {
        let stages = ["looks", "asks", "buys", "stays"];
        let axis =
            AxisModel { stages: stages.map(Into::into).to_vec(), hashes: stages.map(name_hash).to_vec(), ..AxisModel::default() };
        let model = Model { axes: PerAxis { journey: axis, ..PerAxis::default() }, ..Model::default() };
        let pipeline = Pipeline { axis: Axis::Journey, open: 2, won: 3 };
        let left = |way: &[(&str, Ms, Cause)]| pipeline.has_left(&model.axes, &at(way));
        let event = Cause::Event;
        assert!(left(&[("buys", 1, event), ("looks", 5, event)]));
        assert!(left(&[("buys", 1, event), ("stays", 3, event), ("looks", 5, event), ("asks", 9, event)]), "and asks again");
        assert!(!left(&[("looks", 1, event), ("asks", 5, event)]), "never was one");
        assert!(!left(&[("buys", 1, event), ("looks", 5, event), ("buys", 9, event)]), "and bought again");
        assert!(!left(&[("buys", 1, event), ("looks", 5, Cause::NextJourney), ("asks", 9, event)]), "the next journey");
        assert!(!left(&[("buys", 1, event), ("looks", 5, Cause::Stale)]), "was silent");
    }

    #[test]
    fn an_opportunity_is_open_since_it_came_into_the_pipeline_whatever_happened_in_it() {
        let stages = ["looks", "asks", "decides", "buys", "stays"];
        let axis =
            AxisModel { stages: stages.map(Into::into).to_vec(), hashes: stages.map(name_hash).to_vec(), ..AxisModel::default() };
        let model = Model { axes: PerAxis { journey: axis, ..PerAxis::default() }, ..Model::default() };
        let pipeline = Pipeline { axis: Axis::Journey, open: 2, won: 4 };
        let open = |way: &[(&str, Ms, Cause)]| pipeline.open_since_ms(&model.axes, &at(way));
        let (event, reversed) = (Cause::Event, Cause::OrderReversed);
        assert_eq!(open(&[("looks", 1, event)]), None);
        assert_eq!(open(&[("looks", 1, event), ("asks", 5, event), ("decides", 9, event), ("asks", 12, Cause::Stale)]), Some(5));
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event)]), None);
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event), ("asks", 20, event)]), Some(20), "the next one");
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event), ("stays", 10, event), ("asks", 20, reversed)]), Some(5));
        assert_eq!(open(&[("asks", 5, event), ("asks", 20, Cause::ReEntered), ("decides", 30, event)]), Some(20));
        assert_eq!(open(&[("gone", 2, event), ("asks", 5, event)]), Some(5), "a stage that the model has no more");
        let won = at(&[("asks", 5, event), ("decides", 7, event), ("buys", 9, event)]);
        assert_eq!(pipeline.was_open_since_ms(&model.axes, &won), Some(5));
        let back = at(&[("asks", 5, event), ("buys", 9, event), ("stays", 10, event), ("asks", 20, reversed)]);
        let known = (Opening { since_ms: Some(5), won_ms: Some(9) }, 20);
        assert_eq!(pipeline.until_reversal(&model.axes, &back), known);
        let lost = at(&[("asks", 5, event), ("buys", 9, event), ("asks", 20, reversed), ("looks", 20, event)]);
        assert_eq!(pipeline.until_reversal(&model.axes, &lost), known, "the same event says that it is lost");
        let anew = at(&[("asks", 5, event), ("buys", 30, Cause::ReEntered), ("asks", 40, reversed)]);
        let known = (Opening { since_ms: None, won_ms: Some(30) }, 40);
        assert_eq!(pipeline.until_reversal(&model.axes, &anew), known, "it was lost when it was disqualified");
    }
}
