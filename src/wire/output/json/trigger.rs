//! Triggers of absence as JSON, and the proof that triggers carry.

use super::values::Rounded;
use crate::domain::Text;
use crate::wire::output::catalog::Catalog;
use crate::wire::time::Rfc3339;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Triggered<'a> {
    trigger: &'a str,
    episode: i64,
    due_at: Rfc3339,
    reasons: &'a [Text],
    product_id: Option<&'a str>,
    score: Rounded,
    label: Option<&'a str>,
    persona: Option<&'a str>,
    proof: Proof<'a>,
}

#[derive(Serialize)]
pub(super) struct Proof<'a> {
    rule: &'a str,
    events: Vec<Because<'a>>,
    checks: &'a [&'static str],
}

#[derive(Serialize)]
struct Because<'a> {
    name: &'a str,
    at: Rfc3339,
    topic: &'a str,
    partition: i32,
    offset: i64,
    #[serde(skip_serializing_if = "is_zero")]
    clock_corrected_ms: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

pub(super) fn triggered<'a>(body: &'a crate::domain::output::Triggered, catalog: &'a Catalog) -> Triggered<'a> {
    Triggered {
        trigger: &body.trigger,
        episode: body.episode_ms,
        due_at: Rfc3339::new(body.due_at_ms),
        reasons: &body.reasons,
        product_id: body.product_id.as_deref(),
        score: Rounded(body.score),
        label: body.label.as_deref(),
        persona: body.persona.as_deref(),
        proof: proof(&body.proof, catalog),
    }
}

pub(super) fn proof<'a>(proof: &'a crate::domain::output::Proof, catalog: &'a Catalog) -> Proof<'a> {
    let because = proof.because.iter().map(|event| Because {
        name: &event.name,
        at: Rfc3339::new(event.at_ms),
        topic: catalog.topic(event.position.input),
        partition: event.position.partition,
        offset: event.position.offset,
        clock_corrected_ms: event.corrected_ms,
    });
    Proof { rule: &proof.rule, events: because.collect(), checks: &proof.checks }
}
