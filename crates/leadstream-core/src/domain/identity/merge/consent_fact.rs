//! What was said of an address reaches everybody who reads it.

use super::facts;
use crate::domain::identity::message::ConsentFact;
use crate::domain::model::Models;
use crate::domain::output::Effects;
use crate::domain::rules::budget;
use crate::domain::rules::contact::{consent, mail_block_reason};
use crate::domain::rules::context::StepContext;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::consent::ConsentState;

/// Takes in what was said of an address of the prospect: as if an event of its own had said so, but that it did nothing.
pub fn hear_consent(key: &str, prospect: &mut Prospect, fact: ConsentFact, models: &Models, effects: &mut Effects) {
    let ConsentFact { state, at_ms } = fact;
    let was_blocked = mail_block_reason(prospect);
    consent::settle(prospect, at_ms, state);
    if state == ConsentState::Open {
        let consent = &mut prospect.consent;
        consent.granted_ms = consent.granted_ms.max(Some(at_ms));
    }
    let mut step = StepContext::of_time(key, prospect, at_ms, models, effects);
    if let Some(reason) = mail_block_reason(prospect).filter(|_| was_blocked.is_none()) {
        facts::stop(prospect, reason, at_ms, &mut step);
    }
    budget::fit_record(prospect, models.models.len(), step.effects);
}
