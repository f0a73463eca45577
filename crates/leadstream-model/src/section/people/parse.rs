//! `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`.

use super::spec::{CarrySpec, FitRuleSpec, FitSpec, GradesSpec, PeopleSpec, PersonaSpec};
use crate::common::parse::cap;
use crate::condition::parse::tests;
use crate::fault::{Faults, Place, Spanned};
use crate::fields::{Fields, item_place, number_of, text_of, unknown};
use crate::tree::{self, Value};
use leadstream_core::domain::model::personas::Otherwise;
use leadstream_core::domain::terms::movement::Axis;

/// The fit rule sets that are built into the binary: name and text.
pub const FIT_SETS: [(&str, &str); 3] = [
    ("bant", include_str!("../../../../../config/fit/bant.toml")),
    ("champ", include_str!("../../../../../config/fit/champ.toml")),
    ("meddic", include_str!("../../../../../config/fit/meddic.toml")),
];

pub(super) fn people(fields: &mut Fields<'_>, faults: &mut Faults) -> PeopleSpec {
    let fit_place = fields.place_of("fit");
    let grades_place = fields.place_of("grades");
    PeopleSpec {
        personas: fields.tables("personas", faults).into_iter().map(|f| persona(f, faults)).collect(),
        fit: fields.table("fit", faults).map(|f| Spanned { value: fit(f, faults), place: fit_place }),
        grades: fields.table("grades", faults).map(|f| Spanned { value: grades(f, faults), place: grades_place }),
        for_personas: fields.texts("for_personas", faults).unwrap_or_default(),
        carry_over: carry_overs(fields, faults),
    }
}

fn persona(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<PersonaSpec> {
    let place = fields.place.clone();
    let value = PersonaSpec { name: fields.text("name", faults), tests: tests(&mut fields, faults) };
    fields.finish(faults);
    Spanned { value, place }
}

fn fit(mut fields: Fields<'_>, faults: &mut Faults) -> FitSpec {
    let mut spec = FitSpec {
        cap: cap(&mut fields, faults),
        include: fields.texts("include", faults).unwrap_or_default(),
        rules: fields.tables("rules", faults).into_iter().map(|f| fit_rule(f, faults)).collect(),
    };
    for set in &spec.include {
        match FIT_SETS.iter().find(|(name, _)| *name == set.value) {
            Some((_, text)) => {
                // What two sets ask in the same words counts once.
                let new: Vec<_> =
                    included(text, &set.place).into_iter().filter(|r| !spec.rules.iter().any(|s| same(s, r))).collect();
                spec.rules.extend(new);
            }
            None => faults.add(&set.place, unknown(&set.value, "rule set", &FIT_SETS.map(|(name, _)| name))),
        }
    }
    fields.finish(faults);
    spec
}

fn same(a: &Spanned<FitRuleSpec>, b: &Spanned<FitRuleSpec>) -> bool {
    let tests = |rule: &Spanned<FitRuleSpec>| {
        rule.value.tests.iter().map(|(name, t)| (name.clone(), t.value.clone())).collect::<Vec<_>>()
    };
    let points = |rule: &Spanned<FitRuleSpec>| rule.value.points.as_ref().map(|p| p.value);
    points(a) == points(b) && tests(a) == tests(b)
}

/// The rules of a set stand where the set is named.
fn included(text: &str, place: &Place) -> Vec<Spanned<FitRuleSpec>> {
    let Ok(table) = tree::parse(text) else { return Vec::new() };
    // A test of this module holds that the sets have no faults.
    let (mut faults, mut fields) = (Faults::default(), Fields::new(&table, Place::default()));
    let rules = fields.tables("rules", &mut faults).into_iter();
    rules.map(|f| Spanned { value: fit_rule(f, &mut faults).value, place: place.clone() }).collect()
}

fn fit_rule(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<FitRuleSpec> {
    let place = fields.place.clone();
    let value = FitRuleSpec {
        name: fields.text("name", faults),
        tests: tests(&mut fields, faults),
        points: fields.number("points", faults),
    };
    fields.finish(faults);
    Spanned { value, place }
}

fn grades(mut fields: Fields<'_>, faults: &mut Faults) -> GradesSpec {
    let mut lines = |key, faults: &mut Faults| {
        let Some(table) = fields.table(key, faults) else { return Vec::new() };
        let line = |(name, node, place): (&str, _, Place)| {
            let value = number_of(node, &place, faults)?;
            Some((Spanned { value: name.to_owned(), place }, value))
        };
        table.entries().filter_map(line).collect()
    };
    let spec = GradesSpec { fit: lines("fit", faults), engagement: lines("engagement", faults) };
    fields.finish(faults);
    spec
}

/// One table, or a list of them: one for each model that prospects come from.
fn carry_overs(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<Spanned<CarrySpec>> {
    let Some((node, place)) = fields.node("carry_over") else { return Vec::new() };
    let Value::Array(items) = &node.value else {
        return Fields::of(node, place, faults).map(|f| carry_over(f, faults)).into_iter().collect();
    };
    let of = items.iter().enumerate().filter_map(|(n, item)| Fields::of(item, item_place(&place, n, item), faults));
    let of: Vec<Fields<'_>> = of.collect();
    of.into_iter().map(|f| carry_over(f, faults)).collect()
}

fn carry_over(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<CarrySpec> {
    let place = fields.place.clone();
    let mut spec = CarrySpec {
        from: fields.text("from", faults),
        otherwise: fields.choice("otherwise", &[("anew", Otherwise::Anew), ("nearest", Otherwise::Nearest)], faults),
        ..CarrySpec::default()
    };
    for axis in Axis::ALL {
        let Some(table) = fields.table(axis.name(), faults) else { continue };
        for (there, node, place) in table.entries() {
            if let Some(here) = text_of(node, &place, faults) {
                spec.stages[axis]
                    .push((Spanned { value: there.to_owned(), place: place.clone() }, Spanned { value: here, place }));
            }
        }
    }
    fields.finish(faults);
    Spanned { value: spec, place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_set_has_rules_and_no_faults() {
        for (name, text) in FIT_SETS {
            let table = tree::parse(text).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
            let (mut faults, mut fields) = (Faults::default(), Fields::new(&table, Place::default()));
            let rules = fields.tables("rules", &mut faults);
            assert!(!rules.is_empty(), "{name}");
            for rule in rules {
                drop(fit_rule(rule, &mut faults));
            }
            fields.finish(&mut faults);
            assert!(faults.0.is_empty(), "{name}: {:?}", faults.0);
        }
    }
}
