//! What happens next without a further event.

use super::{lead, triggers};
use crate::domain::model::Models;
use crate::domain::rules::forget;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::{Timer, TimerKind};
use crate::view::sometimes::{self, Sometimes};
use crate::view::time::Time;
use serde::{Deserialize, Serialize};

/// A timer, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TimerView {
    pub at: Option<Time>,
    /// Of a stage.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub axis: Sometimes<String>,
    /// Of a cart; `null`: the cart without id.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub cart_id: Sometimes<String>,
    /// `stage-goes-stale`, `label-falls`, `re-entry`; `cart-step`, `cart-forgotten`; `trigger`; `lead` and what begins with
    /// `lead-`; `account`, `forgotten` or `erasure-forgotten`.
    pub kind: String,
    /// Of a stage, a label or a re-entry.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub model: Sometimes<String>,
    /// Of a trigger; `null`: no model has it any more.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "sometimes::read")]
    pub trigger: Sometimes<String>,
}

/// All of them, soonest first.
pub(super) fn of(prospect: &Prospect, models: &Models) -> Vec<TimerView> {
    let end = forget::deadline_ms(prospect, models).map(|deadline_ms| Timer { deadline_ms, kind: TimerKind::Forgotten });
    let mut timers: Vec<_> = prospect.timers().chain(end).collect();
    timers.sort_unstable();
    timers.into_iter().map(|timer| one(timer, prospect, models)).collect()
}

fn one(timer: Timer, prospect: &Prospect, models: &Models) -> TimerView {
    let model = |track: u8| Some(prospect.tracks.get(usize::from(track)).map(|t| t.model.to_string()));
    let of_cart = |kind: &str, at: u16| {
        let id = prospect.carts.get(usize::from(at)).and_then(|c| c.id.as_ref());
        TimerView { kind: kind.to_owned(), cart_id: Some(id.map(ToString::to_string)), ..TimerView::default() }
    };
    let of_model = |kind: &str, track: u8| TimerView { kind: kind.to_owned(), model: model(track), ..TimerView::default() };
    let plain = |kind: &str| TimerView { kind: kind.to_owned(), ..TimerView::default() };
    let view = match timer.kind {
        TimerKind::Stale(track, axis) => {
            TimerView { axis: Some(Some(axis.name().to_owned())), ..of_model("stage-goes-stale", track) }
        }
        TimerKind::LabelFalls(track) => of_model("label-falls", track),
        TimerKind::CartStep(at) => of_cart("cart-step", at),
        TimerKind::CartForgotten(at) => of_cart("cart-forgotten", at),
        TimerKind::Lead => plain(lead::next(prospect)),
        TimerKind::ReEntry(track) => of_model("re-entry", track),
        TimerKind::Trigger(at) => {
            TimerView { trigger: Some(triggers::pending_name(prospect, usize::from(at), models)), ..plain("trigger") }
        }
        TimerKind::Account => plain("account"),
        TimerKind::Forgotten => plain("forgotten"),
        TimerKind::Erasure => plain("erasure-forgotten"),
    };
    TimerView { at: Time::of(timer.deadline_ms), ..view }
}
