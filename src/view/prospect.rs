//! One prospect, as `/api/v1/prospects/{id}` and `explain` show it: everything that is known, and what happens next without a
//! further event.

pub mod cart;
pub mod journeys;
pub mod lead;
mod names;
pub mod person;
pub mod score;
pub mod timers;
pub mod track;
pub mod triggers;

use super::time::Time;
use crate::domain::Ms;
use crate::domain::model::Models;
use crate::domain::state::prospect::Prospect;
use cart::CartView;
use lead::LeadView;
use person::{ConsentView, ContactView, IdView, OriginView, TraitView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use timers::TimerView;
use track::TrackView;
use triggers::{DecisionView, TriggersView};

/// The answer about one prospect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ProspectView {
    /// An event named an address or an id by which mail reaches the prospect.
    pub addressable: bool,
    /// The id that was asked for, where the prospect has another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<String>,
    /// When this was so.
    pub at: Option<Time>,
    pub carts: Vec<CartView>,
    pub consent: ConsentView,
    pub contact: ContactView,
    /// When the first reminder of the latest series left.
    pub cooldown_from: Option<Time>,
    /// What left and what was held back lately, oldest first.
    pub decisions: Vec<DecisionView>,
    pub first_seen: Option<Time>,
    /// Other ids that stand for the prospect, the strongest first; only with identity.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<IdView>,
    /// The model that decides about mail and leads.
    pub in_charge: Option<String>,
    pub last_activity: Option<Time>,
    pub last_seen: Option<Time>,
    /// `null` while the prospect was never handed over, nor held back.
    pub lead: Option<LeadView>,
    /// One for each model.
    pub models: Vec<TrackView>,
    /// `null` while nothing is known of it.
    pub origin: Option<OriginView>,
    /// The records of the output topics about the prospect, by time; only where files were replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Vec<serde_json::Value>>,
    pub prospect: String,
    /// Visits so far.
    pub sessions: u32,
    /// What happens without a further event, soonest first.
    pub timers: Vec<TimerView>,
    /// By name: those that a model names.
    pub traits: BTreeMap<String, TraitView>,
    /// `null` while no trigger waits and none left.
    pub triggers: Option<TriggersView>,
}

impl ProspectView {
    /// What is known at `now_ms`.
    #[must_use]
    pub fn of(id: &str, prospect: &Prospect, models: &Models, now_ms: Ms) -> Self {
        Self {
            addressable: prospect.addressable,
            asked_as: None,
            at: Time::of(now_ms),
            carts: prospect.carts.iter().map(CartView::of).collect(),
            consent: ConsentView::of(prospect, models),
            contact: ContactView::of(prospect),
            cooldown_from: prospect.cooldown_from_ms.and_then(Time::of),
            decisions: triggers::decisions(prospect),
            first_seen: Time::of(prospect.first_seen_ms),
            ids: person::ids(prospect),
            in_charge: models.models.get(models.primary_model_for(prospect)).map(|m| m.name.clone()),
            last_activity: prospect.last_activity_ms.and_then(Time::of),
            last_seen: Time::of(prospect.last_seen_ms),
            lead: lead::of(prospect),
            models: prospect.tracks.iter().map(|track| TrackView::of(track, prospect, models, now_ms)).collect(),
            origin: person::origin(prospect),
            outputs: None,
            prospect: id.to_owned(),
            sessions: prospect.sessions,
            timers: timers::of(prospect, models),
            traits: person::traits(prospect, models),
            triggers: triggers::of(prospect, models),
        }
    }
}
