//! What is known of a person: consent, how to reach it, where it came from, and traits.

use crate::domain::model::Models;
use crate::domain::rules::contact;
use crate::domain::state::acquisition::Customer;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::traits;
use crate::domain::terms::cart::Reason;
use crate::domain::terms::consent::ConsentState;
use crate::view::time::Time;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether mail may be sent, as the model in charge asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ConsentView {
    /// When consent was given.
    pub given: Option<Time>,
    pub mail_allowed: bool,
    /// Of the state.
    pub since: Option<Time>,
    /// `open`, `not-given`, `unsubscribed`, `hard-bounce` or `complained`.
    pub state: String,
}

impl ConsentView {
    pub(super) fn of(prospect: &Prospect, models: &Models) -> Self {
        let model = models.models.get(models.primary_model_for(prospect));
        let is_missing = model.is_some_and(|model| contact::consent::is_missing(prospect, &model.contact));
        let state = match prospect.consent.state {
            ConsentState::Open if is_missing => "not-given",
            ConsentState::Open => "open",
            ConsentState::Unsubscribed => "unsubscribed",
            ConsentState::HardBounce => "hard-bounce",
            ConsentState::Complained => "complained",
        };
        Self {
            given: prospect.consent.granted_ms.and_then(Time::of),
            mail_allowed: state == "open",
            since: prospect.consent.since_ms.and_then(Time::of),
            state: state.to_owned(),
        }
    }
}

/// How the prospect may be reached.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ContactView {
    /// Since when it is one of the shop's own.
    pub internal_since: Option<Time>,
    /// When triggers that lead to a mail left, oldest first; only where a model has caps.
    pub sent: Vec<Option<Time>>,
    /// Since the last mail that was delivered; only where a model has a limit.
    pub soft_bounces: u8,
    /// Only where a model has quiet hours.
    pub time_zone: Option<String>,
    /// Why no mail may be sent: what somebody said, or an address that is dead.
    pub withheld: Option<String>,
}

impl ContactView {
    pub(super) fn of(prospect: &Prospect) -> Self {
        let known = prospect.extras.as_ref().map(|m| &m.contact);
        Self {
            internal_since: prospect.extras.as_ref().and_then(|m| m.internal.since_ms).and_then(Time::of),
            sent: known.map(|c| c.sent_ms.iter().map(|ms| Time::of(*ms)).collect()).unwrap_or_default(),
            soft_bounces: known.map_or(0, |c| c.soft_bounces),
            time_zone: known.and_then(|c| c.zone.as_ref()).map(ToString::to_string),
            withheld: contact::mail_block_reason(prospect).map(Reason::name).map(str::to_owned),
        }
    }
}

/// First and last source and campaign, and what was bought.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct OriginView {
    pub first: CameBy,
    pub first_order: Option<Time>,
    pub last: CameBy,
    pub orders: u32,
    /// By currency, refunds taken off.
    pub spent: BTreeMap<String, f64>,
}

/// Where a visit came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CameBy {
    pub campaign: Option<String>,
    pub source: Option<String>,
}

/// `None` while nothing is known.
pub(super) fn origin(prospect: &Prospect) -> Option<OriginView> {
    let customer: &Customer = prospect.extras.as_ref().and_then(|m| m.customer.get())?;
    let text = |text: &Option<crate::domain::Text>| text.as_ref().map(ToString::to_string);
    #[allow(clippy::cast_precision_loss, reason = "for people; far below 2^53 thousandths")]
    let spent = customer.spent.iter().map(|(currency, milli)| (currency.to_string(), *milli as f64 / 1_000.0));
    Some(OriginView {
        first: CameBy { campaign: text(&customer.first_campaign), source: text(&customer.first_source) },
        first_order: customer.first_order_ms.and_then(Time::of),
        last: CameBy { campaign: text(&customer.last_campaign), source: text(&customer.last_source) },
        orders: customer.orders,
        spent: spent.collect(),
    })
}

/// A trait.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TraitView {
    #[serde(default)]
    pub said: Option<Time>,
    pub value: TraitValue,
}

/// What a trait is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum TraitValue {
    Bool(bool),
    Number(f64),
    Text(String),
}

/// Traits by name; those that no loaded model names are left out.
pub(super) fn traits(prospect: &Prospect, models: &Models) -> BTreeMap<String, TraitView> {
    let known = prospect.extras.iter().flat_map(|extras| &extras.traits.known);
    let named = known.filter_map(|known| {
        let name = models.vocabulary.traits().iter().find(|t| t.hash == known.name)?;
        let value = match &known.value {
            traits::TraitValue::Text(text) => TraitValue::Text(text.to_string()),
            traits::TraitValue::Number(number) => TraitValue::Number(*number),
            traits::TraitValue::Bool(yes) => TraitValue::Bool(*yes),
        };
        Some((name.name.clone(), TraitView { said: Time::of(known.time_ms), value }))
    });
    named.collect()
}

/// Another id that stands for a prospect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IdView {
    pub id: String,
    /// Since it is known to be theirs.
    pub since: Option<Time>,
}

/// Other ids that stand for a prospect, the strongest first.
pub(super) fn ids(prospect: &Prospect) -> Vec<IdView> {
    let identity = prospect.extras.as_ref().and_then(|extras| extras.identity.get());
    let mut names: Vec<_> = identity.iter().flat_map(|identity| &identity.names).collect();
    names.sort_by(|a, b| (a.rank, &a.id).cmp(&(b.rank, &b.id)));
    names.into_iter().map(|name| IdView { id: name.id.to_string(), since: Time::of(name.since_ms) }).collect()
}
