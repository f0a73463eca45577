//! What a model file says, before it is checked: every statement with its place, so that a fault can be found.

use super::absence::AbsenceSpec;
use super::accounts::AccountsSpec;
use super::contact::ContactSpec;
use super::internal::InternalSpec;
use super::machine::MachineSpec;
use super::people::PeopleSpec;
use super::sales::SalesSpec;
use super::won::WonSpec;
use super::{CatchUp, IdleOn, OrderClears, SeriesFor, predicate::Literal};
use crate::domain::Ms;
use crate::domain::answers::Asked;
use crate::domain::titles::{Function, Seniority};

/// A place in a model file: line (1-based) and the key path a person would say.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub path: String,
}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    pub value: T,
    pub place: Place,
}

impl<T> At<T> {
    /// A value that stands in no file (defaults, tests).
    pub fn nowhere(value: T) -> Self {
        Self { value, place: Place::default() }
    }
}

impl Place {
    /// The place of a key inside this one.
    #[must_use]
    pub fn child(&self, key: &str) -> Self {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Self { line: self.line, path }
    }
}

/// Something wrong in a model file, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub place: Place,
    pub message: String,
}

#[derive(Debug, Clone, Default)]
pub struct ModelSpec {
    pub name: Option<At<String>>,
    pub title: Option<String>,
    pub session_gap_ms: Option<At<Ms>>,
    /// Inner `None`: `"off"`.
    pub forget_anonymous_ms: Option<At<Option<Ms>>>,
    /// Journey, funnel.
    pub axes: [AxisSpec; 2],
    pub score: ScoreSpec,
    pub cart: CartSpec,
    pub people: PeopleSpec,
    pub sales: SalesSpec,
    pub won: WonSpec,
    pub contact: ContactSpec,
    pub absence: AbsenceSpec,
    pub machine: MachineSpec,
    pub internal: InternalSpec,
    pub accounts: AccountsSpec,
}

#[derive(Debug, Clone, Default)]
pub struct AxisSpec {
    pub place: Place,
    /// The file has a section for this axis.
    pub given: bool,
    pub stages: Vec<At<String>>,
    pub moves: Vec<At<MoveSpec>>,
    /// `stale = { after, to, except }`: for every stage but these.
    pub stale_all: Option<At<StaleAllSpec>>,
    /// `stale = { intent = { after, to } }`: by stage.
    pub stale_by_stage: Vec<(At<String>, StaleSpec)>,
    /// `renamed = { "old name" = "new name" }`.
    pub renamed: Vec<(At<String>, At<String>)>,
    pub history: Option<At<i64>>,
    /// Events that close a journey: what comes after begins the next one.
    pub closed_by: Vec<At<String>>,
    /// `lapse = { after, to, from }`: customers of whom nothing was seen for long.
    pub lapse: Option<At<LapseSpec>>,
}

#[derive(Debug, Clone)]
pub struct LapseSpec {
    pub stale: StaleSpec,
    pub from: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleAllSpec {
    pub stale: StaleSpec,
    pub except: Vec<At<String>>,
}

#[derive(Debug, Clone)]
pub struct StaleSpec {
    pub after_ms: At<Ms>,
    pub to: At<String>,
}

#[derive(Debug, Clone, Default)]
pub struct MoveSpec {
    pub to: Option<At<String>>,
    pub from: Vec<At<String>>,
    pub when: ConditionSpec,
    pub times: Option<At<i64>>,
    pub within_ms: Option<At<Ms>>,
    pub same: Option<At<String>>,
    pub distinct: Option<At<String>>,
    pub sessions: Option<At<i64>>,
    /// What the cart holds: `lines`, `quantity`, `value`, and their tests.
    pub cart: Tests,
}

/// `on` and `where`.
#[derive(Debug, Clone, Default)]
pub struct ConditionSpec {
    /// Event names; `"*"` for any.
    pub on: Vec<At<String>>,
    /// Property path and its tests.
    pub tests: Tests,
}

/// Property paths, each with its tests.
pub type Tests = Vec<(String, At<Vec<TestSpec>>)>;

#[derive(Debug, Clone, PartialEq)]
pub enum TestSpec {
    Equals(Literal),
    OneOf(Vec<Literal>),
    Prefix(String),
    Contains(String),
    Regex(String),
    AtLeast(f64),
    AtMost(f64),
    MoreThan(f64),
    LessThan(f64),
    Seniority(Vec<Seniority>),
    Function(Vec<Function>),
    Answer(Vec<Asked>),
    /// Tests of a number.
    Amount(Vec<TestSpec>),
    Months(Vec<TestSpec>),
    Exists(bool),
    Not(Vec<TestSpec>),
}

#[derive(Debug, Clone, Default)]
pub struct ScoreSpec {
    pub cap: Option<At<f64>>,
    /// In file order.
    pub labels: Vec<(At<String>, f64)>,
    /// Labels that also ask for a fit score, and how much of it.
    pub gates: Vec<(At<String>, f64)>,
    /// Labels that also ask for engagement, and how much of it.
    pub engagement_gates: Vec<(At<String>, f64)>,
    pub groups: Vec<At<GroupSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct GroupSpec {
    pub name: Option<At<String>>,
    /// Inner `None`: `"off"`, points never decay.
    pub half_life_ms: Option<At<Option<Ms>>>,
    pub cap: Option<At<f64>>,
    pub rules: Vec<At<ScoreRuleSpec>>,
}

#[derive(Debug, Clone, Default)]
pub struct ScoreRuleSpec {
    pub when: ConditionSpec,
    pub points: Option<At<f64>>,
    /// So many times, in so many milliseconds.
    pub at_most: Option<At<(i64, Ms)>>,
}

/// `[cart]` of the file, or the overrides of the settings (`model.cart.*`). `None`: not said.
#[derive(Debug, Clone, Default)]
pub struct CartSpec {
    pub steps_ms: Option<At<Vec<Ms>>>,
    pub idle_on: Option<At<IdleOn>>,
    pub order_clears: Option<At<OrderClears>>,
    /// Inner `None`: `"off"`.
    pub cooldown_ms: Option<At<Option<Ms>>>,
    pub max_lateness_ms: Option<At<Option<Ms>>>,
    pub forget_after_ms: Option<At<Option<Ms>>>,
    pub grace_ms: Option<At<Ms>>,
    pub catch_up: Option<At<CatchUp>>,
    pub click_window_ms: Option<At<Option<Ms>>>,
    pub open_window_ms: Option<At<Option<Ms>>>,
    pub payment_window_ms: Option<At<Option<Ms>>>,
    pub series: Option<At<SeriesFor>>,
    pub min_value: Option<At<Option<f64>>>,
    pub campaigns: Option<At<Vec<String>>>,
    pub late_window_ms: Option<At<Option<Ms>>>,
    pub order_ends_cooldown: Option<At<bool>>,
    /// Orders that concern no cart: any of these.
    pub not_by: Option<At<Vec<At<Tests>>>>,
}

impl CartSpec {
    /// This one where it says something, else the other.
    #[must_use]
    pub fn over(&self, below: &Self) -> Self {
        Self {
            steps_ms: self.steps_ms.clone().or_else(|| below.steps_ms.clone()),
            idle_on: self.idle_on.clone().or_else(|| below.idle_on.clone()),
            order_clears: self.order_clears.clone().or_else(|| below.order_clears.clone()),
            cooldown_ms: self.cooldown_ms.clone().or_else(|| below.cooldown_ms.clone()),
            max_lateness_ms: self.max_lateness_ms.clone().or_else(|| below.max_lateness_ms.clone()),
            forget_after_ms: self.forget_after_ms.clone().or_else(|| below.forget_after_ms.clone()),
            grace_ms: self.grace_ms.clone().or_else(|| below.grace_ms.clone()),
            catch_up: self.catch_up.clone().or_else(|| below.catch_up.clone()),
            click_window_ms: self.click_window_ms.clone().or_else(|| below.click_window_ms.clone()),
            open_window_ms: self.open_window_ms.clone().or_else(|| below.open_window_ms.clone()),
            payment_window_ms: self.payment_window_ms.clone().or_else(|| below.payment_window_ms.clone()),
            series: self.series.clone().or_else(|| below.series.clone()),
            min_value: self.min_value.clone().or_else(|| below.min_value.clone()),
            campaigns: self.campaigns.clone().or_else(|| below.campaigns.clone()),
            late_window_ms: self.late_window_ms.clone().or_else(|| below.late_window_ms.clone()),
            order_ends_cooldown: self.order_ends_cooldown.clone().or_else(|| below.order_ends_cooldown.clone()),
            not_by: self.not_by.clone().or_else(|| below.not_by.clone()),
        }
    }
}
