//! Compiled scores: groups, rules, labels.

use crate::domain::model::label::Label;
use crate::domain::model::predicate::Condition;
use crate::domain::names::NameId;
use crate::domain::{Ms, Text};

/// The score of a model.
#[derive(Debug, Clone, Default)]
pub struct ScoreModel {
    /// Upper bound of the lead score.
    pub cap: Option<f64>,
    pub groups: Vec<ScoreGroup>,
    /// Indices (group, rule) by event name; then the rules on any event.
    pub rules_by_name: Vec<Vec<(u16, u16)>>,
    pub rules_on_any: Vec<(u16, u16)>,
    /// Ascending thresholds.
    pub labels: Vec<Label>,
    /// Some label asks for engagement besides.
    pub asks_engagement: bool,
}

impl ScoreModel {
    /// A rule by its number, and its group.
    #[must_use]
    pub fn rule(&self, number: u16) -> Option<(&ScoreGroup, &ScoreRule)> {
        self.groups.iter().find_map(|group| Some((group, group.rules.iter().find(|rule| rule.number == number)?)))
    }
}

#[derive(Debug, Clone)]
pub struct ScoreGroup {
    pub name: Text,
    pub name_hash: u32,
    /// `None`: points never decay.
    pub half_life_ms: Option<Ms>,
    pub cap: Option<f64>,
    pub rules: Vec<ScoreRule>,
}

#[derive(Debug, Clone)]
pub struct ScoreRule {
    pub condition: Condition,
    pub points: f64,
    /// How many times per period at most.
    pub at_most: Option<AtMost>,
    pub rule: u32,
    /// Its place among all rules of the model: ledger entries name it so, under this very model.
    pub number: u16,
    /// The names of its events, in the order of their texts: independent of what other models are loaded.
    pub names: Vec<NameId>,
    /// Which events, in words.
    pub words: String,
}

/// "10 per 1d": a period begins with the first use after the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtMost {
    pub times: u32,
    pub per_ms: Ms,
}
