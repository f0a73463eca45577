//! A lead that would be handed over, were it not for its company: that waits until the company bars it no more.

use crate::domain::model::sales::HandOverModel;
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::told::{Told, held_back_output, reasons};
use crate::domain::rules::lead::{give_back, watch};
use crate::domain::state::lead::{Held, Lead, Stand};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Bar, Qualification};

/// Why the company's leads are not handed over, as far as the model minds.
pub(super) fn bar(prospect: &Prospect, model: &HandOverModel) -> Option<Bar> {
    let barred = prospect.more.as_deref()?.account.get()?.barred?;
    model.bars(barred.why)
}

/// It would be handed over now. Said once, until it is handed over or no longer worth it.
pub(super) fn hold(
    prospect: &mut Prospect,
    turn: &Turn<'_, '_>,
    told: Told,
    (why, level): (Bar, Qualification),
    effects: &mut Effects,
) {
    let lead = &mut prospect.more_mut().lead;
    lead.due_ms = None;
    if lead.held.is_some_and(|held| held.why == why) {
        return;
    }
    lead.held = Some(Held { why, since_ms: told.judged_ms });
    let mut because = reasons(prospect, turn, told);
    because.insert(0, why.name().into());
    held_back_output(prospect, turn, told, level, because, effects);
}

/// Its label says no more that it should be handed over.
pub(super) fn let_go(prospect: &mut Prospect) {
    if let Some(more) = prospect.more.as_deref_mut().filter(|more| more.lead.held.is_some()) {
        more.lead.held = None;
    }
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
