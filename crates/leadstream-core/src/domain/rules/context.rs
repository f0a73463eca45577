//! What the outputs of one track have in common.

use crate::domain::event::Event;
use crate::domain::ids::{IdKind, name_hash, output_id};
use crate::domain::model::{Model, Models};
use crate::domain::origin::CausingEvent;
use crate::domain::output::{Body, Effects, Output, ScoreChanged, StageChanged};
use crate::domain::rules::journey::moved::Moved;
use crate::domain::rules::order_news::News;
use crate::domain::rules::score::label::Relabelled;
use crate::domain::rules::score::{label, points};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::Track;
use crate::domain::terms::grade::Grade;
use crate::domain::terms::movement::{Axis, Direction};
use crate::domain::{Ms, Text};

/// Why an output leaves: an event, or time.
pub(crate) enum Cause<'a, 'e> {
    Event(&'a Event<'e>),
    Time,
}

impl Cause<'_, '_> {
    fn shown(&self) -> Option<CausingEvent> {
        match self {
            Self::Event(event) => Some(causing(event)),
            Self::Time => None,
        }
    }

    fn hash(&self, otherwise: u32) -> u64 {
        match self {
            Self::Event(event) => event.message_hash,
            Self::Time => u64::from(otherwise),
        }
    }
}

/// The event as outputs show it.
pub(in crate::domain) fn causing(event: &Event<'_>) -> CausingEvent {
    CausingEvent {
        message_id: event.message_id.as_deref().map(Text::from),
        name: Text::from(&*event.name),
        position: event.position,
    }
}

/// Why a label changes by something else than points that an event gives. The numbers are part of ids.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) enum Taken {
    /// The model resets the score.
    Reset = 1,
    /// An order came to nothing.
    Reversal = 2,
    /// Two prospects turned out to be one.
    Merged = 3,
}

/// One model at work on one prospect: what its rules and outputs need besides the record.
pub struct ModelContext<'a> {
    pub key: &'a str,
    pub model: &'a Model,
    pub model_index: usize,
}

impl<'a> ModelContext<'a> {
    /// For outputs of one track of this turn.
    pub(in crate::domain) fn of(step: &StepContext<'a, '_>, track: usize) -> Self {
        Self { key: step.key, model: &step.models.models[track], model_index: track }
    }

    /// What every stage change says of the score.
    pub(in crate::domain) fn standing(&self, track: &Track, evaluated_at_ms: Ms) -> StageChanged {
        StageChanged {
            axis: Axis::Journey,
            from: None,
            to: Text::default(),
            direction: Direction::Enter,
            cause: crate::domain::terms::movement::Cause::Event,
            in_stage_ms: 0,
            score: points::total(track, &self.model.score, evaluated_at_ms),
            label: label::label_of(&self.model.score.labels, track).map(|l| l.name.clone()),
            persona: self.model.people.persona_of(track),
        }
    }

    /// A stage change that an event brought about, or time.
    pub(in crate::domain) fn stage_changed(&self, body: StageChanged, at_ms: Ms, event: Option<&Event<'_>>) -> Output {
        self.stage_body(body, at_ms, &event.map_or(Cause::Time, Cause::Event))
    }

    fn stage_body(&self, body: StageChanged, at_ms: Ms, cause: &Cause<'_, '_>) -> Output {
        let kind = IdKind::Stage(u8::from(body.axis == Axis::Funnel));
        // Who comes over from another model may be moved on by the very same event.
        let carried = match body.cause {
            crate::domain::terms::movement::Cause::CarriedOver => 1,
            crate::domain::terms::movement::Cause::OrderReversed => 2,
            crate::domain::terms::movement::Cause::Merged => 3,
            _ => 0,
        };
        let id = output_id(self.key, &self.model.name, kind, None, at_ms, cause.hash(name_hash(&body.to)), carried);
        Output { id, model: self.model_index, at_ms, event: cause.shown(), body: Body::StageChanged(body) }
    }

    /// A label that fell because points were taken away: another output than the one that the same event may give by its points.
    pub(in crate::domain) fn taken_output(
        &self,
        why: Taken,
        track: &Track,
        change: Relabelled<'_>,
        at_ms: Ms,
        event: Option<&Event<'_>>,
        evaluated_at_ms: Ms,
    ) -> Output {
        let cause = event.map_or(Cause::Time, Cause::Event);
        let to_hash = change.to.map_or(0, |l| l.hash) ^ u32::from(change.grade_to.map_or(0, Grade::code));
        let mut output = self.score_output(track, change, at_ms, &cause, evaluated_at_ms);
        output.id = output_id(self.key, &self.model.name, IdKind::Score, None, at_ms, cause.hash(to_hash), why as u8);
        output
    }

    /// A label that changed because two prospects turned out to be one.
    pub(in crate::domain) fn merged_output(
        &self,
        track: &Track,
        change: Relabelled<'_>,
        at_ms: Ms,
        evaluated_at_ms: Ms,
    ) -> Output {
        let mut output = self.taken_output(Taken::Merged, track, change, at_ms, None, evaluated_at_ms);
        if let Body::ScoreChanged(body) = &mut output.body {
            body.merged = true;
        }
        output
    }

    pub(crate) fn stage_output(
        &self,
        track: &Track,
        moved: Moved,
        at_ms: Ms,
        cause: &Cause<'_, '_>,
        evaluated_at_ms: Ms,
    ) -> Output {
        let to = self.model.axes[moved.axis].stages.get(moved.to).cloned().unwrap_or_default();
        let body = StageChanged {
            axis: moved.axis,
            from: moved.from,
            to,
            direction: moved.direction,
            cause: moved.cause,
            in_stage_ms: moved.in_stage_ms,
            ..self.standing(track, evaluated_at_ms)
        };
        self.stage_body(body, at_ms, cause)
    }

    pub(crate) fn score_output(
        &self,
        track: &Track,
        change: Relabelled<'_>,
        at_ms: Ms,
        cause: &Cause<'_, '_>,
        evaluated_at_ms: Ms,
    ) -> Output {
        let model = &self.model.score;
        let Relabelled { from, to, grade_to, .. } = change;
        // Label and grade may fall at different instants, and be judged again as of the same one.
        let to_hash = to.map_or(0, |l| l.hash) ^ u32::from(grade_to.map_or(0, Grade::code));
        let id = output_id(self.key, &self.model.name, IdKind::Score, None, at_ms, cause.hash(to_hash), 0);
        let body = ScoreChanged {
            from: from.map(|l| l.name.clone()),
            to: to.map(|l| l.name.clone()),
            up: change.is_up(),
            score: points::total(track, model, evaluated_at_ms),
            fit: self.model.people.fit_of(track),
            engagement: points::engagement(track, model, evaluated_at_ms),
            grade: self.model.people.grade_of(track),
            groups: model.groups.iter().map(|g| (g.name.clone(), points::group_points(track, g, evaluated_at_ms))).collect(),
            merged: false,
        };
        Output { id, model: self.model_index, at_ms, event: cause.shown(), body: Body::ScoreChanged(body) }
    }
}

/// One turn of a prospect: an event, or a deadline, and what it has given so far.
pub struct StepContext<'a, 'e> {
    pub key: &'a str,
    pub models: &'a Models,
    /// Index of the model in charge of carts, triggers and hand-overs, as outputs carry it.
    pub primary: usize,
    /// That model.
    model: &'a Model,
    /// `None`: time was the cause.
    pub event: Option<&'a Event<'e>>,
    /// The event's time, or the instant that lateness is measured by.
    pub at_ms: Ms,
    /// Outputs of this turn begin here.
    pub since: usize,
    /// What the event means to the orders of the prospect.
    pub news: News,
    /// It says that something was sold.
    pub is_sale: bool,
    /// What the turn gives.
    pub effects: &'a mut Effects,
}

impl<'a, 'e> StepContext<'a, 'e> {
    /// The turn of an event.
    pub(in crate::domain) fn of_event(
        prospect: &Prospect,
        event: &'a Event<'e>,
        models: &'a Models,
        effects: &'a mut Effects,
    ) -> Self {
        Self { event: Some(event), ..Self::of_time(&event.prospect, prospect, event.time_ms, models, effects) }
    }

    /// The turn of a deadline, or of what an account tells.
    pub(in crate::domain) fn of_time(
        key: &'a str,
        prospect: &Prospect,
        at_ms: Ms,
        models: &'a Models,
        effects: &'a mut Effects,
    ) -> Self {
        let (primary, since) = (models.primary_model_for(prospect), effects.outputs.len());
        let model = &models.models[primary];
        Self { key, models, primary, model, event: None, at_ms, since, news: News::None, is_sale: false, effects }
    }

    /// The same turn, with effects of its own: to see what would become of a copy.
    pub(super) fn trial<'b>(&self, effects: &'b mut Effects) -> StepContext<'b, 'e>
    where
        'a: 'b,
    {
        let Self { key, models, primary, model, event, at_ms, since, news, is_sale, .. } = *self;
        StepContext { key, models, primary, model, event, at_ms, since, news, is_sale, effects }
    }

    /// Who the prospect is may have changed, and so the model in charge.
    pub(in crate::domain) fn choose_model(&mut self, prospect: &Prospect) {
        self.primary = self.models.primary_model_for(prospect);
        self.model = &self.models.models[self.primary];
    }

    /// The model in charge.
    #[must_use]
    pub fn model(&self) -> &'a Model {
        self.model
    }

    /// A stage change of the model at this index, at the time of this turn.
    pub(in crate::domain) fn stage_output(&self, index: usize, track: &Track, moved: Moved, evaluated_at_ms: Ms) -> Output {
        let cause = self.event.map_or(Cause::Time, Cause::Event);
        ModelContext::of(self, index).stage_output(track, moved, self.at_ms, &cause, evaluated_at_ms)
    }
}
