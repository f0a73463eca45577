//! Opportunities: counted by the week in which they were opened, so that win rates are those of cohorts that had the time to win
//! or lose; and those that are open now by their day, so that a forecast knows how old they are.

use super::buckets;
use super::key::{Key, OpportunityFact, week_of};
use super::population::Standing;
use super::tally::Tally;
use crate::domain::model::Models;
use crate::domain::model::stages::stage_index;
use crate::domain::output::{NoOpportunity, Output, StageChanged};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Opening;
use crate::domain::state::track::StagePosition;
use crate::domain::terms::movement::Cause;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::{HOUR_MS, Ms};

/// Classes of times; the last one has no end.
pub const CLASSES: u8 = 18;

/// The class of a time: below an hour, below two, below four and so on.
#[must_use]
pub fn class_of(took_ms: Ms) -> u8 {
    let hours = u64::try_from(took_ms / HOUR_MS).unwrap_or(0);
    let class = hours.checked_ilog2().map_or(0, |power| power + 1);
    u8::try_from(class).unwrap_or(CLASSES).min(CLASSES - 1)
}

/// Where a class begins.
#[must_use]
pub fn class_begins_ms(class: u8) -> Ms {
    if class == 0 { 0 } else { HOUR_MS << (class - 1).min(CLASSES) }
}

impl Tally {
    /// A stage change may have opened or closed an opportunity.
    pub(super) fn opportunity(&mut self, output: &Output, change: &StageChanged, prospect: &Prospect, models: &Models) {
        let index = output.model;
        let Some(model) = models.models.get(index) else { return };
        let Some(pipeline) = model.pipeline.filter(|p| p.axis == change.axis) else { return };
        let Some(track) = prospect.tracks.get(index) else { return };
        if matches!(change.cause, Cause::CarriedOver | Cause::Merged) {
            // The same stage by another name; or of another name of the same person.
            return;
        }
        let number = |name: &str| {
            let place = stage_index(&model.axes[change.axis], name).map_or(0, |n| n + 1);
            u8::try_from(place).unwrap_or(0)
        };
        let (from, to) = (change.from.as_deref().map_or(0, number), number(&change.to));
        let (was_open, is_open) = (pipeline.is_open(from), pipeline.is_open(to));
        let axis = change.axis;
        // A disqualified prospect stands nowhere; the position it left is kept aside.
        let stood = track.disqualified.as_ref().and_then(|out| out.stood[axis].as_ref());
        let position = track.positions[axis].as_ref();
        let since = |position: Option<&StagePosition>, left: bool| {
            let found = position.and_then(|p| {
                if left { pipeline.was_open_since_ms(&model.axes, p) } else { pipeline.open_since_ms(&model.axes, p) }
            });
            found.unwrap_or(output.at_ms.saturating_sub(change.in_stage_ms))
        };
        let entered_ms = position.map_or(output.at_ms, |p| p.entered_ms);
        match (was_open, is_open) {
            (false, _) if change.cause == Cause::OrderReversed && from >= pipeline.won && to < pipeline.won => {
                let Some(position) = position.or(stood) else { return };
                // By now it may stand elsewhere: what sales lost falls back in the same turn.
                let (Opening { since_ms, won_ms }, back_ms) = pipeline.until_reversal(&model.axes, position);
                let won_ms = won_ms.unwrap_or(back_ms);
                if let Some(opened_ms) = since_ms {
                    self.closed(model.hash, opened_ms, won_ms, true, -1);
                    if !is_open {
                        // It was open before: without the order it is lost.
                        self.closed(model.hash, opened_ms, back_ms, false, 1);
                    }
                } else {
                    self.opportunity_fact(model.hash, won_ms, OpportunityFact::WonDirectly, -1);
                    if is_open {
                        self.opportunity_fact(model.hash, back_ms, OpportunityFact::Opened, 1);
                    }
                }
            }
            (false, true) => self.opportunity_fact(model.hash, entered_ms, OpportunityFact::Opened, 1),
            (true, false) if to >= pipeline.won => self.closed(model.hash, since(position, true), entered_ms, true, 1),
            (true, false) if position.is_none() => self.closed(model.hash, since(stood, false), output.at_ms, false, 1),
            (true, false) => self.closed(model.hash, since(position, true), entered_ms, false, 1),
            (false, false) if from < pipeline.open && to >= pipeline.won => {
                let is_win = match change.cause {
                    Cause::Event => true,
                    // What was open was lost with the disqualification; a customer who comes back is not won a second time.
                    Cause::ReEntered => position.is_some_and(|p| !pipeline.had_won(&model.axes, p)),
                    _ => false,
                };
                self.opportunity_fact(model.hash, entered_ms, OpportunityFact::WonDirectly, i64::from(is_win));
            }
            _ => {}
        }
    }

    /// What was counted as opportunities and was none.
    pub fn no_opportunities(&mut self, none: &[NoOpportunity], models: &Models) {
        for NoOpportunity { model, opened_ms, won_ms, lost_ms } in none {
            let Some(model) = models.models.get(*model).map(|model| model.hash) else { continue };
            match (*opened_ms, *won_ms) {
                (Some(opened_ms), won_ms) => {
                    self.opportunity_fact(model, opened_ms, OpportunityFact::Opened, -1);
                    if let Some(won_ms) = won_ms {
                        self.closed(model, opened_ms, won_ms, true, -1);
                    } else if let Some(lost_ms) = *lost_ms {
                        self.closed(model, opened_ms, lost_ms, false, -1);
                    }
                }
                (None, Some(won_ms)) => self.opportunity_fact(model, won_ms, OpportunityFact::WonDirectly, -1),
                (None, None) => {}
            }
        }
    }

    fn closed(&mut self, model: u64, opened_ms: Ms, at_ms: Ms, won: bool, count: i64) {
        let (took_ms, week) = ((at_ms - opened_ms).max(0), week_of(opened_ms));
        if !self.counted_from(opened_ms) {
            return;
        }
        self.opportunity_fact(model, opened_ms, if won { OpportunityFact::Won } else { OpportunityFact::Lost }, count);
        if won {
            self.opportunity_fact(model, opened_ms, OpportunityFact::WonSeconds, took_ms / 1_000 * count);
        }
        self.note(Key::OpportunityTook { model, week, won, class: class_of(took_ms) }, count);
        self.note(Key::OpportunityClosed { model, won, bucket: buckets::of(took_ms) }, count);
    }

    fn opportunity_fact(&mut self, model: u64, opened_ms: Ms, what: OpportunityFact, count: i64) {
        if self.counted_from(opened_ms) {
            self.note(Key::Opportunities { model, week: week_of(opened_ms), what }, count);
        }
    }

    /// A committed record stands elsewhere now; `None`: was not, or is no more, there.
    pub fn stood(&mut self, was: Option<Standing>, is: Option<Standing>) {
        self.has_records();
        if was == is {
            return;
        }
        for (standing, count) in [(was, -1), (is, 1)] {
            let Some(standing) = standing else { continue };
            let model = self.keys.get(usize::from(standing.primary)).copied();
            let Some(model) = model else { continue };
            if let Some(state) = standing.account_state() {
                let PerAxis { journey, funnel } = standing.stages;
                self.add(Key::Accounts { model, state, journey, funnel }, count);
                self.add(Key::AccountMembers { model }, i64::from(standing.members) * count);
            } else if standing.open_since_day > 0 {
                self.add(Key::OpportunitiesOpen { model, day: standing.open_since_day }, count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_powers_of_two_of_hours() {
        assert_eq!([0, HOUR_MS - 1, HOUR_MS, 2 * HOUR_MS - 1, 2 * HOUR_MS, 5 * HOUR_MS].map(class_of), [0, 0, 1, 1, 2, 3]);
        assert_eq!((class_of(-5), class_of(Ms::MAX)), (0, CLASSES - 1));
        for class in 0..CLASSES {
            assert_eq!(class_of(class_begins_ms(class)), class);
        }
    }
}
