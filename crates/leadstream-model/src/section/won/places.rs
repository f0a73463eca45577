//! Where opportunities stand, and what is a sale: as the file has it, else as the moves of the model say.

use crate::condition::spec::ConditionSpec;
use crate::fault::Spanned;
use crate::section::axis::spec::MoveSpec;
use crate::section::sales::in_force::answers;
use crate::section::view::ModelView;
use leadstream_core::domain::model::won::Places;
use leadstream_core::domain::names::{Kind, canonical as canonical_name, kind_of_track};
use leadstream_core::domain::terms::movement::Axis;
use leadstream_core::domain::terms::sales::Answer;

/// Events that say that something was sold, besides orders and the answer of sales.
pub(super) const CONTRACTS: [&str; 3] = ["Contract Signed", "Deal Won", "Opportunity Won"];

/// What says it all: the stage that these lead to is won.
const WINS: [&str; 5] = ["Order Completed", "Contract Signed", "Deal Won", "Opportunity Won", "Lead Won"];

/// Events that show the wish to buy, besides those of carts and checkouts.
const ASKS: [&str; 4] = ["Demo Requested", "Quote Requested", "Proposal Sent", "Price Negotiated"];

/// What the moves say: in the funnel if the model has one, else in the journey.
pub(super) fn places(spec: &ModelView<'_>) -> Option<Places> {
    let named = |wanted: &Option<Spanned<String>>, axis: Axis| {
        let wanted = wanted.as_ref()?;
        spec.axes[axis].stages.iter().position(|stage| stage.value == wanted.value)
    };
    let usual = if spec.axes.funnel.stages.is_empty() { Axis::Journey } else { Axis::Funnel };
    let axis = Axis::ALL.into_iter().rev().find(|axis| named(&spec.won.stage, *axis).is_some()).unwrap_or(usual);
    let axis_spec = &spec.axes[axis];
    let leads = |meant: &dyn Fn(&str) -> bool, below: usize| {
        let by_name =
            axis_spec.moves.iter().filter(|one| one.value.when.on.iter().any(|name| meant(canonical_name(&name.value))));
        let to = |one: &Spanned<MoveSpec>| {
            let to = one.value.to.as_ref()?;
            axis_spec.stages.iter().position(|stage| stage.value == to.value)
        };
        by_name.filter_map(to).filter(|to| *to < below).min()
    };
    let won = match named(&spec.won.stage, axis) {
        Some(won) => won,
        None => leads(&|name| WINS.contains(&name), usize::MAX).filter(|won| *won > 0)?,
    };
    let asks = |name: &str| !WINS.contains(&name) && (kind_of_track(name).is_cart_activity() || ASKS.contains(&name));
    let found = || leads(&|name| asks(name) && name != "Product Removed", won).unwrap_or(won.saturating_sub(1));
    let open = named(&spec.won.open, axis).unwrap_or_else(found);
    let lost_to = named(&spec.won.lost_to, axis).or(open.checked_sub(1));
    Some(Places { axis, open, won, lost_to })
}

/// Events that are sales, besides orders: as the model has it, else contracts, and what leads to the stage that it names.
pub(super) fn contracts(spec: &ModelView<'_>) -> Vec<ConditionSpec> {
    let answers = spec.sales.hand_over.as_ref().map(answers);
    let by_sales = answers.map_or_else(|| usual("Lead Won"), |all| said(all, Answer::Won));
    if let Some(on) = &spec.won.on {
        return vec![on.value.clone(), by_sales];
    }
    // What most teams call it is one name; where a model knows another one in its own words, that is one, too.
    let own = |name: &&str| *name == CONTRACTS[0] || all_names(spec).any(|own| own == *name);
    let usual = CONTRACTS.iter().filter(|name| own(name)).map(|name| usual(name));
    let leads = |one: &Spanned<MoveSpec>| {
        let (to, stage) = (one.value.to.as_ref()?, spec.won.stage.as_ref()?);
        let is_one = one.value.times.is_none() && one.value.sessions.is_none() && one.value.cart.is_empty();
        let names = one.value.when.on.iter().filter(|name| may_be_sale(&name.value)).cloned().collect();
        let when = ConditionSpec { on: names, tests: one.value.when.tests.clone() };
        (to.value == stage.value && is_one && !when.on.is_empty()).then_some(when)
    };
    let leading = spec.axes.iter().flat_map(|axis| &axis.moves).filter_map(leads);
    usual.chain(leading).chain([by_sales]).collect()
}

/// Every name of which a move or a score rule speaks.
fn all_names<'a>(spec: &'a ModelView<'_>) -> impl Iterator<Item = &'a str> {
    let moves = spec.axes.iter().flat_map(|axis| &axis.moves).map(|one| &one.value.when);
    let rules = spec.score.groups.iter().flat_map(|group| &group.value.rules).map(|rule| &rule.value.when);
    moves.chain(rules).flat_map(|when| &when.on).map(|name| canonical_name(&name.value))
}

pub(super) fn usual(name: &str) -> ConditionSpec {
    ConditionSpec { on: vec![Spanned::nowhere(name.to_owned())], tests: Vec::new() }
}

pub(super) fn said(answers: Vec<(Answer, ConditionSpec)>, wanted: Answer) -> ConditionSpec {
    answers.into_iter().find(|(answer, _)| *answer == wanted).map(|(_, when)| when).unwrap_or_default()
}

/// Whether a name is free to mean a sale: it has no other meaning.
pub(super) fn may_be_sale(name: &str) -> bool {
    let name = canonical_name(name);
    let is_call = ["*", "page", "screen", "identify", "group", "alias"].contains(&name);
    !is_call && matches!(kind_of_track(name), Kind::Other | Kind::Contract)
}
