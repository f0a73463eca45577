//! What leaves about a lead: when, why, and what its score becomes.

use crate::domain::hand_over::HandOver;
use crate::domain::ids::{IdKind, output_id};
use crate::domain::model::ScoreGroup;
use crate::domain::model::sales::{HandOverModel, ResetHow, ReturnReason};
use crate::domain::output::{Body, Output};
use crate::domain::rules::context::{ModelContext, StepContext, Taken, causing};
use crate::domain::rules::ledger;
use crate::domain::rules::ledger::{Line, What};
use crate::domain::rules::score::{label, points};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::traits::Traits;
use crate::domain::terms::sales::{Answer, HandOverKind, Qualification};
use crate::domain::{Ms, Text};
use std::fmt::Write;

/// Groups that a hand-over names, and parts of each.
const GROUPS_NAMED: usize = 3;

const PARTS_NAMED: usize = 3;

/// When something was decided.
#[derive(Debug, Clone, Copy)]
pub struct DecisionTime {
    /// Of the event that brought it about, or the deadline.
    pub at_ms: Ms,
    /// The same, but never before what was already known: a late event does not hand a lead over in the past.
    pub evaluated_at_ms: Ms,
}

impl DecisionTime {
    /// By an event; by time, when something left that says which.
    #[must_use]
    pub fn of(prospect: &Prospect, step: &StepContext<'_, '_>) -> Option<Self> {
        if let Some(event) = step.event {
            return Some(Self { at_ms: event.time_ms, evaluated_at_ms: event.time_ms.max(prospect.last_seen_ms) });
        }
        let at_ms = step.effects.outputs.get(step.since..)?.last()?.at_ms;
        Some(Self { at_ms, evaluated_at_ms: at_ms })
    }
}

/// Why a lead is handed over, in words: its label, and what gave most points.
#[must_use]
pub fn reasons(prospect: &Prospect, step: &StepContext<'_, '_>, decided: DecisionTime) -> Vec<Text> {
    let model = step.model();
    let Some(track) = prospect.tracks.get(step.primary) else { return Vec::new() };
    let nothing = Traits::default();
    let traits = prospect.extras.as_ref().map_or(&nothing, |extras| &extras.traits);
    let account = ledger::account(track, traits, model, step.models.vocabulary.names(), decided.evaluated_at_ms);
    let mut all: Vec<Text> = Vec::new();
    if let Some(label) = label::label_of(&model.score.labels, track) {
        all.push(format!("label {}", label.name).into());
    }
    if track.fit >= 0.5 {
        let rules = model.people.fit_reasons(traits);
        all.push(with_parts(format!("fit {:.0}", track.fit), rules.map(|rule| (rule.words.as_str(), rule.points)).collect()));
    }
    let mut groups: Vec<(&ScoreGroup, f64)> =
        model.score.groups.iter().map(|g| (g, points::group_points(track, g, decided.evaluated_at_ms))).collect();
    // What rounds to nothing is no reason.
    groups.retain(|(_, points)| *points >= 0.5);
    groups.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (group, points) in groups.into_iter().take(GROUPS_NAMED) {
        all.push(with_parts(format!("{} {points:.0}", group.name), by_event(&account, &group.name)));
    }
    all
}

/// `buying 70: Demo Requested 40, Meeting Booked 30`: the parts that gave most.
fn with_parts(mut text: String, mut parts: Vec<(&str, f64)>) -> Text {
    parts.retain(|(_, points)| *points >= 0.5);
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (n, (name, points)) in parts.iter().take(PARTS_NAMED).enumerate() {
        // Writing to a String can't fail.
        let _never = write!(text, "{} {name} {points:.0}", if n == 0 { ":" } else { "," });
    }
    text.into()
}

/// What is left of the points that each kind of event gave; what a reset took away, it took from all before it.
fn by_event<'a>(account: &[Line<'a>], group: &str) -> Vec<(&'a str, f64)> {
    let mut events: Vec<(&str, f64)> = Vec::new();
    for line in account.iter().filter(|line| line.group == Some(group)) {
        let name = match line.what {
            What::Event { event: Some(event), .. } => event,
            // Of several events, or taken away.
            What::Event { rule, .. } if line.now > 0.0 => rule,
            What::Event { .. } => {
                let before: f64 = events.iter().map(|(_, points)| points).sum();
                let left = if before > 0.0 { ((before + line.now) / before).clamp(0.0, 1.0) } else { 1.0 };
                for (_, points) in &mut events {
                    *points *= left;
                }
                continue;
            }
            What::Brought | What::Fit(_) | What::FitCap | What::Cap => "earlier",
        };
        match events.iter_mut().find(|(n, _)| *n == name) {
            Some((_, sum)) => *sum += line.now,
            None => events.push((name, line.now)),
        }
    }
    events
}

/// The output about where the lead stands now.
pub fn hand_over_output(
    prospect: &Prospect,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    kind: HandOverKind,
    answer: Option<Answer>,
    reasons: Vec<Text>,
) {
    let Some(lead) = prospect.extras.as_deref().map(|extras| &extras.lead) else { return };
    // Two deadlines may be the same instant, with an answer in between.
    let cause_hash = step.event.map_or(lead.answered_ms.cast_unsigned(), |event| event.message_hash);
    let sub = sub_of(kind, lead.qualification);
    let Some(body) = about(prospect, step, decided, (kind, reasons)) else { return };
    push(step, decided, (sub, cause_hash), HandOver { answer, ..body });
}

/// A lead that would be handed over now. The id is that of the hand-over, so that it is the same when the account holds it back.
pub fn held_back_output(
    prospect: &Prospect,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    qualification: Qualification,
    reasons: Vec<Text>,
) {
    let Some(body) = about(prospect, step, decided, (HandOverKind::HeldBack, reasons)) else { return };
    let (sub, cause_hash) = (sub_of(HandOverKind::HandedOver, qualification), step.event.map_or(0, |event| event.message_hash));
    let body = HandOver { qualification, handed_over_at_ms: decided.evaluated_at_ms, sla_due_at_ms: None, ..body };
    push(step, decided, (sub, cause_hash), body);
}

fn sub_of(kind: HandOverKind, qualification: Qualification) -> u8 {
    kind as u8 * 2 + u8::from(qualification == Qualification::Sql)
}

fn push(step: &mut StepContext<'_, '_>, decided: DecisionTime, (sub, cause_hash): (u8, u64), body: HandOver) {
    let id = output_id(step.key, &step.model().name, IdKind::HandOver(sub), None, decided.at_ms, cause_hash, 0);
    let (model, event) = (step.primary, step.event.map(causing));
    step.effects.outputs.push(Output { id, model, at_ms: decided.at_ms, event, body: Body::HandOver(Box::new(body)) });
}

fn about(
    prospect: &Prospect,
    step: &StepContext<'_, '_>,
    decided: DecisionTime,
    (kind, reasons): (HandOverKind, Vec<Text>),
) -> Option<HandOver> {
    let model = step.model();
    let (track, extras) = (prospect.tracks.get(step.primary)?, prospect.extras.as_ref()?);
    let lead = &extras.lead;
    Some(HandOver {
        kind,
        qualification: lead.qualification,
        reasons,
        answer: None,
        sla_due_at_ms: lead.due_ms.filter(|_| lead.is_with_sales()),
        handed_over_at_ms: lead.handed_over_ms,
        score: points::total(track, &model.score, decided.evaluated_at_ms),
        fit: model.people.fit_of(track),
        grade: model.people.grade_of(track),
        label: label::label_of(&model.score.labels, track).map(|l| l.name.clone()),
        persona: model.people.persona_of(track),
        account: extras.account.belongs.as_ref().map(|belongs| belongs.account.clone()),
        role: extras.account.role.clone(),
        company: None,
    })
}

/// Takes points away as the model declares; the label follows at once.
pub fn reset_score(
    prospect: &mut Prospect,
    sales: &HandOverModel,
    why: ReturnReason,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
) {
    let Some(reset) = sales.resets.get(usize::from(why.index())) else { return };
    let model = step.model();
    let Some(track) = prospect.tracks.get_mut(step.primary) else { return };
    let evaluated_at_ms = track.evaluation_ms(decided.evaluated_at_ms);
    let engagement: f64 = model.score.groups.iter().map(|g| points::group_points(track, g, evaluated_at_ms)).sum();
    let all = match &reset.how {
        ResetHow::Keep(keep) => *keep,
        ResetHow::To(points) if engagement > 0.0 => ((points - track.fit) / engagement).clamp(0.0, 1.0),
        ResetHow::To(_) | ResetHow::Groups(_) => 1.0,
    };
    let keep = |group: u32| match &reset.how {
        ResetHow::Groups(groups) => groups.iter().find(|(name, _)| *name == group).map_or(1.0, |(_, keep)| *keep),
        _ => all,
    };
    points::reset(track, &model.score, keep, evaluated_at_ms, why.index());
    if let Some(change) = label::relabel(track, model, evaluated_at_ms) {
        let context = ModelContext::of(step, step.primary);
        step.effects.outputs.push(context.taken_output(Taken::Reset, track, change, decided.at_ms, step.event, evaluated_at_ms));
    }
}
