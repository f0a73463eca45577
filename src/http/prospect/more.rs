//! What only some prospects have: traits, where they came from, how they may be reached, triggers, and what was decided.

use crate::domain::model::Models;
use crate::domain::rules::contact;
use crate::domain::state::decisions::{Check, Done};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::traits::TraitValue;
use crate::domain::terms::consent::ConsentState;
use crate::http::health::rfc3339;
use serde_json::{Map, Value, json};

/// Traits by name; those that no loaded model names are left out.
pub(super) fn traits(prospect: &Prospect, models: &Models) -> Value {
    let known = prospect.more.iter().flat_map(|more| &more.traits.known);
    let named = known.filter_map(|known| {
        let name = models.vocabulary.traits().iter().find(|t| t.hash == known.name)?;
        let value = match &known.value {
            TraitValue::Text(text) => json!(text),
            TraitValue::Number(number) => json!(number),
            TraitValue::Bool(yes) => json!(yes),
        };
        Some((name.name.clone(), json!({ "value": value, "said": rfc3339(known.time_ms) })))
    });
    Value::Object(named.collect::<Map<_, _>>())
}

/// First and last source and campaign, and what was bought.
pub(super) fn origin(prospect: &Prospect) -> Value {
    let Some(customer) = prospect.more.as_ref().and_then(|m| m.customer.get()) else { return Value::Null };
    #[allow(clippy::cast_precision_loss, reason = "for people; far below 2^53 thousandths")]
    let spent = customer.spent.iter().map(|(currency, milli)| (currency.to_string(), json!(*milli as f64 / 1_000.0)));
    json!({
        "first": { "source": customer.first_source, "campaign": customer.first_campaign },
        "last": { "source": customer.last_source, "campaign": customer.last_campaign },
        "orders": customer.orders,
        "first_order": customer.first_order_ms.and_then(rfc3339),
        "spent": spent.collect::<Map<_, _>>(),
    })
}

/// Whether mail may be sent, as the model in charge asks for it.
pub(super) fn consent(prospect: &Prospect, models: &Models) -> Value {
    let model = models.models.get(models.in_charge_of(prospect));
    let is_missing = model.is_some_and(|model| contact::consent::is_missing(prospect, &model.contact));
    let state = match prospect.consent.state {
        ConsentState::Open if is_missing => "not-given",
        ConsentState::Open => "open",
        ConsentState::Unsubscribed => "unsubscribed",
        ConsentState::HardBounce => "hard-bounce",
        ConsentState::Complained => "complained",
    };
    json!({
        "mail_allowed": state == "open",
        "state": state,
        "since": Some(prospect.consent.since_ms).filter(|ms| *ms != 0).and_then(rfc3339),
        "given": prospect.consent.granted_ms.and_then(rfc3339),
    })
}

/// How the prospect may be reached.
pub(super) fn contact(prospect: &Prospect) -> Value {
    let known = prospect.more.as_ref().map(|m| &m.contact);
    json!({
        "internal_since": prospect.more.as_ref().and_then(|m| m.internal.since_ms).and_then(rfc3339),
        "withheld": contact::withheld(prospect).map(crate::domain::terms::cart::Reason::name),
        "time_zone": known.and_then(|c| c.zone.as_ref()),
        "sent": known.map(|c| c.sent_ms.iter().map(|ms| rfc3339(*ms)).collect::<Vec<_>>()).unwrap_or_default(),
        "soft_bounces": known.map_or(0, |c| c.soft_bounces),
    })
}

/// The name of a pending trigger.
pub(super) fn pending_name(prospect: &Prospect, at: usize, models: &Models) -> Option<String> {
    let pending = prospect.more.as_ref()?.absence.pending.get(at)?;
    trigger_name(pending.trigger, models)
}

fn trigger_name(hash: u32, models: &Models) -> Option<String> {
    let mut all = models.models.iter().flat_map(|m| &m.absence.triggers);
    all.find(|t| t.hash == hash).map(|t| t.name.to_string())
}

/// Triggers of absence: those that wait, and those that left.
pub(super) fn triggers(prospect: &Prospect, models: &Models) -> Value {
    let Some(absence) = prospect.more.as_ref().and_then(|m| m.absence.get()) else { return Value::Null };
    let waits = absence.pending.iter().map(|p| {
        json!({
            "trigger": trigger_name(p.trigger, models),
            "due": rfc3339(p.due_ms),
            "leaves": rfc3339(p.fire_at_ms),
            "since": rfc3339(p.since_ms),
            "event": Some(p.event.as_str()).filter(|name| !name.is_empty()),
            "product_id": p.product,
        })
    });
    let left = absence.left.iter().map(|l| {
        json!({ "trigger": trigger_name(l.trigger, models), "left": rfc3339(l.left_ms), "recalled": l.recalled, "product_id": l.product })
    });
    json!({ "waiting": waits.collect::<Vec<_>>(), "left": left.collect::<Vec<_>>() })
}

/// What left and what was held back lately, and which checks were passed.
pub(super) fn decisions(prospect: &Prospect) -> Vec<Value> {
    let all = prospect.more.iter().flat_map(|more| &more.decisions.list);
    all.map(|decision| {
        let (done, reason, until) = match decision.done {
            Done::Left => ("left", None, None),
            // Consent is asked for after the end of a visit, and before quiet hours.
            Done::HeldUntil(until_ms) if !decision.checks.has(Check::Consent) => ("held", Some("in-a-visit"), rfc3339(until_ms)),
            Done::HeldUntil(until_ms) => ("held", Some("quiet-hours"), rfc3339(until_ms)),
            Done::Suppressed(reason) => ("suppressed", Some(reason.name()), None),
        };
        json!({
            "at": rfc3339(decision.at_ms),
            "due": rfc3339(decision.due_ms),
            "trigger": if decision.trigger.is_empty() { "cart" } else { decision.trigger.as_str() },
            "step": Some(decision.step).filter(|step| *step > 0),
            "done": done,
            "reason": reason,
            "until": until,
            "passed": decision.checks.names(),
        })
    })
    .collect()
}
