//! Gives a lead back to marketing.

use crate::domain::Text;
use crate::domain::model::sales::{Back, HandOverModel};
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::again;
use crate::domain::rules::lead::outputs::{Told, hand_over_output, reset_score};
use crate::domain::state::lead::Stand;
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{Answer, HandOverKind};

/// Back to marketing, with the reset that the model declares; by what sales said, or by time.
pub(crate) fn go_back(
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

pub(crate) fn give_back(
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
