//! A model as steps run on it: stages, moves, staleness, score and cart series, as plain data and what rules ask of it.
//!
//! What a model file may say, what is wrong with one and how it becomes a [`Model`] is in the crate `leadstream-model`.

pub mod absence;
pub mod accounts;
pub mod consent;
pub mod contact;
pub mod elsewhere;
pub mod internal;
mod label;
pub mod machine;
mod of_cart;
pub mod people;
pub mod pipeline;
pub mod predicate;
pub mod quiet;
pub mod sales;
mod series;
pub mod stages;
pub mod won;
pub mod words;

use crate::domain::model::absence::AbsenceModel;
use crate::domain::model::accounts::{Accounts, AccountsModel};
use crate::domain::model::contact::ContactModel;
use crate::domain::model::elsewhere::Elsewhere;
use crate::domain::model::internal::InternalModel;
use crate::domain::model::machine::MachineModel;
use crate::domain::model::people::PeopleModel;
use crate::domain::model::pipeline::Pipeline;
use crate::domain::model::sales::SalesModel;
use crate::domain::model::won::WonModel;
use crate::domain::names::{Kind, NameId, PropertyId, Vocabulary};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::sales::Bar;
use crate::domain::{Ms, Text};
pub use label::Label;
pub use of_cart::OfCart;
pub use predicate::{Condition, Predicate};
pub use series::{CartModel, CatchUp, IdleOn, OrderClears, SeriesFor};

/// Most matches that a count rule remembers per prospect; a rule that asks for more is refused at load.
pub const MAX_COUNT_MEMORY: usize = 50;

/// Most stages on one axis.
pub const MAX_STAGES: usize = 64;

/// All models that run, in the configured order. One of them is in charge of a prospect: see [`Models::in_charge_of`].
#[derive(Debug, Clone)]
pub struct Models {
    pub models: Vec<Model>,
    pub vocabulary: Vocabulary,
    /// How old an event may be when it arrives: for so long an erasure is remembered.
    pub max_age_ms: Ms,
}

/// [`Models::max_age_ms`] unless the settings say otherwise.
pub const MAX_AGE_MS: Ms = 90 * crate::domain::DAY_MS;

impl Models {
    /// The model in charge of whoever no model is bound to: the first.
    #[must_use]
    pub fn in_charge(&self) -> &Model {
        &self.models[0]
    }

    /// The most reminders that any model sends for one cart.
    #[must_use]
    pub fn most_cart_steps(&self) -> usize {
        self.models.iter().map(|m| m.cart.steps_ms.len()).max().unwrap_or_default()
    }

    /// Whether an account may hold back leads of its members.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        let rules = self.accounts().and_then(|(_, model, _)| model.sales.hand_over.as_deref());
        rules.is_some_and(|rules| Bar::ALL.into_iter().any(|bar| rules.bars(bar).is_some()))
    }

    /// The model that accounts are kept by, with its index: the first that has a section for them.
    #[must_use]
    pub fn accounts(&self) -> Option<(usize, &Model, &Accounts)> {
        let of = |(n, model): (usize, &'_ Model)| model.accounts.0.is_some().then_some(n);
        let index = self.models.iter().enumerate().find_map(of)?;
        let model = self.models.get(index)?;
        Some((index, model, model.accounts.0.as_deref()?))
    }

    /// Index of the model in charge of a prospect: its carts, triggers and hand-overs. The first that is bound to the
    /// prospect's persona, else the first that is bound to none, else the first.
    #[must_use]
    pub fn in_charge_of(&self, prospect: &Prospect) -> usize {
        if self.models.len() < 2 {
            return 0;
        }
        let is_bound = |model: &Model| !model.people.for_personas.is_empty();
        let own = self.models.iter().enumerate().position(|(index, model)| {
            let track = || prospect.tracks.get(index).filter(|t| t.model == model.name);
            is_bound(model) && track().is_some_and(|t| model.people.is_for(t.persona))
        });
        own.or_else(|| self.models.iter().position(|m| !is_bound(m))).unwrap_or(0)
    }
}

/// One compiled model.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub name: String,
    pub title: String,
    /// Content hash of the effective model: 16 hex digits, and as a number.
    pub hash_text: String,
    pub hash: u64,
    /// Activity after a pause this long starts a new session.
    pub session_gap_ms: Ms,
    /// How long a record of whom nothing is known is kept after its last event; `None`: for ever.
    pub forget_anonymous_ms: Option<Ms>,
    /// Journey, funnel.
    pub axes: [AxisModel; 2],
    pub score: ScoreModel,
    pub cart: CartModel,
    /// Orders that concern no cart.
    pub elsewhere: Elsewhere,
    pub people: PeopleModel,
    pub sales: SalesModel,
    pub won: WonModel,
    pub contact: ContactModel,
    pub absence: AbsenceModel,
    pub machine: MachineModel,
    pub internal: InternalModel,
    pub accounts: AccountsModel,
    /// Which stages are open opportunities, and which one is won.
    pub pipeline: Option<Pipeline>,
}

impl Model {
    /// Which stages are opportunities: known to the axis that they are on, too.
    pub fn set_pipeline(&mut self, pipeline: Option<Pipeline>) {
        self.pipeline = pipeline;
        for axis in Axis::ALL {
            self.axes[axis.index()].pipeline = pipeline.filter(|p| p.axis == axis);
        }
    }

    /// Whether a move on an event of this name asks what the cart holds.
    #[must_use]
    pub fn asks_for_cart(&self, name: NameId) -> bool {
        self.axes.iter().any(|axis| axis.asks_for_cart.covers(name))
    }
}

/// One axis of a model.
#[derive(Debug, Clone, Default)]
pub struct AxisModel {
    /// Names, in order: earlier to later.
    pub stages: Vec<Text>,
    /// [`crate::domain::ids::name_hash`] of each.
    pub hashes: Vec<u32>,
    pub moves: Vec<Move>,
    /// Indices into `moves` by event name: `moves_by_name[name.0]`, then the moves on any event.
    pub moves_by_name: Vec<Vec<u16>>,
    pub moves_on_any: Vec<u16>,
    /// The events whose moves ask what the cart holds.
    pub asks_for_cart: On,
    /// By stage: how long without activity, and where to.
    pub stale: Vec<Option<Stale>>,
    /// Old stage names of earlier versions of the model and the stage they became (index).
    pub renamed: Vec<(Text, usize)>,
    /// Stages left that a record keeps.
    pub history: usize,
    /// Events that close a journey, after which the next one begins; and their marks in records.
    pub closed_by: On,
    pub closing_marks: Vec<u16>,
    /// The stage of those who bought and have not been seen for long.
    pub lapsed: Option<usize>,
    /// [`Model::pipeline`], if it is on this axis.
    pub pipeline: Option<Pipeline>,
}

impl AxisModel {
    /// Whether any event closes a journey.
    #[must_use]
    pub fn is_closed_by_something(&self) -> bool {
        !self.closing_marks.is_empty()
    }
}

/// A stage goes stale after this long without activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale {
    pub after_ms: Ms,
    /// Stage index.
    pub to: usize,
}

/// One move: "to this stage on that event, if".
#[derive(Debug, Clone)]
pub struct Move {
    /// Stage index.
    pub to: usize,
    /// Stage indices; empty: from any earlier stage or from none.
    pub from: Vec<usize>,
    pub condition: Condition,
    /// Needs this many matches, the current one included.
    pub count: Option<CountRule>,
    /// Needs at least this many sessions so far.
    pub sessions: u32,
    /// What the cart must hold once the event is applied.
    pub cart: Vec<(OfCart, Predicate)>,
    /// Hash of the rule's own text.
    pub rule: u32,
}

/// "times within", maybe with the same value of a property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountRule {
    pub times: usize,
    /// `None`: ever.
    pub within_ms: Option<Ms>,
    pub same: Option<PropertyId>,
    /// Each value counts once.
    pub distinct: Option<Distinct>,
}

/// What has to be another one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distinct {
    /// The product that the event is about.
    Product(PropertyId),
    Property(PropertyId),
}

/// Which events a rule is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// `"*"`.
    Any,
    /// Page, screen, …: by name as well, `page` is the name of a page call.
    Names(Vec<NameId>),
}

/// No event.
impl Default for On {
    fn default() -> Self {
        Self::Names(Vec::new())
    }
}

impl On {
    /// Whether an event of this name is meant.
    #[must_use]
    pub fn covers(&self, name: NameId) -> bool {
        match self {
            Self::Any => true,
            Self::Names(names) => names.contains(&name),
        }
    }
}

/// The score of a model.
#[derive(Debug, Clone, Default)]
pub struct ScoreModel {
    /// Upper bound of the lead score.
    pub cap: Option<f64>,
    pub groups: Vec<ScoreGroup>,
    /// Indices (group, rule) by event name; then the rules on any event.
    pub rules_by_name: Vec<Vec<(u16, u16)>>,
    pub rules_on_any: Vec<(u16, u16)>,
    /// Ascending thresholds.
    pub labels: Vec<Label>,
    /// Some label asks for engagement besides.
    pub asks_engagement: bool,
}

impl ScoreModel {
    /// A rule by its number, and its group.
    #[must_use]
    pub fn rule(&self, number: u16) -> Option<(&ScoreGroup, &ScoreRule)> {
        self.groups.iter().find_map(|group| Some((group, group.rules.iter().find(|rule| rule.number == number)?)))
    }
}

#[derive(Debug, Clone)]
pub struct ScoreGroup {
    pub name: Text,
    pub name_hash: u32,
    /// `None`: points never decay.
    pub half_life_ms: Option<Ms>,
    pub cap: Option<f64>,
    pub rules: Vec<ScoreRule>,
}

#[derive(Debug, Clone)]
pub struct ScoreRule {
    pub condition: Condition,
    pub points: f64,
    /// At most so many times per period.
    pub at_most: Option<AtMost>,
    pub rule: u32,
    /// Its place among all rules of the model: ledger entries name it so, under this very model.
    pub number: u16,
    /// The names of its events, in the order of their texts: independent of what other models are loaded.
    pub names: Vec<NameId>,
    /// Which events, in words.
    pub words: String,
}

/// "10 per 1d": a period begins with the first use after the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtMost {
    pub times: u32,
    pub per_ms: Ms,
}

/// Name under which non-`track` calls appear in models and outputs.
#[must_use]
pub fn call_name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Page => Some("page"),
        Kind::Screen => Some("screen"),
        Kind::Identify => Some("identify"),
        Kind::Group => Some("group"),
        Kind::Alias => Some("alias"),
        _ => None,
    }
}
