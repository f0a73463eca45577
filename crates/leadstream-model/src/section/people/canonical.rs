//! The lines of personas, fit and mappings in the canonical text of their model.

use super::grades::grade_lines;
use super::spec::{CarrySpec, FitRuleSpec, FitSpec, GradesSpec, PeopleSpec, PersonaSpec};
use crate::condition::canonical;
use crate::condition::spec::Tests;
use crate::fault::Spanned;
use leadstream_core::domain::terms::movement::Axis;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &PeopleSpec) -> Vec<String> {
    // The first persona that fits wins: their order counts.
    let persona = |p: &PersonaSpec| format!("persona {:?} where[{}]", name(p.name.as_ref()), canonical_tests(&p.tests));
    let mut lines: Vec<String> = spec.personas.iter().map(|p| persona(&p.value)).collect();
    if let Some(fit) = &spec.fit {
        lines.extend(fit_lines(&fit.value, spec.grades.as_ref().map(|g| &g.value)));
    }
    let mut bound: Vec<&str> = spec.for_personas.iter().map(|p| p.value.as_str()).collect();
    bound.sort_unstable();
    if !bound.is_empty() {
        lines.push(format!("for personas {bound:?}"));
    }
    let mut carried: Vec<String> = spec.carry_over.iter().map(|c| carry_line(&c.value)).collect();
    carried.sort();
    lines.extend(carried);
    lines
}

fn fit_lines(fit: &FitSpec, grades: Option<&GradesSpec>) -> Vec<String> {
    let rule = |r: &FitRuleSpec| {
        let points = r.points.as_ref().map_or(0.0, |p| p.value);
        format!("fit {points} where[{}]", canonical_tests(&r.tests))
    };
    let mut rules: Vec<String> = fit.rules.iter().map(|r| rule(&r.value)).collect();
    rules.sort();
    let head = format!("fit cap {:?}", fit.cap.as_ref().map(|c| c.value));
    let grades = format!("grades {:?}", grade_lines(grades));
    [head, grades].into_iter().chain(rules).collect()
}

fn canonical_tests(tests: &Tests) -> String {
    let mut texts: Vec<String> = tests.iter().map(|(name, tests)| format!("{name:?}{}", canonical::all(&tests.value))).collect();
    texts.sort();
    texts.join(",")
}

fn carry_line(spec: &CarrySpec) -> String {
    let axes = Axis::ALL.map(|axis| {
        let mut pairs: Vec<String> =
            spec.stages[axis].iter().map(|(from, to)| format!("{:?}={:?}", from.value, to.value)).collect();
        pairs.sort();
        format!("{}[{}]", axis.name(), pairs.join(","))
    });
    let otherwise = spec.otherwise.as_ref().map(|o| o.value).unwrap_or_default();
    format!("carry over {:?} {} otherwise {otherwise:?}", name(spec.from.as_ref()), axes.join(" "))
}

fn name(name: Option<&Spanned<String>>) -> &str {
    name.map_or("", |n| n.value.as_str())
}
