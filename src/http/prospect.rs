//! One prospect, as `/api/v1/prospects/{id}` shows it: everything that is known, and what happens next without a further event.

mod journeys;
mod lead;
mod more;
mod names;

use super::health::rfc3339;
use crate::domain::Ms;
use crate::domain::model::{AxisModel, Model, Models};
use crate::domain::rules::forget;
use crate::domain::rules::ledger;
use crate::domain::rules::ledger::{Line, What};
use crate::domain::rules::score;
use crate::domain::state::cart::{Cart, CartLine, Phase};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::{Timer, TimerKind};
use crate::domain::state::track::{StagePosition, Track};
use crate::domain::state::traits::Traits;
use crate::domain::terms::movement::Axis;
use names::Names;
use serde_json::{Map, Value, json};

/// The answer about one prospect at `now_ms`.
#[must_use]
pub fn view(id: &str, prospect: &Prospect, models: &Models, now_ms: Ms) -> Value {
    json!({
        "prospect": id,
        "at": rfc3339(now_ms),
        "first_seen": rfc3339(prospect.first_seen_ms),
        "last_seen": rfc3339(prospect.last_seen_ms),
        "last_activity": prospect.last_activity_ms.and_then(rfc3339),
        "sessions": prospect.sessions,
        "consent": more::consent(prospect, models),
        "cooldown_from": prospect.cooldown_from_ms.and_then(rfc3339),
        "lead": lead::view(prospect),
        "in_charge": models.models.get(models.in_charge_of(prospect)).map(|m| &m.name),
        "models": prospect.tracks.iter().map(|t| track(t, prospect, models, now_ms)).collect::<Vec<_>>(),
        "addressable": prospect.addressable,
        "carts": prospect.carts.iter().map(cart).collect::<Vec<_>>(),
        "traits": more::traits(prospect, models),
        "origin": more::origin(prospect),
        "contact": more::contact(prospect),
        "triggers": more::triggers(prospect, models),
        "decisions": more::decisions(prospect),
        "timers": timers(prospect, models),
    })
}

fn track(track: &Track, prospect: &Prospect, models: &Models, now_ms: Ms) -> Value {
    let mut out = Map::new();
    out.insert("model".to_owned(), json!(track.model));
    // A track of a model that runs no more has no names for its numbers.
    let model = models.models.iter().find(|m| m.name == track.model);
    for axis in Axis::ALL {
        let position = track.positions[axis.index()].as_ref();
        let names = Names { events: models.vocabulary.names(), stages: model.map_or(&[], |m| &m.axes[axis.index()].stages) };
        let axis_model = model.map(|m| &m.axes[axis.index()]);
        out.insert(axis.name().to_owned(), position.map_or(Value::Null, |p| stage(p, axis_model, &names, now_ms)));
    }
    if let Some(model) = model {
        let current = model.hash == track.model_hash;
        out.insert("hash".to_owned(), json!(if current { Some(&model.hash_text) } else { None }));
        out.insert("persona".to_owned(), json!(model.people.persona_of(track)));
        out.insert("paused".to_owned(), json!(track.paused));
        out.insert("disqualified".to_owned(), json!(track.disqualified.as_deref().map(lead::disqualified)));
        out.insert("score".to_owned(), scores(track, prospect, model, models, now_ms));
    }
    Value::Object(out)
}

fn stage(position: &StagePosition, model: Option<&AxisModel>, names: &Names<'_>, now_ms: Ms) -> Value {
    let past = position.history.iter().map(|past| {
        json!({
            "stage": names.stage(past.stage_hash),
            "entered": rfc3339(past.entered_ms),
            "cause": past.by.cause.name(),
            "event": names.event(past.by),
        })
    });
    let mut out = json!({
        "stage": position.stage,
        "entered": rfc3339(position.entered_ms),
        "cause": position.by.cause.name(),
        "event": names.event(position.by),
        "in_stage_ms": now_ms.saturating_sub(position.entered_ms).max(0),
        "stale_at": position.stale_at_ms.and_then(rfc3339),
        "stages_left": position.history.len(),
        "history": past.collect::<Vec<_>>(),
    });
    journeys::add(&mut out, position, model, names);
    out
}

fn scores(track: &Track, prospect: &Prospect, model: &Model, models: &Models, now_ms: Ms) -> Value {
    let groups: Map<String, Value> =
        model.score.groups.iter().map(|g| (g.name.to_string(), json!(rounded(score::group_points(track, g, now_ms))))).collect();
    let traits = prospect.more.as_ref().map(|more| &more.traits);
    let nobody = Traits::default();
    let ledger = ledger::account(track, traits.unwrap_or(&nobody), model, models.vocabulary.names(), now_ms);
    let changes_at = track.label_falls_at_ms.and_then(rfc3339);
    let rises = score::rises_next(track, model);
    json!({
        "total": rounded(score::total(track, &model.score, now_ms)),
        "fit": model.people.fit_of(track).map(rounded),
        "engagement": rounded(score::engagement(track, &model.score, now_ms)),
        "grade": model.people.grade_of(track),
        "label": score::label_of(&model.score.labels, track).map(|l| &l.name),
        "label_falls_at": changes_at.as_ref().filter(|_| !rises),
        "label_rises_at": changes_at.as_ref().filter(|_| rises),
        "groups": groups,
        "ledger": ledger.iter().map(ledger_line).collect::<Vec<_>>(),
        "ledger_sum": rounded(ledger.iter().map(|line| line.now).sum()),
    })
}

fn ledger_line(line: &Line<'_>) -> Value {
    let mut out = json!({ "group": line.group, "now": rounded(line.now) });
    let what = match &line.what {
        What::Event { at_ms, given, event, rule } => {
            out["at"] = json!(rfc3339(*at_ms));
            out["given"] = json!(rounded(*given));
            out["event"] = json!(event);
            out["rule"] = json!(rule);
            "event"
        }
        What::Brought => "brought-forward",
        What::Fit(rule) => {
            out["rule"] = json!(rule);
            "fit"
        }
        What::FitCap => "fit-cap",
        What::Cap => "cap",
    };
    out["what"] = json!(what);
    out
}

/// Points for people: three decimals.
fn rounded(points: f64) -> f64 {
    (points * 1_000.0).round() / 1_000.0
}

fn cart(cart: &Cart) -> Value {
    let series = &cart.series;
    let armed = series.phase != Phase::Idle;
    json!({
        "cart_id": cart.id,
        "lines": cart.lines.iter().map(line).collect::<Vec<_>>(),
        "currency": cart.currency,
        "checkout_started": cart.checkout_started,
        "checkout_step": cart.checkout_step,
        "reminded_for": series.armed_for.name(),
        "touched": rfc3339(cart.touched_ms),
        "cleared": cart.cleared_ms.and_then(rfc3339),
        "forget_at": cart.forget_at_ms.and_then(rfc3339),
        "series": {
            "phase": phase_name(series.phase),
            "episode": armed.then_some(series.episode_ms),
            "steps_done": series.done,
            "next_due": series.due_ms.and_then(rfc3339),
            "sent": series.sent.iter().map(|s| json!({
                "step": s.step,
                "left": rfc3339(s.left_ms),
                "trigger_id": format!("{:032x}", s.trigger_id),
                "opened": s.opened_ms.and_then(rfc3339),
                "clicked": s.clicked_ms.and_then(rfc3339),
                "void": s.void,
            })).collect::<Vec<_>>(),
        },
    })
}

fn line(line: &CartLine) -> Value {
    json!({
        "product_id": line.product_id,
        "sku": line.sku,
        "name": line.name,
        "variant": line.variant,
        "quantity": line.pieces().map_or_else(|| json!(line.quantity), |pieces| json!(pieces)),
        "price": line.price,
        "currency": line.currency,
    })
}

fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Idle => "idle",
        Phase::Armed => "armed",
        Phase::Running => "running",
        Phase::Complete => "complete",
        Phase::Ended => "ended",
    }
}

fn timers(prospect: &Prospect, models: &Models) -> Vec<Value> {
    let end = forget::deadline_ms(prospect, models).map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::Forgotten });
    let mut timers: Vec<_> = prospect.timers().chain(end).collect();
    timers.sort_unstable();
    let model = |track: u8| prospect.tracks.get(usize::from(track)).map(|t| t.model.clone());
    let cart = |at: u16| prospect.carts.get(usize::from(at)).and_then(|c| c.id.clone());
    let describe = |kind| match kind {
        TimerKind::Stale(track, axis) => {
            json!({"kind": "stage-goes-stale", "model": model(track), "axis": Axis::ALL.get(usize::from(axis)).map(|a| a.name())})
        }
        TimerKind::LabelFalls(track) => json!({"kind": "label-falls", "model": model(track)}),
        TimerKind::CartStep(at) => json!({"kind": "cart-step", "cart_id": cart(at)}),
        TimerKind::CartForgotten(at) => json!({"kind": "cart-forgotten", "cart_id": cart(at)}),
        TimerKind::Lead => json!({"kind": lead::next(prospect)}),
        TimerKind::ReEntry(track) => json!({"kind": "re-entry", "model": model(track)}),
        TimerKind::Trigger(at) => json!({"kind": "trigger", "trigger": more::pending_name(prospect, usize::from(at), models)}),
        TimerKind::Account => json!({"kind": "account"}),
        TimerKind::Forgotten => json!({"kind": "forgotten"}),
        TimerKind::Erasure => json!({"kind": "erasure-forgotten"}),
    };
    let with_time = |timer: Timer| {
        let mut value = describe(timer.kind);
        value["at"] = json!(rfc3339(timer.deadline_ms));
        value
    };
    timers.into_iter().map(with_time).collect()
}
