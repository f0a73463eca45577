//! Which stages of a model are open opportunities, and which one is won: what velocity and forecast are computed from.
//!
//! Which they are, [`super::won`] finds out. A report may be told otherwise.

use super::Model;
use super::won::{Places, WonModel};
use crate::domain::Ms;
use crate::domain::effect::{Axis, Cause};
use crate::domain::prospect::StagePosition;

/// Stages from `open` up to, not including, `won` are opportunities; numbered from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pipeline {
    pub axis: Axis,
    pub open: u8,
    pub won: u8,
}

/// What a model says, by its numbers.
#[must_use]
pub fn of(won: &WonModel) -> Option<Pipeline> {
    let Places { axis, open, won, .. } = won.places?;
    let number = |stage: usize| u8::try_from(stage + 1).ok();
    Some(Pipeline { axis, open: number(open)?, won: number(won)? })
}

/// A stage on somebody's way: its number (0: the model has none of this name any more), when it was entered, and by what.
#[derive(Debug, Clone, Copy)]
struct Stop {
    stage: u8,
    entered_ms: Ms,
    cause: Cause,
}

/// The way to a position, from its end: the stage of the position, then those left, as far back as the model keeps them.
fn way<'a>(model: &'a Model, axis: Axis, position: &'a StagePosition) -> impl Iterator<Item = Stop> + 'a {
    let axis = &model.axes[axis.index()];
    let number = |found: Option<usize>| found.and_then(|n| u8::try_from(n + 1).ok()).unwrap_or(0);
    let here = Stop {
        stage: number(axis.stages.iter().position(|s| *s == position.stage)),
        entered_ms: position.entered_ms,
        cause: position.by.cause,
    };
    let before = position.history.iter().rev().map(move |past| Stop {
        stage: number(axis.hashes.iter().position(|hash| *hash == past.stage_hash)),
        entered_ms: past.entered_ms,
        cause: past.by.cause,
    });
    std::iter::once(here).chain(before)
}

impl Pipeline {
    /// Whether somebody at this stage is an open opportunity.
    #[must_use]
    pub fn is_open(&self, stage: u8) -> bool {
        (self.open..self.won).contains(&stage)
    }

    /// Since when somebody who stands here has been an open opportunity; `None`: is none. An order that came to nothing never
    /// closed it.
    #[must_use]
    pub fn open_since_ms(&self, model: &Model, position: &StagePosition) -> Option<Ms> {
        self.walk(way(model, self.axis, position))
    }

    /// The same of somebody who has just left the pipeline: as of the stage before this one.
    #[must_use]
    pub fn was_open_since_ms(&self, model: &Model, position: &StagePosition) -> Option<Ms> {
        self.walk(way(model, self.axis, position).skip(1))
    }

    /// When the order was placed that has just come to nothing and had won the opportunity.
    #[must_use]
    pub fn had_won_at_ms(&self, model: &Model, position: &StagePosition) -> Option<Ms> {
        way(model, self.axis, position).skip(1).take_while(|stop| stop.stage >= self.won).last().map(|stop| stop.entered_ms)
    }

    fn walk(self, way: impl Iterator<Item = Stop>) -> Option<Ms> {
        let (mut since_ms, mut reversed) = (None, false);
        for stop in way {
            if reversed && stop.stage >= self.won {
                continue;
            }
            reversed = false;
            if !self.is_open(stop.stage) {
                break;
            }
            since_ms = Some(stop.entered_ms);
            match stop.cause {
                // It was lost before, and begins anew.
                Cause::ReEntered => break,
                Cause::OrderReversed => reversed = true,
                _ => {}
            }
        }
        since_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::model::{AxisModel, name_hash};
    use crate::domain::prospect::{EnteredBy, PastStage};

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
        }
    }

    #[test]
    fn an_opportunity_is_open_since_it_came_into_the_pipeline_whatever_happened_in_it() {
        let stages = ["looks", "asks", "decides", "buys", "stays"];
        let axis =
            AxisModel { stages: stages.map(Into::into).to_vec(), hashes: stages.map(name_hash).to_vec(), ..AxisModel::default() };
        let model = Model { axes: [axis, AxisModel::default()], ..Model::default() };
        let pipeline = Pipeline { axis: Axis::Journey, open: 2, won: 4 };
        let open = |way: &[(&str, Ms, Cause)]| pipeline.open_since_ms(&model, &at(way));
        let (event, reversed) = (Cause::Event, Cause::OrderReversed);
        assert_eq!(open(&[("looks", 1, event)]), None);
        assert_eq!(open(&[("looks", 1, event), ("asks", 5, event), ("decides", 9, event), ("asks", 12, Cause::Stale)]), Some(5));
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event)]), None);
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event), ("asks", 20, event)]), Some(20), "the next one");
        assert_eq!(open(&[("asks", 5, event), ("buys", 9, event), ("stays", 10, event), ("asks", 20, reversed)]), Some(5));
        assert_eq!(open(&[("asks", 5, event), ("asks", 20, Cause::ReEntered), ("decides", 30, event)]), Some(20));
        assert_eq!(open(&[("gone", 2, event), ("asks", 5, event)]), Some(5), "a stage that the model has no more");
        let won = at(&[("asks", 5, event), ("decides", 7, event), ("buys", 9, event)]);
        assert_eq!(pipeline.was_open_since_ms(&model, &won), Some(5));
        let back = at(&[("asks", 5, event), ("buys", 9, event), ("stays", 10, event), ("asks", 20, reversed)]);
        assert_eq!(pipeline.had_won_at_ms(&model, &back), Some(9));
    }
}
