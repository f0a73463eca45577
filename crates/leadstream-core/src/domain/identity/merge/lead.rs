//! Between marketing and sales: one person is one lead.

use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::output::Effects;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead;
use crate::domain::rules::lead::outputs::DecisionTime;
use crate::domain::rules::lead::return_lead::return_lead;
use crate::domain::state::lead::{Lead, LeadStatus};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::MERGED;

/// Whether sales has it, or won it: then this one stays.
fn is_settled(prospect: &Prospect) -> bool {
    let lead = prospect.extras.as_ref().and_then(|extras| extras.lead.get());
    lead.is_some_and(|lead| lead.is_with_sales() || lead.status == LeadStatus::Won)
}

/// Sales has, or won, both: the one of the weaker name goes back.
pub(super) fn give_back(into: &Prospect, from: &mut Prospect, from_key: &str, at_ms: Ms, models: &Models, effects: &mut Effects) {
    let is_with_sales = from.extras.as_ref().and_then(|extras| extras.lead.get()).is_some_and(Lead::is_with_sales);
    if !is_with_sales || !is_settled(into) {
        return;
    }
    effects.given_up_mut().lead = from.extras.as_ref().map(|extras| Box::new((*extras.lead).clone()));
    let since = effects.outputs.len();
    let mut step = StepContext::of_time(from_key, from, at_ms, models, effects);
    let decided = DecisionTime { at_ms, evaluated_at_ms: at_ms.max(from.last_seen_ms) };
    return_lead(from, &mut step, decided, None, vec![MERGED.into()]);
    // It never was the lead of the person that sales has under the other name.
    from.extras_mut().lead = Lead::default().into();
    effects.outputs_of_merged.extend(effects.outputs.drain(since..));
}

/// What sales has goes on by the new name. Of two that it doesn't have, the one that was handed over last.
pub(super) fn unite(into: &mut Prospect, theirs: Option<Lead>, _: &mut StepContext<'_, '_>) {
    let Some(theirs) = theirs else { return };
    if is_settled(into) {
        return;
    }
    let own = &mut into.extras_mut().lead;
    let rank = |lead: &Lead| match lead.status {
        LeadStatus::Open => 0,
        LeadStatus::Returned => 1,
        LeadStatus::Won => 2,
        LeadStatus::AwaitingAnswer | LeadStatus::Reminded | LeadStatus::Accepted => 3,
    };
    let key = |lead: &Lead| (rank(lead), lead.handed_over_ms);
    let mut other = theirs;
    if key(&other) > key(own) {
        std::mem::swap(&mut **own, &mut other);
    }
    let Lead {
        status,
        qualification: _,
        handed_over_ms: _,
        due_ms: _,
        answer: _,
        answered_ms: _,
        again_from_ms,
        renewed,
        lowest,
        raised,
        found: _,
        held,
        re_entered_ms,
        source: _,
        persona: _,
    } = other;
    own.re_entered_ms = own.re_entered_ms.max(re_entered_ms);
    own.held = own.held.or(held);
    if own.status == LeadStatus::Returned && status == LeadStatus::Returned {
        own.again_from_ms = own.again_from_ms.max(again_from_ms);
        own.renewed |= renewed;
        own.raised |= raised;
        own.lowest = own.lowest.or(lowest);
    }
}

/// Where it stands now it was counted to get to, under whichever name.
pub(super) fn is_counted(into: &Prospect, effects: &mut Effects) {
    if let Some(lead) = into.extras.as_ref().and_then(|extras| extras.lead.get()) {
        effects.given_up_mut().lead_before = Some(Box::new(lead.clone()));
    }
}

/// The label may say now that it is to be handed over.
pub(super) fn follow(into: &mut Prospect, step: &mut StepContext<'_, '_>) {
    lead::on_step(into, step);
}
