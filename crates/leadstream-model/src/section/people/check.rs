//! Faults of personas, fit, grades, and of what binds models to personas.

use super::grades::grade_lines;
use super::spec::{CarrySpec, FitSpec, GradesSpec, PeopleSpec, PersonaSpec};
use crate::common::check::check_name;
use crate::condition::canonical;
use crate::condition::check::all as tests;
use crate::condition::spec::Tests;
use crate::fault::{Faults, Place, Spanned};
use crate::section::view::ModelView;
use leadstream_core::domain::model::personas::{LETTERS, NUMBERS};
use leadstream_core::domain::names::nearest;
use leadstream_core::domain::terms::movement::Axis;

/// Most personas of one model.
const MAX_PERSONAS: usize = 32;
/// Most fit rules of one model, those of included sets among them.
const MAX_FIT_RULES: usize = 200;

/// Notes what is wrong.
pub(super) fn check(spec: &PeopleSpec, model: &ModelView<'_>, faults: &mut Faults) {
    personas(&spec.personas, faults);
    match (&spec.fit, &spec.grades) {
        (Some(one), _) => fit(one, faults),
        (None, Some(grades)) => faults.add(&grades.place, "grades need a fit score: add [fit], or leave [grades] out"),
        (None, None) => {}
    }
    if let Some(one) = &spec.grades {
        grades(&one.value, faults);
    }
    gates(spec, model, faults);
    bound(spec, faults);
    for (n, one) in spec.carry_over.iter().enumerate() {
        carry_over(&one.value, &one.place, model, faults);
        let from = one.value.from.as_ref();
        if from.is_some_and(|f| spec.carry_over[..n].iter().any(|o| o.value.from.as_ref().is_some_and(|o| o.value == f.value))) {
            faults.add(&one.place, "says again how to come over from the same model: put it into one");
        }
        if spec.for_personas.is_empty() {
            faults.add(&one.place, "says nothing without for_personas: nobody comes over to a model that is for everybody");
        }
    }
}

fn personas(personas: &[Spanned<PersonaSpec>], faults: &mut Faults) {
    for (n, one) in personas.iter().enumerate() {
        let PersonaSpec { name, tests: of } = &one.value;
        match name {
            None => faults.missing(&one.place, "name", "name = \"parents\""),
            Some(name) => {
                check_name(name, "a persona", faults);
                let same = |o: &Spanned<PersonaSpec>| o.value.name.as_ref().is_some_and(|o| o.value == name.value);
                if personas[..n].iter().any(same) {
                    faults.add(&name.place, format!("persona {:?} is there twice: give each its own name", name.value));
                }
            }
        }
        trait_tests(of, faults);
        if of.is_empty() && n + 1 < personas.len() {
            faults.add(&one.place, "fits everybody, so no persona after it can: add `where`, or put it last");
        }
        if let Some(m) = personas[..n].iter().position(|o| !o.value.tests.is_empty() && implies(of, &o.value.tests)) {
            let before = personas[m].value.name.as_ref().map_or("", |n| n.value.as_str());
            faults.add(&one.place, format!("can never be: whoever fits is {before:?} before; put the narrower one first"));
        }
    }
    if let Some(one) = personas.get(MAX_PERSONAS) {
        faults.add(&one.place, format!("is one persona too many: at most {MAX_PERSONAS} fit"));
    }
}

/// Whether everyone who fits `a` fits `b`, as far as the texts of their tests show.
fn implies(a: &Tests, b: &Tests) -> bool {
    let said = |tests: &Tests| -> Vec<String> {
        tests.iter().map(|(name, tests)| format!("{name:?}{}", canonical::all(&tests.value))).collect()
    };
    let a = said(a);
    said(b).iter().all(|one| a.contains(one))
}

fn trait_tests(of: &Tests, faults: &mut Faults) {
    for (name, one) in of {
        if name.trim_start_matches("group.").trim().is_empty() {
            faults.add(&one.place, "a trait needs a name, such as industry, or \"group.industry\" for the company's");
        } else if let Some(short) = name.strip_prefix("traits.") {
            faults.add(&one.place, format!("is a trait already: write {short:?} without `traits.`"));
        }
        tests(&one.value, &one.place, faults);
    }
}

fn fit(one: &Spanned<FitSpec>, faults: &mut Faults) {
    let FitSpec { cap, include, rules } = &one.value;
    if let Some(cap) = cap.as_ref().filter(|cap| cap.value <= 0.0) {
        faults.add(&cap.place, "must be greater than 0, or \"off\"");
    }
    if rules.is_empty() && include.is_empty() {
        faults.missing(
            &one.place,
            "rules",
            "rules = [ { where = { industry = \"software\" }, points = 20 } ], or include = \"bant\"",
        );
    }
    if let Some(rule) = rules.get(MAX_FIT_RULES) {
        faults.add(&rule.place, format!("is one rule too many: at most {MAX_FIT_RULES} fit"));
    }
    let text = |n: usize| {
        let rule = &rules[n].value;
        let points = rule.points.as_ref().map_or(0.0, |p| p.value);
        let mut tests: Vec<String> =
            rule.tests.iter().map(|(name, tests)| format!("{name:?}{}", canonical::all(&tests.value))).collect();
        tests.sort();
        format!("{points} {tests:?}")
    };
    for (n, rule) in rules.iter().enumerate() {
        if rule.value.tests.is_empty() {
            faults.missing(&rule.place, "where", "where = { industry = \"software\" }");
        }
        trait_tests(&rule.value.tests, faults);
        match &rule.value.points {
            None => faults.missing(&rule.place, "points", "points = 20"),
            Some(points) if points.value == 0.0 => faults.add(&points.place, "0 points change nothing: leave the rule out"),
            Some(points) if points.value.abs() > 1e9 => faults.add(&points.place, "are too many: at most 1000000000"),
            Some(_) => {}
        }
        if let Some(m) = (0..n).find(|m| text(*m) == text(n)) {
            let at = rules[m].place.line;
            faults.add(&rule.place, format!("says the same as fit rule #{} (line {at}): leave one out", m + 1));
        }
    }
}

fn grades(spec: &GradesSpec, faults: &mut Faults) {
    for (said, names, of) in [(&spec.fit, LETTERS, "fit"), (&spec.engagement, NUMBERS, "engagement")] {
        for (name, _) in said.iter().filter(|(name, _)| !names.contains(&name.value.as_str())) {
            faults.add(&name.place, format!("{:?} is no grade of {of}: they are {}", name.value, names.join(", ")));
        }
    }
    let [letters, numbers] = grade_lines(Some(spec));
    for (said, names, lines) in [(&spec.fit, LETTERS, letters), (&spec.engagement, NUMBERS, numbers)] {
        let Some(n) = (1..4).find(|n| lines[*n] >= lines[n - 1]) else { continue };
        let Some((near, _)) = said.iter().find(|(name, _)| name.value == names[n] || name.value == names[n - 1]) else {
            continue;
        };
        let message = format!("{} ({}) must begin below {} ({})", names[n], lines[n], names[n - 1], lines[n - 1]);
        faults.add(&near.place, message);
    }
}

/// Labels that ask for a fit score.
fn gates(spec: &PeopleSpec, model: &ModelView<'_>, faults: &mut Faults) {
    let highest = spec.highest_fit();
    for (label, gate) in &model.score.gates {
        match highest {
            None => {
                faults.add(&label.place, format!("{:?} asks for a fit score, and the model has none: add [fit]", label.value));
            }
            // A cap that is a fault itself is no cap.
            Some(highest) if *gate > highest && highest > 0.0 => {
                let message = format!(
                    "{:?} asks for a fit of {gate}, above what all rules give ({highest}): nobody can reach it",
                    label.value
                );
                faults.add(&label.place, message);
            }
            Some(_) => {}
        }
    }
}

fn bound(spec: &PeopleSpec, faults: &mut Faults) {
    for (n, name) in spec.for_personas.iter().enumerate() {
        if spec.for_personas[..n].iter().any(|other| other.value == name.value) {
            faults.add(&name.place, format!("{:?} is named twice", name.value));
        }
        let own = || spec.personas.iter().filter_map(|p| p.value.name.as_ref()).map(|n| n.value.as_str());
        if own().next().is_some() {
            known_persona(name, &own().collect::<Vec<_>>(), faults);
        }
    }
}

pub(super) fn known_persona(name: &Spanned<String>, known: &[&str], faults: &mut Faults) {
    if known.contains(&name.value.as_str()) {
        return;
    }
    let hint = match nearest(&name.value, known.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None if known.is_empty() => "no model has [[personas]]".to_owned(),
        None => format!("the personas are {}", known.join(", ")),
    };
    faults.add(&name.place, format!("unknown persona {:?}: {hint}", name.value));
}

fn carry_over(spec: &CarrySpec, place: &Place, model: &ModelView<'_>, faults: &mut Faults) {
    match &spec.from {
        None => faults.missing(place, "from", "from = \"ecommerce\", the model that prospects come from"),
        Some(from) if model.general.name.as_ref().is_some_and(|n| n.value == from.value) => {
            faults.add(&from.place, "is this model itself: name the one that prospects come from");
        }
        Some(_) => {}
    }
    for axis in Axis::ALL {
        let stages: Vec<&str> = model.axes[axis].stages.iter().map(|s| s.value.as_str()).collect();
        for (n, (there, here)) in spec.stages[axis].iter().enumerate() {
            known_stage(here, &stages, "this model", faults);
            if spec.stages[axis][..n].iter().any(|(other, _)| other.value == there.value) {
                faults.add(&there.place, format!("{:?} is mapped twice", there.value));
            }
        }
    }
}

pub(super) fn known_stage(stage: &Spanned<String>, stages: &[&str], whose: &str, faults: &mut Faults) {
    if stages.contains(&stage.value.as_str()) {
        return;
    }
    let hint = match nearest(&stage.value, stages.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("the stages of {whose} are {}", stages.join(", ")),
    };
    faults.add(&stage.place, format!("unknown stage {:?}: {hint}", stage.value));
}
