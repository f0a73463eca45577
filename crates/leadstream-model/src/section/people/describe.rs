//! Personas, fit, grades and mappings in words.

use super::grades::grade_lines;
use super::spec::{FitRuleSpec, PeopleSpec};
use crate::condition::describe;
use crate::condition::spec::Tests;
use crate::fault::Spanned;
use leadstream_core::domain::model::personas::{LETTERS, NUMBERS, Otherwise};
use leadstream_core::domain::terms::movement::Axis;

/// What it says, in words.
pub(super) fn describe(spec: &PeopleSpec, say: &mut dyn FnMut(&str, String)) {
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
        let [letters, numbers] = grade_lines(spec.grades.as_ref().map(|g| &g.value));
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
            for (there, here) in &carry.stages[axis] {
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

fn name(name: Option<&Spanned<String>>) -> &str {
    name.map_or("", |n| n.value.as_str())
}

fn thresholds(names: &[&str; 4], lines: &[f64; 4]) -> String {
    names.iter().zip(lines).map(|(name, line)| format!("{name} from {line}")).collect::<Vec<_>>().join(", ")
}

/// The name of a fit rule, or its tests in words.
pub(super) fn rule_name(rule: &FitRuleSpec) -> String {
    rule.name.as_ref().map_or_else(|| tests_in_words(&rule.tests), |n| n.value.clone())
}

fn tests_in_words(tests: &Tests) -> String {
    if tests.is_empty() {
        return "everybody".to_owned();
    }
    let one = |(name, tests): &(String, Spanned<Vec<_>>)| {
        let of = name.strip_prefix("group.").map_or_else(|| name.clone(), |rest| format!("the company's {rest}"));
        format!("{of} {}", describe::tests_in_words(&tests.value))
    };
    tests.iter().map(one).collect::<Vec<_>>().join(" and ")
}
