//! What is a sale, where it leads, and where opportunities stand: `[won]`, else what the moves of the model say.
//!
//! The stage that is won is the earliest one that an order or a contract leads to. Opportunities stand from the earliest stage that
//! somebody enters by asking to buy (a cart, a checkout, a demo, a quote), else in the one stage before it. Steps, figures and
//! reports all read it here.

use super::check::{Found, nearest, tests_of};
use super::spec::{At, ConditionSpec, ModelSpec, Place};
use super::{AxisModel, Condition, Move, canonical, compile, sales, words};
use crate::domain::event::Event;
use crate::domain::names::{Kind, NameId, Vocabulary, canonical as canonical_name, kind_of_track};
use crate::domain::terms::movement::Axis;
use crate::domain::terms::sales::Answer;

/// Events that say that something was sold, besides orders and the answer of sales.
const CONTRACTS: [&str; 3] = ["Contract Signed", "Deal Won", "Opportunity Won"];
/// What says it all: the stage that these lead to is won.
const WINS: [&str; 5] = ["Order Completed", "Contract Signed", "Deal Won", "Opportunity Won", "Lead Won"];
/// Events that show the wish to buy, besides those of carts and checkouts.
const ASKS: [&str; 4] = ["Demo Requested", "Quote Requested", "Proposal Sent", "Price Negotiated"];
/// How sales says that it lost a lead where the model has no answers.
const LOST: &str = "Lead Lost";

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct WonSpec {
    pub place: Place,
    pub given: bool,
    /// The stage that is won.
    pub stage: Option<At<String>>,
    /// Opportunities stand from this stage on.
    pub open: Option<At<String>>,
    /// Where an opportunity falls back to that sales lost.
    pub lost_to: Option<At<String>>,
    /// What is a sale, besides orders.
    pub on: Option<At<ConditionSpec>>,
}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct WonModel {
    /// `None`: no stage of the model is won.
    pub places: Option<Places>,
    /// Events that are sales, besides orders.
    sales: Vec<Condition>,
    /// How sales says that it lost a lead.
    lost: Option<Condition>,
}

/// Where opportunities stand, and where they are won: stages by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    pub axis: Axis,
    /// Stages from here up to, not including, `won` are opportunities.
    pub open: usize,
    pub won: usize,
    /// Where what sales lost falls back to; `None`: there is no stage before the opportunities.
    pub lost_to: Option<usize>,
}

impl WonModel {
    /// Whether an event that is no order says that something was sold.
    #[must_use]
    pub fn is_contract(&self, event: &Event<'_>) -> bool {
        matches!(event.kind, Kind::Contract | Kind::Sales) && self.sales.iter().any(|when| when.holds(event))
    }

    /// Whether sales says that it lost the lead.
    #[must_use]
    pub fn is_lost(&self, event: &Event<'_>) -> bool {
        event.kind == Kind::Sales && self.lost.as_ref().is_some_and(|when| when.holds(event))
    }
}

/// Whether moves speak of an event for whoever stands before the stage that is won: then they are all there is to say.
pub fn told_before_won<'a>(mut moves: impl Iterator<Item = &'a Move>, won: usize) -> bool {
    moves.any(|one| one.from.is_empty() || one.from.iter().any(|from| *from < won))
}

impl AxisModel {
    /// Whether somebody who stands there is not at the stage that is won, or beyond: who lapsed has it still to come.
    #[must_use]
    pub fn is_before_won(&self, stage: usize, won: usize) -> bool {
        stage < won || self.lapsed == Some(stage)
    }
}

/// What the moves say: in the funnel if the model has one, else in the journey.
fn places(spec: &ModelSpec) -> Option<Places> {
    let named = |wanted: &Option<At<String>>, axis: Axis| {
        let wanted = wanted.as_ref()?;
        spec.axes[axis.index()].stages.iter().position(|stage| stage.value == wanted.value)
    };
    let usual = if spec.axes[1].stages.is_empty() { Axis::Journey } else { Axis::Funnel };
    let axis = Axis::ALL.into_iter().rev().find(|axis| named(&spec.won.stage, *axis).is_some()).unwrap_or(usual);
    let axis_spec = &spec.axes[axis.index()];
    let leads = |meant: &dyn Fn(&str) -> bool, below: usize| {
        let by_name =
            axis_spec.moves.iter().filter(|one| one.value.when.on.iter().any(|name| meant(canonical_name(&name.value))));
        let to = |one: &At<super::spec::MoveSpec>| {
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
fn contracts(spec: &ModelSpec) -> Vec<ConditionSpec> {
    let answers = spec.sales.hand_over.as_ref().map(sales::answers);
    let by_sales = answers.map_or_else(|| usual("Lead Won"), |all| said(all, Answer::Won));
    if let Some(on) = &spec.won.on {
        return vec![on.value.clone(), by_sales];
    }
    // What most teams call it is one name; where a model knows another one in its own words, that is one, too.
    let own = |name: &&str| *name == CONTRACTS[0] || all_names(spec).any(|own| own == *name);
    let usual = CONTRACTS.iter().filter(|name| own(name)).map(|name| usual(name));
    let leads = |one: &At<super::spec::MoveSpec>| {
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
fn all_names(spec: &ModelSpec) -> impl Iterator<Item = &str> {
    let moves = spec.axes.iter().flat_map(|axis| &axis.moves).map(|one| &one.value.when);
    let rules = spec.score.groups.iter().flat_map(|group| &group.value.rules).map(|rule| &rule.value.when);
    moves.chain(rules).flat_map(|when| &when.on).map(|name| canonical_name(&name.value))
}

fn usual(name: &str) -> ConditionSpec {
    ConditionSpec { on: vec![At::nowhere(name.to_owned())], tests: Vec::new() }
}

fn said(answers: Vec<(Answer, ConditionSpec)>, wanted: Answer) -> ConditionSpec {
    answers.into_iter().find(|(answer, _)| *answer == wanted).map(|(_, when)| when).unwrap_or_default()
}

/// Whether a name is free to mean a sale: it has no other meaning.
fn may_be_sale(name: &str) -> bool {
    let name = canonical_name(name);
    let is_call = ["*", "page", "screen", "identify", "group", "alias"].contains(&name);
    !is_call && matches!(kind_of_track(name), Kind::Other | Kind::Contract)
}

pub(super) fn compile(spec: &ModelSpec, vocabulary: &mut Vocabulary) -> WonModel {
    let contracts = contracts(spec);
    let is_unnamed = vocabulary.name(CONTRACTS[0]) == NameId::NONE;
    for name in contracts.iter().flat_map(|when| &when.on).filter(|name| may_be_sale(&name.value)) {
        vocabulary.intern_contract(&name.value);
    }
    let lost = match &spec.sales.hand_over {
        Some(hand_over) => said(sales::answers(hand_over), Answer::Lost),
        None => usual(LOST),
    };
    let model = WonModel {
        places: places(spec),
        sales: contracts.iter().map(|when| compile::condition(when, vocabulary)).collect(),
        lost: Some(compile::condition(&lost, vocabulary)),
    };
    if is_unnamed && spec.won.on.is_none() {
        vocabulary.hush(CONTRACTS[0]);
    }
    model
}

/// Notes what is wrong.
pub(super) fn check(spec: &WonSpec, model: &ModelSpec, found: &mut Found) {
    let axis_of = |wanted: &At<String>| {
        Axis::ALL.into_iter().rev().find_map(|axis| {
            let stages = &model.axes[axis.index()].stages;
            Some((axis, stages.iter().position(|stage| stage.value == wanted.value)?))
        })
    };
    if spec.given && spec.stage.is_none() && spec.on.is_none() && spec.open.is_none() && spec.lost_to.is_none() {
        found.missing(&spec.place, "stage", "stage = \"purchase\", the stage that is won");
    }
    let stage = spec.stage.as_ref().and_then(axis_of);
    for one in [&spec.stage, &spec.open, &spec.lost_to].into_iter().flatten() {
        if axis_of(one).is_none() {
            let names = || model.axes.iter().flat_map(|axis| &axis.stages).map(|stage| stage.value.as_str());
            let hint = nearest(&one.value, names()).map_or_else(String::new, |near| format!(": did you mean {near:?}?"));
            found.add(&one.place, format!("there is no stage {:?}{hint}", one.value));
        }
    }
    if let (Some(stage), Some((_, 0))) = (&spec.stage, stage) {
        found.add(&stage.place, format!("{:?} is the first stage: everybody would be a customer", stage.value));
    }
    let places = places(model);
    if places.is_none() && (spec.open.is_some() || spec.lost_to.is_some()) {
        found.missing(&spec.place, "stage", "stage = \"purchase\", since no order or contract leads anywhere");
    }
    if let Some(Places { axis, open, won, lost_to }) = places {
        let stages = &model.axes[axis.index()].stages;
        for one in [&spec.open, &spec.lost_to].into_iter().flatten() {
            if axis_of(one).is_some() && !stages.iter().any(|stage| stage.value == one.value) {
                found.add(&one.place, format!("{:?} is no stage of the {}, in which is won", one.value, axis.name()));
            }
        }
        if let Some(one) = spec.open.as_ref().filter(|_| open >= won) {
            found.add(&one.place, format!("{:?} is not before the stage that is won", one.value));
        }
        if let Some(one) = spec.lost_to.as_ref().filter(|_| lost_to.is_some_and(|to| to >= open)) {
            found.add(&one.place, format!("{:?} is an opportunity still: what is lost is none any more", one.value));
        }
    }
    if let Some(on) = &spec.on {
        tests_of::condition(&on.value, &on.place, found);
        for name in on.value.on.iter().filter(|name| !may_be_sale(&name.value)) {
            let message = "has another meaning and can't be a sale; orders and what sales won always are";
            found.add(&on.place, format!("{:?} {message}", name.value));
        }
    }
}

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &WonSpec) -> Vec<String> {
    let named = |what: &str, stage: &Option<At<String>>| stage.as_ref().map(|stage| format!("won {what} {:?}", stage.value));
    let stages = [named("stage", &spec.stage), named("open", &spec.open), named("lost to", &spec.lost_to)];
    let on = spec.on.as_ref().map(|on| format!("won {}", canonical::condition(&on.value)));
    stages.into_iter().chain([on]).flatten().collect()
}

/// What it says, in words.
pub(super) fn statements(spec: &ModelSpec, say: &mut dyn FnMut(&str, String)) {
    let Some(Places { axis, open, won, lost_to }) = places(spec) else { return };
    let stages = &spec.axes[axis.index()].stages;
    let name = |n: usize| stages.get(n).map_or("", |stage| stage.value.as_str());
    say("sold from stage", format!("{} of the {}", name(won), axis.name()));
    say("opportunities stand from stage", name(open).to_owned());
    if let Some(to) = lost_to {
        say("what sales lost falls back to stage", name(to).to_owned());
    }
    let events: Vec<String> = contracts(spec).iter().map(words::condition).collect();
    say("a sale, besides orders", events.join(", or "));
}
