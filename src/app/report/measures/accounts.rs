//! Companies and their buying groups: how many, how far, and which of them agree.

use super::numbering::number;
use super::trust::{Trust, rate};
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::engine::figures::{AccountState, Figures, Key};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Accounts {
    pub model: String,
    pub accounts: i64,
    /// Neither agreed nor disqualified; agreed; disqualified.
    pub open: i64,
    pub consensus: i64,
    pub disqualified: i64,
    pub members: i64,
    /// consensus ÷ (open + consensus)
    pub consensus_rate: Option<f64>,
    pub consensus_rate_trust: Trust,
    /// By stage; those that stand in none are not listed.
    pub journey: Vec<AccountStage>,
    pub funnel: Vec<AccountStage>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct AccountStage {
    pub stage: String,
    pub accounts: i64,
    /// Of those, the ones that agree.
    pub consensus: i64,
}

/// Accounts of each model that keeps some.
pub(super) fn of(figures: &Figures) -> Vec<Accounts> {
    let mut all = Vec::new();
    for (key, names) in &figures.models {
        let count = |wanted: &dyn Fn(AccountState, PerAxis<u8>) -> bool| {
            let meant = |k: &Key| matches!(k, Key::Accounts { model, state, journey, funnel } if model == key && wanted(*state, PerAxis { journey: *journey, funnel: *funnel }));
            figures.total(meant)
        };
        let accounts = count(&|_, _| true);
        if accounts == 0 {
            continue;
        }
        let by = |wanted| count(&|state, _| state == wanted);
        let (open, consensus) = (by(AccountState::Open), by(AccountState::Consensus));
        let stages = |axis: Axis| {
            let here = |index, state: Option<AccountState>| {
                count(&|s, stages| stages[axis] == number(index) && state.is_none_or(|state| s == state))
            };
            let stage = |(index, name): (usize, &crate::domain::Text)| AccountStage {
                stage: name.to_string(),
                accounts: here(index, None),
                consensus: here(index, Some(AccountState::Consensus)),
            };
            names.stages[axis].iter().enumerate().map(stage).collect()
        };
        let (consensus_rate, consensus_rate_trust) = rate(consensus, open + consensus);
        all.push(Accounts {
            model: names.name.to_string(),
            accounts,
            open,
            consensus,
            disqualified: by(AccountState::Disqualified),
            members: figures.get(&Key::AccountMembers { model: *key }),
            consensus_rate,
            consensus_rate_trust,
            journey: stages(Axis::Journey),
            funnel: stages(Axis::Funnel),
        });
    }
    all
}
