//! Hands a lead over when its label says so, and it may be.

use crate::domain::model::sales::HandOverModel;
use crate::domain::output::Effects;
use crate::domain::rules::context::Turn;
use crate::domain::rules::lead::outputs::{Told, hand_over_output, reasons};
use crate::domain::rules::lead::{again, held};
use crate::domain::state::lead::{Lead, Stand};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::sales::{HandOverKind, Qualification};

/// Hands the lead over when its label says so, and it may be.
pub(crate) fn watch(prospect: &mut Prospect, model: &HandOverModel, turn: &Turn<'_, '_>, told: Told, effects: &mut Effects) {
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

pub(crate) fn hand_over(
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
pub(crate) fn further(prospect: &mut Prospect, model: &HandOverModel, turn: &Turn<'_, '_>, told: Told, effects: &mut Effects) {
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
