//! Rules about leads that contain each other's opposite.

use super::in_force::ModelInForce;

use crate::condition::spec::ConditionSpec;
use crate::fault::{Faults, Spanned};
use leadstream_core::domain::names::canonical;

pub(crate) fn find(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    asks_and_goes(in_force, faults);
}

/// By one and the same event somebody asks for sales and is none of theirs.
fn asks_and_goes(in_force: &ModelInForce<'_>, faults: &mut Faults) {
    let sales = &in_force.spec.sales;
    let Some(asks) = sales.hand_over.as_ref().and_then(|hand_over| hand_over.hand_raise.as_ref()) else { return };
    for rule in sales.disqualify.iter().flat_map(|disqualify| &disqualify.rules) {
        let Some(name) = both(&asks.value, &rule.value.when) else { continue };
        let message = format!(
            "the same event takes a lead out: {name:?} stands in hand_raise and in disqualify. Whoever does that asks for sales and is \
             disqualified at once: handed over never. Take it out of one of them, or tell them apart by `where`"
        );
        faults.add(&asks.place, message);
        // One example says it.
        return;
    }
}

/// An event that both are about. Conditions that test properties may tell their events apart, unless they ask for the same.
fn both<'a>(asks: &'a ConditionSpec, goes: &ConditionSpec) -> Option<&'a str> {
    if !(goes.tests.is_empty() || same_tests(asks, goes)) {
        return None;
    }
    let means = |name: &Spanned<String>, other: &Spanned<String>| canonical(&name.value) == canonical(&other.value);
    asks.on
        .iter()
        .find(|name| name.value != "*" && goes.on.iter().any(|other| means(name, other)))
        .map(|name| name.value.as_str())
}

fn same_tests(one: &ConditionSpec, other: &ConditionSpec) -> bool {
    let asks = |path: &str, tests: &Vec<_>| other.tests.iter().any(|(its, at)| its == path && at.value == *tests);
    one.tests.len() == other.tests.len() && one.tests.iter().all(|(path, at)| asks(path, &at.value))
}
