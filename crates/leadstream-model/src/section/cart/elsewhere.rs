//! Orders that no cart led to: renewals, and what was sold by phone or at the counter (`[cart] not_by`).

use super::spec::CartSpec;
use crate::condition::check::all as check_tests;
use crate::condition::spec::{PredicateSpec, Tests};
use crate::condition::{canonical, compile, describe};
use crate::fault::{Faults, Spanned};
use leadstream_core::domain::model::Predicate;
use leadstream_core::domain::model::elsewhere::{Elsewhere, FLAGS, PLACES};
use leadstream_core::domain::model::predicate::Literal;
use leadstream_core::domain::names::Vocabulary;

/// Most predicates of one model.
const MAX_PREDICATES: usize = 50;

/// What says yes.
const YES: &str = "(?i)^(true|yes|y|on)$";

/// Those of them in which a shop stands beside the web.
const CHANNELS: [&str; 3] = ["order_channel", "sales_channel", "channel"];

/// The places where no cart is. A first order of a subscription is made at the checkout, so `subscription` alone is no
/// `order_type`.
const ELSEWHERE: &str = "((order|sale|sold)[ _-]?(by|via)?[ _-]?)?(pos|pos[ _-]?(order|sale)|point[ _-]?of[ _-]?sale|shop[ _-]?counter|\
    counter([ _-]?sale)?|in[ _-]?store|(phone|telephone)([ _-]?(order|sale))?|call[ _-]?cent(er|re)|moto|mail[ _-]?order|\
    (shopify[ _-]?)?draft[ _-]?orders?|(subscription[ _-]?)?renewal([ _-]?order)?|recurring([ _-]?order)?|\
    subscription[ _-]?(contract|cycle|recurring)([ _-]?order)?)";

/// An order that the shop wrote down itself; and `WooCommerce` says `subscription` of renewals only.
const CREATED_VIA: &str = "(?i)^(admin|subscription)$";

/// A sales channel of bricks.
const BRICKS: &str = "(?i)^(retail|store|((retail|physical)[ _-]?)(store|shop)|offline)$";

/// Stripe's reason for an invoice: the first one of a subscription is `subscription_create`.
const BILLING: &str = "(?i)^subscription[ _-]?(cycle|renewal|threshold)$";

/// What is meant where the model says nothing.
fn shipped() -> Vec<Vec<(&'static str, Vec<PredicateSpec>)>> {
    let regex = |text: String| vec![PredicateSpec::Regex(text)];
    let says_yes =
        || [regex(YES.to_owned()), vec![PredicateSpec::Equals(Literal::Bool(true))], vec![PredicateSpec::MoreThan(0.0)]];
    let flags = FLAGS.iter().flat_map(|name| says_yes().map(|yes| vec![(*name, yes)]));
    let places = PLACES.iter().map(|name| vec![(*name, regex(format!("(?i)^{ELSEWHERE}$")))]);
    let bricks = CHANNELS.iter().map(|name| vec![(*name, regex(BRICKS.to_owned()))]);
    let tags = ["tags", "order_tags"].into_iter().map(|name| vec![(name, regex(format!("(?i)(^|,)\\s*{ELSEWHERE}\\s*(,|$)")))]);
    let others = [("created_via", CREATED_VIA), ("billing_reason", BILLING)];
    let others = others.into_iter().map(|(name, text)| vec![(name, regex(text.to_owned()))]);
    flags.chain(places).chain(bricks).chain(tags).chain(others).collect()
}

/// Notes what is wrong.
pub(super) fn check(spec: &CartSpec, faults: &mut Faults) {
    let Some(not_by) = &spec.not_by else { return };
    if not_by.value.len() > MAX_PREDICATES {
        faults.add(&not_by.place, format!("has {} entries, at most {MAX_PREDICATES} fit", not_by.value.len()));
    }
    for one in &not_by.value {
        if one.value.is_empty() {
            faults.add(&one.place, "names no property: write { source_name = \"pos\" }, or leave it out");
        }
        for (property, of_property) in &one.value {
            if property.trim().is_empty() {
                faults.add(&of_property.place, "a property needs a name");
            }
            check_tests(&of_property.value, &of_property.place, faults);
        }
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(not_by: Option<&Spanned<Vec<Spanned<Tests>>>>, vocabulary: &mut Vocabulary) -> Elsewhere {
    // The same tests stand under many properties. Each list is compiled once: regular expressions are most of the start.
    let mut compiled: Vec<(Vec<PredicateSpec>, Predicate)> = Vec::new();
    let mut one = |property: &str, tests: &[PredicateSpec]| {
        let known = compiled.iter().find(|(of, _)| of == tests).map(|(_, predicate)| predicate.clone());
        let predicate = known.unwrap_or_else(|| {
            let predicate = compile::predicate(tests);
            compiled.push((tests.to_vec(), predicate.clone()));
            predicate
        });
        (vocabulary.intern_property(property), predicate)
    };
    let any = match not_by {
        Some(said) => {
            let said = said.value.iter();
            said.map(|tests| tests.value.iter().map(|(property, tests)| one(property, &tests.value)).collect()).collect()
        }
        None => shipped().iter().map(|tests| tests.iter().map(|(property, tests)| one(property, tests)).collect()).collect(),
    };
    Elsewhere { any }
}

/// Lines of the canonical text: none for a model that says nothing.
pub(super) fn lines(spec: &CartSpec) -> Vec<String> {
    let Some(not_by) = &spec.not_by else { return Vec::new() };
    let one = |tests: &Tests| {
        let mut texts: Vec<String> = tests.iter().map(|(p, tests)| format!("{p:?}{}", canonical::all(&tests.value))).collect();
        texts.sort();
        texts.join(",")
    };
    let mut all: Vec<String> = not_by.value.iter().map(|tests| one(&tests.value)).collect();
    all.sort();
    all.dedup();
    vec![format!("cart not by [{}]", all.join("|"))]
}

fn in_words(tests: &Tests) -> String {
    let one = |(property, tests): &(String, Spanned<Vec<PredicateSpec>>)| {
        format!("{property} {}", describe::tests_in_words(&tests.value))
    };
    tests.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// What it says, in words.
pub(super) fn statement(spec: &CartSpec) -> String {
    let Some(not_by) = &spec.not_by else { return "renewals, by phone or at the counter, as far as shops say it".to_owned() };
    if not_by.value.is_empty() {
        return "none".to_owned();
    }
    let all: Vec<String> = not_by.value.iter().map(|tests| in_words(&tests.value)).collect();
    all.join(", or ")
}
