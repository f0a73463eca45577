//! A record of another model, or of another version of it, is moved to the models that run: on first touch.

use crate::domain::model::Model;
use crate::domain::output::Note;
use crate::domain::rules::cart::series;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::disqualify;
use crate::domain::rules::score::label;
use crate::domain::rules::triggers::fire;
use crate::domain::rules::{journey, ledger};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::domain::terms::movement::Axis;

/// Tracks of models that don't run here are kept (a rolling deploy may still need them), but not without bound.
const MAX_FOREIGN_TRACKS: usize = 4;

/// Makes the record fit the models that run. Returns whether anything changed.
pub fn adopt(prospect: &mut Prospect, step: &mut StepContext<'_, '_>) -> bool {
    let models = step.models;
    let fits = |(track, model): (&Track, &Model)| track.model_hash == model.hash && track.model == model.name;
    if prospect.tracks.len() >= models.models.len() && prospect.tracks.iter().zip(&models.models).all(fits) {
        return false;
    }
    let mut old = std::mem::take(&mut prospect.tracks);
    let mut moved_in_charge = false;
    let primary = models.primary_model_for(prospect);
    for (index, model) in models.models.iter().enumerate() {
        let mut track = match old.iter().position(|t| t.model == model.name) {
            Some(at) => old.remove(at),
            None => Track { model: model.name.as_str().into(), model_hash: model.hash, ..Track::default() },
        };
        if track.model_hash != model.hash {
            carry_over(&mut track, model, prospect, step);
            moved_in_charge |= index == primary;
        }
        prospect.tracks.push(track);
    }
    old.truncate(MAX_FOREIGN_TRACKS);
    for mut foreign in old {
        clear_timers(&mut foreign);
        prospect.tracks.push(foreign);
    }
    step.choose_model(prospect);
    if moved_in_charge {
        fire::change_model(prospect, step.at_ms, step);
        series::change_model(prospect, step.at_ms, step);
    }
    true
}

fn carry_over(track: &mut Track, model: &Model, prospect: &Prospect, step: &mut StepContext<'_, '_>) {
    track.model_hash = model.hash;
    step.effects.notes.push(Note::ModelMoved);
    for axis in Axis::ALL {
        let axis_model = &model.axes[axis];
        if !journey::carry_over(track, axis, axis_model) {
            step.effects.notes.push(Note::StageKept);
        }
        journey::retime(track, axis, axis_model, prospect.last_activity_ms);
    }
    if let Some(out) = &mut track.disqualified {
        disqualify::set_back_at(out, model);
    }
    track.groups.retain(|g| model.score.groups.iter().any(|m| m.name_hash == g.group));
    ledger::carry_forward(track);
    let known_rules = |rule: u32| {
        model.score.groups.iter().any(|g| g.rules.iter().any(|r| r.rule == rule))
            || model.axes.iter().any(|a| a.moves.iter().any(|m| m.rule == rule))
            || model.triggers.triggers.iter().any(|t| t.counts(rule))
    };
    track.uses.retain(|u| known_rules(u.rule));
    track.counts.retain(|c| known_rules(c.rule));
    // The label itself is judged by the next event or at once by the timer, so that its change has a time of its own.
    let evaluated_at_ms = track.evaluation_ms(prospect.last_seen_ms);
    let known = label::label_of(&model.score.labels, track).is_some() && track.grade.is_some() == model.people.fit.is_some();
    // Without a label or grade of this model: evaluate it again now.
    track.label_falls_at_ms = if known { label::next_change(track, model, evaluated_at_ms) } else { Some(evaluated_at_ms) };
}

/// A track whose model doesn't run here has no timers here.
pub(super) fn clear_timers(track: &mut Track) {
    track.label_falls_at_ms = None;
    if let Some(out) = &mut track.disqualified {
        out.back_at_ms = None;
    }
    for position in track.positions.iter_mut().flatten() {
        position.stale_at_ms = None;
    }
}
