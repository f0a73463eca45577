//! Figures made into what people ask for: rates, medians, velocity, forecast. Everything here is arithmetic over sums.

pub(super) mod accounts;
pub(super) mod checkout;
pub(super) mod cohort;
pub(super) mod coverage;
mod dates;
pub(super) mod money;
mod numbering;
pub(super) mod origins;
pub(super) mod pipeline;
pub(super) mod sales;
mod share;
pub(super) mod stages;
pub(super) mod trust;
pub(super) mod weeks;

use super::costs::Costs;
use super::how;
use crate::engine::figures::{Figures, Key, PeopleCount};
use dates::time;
use serde::Serialize;
use stages::ModelMeasures;
use std::collections::BTreeMap;

/// The whole report, as `--json` shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::app) struct Measures {
    /// First and last instant that was counted. Who stands where, customers and where they came from are those of all records.
    pub since: Option<String>,
    pub until: Option<String>,
    pub prospects: i64,
    pub models: Vec<ModelMeasures>,
    pub checkout: Option<checkout::Checkout>,
    pub carts: money::Carts,
    pub customers: money::Customers,
    pub sources: Vec<origins::Named>,
    pub campaigns: Vec<origins::Named>,
    pub triggers: Vec<sales::Trigger>,
    pub leads: Option<sales::Leads>,
    pub accounts: Vec<accounts::Accounts>,
    /// How each figure is counted, in one sentence.
    pub how: BTreeMap<&'static str, &'static str>,
    #[serde(skip)]
    pub since_ms: Option<i64>,
    #[serde(skip)]
    pub until_ms: Option<i64>,
}

impl Measures {
    /// All of it. `costs`: what campaigns cost. `pipeline`: stages that the caller names instead of the model's.
    pub(in crate::app) fn of(figures: &Figures, costs: &Costs, pipeline: Option<&(String, String)>) -> Self {
        let figures = &figures.none_below_zero();
        let mut models: Vec<ModelMeasures> =
            figures.models.iter().map(|(key, names)| stages::of(figures, *key, names, pipeline)).collect();
        models.sort_by_key(|m| (!m.in_charge, m.name.clone()));
        Self {
            since: figures.since_ms.and_then(time),
            until: figures.until_ms.and_then(time),
            prospects: figures.get(&Key::People { what: PeopleCount::Prospects }),
            models,
            checkout: checkout::of(figures),
            carts: money::carts(figures),
            customers: money::customers(figures),
            sources: origins::named(figures, origins::SOURCES, &Costs::default()),
            campaigns: origins::named(figures, origins::CAMPAIGNS, costs),
            triggers: sales::triggers(figures),
            leads: sales::leads(figures),
            accounts: accounts::of(figures),
            how: how::all().collect(),
            since_ms: figures.since_ms,
            until_ms: figures.until_ms,
        }
    }
}
