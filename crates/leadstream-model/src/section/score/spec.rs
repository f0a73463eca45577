//! What the file says of the score.

use crate::condition::spec::ConditionSpec;
use crate::fault::At;
use leadstream_core::domain::Ms;

#[derive(Debug, Clone, Default)]
pub struct ScoreSpec {
    pub cap: Option<At<f64>>,
    /// In file order.
    pub labels: Vec<(At<String>, f64)>,
    /// Labels that also ask for a fit score, and how much of it.
    pub gates: Vec<(At<String>, f64)>,
    /// Labels that also ask for engagement, and how much of it.
    pub engagement_gates: Vec<(At<String>, f64)>,
    pub groups: Vec<At<GroupSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct GroupSpec {
    pub name: Option<At<String>>,
    /// Inner `None`: `"off"`, points never decay.
    pub half_life_ms: Option<At<Option<Ms>>>,
    pub cap: Option<At<f64>>,
    pub rules: Vec<At<ScoreRuleSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct ScoreRuleSpec {
    pub when: ConditionSpec,
    pub points: Option<At<f64>>,
    /// So many times, in so many milliseconds.
    pub at_most: Option<At<(i64, Ms)>>,
}
