//! Between marketing and sales: where the lead stands, and until when somebody has to answer.

pub mod again;
pub mod answers;
pub mod disqualify;
pub mod hand_over;
pub mod held;
pub mod outputs;
pub mod reason;
pub mod return_lead;

use crate::domain::model::sales::Back;
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::hand_over::watch;
use crate::domain::rules::lead::outputs::{Told, hand_over_output};
use crate::domain::rules::lead::return_lead::{give_back, go_back};
use crate::domain::rules::order_news::News;
use crate::domain::state::lead::{Held, Lead, Stand};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Bar, HandOverKind};

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

/// The account told whether leads of the company are handed over.
pub fn barred(prospect: &mut Prospect, turn: &Turn<'_, '_>, bar: Option<Bar>, effects: &mut Effects) {
    let Some(model) = turn.model().sales.hand_over.as_deref() else { return };
    if prospect.tracks.get(turn.charge).is_none_or(|track| track.disqualified.is_some()) {
        // No lead at all.
        return;
    }
    // Never before the lead was worth it.
    let held_ms = prospect.more.as_deref().and_then(|more| more.lead.held).map_or(turn.at_ms, |held| held.since_ms);
    let at_ms = turn.at_ms.max(held_ms);
    let told = Told { at_ms, judged_ms: at_ms.max(prospect.last_seen_ms) };
    let Some(why) = bar.and_then(|bar| model.bars(bar)) else {
        return watch(prospect, model, turn, told, effects);
    };
    let Some(lead) = prospect.more.as_deref().and_then(|more| more.lead.get()) else { return };
    let since_ms =
        prospect.more.as_deref().and_then(|more| more.account.barred).map_or(at_ms, |barred| barred.since_ms).min(turn.at_ms);
    let waits = matches!(lead.stand, Stand::Waiting | Stand::Reminded);
    let never_got = lead.handed_over_ms >= since_ms && (waits || (lead.stand == Stand::Back && lead.answer.is_none()));
    let held = Some(Held { why, since_ms: lead.handed_over_ms.max(since_ms) });
    // What sales has of a customer stays with it; of a company that is out, it needn't answer any more.
    if waits && (never_got || why == Bar::Disqualified) {
        give_back(prospect, turn, told, None, vec![why.name().into()], effects);
        let lead = &mut prospect.more_mut().lead;
        (lead.again_from_ms, lead.renewed, lead.held) = (told.at_ms, true, held);
    }
    if never_got {
        // Handed over before the word came: the account held it back, so nothing has happened.
        let lead = &mut prospect.more_mut().lead;
        **lead = Lead { held, re_entered_ms: lead.re_entered_ms, ..Lead::default() };
    }
}
