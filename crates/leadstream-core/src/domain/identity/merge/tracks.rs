//! What each model knows: stages, counts, points, label.

use crate::domain::Ms;
use crate::domain::identity::merge::positions::{self, NotKept};
use crate::domain::identity::merge::scores;
use crate::domain::identity::merge::ways;
use crate::domain::model::triggers::After;
use crate::domain::model::{MAX_COUNT_MEMORY, Model};
use crate::domain::rules::context::{ModelContext, StepContext};
use crate::domain::rules::journey::moved::Moved;
use crate::domain::rules::score::label;
use crate::domain::rules::{journey, personas};
use crate::domain::state::few::InlineVec;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::{RuleCount, Track};
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;

/// Tracks of models that don't run here are kept (a rolling deploy may still need them), but not without bound.
const MAX_FOREIGN_TRACKS: usize = 4;

/// Takes in the tracks of the other, and judges anew. `counted`: the other's tracks as they were counted.
pub(super) fn unite(into: &mut Prospect, tracks: InlineVec<Track, 1>, counted: &[Track], step: &mut StepContext<'_, '_>) {
    let models = &step.models.models;
    let mut moves: Vec<(usize, Moved)> = Vec::new();
    for theirs in tracks {
        let Some(index) = into.tracks.iter().position(|own| own.model == theirs.model) else {
            if into.tracks.len() < models.len() + MAX_FOREIGN_TRACKS {
                into.tracks.push(theirs);
            }
            continue;
        };
        if let Some(model) = models.get(index).filter(|model| model.name == theirs.model) {
            let counted = counted.iter().find(|track| track.model == theirs.model).unwrap_or(&theirs).clone();
            let moved = one(&mut into.tracks[index], (theirs, &counted), (index, model, into.last_activity_ms), step);
            moves.extend(moved.into_iter().map(|moved| (index, moved)));
        }
    }
    personas::assign_models(into, false, step);
    let (at_ms, last_activity_ms) = (step.at_ms, into.last_activity_ms);
    let now_ms = at_ms.max(into.last_seen_ms);
    for (index, model) in models.iter().enumerate() {
        let Some(track) = into.tracks.get_mut(index).filter(|track| !track.paused) else { continue };
        for axis in Axis::ALL {
            journey::retime(track, axis, &model.axes[axis], last_activity_ms);
        }
        let evaluated_at_ms = track.evaluation_ms(now_ms);
        let is_out = track.disqualified.is_some();
        let relabelled = if is_out { None } else { label::relabel(track, model, evaluated_at_ms) };
        let context = ModelContext::of(step, index);
        for (_, moved) in moves.iter().filter(|(of, _)| *of == index) {
            let output = step.stage_output(index, track, moved.clone(), evaluated_at_ms);
            step.effects.outputs.push(output);
        }
        if let Some(change) = relabelled {
            step.effects.outputs.push(context.merged_output(track, change, at_ms, evaluated_at_ms));
        }
    }
}

/// Nothing is known in it.
fn is_untouched(track: &Track) -> bool {
    let stands = track.positions.iter().any(Option::is_some);
    !stands && track.disqualified.is_none() && track.groups.is_empty() && track.label_since_ms.is_none()
}

/// The tracks of one model become one; the moves that follow.
fn one(
    own: &mut Track,
    (theirs, counted): (Track, &Track),
    (index, model, last_activity_ms): (usize, &Model, Option<Ms>),
    step: &mut StepContext<'_, '_>,
) -> Vec<Moved> {
    let takes_verdict = is_untouched(own);
    let Track {
        model: _,
        model_hash: _,
        positions,
        counts,
        groups,
        uses,
        // Judged anew, once: what both were called before is no matter.
        label: _,
        label_since_ms: _,
        label_falls_at_ms: _,
        // Of the traits that are united.
        persona: _,
        fit: _,
        grade: _,
        paused: _,
        disqualified,
        ledger,
    } = theirs;
    scores::unite(own, scores::Points { groups, uses, ledger }, model);
    unite_counts(&mut own.counts, counts, model);
    if takes_verdict {
        own.disqualified = disqualified;
    } else if own.disqualified.is_some() || disqualified.is_some() {
        // What is known of one of them alone is not the way of the person: where it stood when it was disqualified is nowhere now.
        ways::give_up_all(counted, own.disqualified.is_some(), (index, model), step.effects);
    }
    if own.disqualified.is_some() {
        return Vec::new();
    }
    let PerAxis { journey, funnel } = positions;
    let mut moves = Vec::new();
    for (axis, position) in [(Axis::Journey, journey), (Axis::Funnel, funnel)] {
        let (moved, given_up) =
            positions::further(&mut own.positions[axis], position, axis, &model.axes[axis], (step.at_ms, last_activity_ms));
        moves.extend(moved);
        match given_up {
            Some(NotKept::Own(way)) => ways::give_up(&way, way.journeys.as_deref(), axis, (index, model), step.effects),
            Some(NotKept::Theirs(left)) => {
                ways::drop_unsaid(index, axis, step.effects);
                let way = counted.positions[axis].as_ref().unwrap_or(&left);
                ways::give_up(way, left.journeys.as_deref(), axis, (index, model), step.effects);
            }
            None => {}
        }
    }
    moves
}

/// The matches of both by their times. Nothing fires by itself: the next event asks.
fn unite_counts(own: &mut InlineVec<RuleCount, 3>, theirs: InlineVec<RuleCount, 3>, model: &Model) {
    for RuleCount { rule, hits } in theirs {
        let Some(known) = own.iter_mut().find(|own| own.rule == rule) else {
            own.push(RuleCount { rule, hits });
            continue;
        };
        known.hits.extend(hits);
        known.hits.sort_by_key(|hit| (hit.time_ms, hit.match_key));
        known.hits.dedup();
        if is_distinct(rule, model) {
            // Of one value the newest is kept.
            let newest = known.hits.clone();
            known.hits.retain(|hit| !newest.iter().any(|o| o.match_key == hit.match_key && o.time_ms > hit.time_ms));
        }
        let surplus = known.hits.len().saturating_sub(MAX_COUNT_MEMORY);
        known.hits.drain(..surplus);
    }
}

/// Whether each value counts once.
fn is_distinct(rule: u32, model: &Model) -> bool {
    let of_moves = model.axes.iter().flat_map(|axis| &axis.moves).filter(|one| one.rule == rule);
    let of_moves = of_moves.filter_map(|one| one.count.as_ref());
    let of_triggers = model.triggers.triggers.iter().filter_map(|trigger| match &trigger.after {
        After::Event { count: Some((own, count)), .. } if *own == rule => Some(count),
        _ => None,
    });
    of_moves.chain(of_triggers).any(|count| count.distinct.is_some())
}
