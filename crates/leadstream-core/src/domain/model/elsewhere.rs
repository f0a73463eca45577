//! Orders that no cart led to: renewals, and what was sold by phone or at the counter (`[cart] not_by`).

use super::check::{Found, tests};
use super::predicate::{Literal, Predicate};
use super::spec::{At, CartSpec, TestSpec, Tests};
use super::{canonical, compile, words};
use crate::domain::event::Event;
use crate::domain::names::{PropertyId, Vocabulary};

/// Most predicates of one model.
const MAX_PREDICATES: usize = 50;

/// Properties that say yes or no; some name what they are the renewal of instead.
const FLAGS: [&str; 20] = [
    "is_renewal",
    "renewal",
    "is_renewal_order",
    "renewal_order",
    "is_recurring",
    "recurring",
    "is_recurring_order",
    "recurring_order",
    "is_subscription_renewal",
    "subscription_renewal",
    "_subscription_renewal",
    "is_pos",
    "is_pos_order",
    "pos_order",
    "is_phone_order",
    "phone_order",
    "is_in_store",
    "in_store",
    "is_counter_sale",
    "is_offline",
];
/// What says yes.
const YES: &str = "(?i)^(true|yes|y|on)$";
/// Properties that say where an order was made: Shopify's `source_name`, `created_via` of `WooCommerce`, and what others call it.
const PLACES: [&str; 8] =
    ["source_name", "created_via", "order_source", "source", "order_channel", "sales_channel", "channel", "order_type"];
/// Those of them in which a shop stands beside the web.
const CHANNELS: [&str; 3] = ["order_channel", "sales_channel", "channel"];
/// The places where no cart is. A first order of a subscription is made at the checkout, so `subscription` alone is no `order_type`.
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

/// The properties that are looked at where the model says nothing, in any spelling.
pub fn shipped_properties() -> impl Iterator<Item = &'static str> {
    FLAGS.into_iter().chain(PLACES).chain(["billing_reason", "tags", "order_tags"])
}

/// Which orders concern no cart: any of these, all tests of which must hold.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    any: Vec<Vec<(PropertyId, Predicate)>>,
}

impl Elsewhere {
    /// Whether no cart led to this order.
    #[must_use]
    pub fn holds(&self, order: &Event<'_>) -> bool {
        !order.properties.is_empty()
            && self.any.iter().any(|tests| tests.iter().all(|(id, test)| test.holds(order.property(*id))))
    }
}

/// What is meant where the model says nothing.
fn shipped() -> Vec<Vec<(&'static str, Vec<TestSpec>)>> {
    let regex = |text: String| vec![TestSpec::Regex(text)];
    let says_yes = || [regex(YES.to_owned()), vec![TestSpec::Equals(Literal::Bool(true))], vec![TestSpec::MoreThan(0.0)]];
    let flags = FLAGS.iter().flat_map(|name| says_yes().map(|yes| vec![(*name, yes)]));
    let places = PLACES.iter().map(|name| vec![(*name, regex(format!("(?i)^{ELSEWHERE}$")))]);
    let bricks = CHANNELS.iter().map(|name| vec![(*name, regex(BRICKS.to_owned()))]);
    let tags = ["tags", "order_tags"].into_iter().map(|name| vec![(name, regex(format!("(?i)(^|,)\\s*{ELSEWHERE}\\s*(,|$)")))]);
    let others = [("created_via", CREATED_VIA), ("billing_reason", BILLING)];
    let others = others.into_iter().map(|(name, text)| vec![(name, regex(text.to_owned()))]);
    flags.chain(places).chain(bricks).chain(tags).chain(others).collect()
}

/// Notes what is wrong.
pub(super) fn check(said: &CartSpec, found: &mut Found) {
    let Some(not_by) = &said.not_by else { return };
    if not_by.value.len() > MAX_PREDICATES {
        found.add(&not_by.place, format!("has {} entries, at most {MAX_PREDICATES} fit", not_by.value.len()));
    }
    for one in &not_by.value {
        if one.value.is_empty() {
            found.add(&one.place, "names no property: write { source_name = \"pos\" }, or leave it out");
        }
        for (property, of_property) in &one.value {
            if property.trim().is_empty() {
                found.add(&of_property.place, "a property needs a name");
            }
            tests(&of_property.value, &of_property.place, found);
        }
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(not_by: Option<&At<Vec<At<Tests>>>>, vocabulary: &mut Vocabulary) -> Elsewhere {
    let mut one = |property: &str, tests: &[TestSpec]| (vocabulary.intern_property(property), compile::predicate(tests));
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
pub(super) fn lines(said: &CartSpec) -> Vec<String> {
    let Some(not_by) = &said.not_by else { return Vec::new() };
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
    let one = |(property, tests): &(String, At<Vec<TestSpec>>)| format!("{property} {}", words::tests_in_words(&tests.value));
    tests.iter().map(one).collect::<Vec<_>>().join(" and ")
}

/// What it says, in words.
pub(super) fn statement(said: &CartSpec) -> String {
    let Some(not_by) = &said.not_by else { return "renewals, by phone or at the counter, as far as shops say it".to_owned() };
    if not_by.value.is_empty() {
        return "none".to_owned();
    }
    let all: Vec<String> = not_by.value.iter().map(|tests| in_words(&tests.value)).collect();
    all.join(", or ")
}
