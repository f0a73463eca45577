//! Outputs as `leadstream.v1.Output`.

mod account;
mod hand_over;
mod trigger;
mod values;

use super::catalog::Catalog;
use super::fields::{direction_name, rounded, type_name};
use crate::domain::Text;
use crate::domain::output::trigger::{CartAbandoned, CartOutcome};
use crate::domain::output::{Body, IdentityChanged, Output, ScoreChanged, StageChanged};
use crate::domain::terms::movement::Cause;
use crate::wire::proto;
use prost::Message;
use values::{id_text, text};

pub(super) fn write(catalog: &Catalog, (prospect, ids): (&str, &[Text]), output: &Output, value: &mut Vec<u8>) {
    let model = catalog.model(output);
    let message = proto::Output {
        id: id_text(output.id),
        r#type: type_name(output).to_owned(),
        prospect: prospect.to_owned(),
        at_ms: output.at_ms,
        ids: ids.iter().map(ToString::to_string).collect(),
        model: model.map(|m| proto::ModelRef { name: m.name.clone(), hash: m.hash_text.clone() }),
        event: output.event.as_ref().map(|event| proto::CausingEvent {
            id: text(event.message_id.as_ref()),
            name: event.name.to_string(),
            topic: catalog.topic(event.position.input).to_owned(),
            partition: event.position.partition,
            offset: event.position.offset,
        }),
        body: Some(match &output.body {
            Body::IdentityChanged(body) => proto::output::Body::IdentityChanged(identity(body)),
            // Never as outputs of their own: see `forwards` and `blocked_ids`.
            Body::Told(_) | Body::Blocked => return,
            Body::StageChanged(body) => proto::output::Body::StageChanged(stage(body)),
            Body::ScoreChanged(body) => proto::output::Body::ScoreChanged(score(body)),
            Body::CartAbandoned(body) => proto::output::Body::CartAbandoned(abandoned(body, catalog)),
            Body::CartOutcome(body) => proto::output::Body::CartOutcome(outcome(body)),
            Body::Triggered(body) => proto::output::Body::Triggered(trigger::triggered(body, catalog)),
            Body::HandOver(body) => proto::output::Body::HandOver(hand_over::hand_over(body)),
            Body::AccountChanged(body) => proto::output::Body::AccountChanged(account::account(body)),
            Body::Member(body) => proto::output::Body::Member(account::member(body)),
        }),
    };
    message.encode_raw(value);
}

fn identity(body: &IdentityChanged) -> proto::IdentityChanged {
    match body {
        IdentityChanged::Merged { from, renamed } => {
            proto::IdentityChanged { from: Some(from.to_string()), renamed: Some(*renamed), ..proto::IdentityChanged::default() }
        }
        IdentityChanged::Conflict { id, refused } => proto::IdentityChanged {
            claimed: Some(id.to_string()),
            refused: Some(refused.to_string()),
            ..proto::IdentityChanged::default()
        },
        IdentityChanged::Blocked => proto::IdentityChanged::default(),
    }
}

fn stage(body: &StageChanged) -> proto::StageChanged {
    proto::StageChanged {
        axis: body.axis.name().to_owned(),
        from: text(body.from.as_ref()),
        to: body.to.to_string(),
        direction: direction_name(body.direction).to_owned(),
        cause: body.cause.name().to_owned(),
        in_stage_ms: body.in_stage_ms,
        score: rounded(body.score),
        label: text(body.label.as_ref()),
        persona: text(body.persona.as_ref()),
    }
}

fn score(body: &ScoreChanged) -> proto::ScoreChanged {
    let groups = body.groups.iter();
    proto::ScoreChanged {
        from: text(body.from.as_ref()),
        to: text(body.to.as_ref()),
        direction: if body.up { "up" } else { "down" }.to_owned(),
        score: rounded(body.score),
        fit: body.fit.map(rounded),
        engagement: rounded(body.engagement),
        grade: text(body.grade.as_ref()),
        groups: groups.map(|(name, points)| proto::GroupScore { name: name.to_string(), points: rounded(*points) }).collect(),
        cause: body.merged.then(|| Cause::Merged.name().to_owned()),
    }
}

fn abandoned(body: &CartAbandoned, catalog: &Catalog) -> proto::CartAbandoned {
    let lines = body.lines.iter().map(|line| proto::CartLine {
        product_id: line.product_id.to_string(),
        sku: text(line.sku.as_ref()),
        name: text(line.name.as_ref()),
        variant: text(line.variant.as_ref()),
        quantity: line.pieces().unwrap_or_else(|| rounded_up(line.quantity)),
        decimal_quantity: Some(line.quantity).filter(|_| line.pieces().is_none()),
        currency: text(line.currency.as_ref()),
        price: line.price.map(rounded),
        url: text(line.url.as_ref()),
        image_url: text(line.image_url.as_ref()),
    });
    proto::CartAbandoned {
        cart_id: text(body.cart_id.as_ref()),
        episode: body.episode_ms,
        step: u32::from(body.step),
        steps: u32::from(body.steps),
        due_at_ms: body.due_at_ms,
        abandoned_at_ms: body.abandoned_at_ms,
        checkout_started: body.checkout_started,
        lines: lines.collect(),
        value: body.value.map(rounded),
        currency: text(body.currency.as_ref()),
        score: rounded(body.score),
        label: text(body.label.as_ref()),
        persona: text(body.persona.as_ref()),
        proof: Some(trigger::proof(&body.proof, catalog)),
        reason: body.armed_for.name().to_owned(),
        checkout_step: text(body.checkout_step.as_ref()),
        addressable: body.addressable,
        address: text(body.address.as_ref()),
        lines_left_out: body.lines_left_out,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "quantities are not negative and fit u32")]
fn rounded_up(quantity: f64) -> u32 {
    quantity.ceil() as u32
}

fn outcome(body: &CartOutcome) -> proto::CartOutcome {
    proto::CartOutcome {
        cart_id: text(body.cart_id.as_ref()),
        episode: body.episode_ms,
        step: body.step.map(u32::from),
        steps_sent: u32::from(body.steps_sent),
        reason: body.reason.name().to_owned(),
        trigger_ids: body.trigger_ids.iter().map(|id| id_text(*id)).collect(),
        order_id: text(body.order_id.as_ref()),
        value: body.value.map(rounded),
        currency: text(body.currency.as_ref()),
        attribution: body.attribution.map(|a| a.name().to_owned()),
        attributed_trigger_id: body.attributed_trigger_id.map(id_text),
        attributed_by: body.attributed_by.map(|by| by.name().to_owned()),
        attribution_reason: body.attribution_reason.map(|reason| reason.name().to_owned()),
        late: body.late,
        whole: body.whole,
    }
}
