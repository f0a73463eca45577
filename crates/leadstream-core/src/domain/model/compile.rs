//! From a checked spec to the [`Model`] that steps run on.

use super::spec::{AxisSpec, CartSpec, ConditionSpec, Fault, ModelSpec, MoveSpec, Place, ScoreSpec, StaleSpec, TestSpec};
use super::{
    AtMost, AxisModel, CartModel, Condition, CountRule, DEFAULT_HISTORY, DEFAULT_SESSION_GAP_MS, Distinct, Label, MAX_AGE_MS,
    Model, Models, Move, OfCart, On, Predicate, ScoreGroup, ScoreModel, ScoreRule, Stale, absence, accounts, canonical, check,
    contact, elsewhere, internal, machine, people, pipeline, sales, won, words,
};
use crate::domain::Ms;
use crate::domain::ids::event_mark;
use crate::domain::ids::name_hash;
use crate::domain::model::kept::DEFAULT_KEPT_MS;
use crate::domain::names::{self, MAX_FLAGS, NameId, Vocabulary};
use crate::domain::state::traits::MAX_TRAITS;
use crate::domain::terms::movement::Axis;
use crate::domain::titles::OTHER_TITLE;
use sha2::{Digest, Sha256};

/// Longest compiled regular expression: bounds memory and the time of a match.
const REGEX_SIZE_LIMIT_BYTES: usize = 256 * 1024;

/// Checks and compiles all models against one vocabulary; `cart_overrides` (settings `model.cart.*`) win over each file.
///
/// # Errors
/// Every fault of every model (index of the spec, fault), in the order of their places.
pub fn compile(specs: &[ModelSpec], cart_overrides: &CartSpec) -> Result<Models, Vec<(usize, Fault)>> {
    let faults = check::check_all(specs, cart_overrides);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut vocabulary = Vocabulary::default();
    let mut models: Vec<Model> = specs.iter().map(|spec| model(spec, cart_overrides, &mut vocabulary)).collect();
    // What is kept beside a title is nothing that a model named.
    if let Some(one_too_many) = vocabulary.traits().iter().filter(|t| t.name != OTHER_TITLE).nth(MAX_TRAITS) {
        let message = format!("{:?} is one trait too many: the models may ask for {MAX_TRAITS} traits in all", one_too_many.name);
        return Err(vec![(0, Fault { place: Place::default(), message })]);
    }
    if let Some(one_too_many) = vocabulary.flags().paths().get(MAX_FLAGS) {
        let message = format!("{one_too_many:?} is one mark or trait of consent too many: all models may ask for {MAX_FLAGS}");
        return Err(vec![(0, Fault { place: Place::default(), message })]);
    }
    people::share(&mut models);
    for model in &mut models {
        index(model, vocabulary.names().len());
    }
    vocabulary.intern_origin();
    Ok(Models { models, vocabulary, max_age_ms: MAX_AGE_MS })
}

fn model(spec: &ModelSpec, cart_overrides: &CartSpec, vocabulary: &mut Vocabulary) -> Model {
    let cart = cart(&cart_overrides.over(&spec.cart));
    let name = spec.name.as_ref().map(|n| n.value.clone()).unwrap_or_default();
    let digest = Sha256::digest(canonical::model(spec, &cart).as_bytes());
    let hash = digest.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    let axes = Axis::ALL.map(|axis| axis_model(axis, &spec.axes[axis.index()], vocabulary));
    let (score, people) = (score(&spec.score, vocabulary), people::compile(&spec.people, spec, vocabulary));
    let sales = sales::compile(&spec.sales, spec, vocabulary);
    let won = won::compile(spec, vocabulary);
    let pipeline = pipeline::of(&won);
    let mut model = Model {
        title: spec.title.clone().unwrap_or_else(|| name.clone()),
        name,
        hash_text: format!("{hash:016x}"),
        hash,
        session_gap_ms: spec.session_gap_ms.as_ref().map_or(DEFAULT_SESSION_GAP_MS, |g| g.value),
        forget_anonymous_ms: forget_anonymous_ms(spec),
        axes,
        score,
        cart,
        elsewhere: elsewhere::compile(cart_overrides.not_by.as_ref().or(spec.cart.not_by.as_ref()), vocabulary),
        people,
        sales,
        won,
        contact: contact::compile(&spec.contact, spec, vocabulary),
        absence: absence::compile(&spec.absence, spec, vocabulary),
        machine: machine::compile(&spec.machine, spec, vocabulary),
        internal: internal::compile(&spec.internal, vocabulary),
        accounts: accounts::compile(&spec.accounts, spec, vocabulary),
        pipeline: None,
    };
    model.set_pipeline(pipeline);
    model
}

/// How long a record of whom nothing is known is kept: what is said, else the default.
#[must_use]
pub fn forget_anonymous_ms(spec: &ModelSpec) -> Option<Ms> {
    spec.forget_anonymous_ms.as_ref().map_or(Some(DEFAULT_KEPT_MS), |said| said.value)
}

/// The effective cart series: what is said, over the defaults.
#[must_use]
pub fn cart(said: &CartSpec) -> CartModel {
    let default = CartModel::default();
    CartModel {
        steps_ms: said.steps_ms.as_ref().map_or(default.steps_ms, |v| v.value.clone()),
        idle_on: said.idle_on.as_ref().map_or(default.idle_on, |v| v.value),
        order_clears: said.order_clears.as_ref().map_or(default.order_clears, |v| v.value),
        cooldown_ms: said.cooldown_ms.as_ref().map_or(default.cooldown_ms, |v| v.value),
        max_lateness_ms: said.max_lateness_ms.as_ref().map_or(default.max_lateness_ms, |v| v.value),
        forget_after_ms: said.forget_after_ms.as_ref().map_or(default.forget_after_ms, |v| v.value),
        grace_ms: said.grace_ms.as_ref().map_or(default.grace_ms, |v| v.value),
        catch_up: said.catch_up.as_ref().map_or(default.catch_up, |v| v.value),
        click_window_ms: said.click_window_ms.as_ref().map_or(default.click_window_ms, |v| v.value),
        open_window_ms: said.open_window_ms.as_ref().map_or(default.open_window_ms, |v| v.value),
        payment_window_ms: said.payment_window_ms.as_ref().map_or(default.payment_window_ms, |v| v.value),
        series: said.series.as_ref().map_or(default.series, |v| v.value),
        min_value: said.min_value.as_ref().map_or(default.min_value, |v| v.value),
        campaigns: said.campaigns.as_ref().map(|v| v.value.iter().map(|name| name.as_str().into()).collect()),
        late_window_ms: said.late_window_ms.as_ref().map_or(default.late_window_ms, |v| v.value),
        order_ends_cooldown: said.order_ends_cooldown.as_ref().map_or(default.order_ends_cooldown, |v| v.value),
    }
}

fn axis_model(axis: Axis, spec: &AxisSpec, vocabulary: &mut Vocabulary) -> AxisModel {
    // Every name was found by the check.
    let stage = |name: &str| spec.stages.iter().position(|s| s.value == name).unwrap_or_default();
    let moves = spec.moves.iter().map(|m| one_move(axis, &m.value, &stage, vocabulary)).collect();
    let stale_of = |s: &StaleSpec| Stale { after_ms: s.after_ms.value, to: stage(&s.to.value) };
    let stale = (0..spec.stages.len())
        .map(|index| {
            let name = &spec.stages[index].value;
            if let Some(lapse) = spec.lapse.as_ref().filter(|lapse| lapse.value.from.iter().any(|from| from.value == *name)) {
                return Some(stale_of(&lapse.value.stale));
            }
            if let Some((_, own)) = spec.stale_by_stage.iter().find(|(of, _)| of.value == *name) {
                return Some(stale_of(own));
            }
            let all = &spec.stale_all.as_ref()?.value;
            // Going stale leads back, so it concerns the later stages only.
            let concerned = index > stage(&all.stale.to.value) && !all.except.iter().any(|e| e.value == *name);
            concerned.then(|| stale_of(&all.stale))
        })
        .collect();
    AxisModel {
        stages: spec.stages.iter().map(|s| s.value.as_str().into()).collect(),
        hashes: spec.stages.iter().map(|s| name_hash(&s.value)).collect(),
        moves,
        moves_by_name: Vec::new(),
        moves_on_any: Vec::new(),
        asks_for_cart: On::default(),
        stale,
        renamed: spec.renamed.iter().map(|(old, new)| (old.value.as_str().into(), stage(&new.value))).collect(),
        history: spec.history.as_ref().map_or(DEFAULT_HISTORY, |h| h.value).try_into().unwrap_or_default(),
        closed_by: On::Names(spec.closed_by.iter().map(|name| vocabulary.intern_name(&name.value)).collect()),
        closing_marks: spec.closed_by.iter().map(|name| event_mark(names::canonical(&name.value))).collect(),
        lapsed: spec.lapse.as_ref().map(|lapse| stage(&lapse.value.stale.to.value)),
        pipeline: None,
    }
}

fn one_move(axis: Axis, spec: &MoveSpec, stage: &impl Fn(&str) -> usize, vocabulary: &mut Vocabulary) -> Move {
    let mut from: Vec<usize> = spec.from.iter().map(|f| stage(&f.value)).collect();
    from.sort_unstable();
    from.dedup();
    Move {
        to: spec.to.as_ref().map(|t| stage(&t.value)).unwrap_or_default(),
        from,
        condition: condition(&spec.when, vocabulary),
        count: spec.times.as_ref().map(|times| CountRule {
            times: usize::try_from(times.value).unwrap_or(1),
            within_ms: spec.within_ms.as_ref().map(|w| w.value),
            same: spec.same.as_ref().map(|s| vocabulary.intern_property(&s.value)),
            distinct: spec.distinct.as_ref().map(|d| Distinct::of(&d.value, vocabulary)),
        }),
        cart: spec.cart.iter().filter_map(|(what, tests)| Some((OfCart::named(what)?, predicate(&tests.value)))).collect(),
        sessions: spec.sessions.as_ref().map_or(0, |s| u32::try_from(s.value).unwrap_or(u32::MAX)),
        rule: name_hash(&canonical::one_move(axis, spec)),
    }
}

pub(super) fn condition(spec: &ConditionSpec, vocabulary: &mut Vocabulary) -> Condition {
    let on = if spec.on.iter().any(|name| name.value == "*") {
        On::Any
    } else {
        let mut names: Vec<_> = spec.on.iter().map(|name| vocabulary.intern_name(&name.value)).collect();
        names.sort_unstable();
        names.dedup();
        On::Names(names)
    };
    let tests =
        spec.tests.iter().map(|(property, tests)| (vocabulary.intern_property(property), predicate(&tests.value))).collect();
    Condition { on, tests }
}

/// Several tests of one property as one predicate.
#[must_use]
pub fn predicate(tests: &[TestSpec]) -> Predicate {
    let mut all: Vec<Predicate> = tests
        .iter()
        .map(|test| match test {
            TestSpec::Equals(value) => Predicate::Equals(value.clone()),
            TestSpec::OneOf(values) => Predicate::OneOf(values.clone()),
            TestSpec::Prefix(text) => Predicate::Prefix(text.clone()),
            TestSpec::Contains(text) => Predicate::Contains(text.clone()),
            // A text that is no regular expression was refused by the check; here it fits nothing.
            TestSpec::Regex(text) => regex(text).map_or_else(|_| Predicate::OneOf(Vec::new()), Predicate::Regex),
            TestSpec::AtLeast(n) => Predicate::AtLeast(*n),
            TestSpec::AtMost(n) => Predicate::AtMost(*n),
            TestSpec::MoreThan(n) => Predicate::MoreThan(*n),
            TestSpec::LessThan(n) => Predicate::LessThan(*n),
            TestSpec::Seniority(all) => Predicate::Seniority(all.clone()),
            TestSpec::Function(all) => Predicate::Function(all.clone()),
            TestSpec::Answer(all) => Predicate::Answer(all.clone()),
            TestSpec::Amount(tests) => Predicate::Amount(Box::new(predicate(tests))),
            TestSpec::Months(tests) => Predicate::Months(Box::new(predicate(tests))),
            TestSpec::Exists(yes) => Predicate::Exists(*yes),
            TestSpec::Not(tests) => Predicate::Not(Box::new(predicate(tests))),
        })
        .collect();
    if all.len() == 1 { all.swap_remove(0) } else { Predicate::All(all) }
}

/// Compiles a regular expression within the limits.
///
/// # Errors
/// It is none, or too large.
pub fn regex(text: &str) -> Result<regex::Regex, regex::Error> {
    regex::RegexBuilder::new(text).size_limit(REGEX_SIZE_LIMIT_BYTES).dfa_size_limit(REGEX_SIZE_LIMIT_BYTES).build()
}

fn score(spec: &ScoreSpec, vocabulary: &mut Vocabulary) -> ScoreModel {
    let groups = spec.groups.iter().map(|group| {
        let group = &group.value;
        let name = group.name.as_ref().map(|n| n.value.clone()).unwrap_or_default();
        let rules = group.rules.iter().map(|rule| ScoreRule {
            condition: condition(&rule.value.when, vocabulary),
            points: rule.value.points.as_ref().map_or(0.0, |p| p.value),
            at_most: rule
                .value
                .at_most
                .as_ref()
                .map(|limit| AtMost { times: u32::try_from(limit.value.0).unwrap_or(u32::MAX), per_ms: limit.value.1 }),
            rule: name_hash(&canonical::score_rule(&name, &rule.value)),
            number: 0,
            names: rule_names(&rule.value.when, vocabulary),
            words: words::condition(&rule.value.when),
        });
        ScoreGroup {
            rules: rules.collect(),
            name_hash: name_hash(&name),
            half_life_ms: group.half_life_ms.as_ref().and_then(|h| h.value),
            cap: group.cap.as_ref().map(|c| c.value),
            name: name.into(),
        }
    });
    ScoreModel {
        cap: spec.cap.as_ref().map(|c| c.value),
        groups: groups.collect(),
        rules_by_name: Vec::new(),
        rules_on_any: Vec::new(),
        asks_engagement: !spec.engagement_gates.is_empty(),
        labels: spec
            .labels
            .iter()
            .map(|(name, score)| Label {
                name: name.value.as_str().into(),
                hash: name_hash(&name.value),
                score: *score,
                fit: spec.gates.iter().find(|(label, _)| label.value == name.value).map(|(_, fit)| *fit),
                engagement: spec.engagement_gates.iter().find(|(label, _)| label.value == name.value).map(|(_, least)| *least),
            })
            .collect(),
    }
}

/// The names of a rule in the order of their texts; none for any event.
fn rule_names(when: &ConditionSpec, vocabulary: &mut Vocabulary) -> Vec<NameId> {
    let mut names: Vec<&str> = when.on.iter().map(|name| names::canonical(&name.value)).filter(|name| *name != "*").collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| vocabulary.intern_name(name)).collect()
}

/// Fills the tables that find the rules of an event name, and numbers the rules.
fn index(model: &mut Model, names: usize) {
    for (number, rule) in (0..=u16::MAX).zip(model.score.groups.iter_mut().flat_map(|g| &mut g.rules)) {
        rule.number = number;
    }
    for axis in &mut model.axes {
        axis.moves_by_name = vec![Vec::new(); names];
        let asking = || axis.moves.iter().filter(|rule| !rule.cart.is_empty()).map(|rule| &rule.condition.on);
        let names_of = |on: &On| if let On::Names(names) = on { names.clone() } else { Vec::new() };
        axis.asks_for_cart =
            if asking().any(|on| *on == On::Any) { On::Any } else { On::Names(asking().flat_map(names_of).collect()) };
        for (n, rule) in axis.moves.iter().enumerate() {
            let n = u16::try_from(n).unwrap_or(u16::MAX);
            match &rule.condition.on {
                On::Any => axis.moves_on_any.push(n),
                On::Names(ids) => ids.iter().for_each(|id| axis.moves_by_name[usize::from(id.0)].push(n)),
            }
        }
    }
    let score = &mut model.score;
    score.rules_by_name = vec![Vec::new(); names];
    for (g, group) in score.groups.iter().enumerate() {
        for (r, rule) in group.rules.iter().enumerate() {
            let place = (u16::try_from(g).unwrap_or(u16::MAX), u16::try_from(r).unwrap_or(u16::MAX));
            match &rule.condition.on {
                On::Any => score.rules_on_any.push(place),
                On::Names(ids) => ids.iter().for_each(|id| score.rules_by_name[usize::from(id.0)].push(place)),
            }
        }
    }
}
