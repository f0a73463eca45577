//! Which persona a prospect is, how well it fits, and which models are for it.

use crate::domain::Ms;
use crate::domain::model::personas::{CarryOver, Otherwise};
use crate::domain::model::{Model, stages};
use crate::domain::rules::cart::series;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::journey::moved::Moved;
use crate::domain::rules::lead::disqualify;
use crate::domain::rules::score::points;
use crate::domain::rules::triggers::fire;
use crate::domain::rules::{journey, ledger, model_change};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::{EnteredBy, GroupPoints, Track};
use crate::domain::state::traits::Traits;
use crate::domain::terms::movement::{Axis, Cause};

/// Works out persona and fit again in every track, and which models are for this prospect. One that comes under a model that
/// was not for them before is carried over to it, if the model says how.
pub fn assign_models(prospect: &mut Prospect, is_new: bool, step: &mut StepContext<'_, '_>) {
    let models = &step.models.models;
    if models.iter().all(|m| m.people.is_plain()) {
        return;
    }
    let before = step.models.primary_model_for(prospect);
    let nothing = Traits::default();
    let traits = prospect.extras.as_deref().map_or(&nothing, |extras| &extras.traits);
    // As they were: a model may carry over from one that lets go of the prospect in the same turn.
    let left = (models.len() > 1).then(|| prospect.tracks.get(before).cloned()).flatten();
    let mut joined = Vec::new();
    for (index, (track, model)) in prospect.tracks.iter_mut().zip(models).enumerate() {
        let fit = model.people.fit_score(traits);
        let persona = model.people.persona(traits).map(|p| p.hash);
        let paused = !model.people.is_for(persona);
        // Judged at once; the event of this turn does so too.
        if fit.to_bits() != track.fit.to_bits() && !paused && track.disqualified.is_none() {
            track.label_falls_at_ms = Some(track.evaluation_ms(step.at_ms));
        }
        let fresh = !is_new && !paused && (track.paused || is_untouched(track));
        (track.fit, track.persona, track.paused) = (fit, persona, paused);
        if paused {
            model_change::clear_timers(track);
        } else if fresh && !model.people.for_personas.is_empty() {
            joined.push(index);
        }
    }
    for index in joined {
        let from = left.as_ref().filter(|_| index != before).map(|track| (track, &models[before]));
        join(prospect, index, from, step);
    }
    step.choose_model(prospect);
    if step.primary != before {
        // What a late event says changes nothing before now.
        let now_ms = prospect.last_seen_ms.max(step.at_ms);
        fire::change_model(prospect, now_ms, step);
        series::change_model(prospect, now_ms, step);
    }
}

/// The model knows nothing of the prospect yet.
fn is_untouched(track: &Track) -> bool {
    track.positions.iter().all(Option::is_none)
        && track.groups.is_empty()
        && track.label_since_ms.is_none()
        && track.label.is_none()
}

/// The model at this index is for the prospect from now on.
fn join(prospect: &mut Prospect, index: usize, from: Option<(&Track, &Model)>, step: &mut StepContext<'_, '_>) {
    let Some(model) = step.models.models.get(index) else { return };
    let last_activity_ms = prospect.last_activity_ms;
    let now_ms = prospect.last_seen_ms.max(step.at_ms);
    let Some(track) = prospect.tracks.get_mut(index) else { return };
    // Who was disqualified there has nothing to bring along.
    if let Some((left, left_model)) = from.filter(|(left, _)| left.disqualified.is_none())
        && let Some(rule) = model.people.carry_over.iter().find(|rule| rule.from == left_model.name)
    {
        let way = StageMapping { left, left_model, model, rule };
        way.carry_points(track, now_ms);
        for axis in Axis::ALL {
            if let Some(moved) = way.carry_stage(track, axis, last_activity_ms, step) {
                step.effects.outputs.push(step.stage_output(index, track, moved, track.evaluation_ms(now_ms)));
            }
        }
    }
    for axis in Axis::ALL {
        journey::retime(track, axis, &model.axes[axis], last_activity_ms);
        // What went stale while the model was not for the prospect does so now, not in the past.
        if let Some(position) = track.positions[axis].as_mut() {
            position.stale_at_ms = position.stale_at_ms.map(|at_ms| at_ms.max(step.at_ms));
        }
    }
    match &mut track.disqualified {
        Some(out) => {
            disqualify::set_back_at(out, model);
            out.back_at_ms = out.back_at_ms.map(|at_ms| at_ms.max(step.at_ms));
        }
        None => track.label_falls_at_ms = Some(track.evaluation_ms(step.at_ms)),
    }
}

/// From one model to another.
struct StageMapping<'a> {
    left: &'a Track,
    left_model: &'a Model,
    model: &'a Model,
    rule: &'a CarryOver,
}

impl StageMapping<'_> {
    /// Points go with the prospect where both models have a group of the same name.
    fn carry_points(&self, track: &mut Track, now_ms: Ms) {
        ledger::carry_forward(track);
        for group in &self.model.score.groups {
            let Some(theirs) = self.left_model.score.groups.iter().find(|g| g.name_hash == group.name_hash) else { continue };
            let Some(state) = self.left.groups.iter().find(|g| g.group == theirs.name_hash) else { continue };
            let as_of_ms = now_ms.max(state.as_of_ms);
            let points = points::group_points(self.left, theirs, as_of_ms);
            let points = group.cap.map_or(points, |cap| points.min(cap));
            track.groups.retain(|g| g.group != group.name_hash);
            track.groups.push(GroupPoints { group: group.name_hash, points, as_of_ms, carried_forward: points });
        }
    }

    fn carry_stage(
        &self,
        track: &mut Track,
        axis: Axis,
        last_activity_ms: Option<Ms>,
        step: &StepContext<'_, '_>,
    ) -> Option<Moved> {
        let here = &self.model.axes[axis];
        let stood = self.left.positions[axis].as_ref();
        let Some(to) = stood.and_then(|position| self.target(&position.stage, axis)) else {
            track.positions[axis] = None;
            return None;
        };
        let stands = track.positions[axis].as_ref().and_then(|p| stages::stage_index(here, &p.stage));
        if stands == Some(to) {
            return None;
        }
        let by = step.event.map_or(EnteredBy::time(Cause::CarriedOver), |e| EnteredBy::event(Cause::CarriedOver, &e.name));
        journey::enter(track, axis, here, to, step.at_ms, by, last_activity_ms)
    }

    /// The stage here of who stands in a stage there: as mapped, else the one called the same, else as the rule says.
    fn target(&self, stage: &str, axis: Axis) -> Option<usize> {
        let (here, there) = (&self.model.axes[axis], &self.left_model.axes[axis]);
        let of = |stage: &str| {
            let mapped = self.rule.stages[axis].iter().find(|(from, _)| *from == *stage).map(|(_, to)| *to);
            mapped.or_else(|| stages::stage_index(here, stage))
        };
        of(stage).or_else(|| match self.rule.otherwise {
            Otherwise::Anew => None,
            Otherwise::Nearest => {
                let at = stages::stage_index(there, stage)?;
                there.stages[..at].iter().rev().find_map(|earlier| of(earlier))
            }
        })
    }
}
