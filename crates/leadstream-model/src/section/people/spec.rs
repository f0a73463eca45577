//! What the file says of personas, fit, grades, and of whom the model is for.

use crate::condition::spec::Tests;
use crate::fault::Spanned;
use leadstream_core::domain::model::personas::Otherwise;
use leadstream_core::domain::terms::per_axis::PerAxis;

/// What the file says of it: `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`.
#[derive(Debug, Clone, Default)]
pub struct PeopleSpec {
    pub personas: Vec<Spanned<PersonaSpec>>,
    pub fit: Option<Spanned<FitSpec>>,
    pub grades: Option<Spanned<GradesSpec>>,
    pub for_personas: Vec<Spanned<String>>,
    pub carry_over: Vec<Spanned<CarrySpec>>,
}

impl PeopleSpec {
    /// The most that all fit rules give together; nothing without fit.
    #[must_use]
    pub fn highest_fit(&self) -> Option<f64> {
        let fit = &self.fit.as_ref()?.value;
        let sum = fit.rules.iter().filter_map(|r| r.value.points.as_ref()).map(|p| p.value.max(0.0)).sum::<f64>();
        Some(fit.cap.as_ref().map_or(sum, |cap| sum.min(cap.value)))
    }
}

#[derive(Debug, Clone, Default)]
pub struct PersonaSpec {
    pub name: Option<Spanned<String>>,
    pub tests: Tests,
}

#[derive(Debug, Clone, Default)]
pub struct FitSpec {
    pub cap: Option<Spanned<f64>>,
    /// Ready rule sets; their rules are among `rules`.
    pub include: Vec<Spanned<String>>,
    pub rules: Vec<Spanned<FitRuleSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct FitRuleSpec {
    /// What it is about, in a word or two, such as `budget`.
    pub name: Option<Spanned<String>>,
    pub tests: Tests,
    pub points: Option<Spanned<f64>>,
}

/// Thresholds by letter and by number; what is not said has its default.
#[derive(Debug, Clone, Default)]
pub struct GradesSpec {
    pub fit: Vec<(Spanned<String>, f64)>,
    pub engagement: Vec<(Spanned<String>, f64)>,
}

/// How a prospect comes over from another model.
#[derive(Debug, Clone, Default)]
pub struct CarrySpec {
    pub from: Option<Spanned<String>>,
    /// Journey, funnel: stage there, stage here.
    pub stages: PerAxis<Vec<(Spanned<String>, Spanned<String>)>>,
    pub otherwise: Option<Spanned<Otherwise>>,
}
