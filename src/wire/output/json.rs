//! Outputs as JSON, with names and order of the fields as in docs/outputs.md.

mod account;
mod hand_over;
mod identity;
mod trigger;
mod values;
mod writer;

use super::catalog::Catalog;
use crate::domain::Text;
use crate::domain::output::trigger::{CartAbandoned, CartOutcome};
use crate::domain::output::{Body, Output};
use crate::domain::state::cart::CartLine;
use crate::domain::terms::cart::OutcomeKind;
use crate::domain::terms::recovery::{AttributedBy, Attribution, AttributionReason};
use crate::wire::time::Rfc3339;
use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use values::{Id, Ids, Quantity, Rounded};
use writer::JsonWriter;

#[derive(Serialize)]
#[serde(untagged)]
enum JsonBody<'a> {
    Abandoned(Abandoned<'a>),
    Outcome(Outcome<'a>),
    Triggered(trigger::Triggered<'a>),
    HandOver(hand_over::HandOver<'a>),
    Account(account::Account<'a>),
    Member(account::Update<'a>),
    Identity(identity::Changed<'a>),
}

#[derive(Serialize)]
struct Abandoned<'a> {
    cart_id: Option<&'a str>,
    episode: i64,
    step: u8,
    steps: u8,
    due_at: Rfc3339,
    abandoned_at: Rfc3339,
    reason: &'a str,
    checkout_started: bool,
    checkout_step: Option<&'a str>,
    addressable: bool,
    /// With identity, where one is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    lines: Lines<'a>,
    lines_left_out: u32,
    value: Option<Rounded>,
    currency: Option<&'a str>,
    score: Rounded,
    label: Option<&'a str>,
    persona: Option<&'a str>,
    proof: trigger::Proof<'a>,
}

#[derive(Serialize)]
struct Line<'a> {
    product_id: &'a str,
    sku: Option<&'a str>,
    name: Option<&'a str>,
    variant: Option<&'a str>,
    quantity: Quantity<'a>,
    price: Option<Rounded>,
    /// In a cart whose lines have several.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'a str>,
    url: Option<&'a str>,
    image_url: Option<&'a str>,
}

#[derive(Serialize)]
struct Outcome<'a> {
    cart_id: Option<&'a str>,
    episode: i64,
    step: Option<u8>,
    steps_sent: u8,
    reason: &'a str,
    trigger_ids: Ids<'a>,
    order_id: Option<&'a str>,
    value: Option<Rounded>,
    currency: Option<&'a str>,
    attribution: Option<&'a str>,
    attributed_trigger_id: Option<Id>,
    attributed_by: Option<&'a str>,
    attribution_reason: Option<&'a str>,
    late: bool,
    /// Of what is taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    whole: Option<bool>,
}

struct Lines<'a>(&'a [CartLine]);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for line in self.0 {
            list.serialize_element(&Line {
                product_id: &line.product_id,
                sku: line.sku.as_deref(),
                name: line.name.as_deref(),
                variant: line.variant.as_deref(),
                quantity: Quantity(line),
                price: line.price.map(Rounded),
                currency: line.currency.as_deref(),
                url: line.url.as_deref(),
                image_url: line.image_url.as_deref(),
            })?;
        }
        list.end()
    }
}

pub(super) fn write(catalog: &Catalog, whose: (&str, &[Text]), output: &Output, value: &mut Vec<u8>) {
    let start = value.len();
    let mut writer = JsonWriter(value);
    writer.head(catalog, whose, output);
    let body = match &output.body {
        Body::StageChanged(body) => return writer.stage(body),
        Body::ScoreChanged(body) => return writer.score(body),
        Body::CartAbandoned(body) => JsonBody::Abandoned(abandoned(body, catalog)),
        Body::CartOutcome(body) => JsonBody::Outcome(outcome(body)),
        Body::Triggered(body) => JsonBody::Triggered(trigger::triggered(body, catalog)),
        Body::HandOver(body) => JsonBody::HandOver(hand_over::hand_over(body)),
        Body::AccountChanged(body) => JsonBody::Account(account::account(body)),
        Body::Member(body) => JsonBody::Member(account::member(body)),
        Body::IdentityChanged(body) => JsonBody::Identity(identity::changed(body)),
        // Never as JSON: see `forwards` and `blocked_ids`.
        Body::Told(_) | Body::Blocked => return value.truncate(start),
    };
    let brace = value.len();
    if serde_json::to_writer(&mut *value, &body).is_err() {
        // Memory takes every byte and every key is text, so this can't happen; even so, half a record must not leave.
        return value.truncate(start);
    }
    // The object of the body continues that of the head.
    if let Some(brace) = value.get_mut(brace) {
        *brace = b',';
    }
}

fn abandoned<'a>(body: &'a CartAbandoned, catalog: &'a Catalog) -> Abandoned<'a> {
    Abandoned {
        cart_id: body.cart_id.as_deref(),
        episode: body.episode_ms,
        step: body.step,
        steps: body.steps,
        due_at: Rfc3339::new(body.due_at_ms),
        abandoned_at: Rfc3339::new(body.abandoned_at_ms),
        reason: body.armed_for.name(),
        checkout_started: body.checkout_started,
        checkout_step: body.checkout_step.as_deref(),
        addressable: body.addressable,
        address: body.address.as_deref(),
        lines: Lines(&body.lines),
        lines_left_out: body.lines_left_out,
        value: body.value.map(Rounded),
        currency: body.currency.as_deref(),
        score: Rounded(body.score),
        label: body.label.as_deref(),
        persona: body.persona.as_deref(),
        proof: trigger::proof(&body.proof, catalog),
    }
}

fn outcome(body: &CartOutcome) -> Outcome<'_> {
    Outcome {
        cart_id: body.cart_id.as_deref(),
        episode: body.episode_ms,
        step: body.step,
        steps_sent: body.steps_sent,
        reason: body.reason.name(),
        trigger_ids: Ids(&body.trigger_ids),
        order_id: body.order_id.as_deref(),
        value: body.value.map(Rounded),
        currency: body.currency.as_deref(),
        attribution: body.attribution.map(Attribution::name),
        attributed_trigger_id: body.attributed_trigger_id.map(Id),
        attributed_by: body.attributed_by.map(AttributedBy::name),
        attribution_reason: body.attribution_reason.map(AttributionReason::name),
        late: body.late,
        whole: (body.kind == OutcomeKind::Reversed).then_some(body.whole),
    }
}
