//! A lead that would be handed over, were it not for its company: that waits until the company bars it no more.

use crate::domain::model::sales::HandOverModel;
use crate::domain::rules::context::StepContext;
use crate::domain::rules::lead::outputs::{DecisionTime, held_back_output, reasons};
use crate::domain::state::lead::Held;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Bar, Qualification};

/// Why the company's leads are not handed over, as far as the model minds.
pub(super) fn bar(prospect: &Prospect, model: &HandOverModel) -> Option<Bar> {
    let barred = prospect.extras.as_deref()?.account.get()?.barred?;
    model.bars(barred.why)
}

/// It would be handed over now. Said once, until it is handed over or no longer worth it.
pub(super) fn hold(
    prospect: &mut Prospect,
    step: &mut StepContext<'_, '_>,
    decided: DecisionTime,
    (why, level): (Bar, Qualification),
) {
    let lead = &mut prospect.extras_mut().lead;
    lead.due_ms = None;
    if lead.held.is_some_and(|held| held.why == why) {
        return;
    }
    lead.held = Some(Held { why, since_ms: decided.evaluated_at_ms });
    let mut because = reasons(prospect, step, decided);
    because.insert(0, why.name().into());
    held_back_output(prospect, step, decided, level, because);
}

/// Its label says no more that it should be handed over.
pub(super) fn let_go(prospect: &mut Prospect) {
    if let Some(extras) = prospect.extras.as_deref_mut().filter(|extras| extras.lead.held.is_some()) {
        extras.lead.held = None;
    }
}
