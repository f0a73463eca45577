//! From the specification to personas, fit rules and mappings that steps run on.

use super::describe;
use super::grades::grade_lines;
use super::spec::{FitRuleSpec, FitSpec, GradesSpec, PeopleSpec, PersonaSpec};
use crate::condition::compile::predicate;
use crate::condition::spec::Tests;
use crate::fault::Spanned;
use crate::section::view::ModelView;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::Model;
use leadstream_core::domain::model::personas::{CarryOver, FitModel, FitRule, Persona, PersonasModel, TraitTests};
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::domain::terms::per_axis::PerAxis;

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &PeopleSpec, model: &ModelView<'_>, vocabulary: &mut Vocabulary) -> PersonasModel {
    let persona = |one: &Spanned<PersonaSpec>, vocabulary: &mut Vocabulary| {
        let name = one.value.name.as_ref().map(|n| n.value.as_str()).unwrap_or_default();
        Persona { name: name.into(), hash: name_hash(name), tests: tests(&one.value.tests, vocabulary) }
    };
    let stage = |axis: Axis, name: &str| model.axes[axis].stages.iter().position(|s| s.value == name).unwrap_or_default();
    let carry_over = spec.carry_over.iter().map(|one| CarryOver {
        from: one.value.from.as_ref().map(|f| f.value.as_str().into()).unwrap_or_default(),
        stages: PerAxis::from_fn(|axis| {
            one.value.stages[axis].iter().map(|(from, to)| (from.value.as_str().into(), stage(axis, &to.value))).collect()
        }),
        otherwise: one.value.otherwise.as_ref().map(|o| o.value).unwrap_or_default(),
    });
    PersonasModel {
        personas: spec.personas.iter().map(|one| persona(one, vocabulary)).collect(),
        fit: spec.fit.as_ref().map(|f| fit(&f.value, spec.grades.as_ref().map(|g| &g.value), vocabulary)),
        for_personas: spec.for_personas.iter().map(|name| name_hash(&name.value)).collect(),
        carry_over: carry_over.collect(),
    }
}

/// A model without personas of its own has those of the first model that has some.
pub(crate) fn share(models: &mut [Model]) {
    let Some(first) = models.iter().map(|m| &m.people.personas).find(|p| !p.is_empty()).cloned() else { return };
    for model in models.iter_mut().filter(|m| m.people.personas.is_empty()) {
        model.people.personas.clone_from(&first);
    }
}

fn fit(spec: &FitSpec, grades: Option<&GradesSpec>, vocabulary: &mut Vocabulary) -> FitModel {
    let rule = |rule: &Spanned<FitRuleSpec>| FitRule {
        words: describe::rule_name(&rule.value).into(),
        points: rule.value.points.as_ref().map_or(0.0, |p| p.value),
        tests: tests(&rule.value.tests, vocabulary),
    };
    let [letters, numbers] = grade_lines(grades);
    FitModel { cap: spec.cap.as_ref().map(|c| c.value), rules: spec.rules.iter().map(rule).collect(), letters, numbers }
}

fn tests(spec: &Tests, vocabulary: &mut Vocabulary) -> TraitTests {
    spec.iter().map(|(name, tests)| (vocabulary.intern_trait(name), predicate(&tests.value))).collect()
}
