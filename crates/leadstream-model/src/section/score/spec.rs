//! What the file says of the score.

use crate::condition::spec::ConditionSpec;
use crate::fault::Spanned;
use leadstream_core::domain::Ms;

#[derive(Debug, Clone, Default)]
pub struct ScoreSpec {
    pub cap: Option<Spanned<f64>>,
    /// In file order.
    pub labels: Vec<(Spanned<String>, f64)>,
    /// Labels that also ask for a fit score, and how much of it.
    pub gates: Vec<(Spanned<String>, f64)>,
    /// Labels that also ask for engagement, and how much of it.
    pub engagement_gates: Vec<(Spanned<String>, f64)>,
    pub groups: Vec<Spanned<GroupSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct GroupSpec {
    pub name: Option<Spanned<String>>,
    /// Inner `None`: `"off"`, points never decay.
    pub half_life_ms: Option<Spanned<Option<Ms>>>,
    pub cap: Option<Spanned<f64>>,
    pub rules: Vec<Spanned<ScoreRuleSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct ScoreRuleSpec {
    pub when: ConditionSpec,
    pub points: Option<Spanned<f64>>,
    /// So many times, in so many milliseconds.
    pub at_most: Option<Spanned<(i64, Ms)>>,
}
