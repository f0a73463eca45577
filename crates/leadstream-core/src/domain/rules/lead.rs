//! Between marketing and sales: where the lead stands, and until when somebody has to answer.

mod again;
mod answers;
pub mod disqualify;
pub(crate) mod held;
mod told;

use crate::domain::Text;
use crate::domain::model::sales::{Back, HandOverModel};
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::told::{Told, hand_over_output, reasons, reset_score};
use crate::domain::rules::order_news::News;
use crate::domain::state::lead::{Lead, Stand};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Answer, HandOverKind, Qualification};
pub use again::is_customer;
pub use held::barred;

/// What an event, or what just moved, means for the hand-over.
pub fn turn(prospect: &mut Prospect, turn: &Turn<'_, '_>, effects: &mut Effects) {
    let model = turn.model().sales.hand_over.as_deref();
    let lead = prospect.more.as_ref().and_then(|more| more.lead.get());
    let is_with_sales = lead.is_some_and(Lead::is_with_sales);
    if model.is_none() && !is_with_sales {
        return;
    }
    // Time alone moves nothing here, unless something left: that says when.
    let Some(told) = Told::of(prospect, turn, effects) else { return };
    let disqualified = prospect.tracks.get(turn.charge).and_then(|t| t.disqualified.as_deref());
    if let Some(disqualified) = disqualified {
        let why = ["disqualified".into()].into_iter().chain(disqualified.reason.clone()).collect();
        if is_with_sales {
            give_back(prospect, turn, told, None, why, effects);
        }
        if model.is_some_and(|m| turn.event.is_some_and(|e| m.answer(e).is_some())) {
            answers::ignored(turn, effects);
        }
        return;
    }
    let Some(model) = model else {
        give_back(prospect, turn, told, None, vec!["model-changed".into()], effects);
        return;
    };
    answers::hear(prospect, model, turn, told, effects);
    if matches!(turn.news, News::TakenBack(_)) && has_nothing_left(prospect) {
        give_back(prospect, turn, told, None, vec!["order-reversed".into()], effects);
    }
    watch(prospect, model, turn, told, effects);
}

/// What was won came to nothing.
fn has_nothing_left(prospect: &Prospect) -> bool {
    prospect.more.as_deref().is_some_and(|more| more.lead.stand == Stand::Won && more.customer.orders == 0)
}

/// Somebody should have answered by now, or the lead has aged.
pub fn fire(prospect: &mut Prospect, turn: &Turn<'_, '_>, effects: &mut Effects) {
    let Some(more) = prospect.more.as_deref_mut() else { return };
    let lead = &mut more.lead;
    let Some(deadline_ms) = lead.due_ms.filter(|due_ms| *due_ms <= turn.at_ms) else { return };
    lead.due_ms = None;
    let told = Told { at_ms: deadline_ms, judged_ms: deadline_ms };
    let Some(model) = turn.model().sales.hand_over.as_deref() else {
        if lead.is_with_sales() {
            give_back(prospect, turn, told, None, vec!["model-changed".into()], effects);
        }
        return;
    };
    match lead.stand {
        Stand::Waiting => {
            lead.stand = Stand::Reminded;
            // Whoever is reminded late, after a stop of the service, has all of the grace to answer.
            lead.due_ms = Some(model.due_ms(turn.at_ms.max(deadline_ms), model.grace_ms));
            hand_over_output(prospect, turn, told, HandOverKind::Reminded, None, Vec::new(), effects);
        }
        Stand::Reminded => go_back(prospect, model, turn, told, Back::NoAnswer, None, effects),
        Stand::Working => go_back(prospect, model, turn, told, Back::Aged, None, effects),
        Stand::Free | Stand::Back | Stand::Won => {}
    }
    watch(prospect, model, turn, told, effects);
}

/// Hands the lead over when its label says so, and it may be.
fn watch(prospect: &mut Prospect, model: &HandOverModel, turn: &Turn<'_, '_>, told: Told, effects: &mut Effects) {
    let Some(track) = prospect.tracks.get(turn.charge) else { return };
    let labels = &turn.model().score.labels;
    let label = track.label.and_then(|hash| labels.iter().position(|l| l.hash == hash));
    let level = model.level(label).filter(|_| track.disqualified.is_none() && !track.paused);
    let lead = prospect.more.as_ref().map(|more| &more.lead);
    match (lead.map(|l| l.stand).unwrap_or_default(), level) {
        (Stand::Free, Some(level)) if again::may_buy(prospect, model, turn) => {
            hand_over(prospect, model, turn, told, level, effects);
        }
        (Stand::Waiting | Stand::Reminded, Some(Qualification::Sql)) => further(prospect, model, turn, told, effects),
        (Stand::Back | Stand::Won, level) => {
            again::look(prospect, model, turn, told, level.is_none());
            let level = again::level(prospect, model, turn, level);
            let lead = &mut prospect.more_mut().lead;
            let Some(level) = level else {
                (lead.due_ms, lead.held) = (None, None);
                return;
            };
            if told.judged_ms >= lead.again_from_ms {
                hand_over(prospect, model, turn, told, level, effects);
            } else {
                // Whoever rises too early is handed over when the pause ends, if the label still says so.
                lead.due_ms = Some(lead.again_from_ms);
            }
        }
        (Stand::Free, None) => held::let_go(prospect),
        _ => {}
    }
}

fn hand_over(
    prospect: &mut Prospect,
    model: &HandOverModel,
    turn: &Turn<'_, '_>,
    told: Told,
    level: Qualification,
    effects: &mut Effects,
) {
    if let Some(why) = held::bar(prospect, model) {
        return held::hold(prospect, turn, told, (why, level), effects);
    }
    let sla_ms = if level == Qualification::Sql { model.sql_sla_ms } else { model.sla_ms };
    let persona = prospect.tracks.get(turn.charge).and_then(|track| track.persona);
    let more = prospect.more_mut();
    let (lead, source) = (&mut more.lead, more.customer.first_source.clone());
    **lead = Lead {
        stand: Stand::Waiting,
        qualification: level,
        handed_over_ms: told.judged_ms,
        due_ms: Some(model.due_ms(told.judged_ms, sla_ms)),
        re_entered_ms: lead.re_entered_ms,
        source,
        persona,
        ..Lead::default()
    };
    let why = reasons(prospect, turn, told);
    hand_over_output(prospect, turn, told, HandOverKind::HandedOver, None, why, effects);
}

/// Sales has not answered yet, and the label already says SQL.
fn further(prospect: &mut Prospect, model: &HandOverModel, turn: &Turn<'_, '_>, told: Told, effects: &mut Effects) {
    let lead = &mut prospect.more_mut().lead;
    if lead.qualification == Qualification::Sql {
        return;
    }
    lead.qualification = Qualification::Sql;
    // More urgent, never less.
    let due_ms = model.due_ms(told.judged_ms, model.sql_sla_ms);
    lead.due_ms = Some(lead.due_ms.map_or(due_ms, |running_ms| running_ms.min(due_ms)));
    let why = reasons(prospect, turn, told);
    hand_over_output(prospect, turn, told, HandOverKind::HandedOver, None, why, effects);
}

/// Back to marketing, with the reset that the model declares; by what sales said, or by time.
fn go_back(
    prospect: &mut Prospect,
    model: &HandOverModel,
    turn: &Turn<'_, '_>,
    told: Told,
    why: Back,
    said: Option<(Answer, Vec<Text>)>,
    effects: &mut Effects,
) {
    let (answer, reasons) = said.map_or_else(|| (None, vec![why.name().into()]), |(answer, reasons)| (Some(answer), reasons));
    give_back(prospect, turn, told, answer, reasons, effects);
    reset_score(prospect, model, why, turn, told, effects);
    if why.is_silence() {
        // That sales was silent is no reason to keep the lead from it.
        prospect.more_mut().lead.again_from_ms = told.at_ms;
    }
    again::begin(prospect, turn, told);
}

fn give_back(
    prospect: &mut Prospect,
    turn: &Turn<'_, '_>,
    told: Told,
    answer: Option<Answer>,
    reasons: Vec<Text>,
    effects: &mut Effects,
) {
    let pause_ms = turn.model().sales.hand_over.as_ref().map_or(0, |m| m.again_after_ms);
    let lead = &mut prospect.more_mut().lead;
    lead.stand = Stand::Back;
    lead.answer = answer;
    lead.due_ms = None;
    lead.settle(told.at_ms.saturating_add(pause_ms));
    hand_over_output(prospect, turn, told, HandOverKind::Returned, answer, reasons, effects);
}
