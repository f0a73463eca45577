//! The member's side: what leaves of its lead goes by way of its account, and the account says whether it is handed over at all.

use crate::domain::member_update::{LeadNews, MemberUpdate, MemberUpdateRecord, News};
use crate::domain::model::Models;
use crate::domain::output::{Body, Effects, Output};
use crate::domain::rules::context::StepContext;
use crate::domain::rules::{budget, lead, model_change, personas};
use crate::domain::state::account::{Barred, Membership};
use crate::domain::state::lead::LeadStatus;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::HandOverKind;

/// What left of the lead in this turn goes by way of the account, which knows the company.
/// `index`: the model that accounts are kept by.
pub(super) fn route(prospect: &mut Prospect, index: usize, step: &mut StepContext<'_, '_>) {
    let is_lead = |output: &Output| matches!(output.body, Body::HandOver(_));
    if step.primary != index || !step.effects.outputs.get(step.since..).is_some_and(|some| some.iter().any(is_lead)) {
        return;
    }
    let Some(extras) = prospect.extras.as_deref_mut() else { return };
    let stand = extras.lead.status;
    let Membership { role, belongs, .. } = &mut *extras.account;
    let Some(belongs) = belongs.as_mut().filter(|belongs| belongs.sent_digest.is_some()) else { return };
    let mut leads = Vec::new();
    for output in step.effects.outputs.split_off(step.since) {
        match output.body {
            Body::HandOver(lead) => leads.push((output.id, output.at_ms, output.event, lead)),
            body => step.effects.outputs.push(Output { body, ..output }),
        }
    }
    for (id, at_ms, event, mut lead) in leads {
        (lead.account, lead.role) = (Some(belongs.account.clone()), role.clone());
        // What sales takes by itself is no question.
        let asks = lead.kind == HandOverKind::HandedOver && matches!(stand, LeadStatus::AwaitingAnswer | LeadStatus::Reminded);
        let sent_ms = belongs.sent_ms.map_or(at_ms, |sent_ms| sent_ms.max(at_ms));
        belongs.sent_ms = Some(sent_ms);
        let update = MemberUpdate {
            account: belongs.account.clone(),
            member: step.key.into(),
            news: News::Lead(Box::new(LeadNews { lead: *lead, at_ms, asks })),
            ..MemberUpdate::default()
        };
        let body = Body::Member(Box::new(update));
        step.effects.outputs.push(Output { id, model: step.primary, at_ms: sent_ms, event, body });
    }
}

/// The account's update for its member: whether leads of the company are handed over.
pub fn hear(prospect: &mut Prospect, member_update: &MemberUpdateRecord, models: &Models, effects: &mut Effects) {
    let (News::Bar(bar), Some((index, _, _))) = (&member_update.update.news, models.accounts()) else { return };
    let membership = prospect.extras.as_mut().map(|extras| &mut *extras.account);
    // Ignored by a member that has joined another company in the meantime.
    let is_meant = |m: &&mut Membership| {
        m.belongs.as_ref().is_some_and(|b| b.account == member_update.update.account && b.sent_digest.is_some())
    };
    let Some(membership) = membership.filter(is_meant) else { return };
    let since_ms = membership.barred.filter(|old| Some(old.why) == *bar).map_or(member_update.at_ms, |old| old.since_ms);
    membership.barred = bar.map(|why| Barred { why, since_ms });
    let key = member_update.update.member.as_str();
    let mut step = StepContext::of_time(key, prospect, member_update.at_ms, models, effects);
    if model_change::adopt(prospect, &mut step) {
        personas::assign_models(prospect, false, &mut step);
    }
    if step.primary == index {
        lead::barred(prospect, &mut step, *bar);
        route(prospect, index, &mut step);
    }
    budget::fit_record(prospect, models.models.len(), step.effects);
}
