//! From a checked spec to personas, fit rules and mappings that steps run on.

use super::{
    CarryOver, FitModel, FitRule, FitRuleSpec, FitSpec, GradesSpec, LETTERS, NUMBERS, PeopleModel, PeopleSpec, Persona,
    TestsSpec, TraitTests, say,
};
use crate::domain::ids::name_hash;
use crate::domain::model::spec::{At, ModelSpec};
use crate::domain::model::{Model, compile};
use crate::domain::names::Vocabulary;

/// Lower thresholds of A to D and of 1 to 4, where the model says nothing.
const DEFAULT_LETTERS: [f64; 4] = [75.0, 50.0, 25.0, 0.0];
const DEFAULT_NUMBERS: [f64; 4] = [100.0, 50.0, 20.0, 0.0];

/// From a checked spec to what steps run on.
pub(in crate::domain::model) fn compile(spec: &PeopleSpec, model: &ModelSpec, vocabulary: &mut Vocabulary) -> PeopleModel {
    let persona = |one: &At<super::PersonaSpec>, vocabulary: &mut Vocabulary| {
        let name = one.value.name.as_ref().map(|n| n.value.as_str()).unwrap_or_default();
        Persona { name: name.into(), hash: name_hash(name), tests: tests(&one.value.tests, vocabulary) }
    };
    let stage = |axis: usize, name: &str| model.axes[axis].stages.iter().position(|s| s.value == name).unwrap_or_default();
    let carry_over = spec.carry_over.iter().map(|one| CarryOver {
        from: one.value.from.as_ref().map(|f| f.value.as_str().into()).unwrap_or_default(),
        stages: [0, 1].map(|axis| {
            one.value.stages[axis].iter().map(|(from, to)| (from.value.as_str().into(), stage(axis, &to.value))).collect()
        }),
        otherwise: one.value.otherwise.as_ref().map(|o| o.value).unwrap_or_default(),
    });
    PeopleModel {
        personas: spec.personas.iter().map(|one| persona(one, vocabulary)).collect(),
        fit: spec.fit.as_ref().map(|f| fit(&f.value, spec.grades.as_ref().map(|g| &g.value), vocabulary)),
        for_personas: spec.for_personas.iter().map(|name| name_hash(&name.value)).collect(),
        carry_over: carry_over.collect(),
    }
}

/// A model without personas of its own has those of the first model that has some.
pub(in crate::domain::model) fn share(models: &mut [Model]) {
    let Some(first) = models.iter().map(|m| &m.people.personas).find(|p| !p.is_empty()).cloned() else { return };
    for model in models.iter_mut().filter(|m| m.people.personas.is_empty()) {
        model.people.personas.clone_from(&first);
    }
}

fn fit(spec: &FitSpec, grades: Option<&GradesSpec>, vocabulary: &mut Vocabulary) -> FitModel {
    let rule = |rule: &At<FitRuleSpec>| FitRule {
        words: say::rule_name(&rule.value).into(),
        points: rule.value.points.as_ref().map_or(0.0, |p| p.value),
        tests: tests(&rule.value.tests, vocabulary),
    };
    FitModel {
        cap: spec.cap.as_ref().map(|c| c.value),
        rules: spec.rules.iter().map(rule).collect(),
        letters: lines(&LETTERS, DEFAULT_LETTERS, grades.map_or(&[], |g| &g.fit)),
        numbers: lines(&NUMBERS, DEFAULT_NUMBERS, grades.map_or(&[], |g| &g.engagement)),
    }
}

/// The thresholds in force: what is said, over the defaults.
pub(super) fn grade_lines(grades: Option<&GradesSpec>) -> [[f64; 4]; 2] {
    [
        lines(&LETTERS, DEFAULT_LETTERS, grades.map_or(&[], |g| &g.fit)),
        lines(&NUMBERS, DEFAULT_NUMBERS, grades.map_or(&[], |g| &g.engagement)),
    ]
}

fn lines(names: &[&str; 4], mut lines: [f64; 4], said: &[(At<String>, f64)]) -> [f64; 4] {
    for (name, line) in names.iter().zip(&mut lines) {
        if let Some((_, value)) = said.iter().find(|(said, _)| said.value == **name) {
            *line = *value;
        }
    }
    lines
}

fn tests(spec: &TestsSpec, vocabulary: &mut Vocabulary) -> TraitTests {
    spec.iter().map(|(name, tests)| (vocabulary.intern_trait(name), compile::predicate(&tests.value))).collect()
}
