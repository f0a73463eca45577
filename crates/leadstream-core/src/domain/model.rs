//! A model as steps run on it: stages, moves, staleness, score and cart series, as plain data and what rules ask of it.
//!
//! What a model file may say, what is wrong with one and how it becomes a [`Model`] is in the crate `leadstream-model`.

pub mod accounts;
pub mod axis;
pub mod bots;
pub mod consent;
pub mod contact;
pub mod elsewhere;
pub mod internal;
mod label;
mod of_cart;
pub mod personas;
pub mod pipeline;
pub mod predicate;
pub mod quiet;
pub mod sales;
pub mod score;
mod series;
pub mod stages;
pub mod triggers;
pub mod won;
pub mod words;

use crate::domain::Ms;
use crate::domain::model::accounts::{Accounts, AccountsModel};
use crate::domain::model::axis::Pipeline;
use crate::domain::model::bots::BotsModel;
use crate::domain::model::contact::ContactModel;
use crate::domain::model::elsewhere::Elsewhere;
use crate::domain::model::internal::InternalModel;
use crate::domain::model::personas::PersonasModel;
use crate::domain::model::sales::SalesModel;
use crate::domain::model::triggers::TriggersModel;
use crate::domain::model::won::WonModel;
use crate::domain::names::{NameId, Vocabulary};
use crate::domain::state::prospect::Prospect;
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::domain::terms::sales::Bar;
pub use axis::{AxisModel, CountRule, Distinct, MAX_COUNT_MEMORY, MAX_STAGES, Move, Stale, call_name};
pub use label::Label;
pub use of_cart::OfCart;
pub use predicate::{Condition, On, Predicate};
pub use score::{AtMost, ScoreGroup, ScoreModel, ScoreRule};
pub use series::{CartModel, CatchUp, IdleOn, OrderClears, SeriesFor};

/// All models that run, in the configured order. One of them is in charge of a prospect: see [`Models::primary_model_for`].
#[derive(Debug, Clone)]
pub struct Models {
    pub models: Vec<Model>,
    pub vocabulary: Vocabulary,
    /// How old an event may be when it arrives, and therefore how long an erasure is remembered.
    pub max_age_ms: Ms,
}

/// [`Models::max_age_ms`] unless the settings say otherwise.
pub const MAX_AGE_MS: Ms = 90 * crate::domain::DAY_MS;

impl Models {
    /// The primary model of prospects that no model is bound to: the first.
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
    pub fn primary_model_for(&self, prospect: &Prospect) -> usize {
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
    pub axes: PerAxis<AxisModel>,
    pub score: ScoreModel,
    pub cart: CartModel,
    /// Orders that concern no cart.
    pub elsewhere: Elsewhere,
    pub people: PersonasModel,
    pub sales: SalesModel,
    pub won: WonModel,
    pub contact: ContactModel,
    pub triggers: TriggersModel,
    pub bots: BotsModel,
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
            self.axes[axis].pipeline = pipeline.filter(|p| p.axis == axis);
        }
    }

    /// Whether a move on an event of this name asks what the cart holds.
    #[must_use]
    pub fn asks_for_cart(&self, name: NameId) -> bool {
        self.axes.iter().any(|axis| axis.asks_for_cart.covers(name))
    }
}
