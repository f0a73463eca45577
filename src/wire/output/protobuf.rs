//! Outputs as `leadstream.v1.Output`.

use super::{Encoder, cause_name, direction_name, hex, rounded, type_name};
use crate::domain::effect::{Body, CartAbandoned, CartOutcome, Output, ScoreChanged, StageChanged};
use crate::wire::proto;
use prost::Message;

pub(super) fn write(encoder: &Encoder, prospect: &str, output: &Output, value: &mut Vec<u8>) {
    let model = encoder.model(output);
    let message = proto::Output {
        id: id_text(output.id),
        r#type: type_name(output).to_owned(),
        prospect: prospect.to_owned(),
        at_ms: output.at_ms,
        model: model.map(|m| proto::ModelRef { name: m.name.clone(), hash: m.hash_text.clone() }),
        event: output.event.as_ref().map(|event| proto::CausingEvent {
            id: event.message_id.clone(),
            name: event.name.clone(),
            topic: encoder.topic(event.position.input).to_owned(),
            partition: event.position.partition,
            offset: event.position.offset,
        }),
        body: Some(match &output.body {
            Body::StageChanged(body) => proto::output::Body::StageChanged(stage(body)),
            Body::ScoreChanged(body) => proto::output::Body::ScoreChanged(score(body)),
            Body::CartAbandoned(body) => proto::output::Body::CartAbandoned(abandoned(body)),
            Body::CartOutcome(body) => proto::output::Body::CartOutcome(outcome(body)),
        }),
    };
    message.encode_raw(value);
}

fn id_text(id: u128) -> String {
    hex(id, &mut [0; 32]).to_owned()
}

fn stage(body: &StageChanged) -> proto::StageChanged {
    proto::StageChanged {
        axis: body.axis.name().to_owned(),
        from: body.from.clone(),
        to: body.to.clone(),
        direction: direction_name(body.direction).to_owned(),
        cause: cause_name(body.cause).to_owned(),
        in_stage_ms: body.in_stage_ms,
        score: rounded(body.score),
        label: body.label.clone(),
        persona: None,
    }
}

fn score(body: &ScoreChanged) -> proto::ScoreChanged {
    let groups = body.groups.iter();
    proto::ScoreChanged {
        from: body.from.clone(),
        to: body.to.clone(),
        direction: if body.up { "up" } else { "down" }.to_owned(),
        score: rounded(body.score),
        fit: None,
        engagement: rounded(body.score),
        grade: None,
        groups: groups.map(|(name, points)| proto::GroupScore { name: name.clone(), points: rounded(*points) }).collect(),
    }
}

fn abandoned(body: &CartAbandoned) -> proto::CartAbandoned {
    let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let lines = body.lines.iter().map(|line| proto::CartLine {
        product_id: line.product_id.to_string(),
        sku: text(&line.sku),
        name: text(&line.name),
        variant: text(&line.variant),
        quantity: line.quantity,
        price: line.price.map(rounded),
        url: text(&line.url),
        image_url: text(&line.image_url),
    });
    proto::CartAbandoned {
        cart_id: body.cart_id.clone(),
        episode: body.episode_ms,
        step: u32::from(body.step),
        steps: u32::from(body.steps),
        due_at_ms: body.due_at_ms,
        abandoned_at_ms: body.abandoned_at_ms,
        checkout_started: body.checkout_started,
        lines: lines.collect(),
        value: body.value.map(rounded),
        currency: body.currency.clone(),
        score: rounded(body.score),
        label: body.label.clone(),
        persona: None,
    }
}

fn outcome(body: &CartOutcome) -> proto::CartOutcome {
    proto::CartOutcome {
        cart_id: body.cart_id.clone(),
        episode: body.episode_ms,
        step: body.step.map(u32::from),
        steps_sent: u32::from(body.steps_sent),
        reason: body.reason.name().to_owned(),
        trigger_ids: body.trigger_ids.iter().map(|id| id_text(*id)).collect(),
        order_id: body.order_id.clone(),
        value: body.value.map(rounded),
        currency: body.currency.clone(),
    }
}
