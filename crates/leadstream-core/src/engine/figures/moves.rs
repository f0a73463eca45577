//! Moves between stages: how many, how long those who left had stayed, and by the week in which they came. What a merge gives up is
//! taken back where it was counted.

use super::buckets;
use super::key::{Way, week_of};
use super::packed::Figure;
use super::tally::Tally;
use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::model::stages::stage_index;
use crate::domain::output::given_up::{GivenUpMove, TakenBack};
use crate::domain::output::{Output, StageChanged};
use crate::domain::terms::movement::{Axis, Cause, Direction};

/// A move, as it is counted. Stages are numbered from 1; 0 is nowhere.
struct Move {
    model: u8,
    axis: Axis,
    from: u8,
    to: u8,
    way: Way,
    at_ms: Ms,
    in_stage_ms: Ms,
}

impl Tally {
    pub(super) fn stage_changed(&mut self, output: &Output, change: &StageChanged, models: &Models) {
        let (Some(model), Ok(index)) = (models.models.get(output.model), u8::try_from(output.model)) else { return };
        if change.cause == Cause::Merged {
            // The one who stood further was counted when it came there; nobody moved.
            return;
        }
        let number = |name: &str| place(stage_index(&model.axes[change.axis], name));
        let one = Move {
            model: index,
            axis: change.axis,
            from: change.from.as_deref().map_or(0, number),
            to: number(&change.to),
            way: way_of(change.cause, change.direction),
            at_ms: output.at_ms,
            in_stage_ms: change.in_stage_ms,
        };
        self.count_move(&one, 1);
    }

    /// What was counted of a way that is given up. What was before this task counted, it doesn't take back either.
    pub(super) fn take_back_moves(&mut self, moves: &[GivenUpMove]) {
        for GivenUpMove { model, axis, at_ms, what } in moves {
            let (Ok(model), true) = (u8::try_from(*model), self.has_counted(*at_ms)) else { continue };
            match *what {
                TakenBack::Move { from, to, cause, direction } => {
                    let one = Move {
                        model,
                        axis: *axis,
                        from: place(from.map(|(stage, _)| stage)),
                        to: place(to),
                        way: way_of(cause, direction),
                        at_ms: *at_ms,
                        in_stage_ms: from.map_or(0, |(_, entered_ms)| (at_ms - entered_ms).max(0)),
                    };
                    self.count_move(&one, -1);
                }
                TakenBack::Entry { to } => {
                    let week = week_of(*at_ms);
                    self.moves.add(model, *axis, place(Some(to)), Figure::Week { week, way: Way::Entered }, -1);
                }
            }
        }
    }

    fn count_move(&mut self, one: &Move, count: i64) {
        let Move { model, axis, from, to, way, at_ms, in_stage_ms } = *one;
        let week = week_of(at_ms);
        self.moves.add(model, axis, from, Figure::Moved { to, way }, count);
        self.moves.add(model, axis, to, Figure::Week { week, way: Way::Entered }, count);
        if from == 0 {
            return;
        }
        // Counted with those who entered in the same week.
        let entered = week_of(at_ms.saturating_sub(in_stage_ms));
        let onward = way == Way::Onward;
        self.moves.add(model, axis, from, Figure::Week { week: entered, way }, count);
        self.moves.add(model, axis, from, Figure::Stayed { onward, bucket: buckets::of(in_stage_ms) }, count);
        self.moves.add(model, axis, from, Figure::StayedSeconds { onward }, in_stage_ms / 1_000 * count);
    }
}

fn place(stage: Option<usize>) -> u8 {
    u8::try_from(stage.map_or(0, |n| n + 1)).unwrap_or(0)
}

fn way_of(cause: Cause, direction: Direction) -> Way {
    match (cause, direction) {
        (Cause::Stale, _) => Way::Stale,
        (Cause::Disqualified, _) => Way::Disqualified,
        (Cause::ReEntered, _) => Way::ReEntered,
        (Cause::CarriedOver, _) => Way::CarriedOver,
        (Cause::OrderReversed, _) => Way::OrderReversed,
        (Cause::NextJourney, _) => Way::NextJourney,
        (Cause::Event, Direction::Enter) => Way::Entered,
        // A merge is not counted: see above.
        (Cause::Event, Direction::Forward) | (Cause::Merged, _) => Way::Onward,
        (Cause::Event, Direction::Back) => Way::Back,
    }
}
