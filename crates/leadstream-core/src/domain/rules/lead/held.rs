//! A lead that would be handed over, were it not for its company: that waits until the company bars it no more.

use crate::domain::model::sales::HandOverModel;
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::outputs::{Told, held_back_output, reasons};
use crate::domain::state::lead::Held;
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
