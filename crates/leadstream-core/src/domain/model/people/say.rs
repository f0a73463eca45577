//! Personas, fit, grades and carrying over as canonical text and in words.

use super::{CarrySpec, FitRuleSpec, FitSpec, GradesSpec, LETTERS, NUMBERS, Otherwise, PeopleSpec, TestsSpec, compile};
use crate::domain::model::{canonical, words};
use crate::domain::terms::movement::Axis;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(in crate::domain::model) fn lines(spec: &PeopleSpec) -> Vec<String> {
    // The first persona that fits wins: their order counts.
    let persona = |p: &super::PersonaSpec| format!("persona {:?} where[{}]", name(p.name.as_ref()), canonical_tests(&p.tests));
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
    let grades = format!("grades {:?}", compile::grade_lines(grades));
    [head, grades].into_iter().chain(rules).collect()
}

fn canonical_tests(tests: &TestsSpec) -> String {
    let mut texts: Vec<String> = tests.iter().map(|(name, tests)| format!("{name:?}{}", canonical::all(&tests.value))).collect();
    texts.sort();
    texts.join(",")
}

fn carry_line(spec: &CarrySpec) -> String {
    let axes = Axis::ALL.map(|axis| {
        let mut pairs: Vec<String> =
            spec.stages[axis.index()].iter().map(|(from, to)| format!("{:?}={:?}", from.value, to.value)).collect();
        pairs.sort();
        format!("{}[{}]", axis.name(), pairs.join(","))
    });
    let otherwise = spec.otherwise.as_ref().map(|o| o.value).unwrap_or_default();
    format!("carry over {:?} {} otherwise {otherwise:?}", name(spec.from.as_ref()), axes.join(" "))
}

fn name(name: Option<&crate::domain::model::spec::At<String>>) -> &str {
    name.map_or("", |n| n.value.as_str())
}

/// What it says, in words.
pub(in crate::domain::model) fn statements(spec: &PeopleSpec, say: &mut dyn FnMut(&str, String)) {
    for persona in spec.personas.iter().map(|p| &p.value) {
        say(&format!("persona {}", name(persona.name.as_ref())), tests_in_words(&persona.tests));
    }
    if let Some(fit) = &spec.fit {
        let cap = fit.value.cap.as_ref().map_or_else(|| "without bound".to_owned(), |c| c.value.to_string());
        say("the fit score is at most", cap);
        for rule in fit.value.rules.iter().map(|r| &r.value) {
            let points = rule.points.as_ref().map_or(0.0, |p| p.value);
            let called = rule.name.as_ref().map_or_else(String::new, |n| format!("{}: ", n.value));
            say(&format!("fit: {called}{}", tests_in_words(&rule.tests)), format!("{points} points"));
        }
        let [letters, numbers] = compile::grade_lines(spec.grades.as_ref().map(|g| &g.value));
        say("grades by fit", thresholds(&LETTERS, &letters));
        say("grades by engagement", thresholds(&NUMBERS, &numbers));
    }
    if !spec.for_personas.is_empty() {
        let names: Vec<&str> = spec.for_personas.iter().map(|p| p.value.as_str()).collect();
        say("only for the personas", names.join(", "));
    }
    for carry in spec.carry_over.iter().map(|c| &c.value) {
        let from = name(carry.from.as_ref());
        for axis in Axis::ALL {
            for (there, here) in &carry.stages[axis.index()] {
                say(&format!("{}: {} of {from} becomes", axis.name(), there.value), here.value.clone());
            }
        }
        let otherwise = match carry.otherwise.as_ref().map(|o| o.value).unwrap_or_default() {
            Otherwise::Anew => "starts anew",
            Otherwise::Nearest => "comes over at the nearest earlier stage",
        };
        say(&format!("who stands elsewhere in {from}"), otherwise.to_owned());
    }
}

fn thresholds(names: &[&str; 4], lines: &[f64; 4]) -> String {
    names.iter().zip(lines).map(|(name, line)| format!("{name} from {line}")).collect::<Vec<_>>().join(", ")
}

/// The name of a fit rule, or its tests in words.
pub(super) fn rule_name(rule: &FitRuleSpec) -> String {
    rule.name.as_ref().map_or_else(|| tests_in_words(&rule.tests), |n| n.value.clone())
}

fn tests_in_words(tests: &TestsSpec) -> String {
    if tests.is_empty() {
        return "everybody".to_owned();
    }
    let one = |(name, tests): &(String, crate::domain::model::spec::At<Vec<_>>)| {
        let of = name.strip_prefix("group.").map_or_else(|| name.clone(), |rest| format!("the company's {rest}"));
        format!("{of} {}", words::tests_in_words(&tests.value))
    };
    tests.iter().map(one).collect::<Vec<_>>().join(" and ")
}
