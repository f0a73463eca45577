//! Triggers of absence as protobuf, and the proof that triggers carry.

use super::values::{text, texts};
use crate::domain::output::Proof;
use crate::domain::output::Triggered;
use crate::wire::output::catalog::Catalog;
use crate::wire::output::fields::rounded;
use crate::wire::proto;

pub(super) fn triggered(body: &Triggered, catalog: &Catalog) -> proto::Triggered {
    proto::Triggered {
        trigger: body.trigger.to_string(),
        episode: body.episode_ms,
        due_at_ms: body.due_at_ms,
        reasons: texts(&body.reasons),
        product_id: text(body.product_id.as_ref()),
        score: rounded(body.score),
        label: text(body.label.as_ref()),
        persona: text(body.persona.as_ref()),
        proof: Some(proof(&body.proof, catalog)),
    }
}

pub(super) fn proof(proof: &Proof, catalog: &Catalog) -> proto::Proof {
    let because = proof.because.iter().map(|event| proto::Because {
        name: event.name.to_string(),
        at_ms: event.at_ms,
        topic: catalog.topic(event.position.input).to_owned(),
        partition: event.position.partition,
        offset: event.position.offset,
        clock_corrected_ms: event.corrected_ms,
    });
    let checks = proof.checks.iter().map(|check| (*check).to_owned());
    proto::Proof { rule: proof.rule.to_string(), events: because.collect(), checks: checks.collect() }
}
