//! The sections of a model: what each of them does, and the one list in which they come together.
//!
//! A new section is a folder here, its lines in this file, and the rule of the core that uses what it compiles to;
//! `docs/adding-a-model-section.md` goes through all of it.

pub mod accounts;
pub mod axis;
pub mod bots;
pub mod cart;
pub mod contact;
pub mod forgetting;
pub mod general;
pub mod internal;
pub mod people;
pub mod sales;
pub mod score;
pub mod triggers;
pub mod won;

use crate::fault::{Fault, Faults};
use crate::fields::Fields;
use accounts::spec::AccountsSpec;
use axis::spec::AxisSpec;
use bots::spec::BotsSpec;
use cart::spec::CartSpec;
use contact::spec::ContactSpec;
use forgetting::spec::ForgettingSpec;
use general::spec::GeneralSpec;
use internal::spec::InternalSpec;
use leadstream_core::domain::model::{Model, pipeline};
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::terms::per_axis::PerAxis;
use people::spec::PeopleSpec;
use sales::spec::SalesSpec;
use score::spec::ScoreSpec;
use triggers::spec::TriggersSpec;
use won::spec::WonSpec;

/// One section: what a file says of one subject. Its default is what holds where a file says nothing.
pub trait Section {
    /// What steps run on.
    type Compiled
    where
        Self: Sized;

    /// Takes the section's keys out of a file; notes what can't be read.
    fn parse(file: &mut Fields<'_>, faults: &mut Faults) -> Self
    where
        Self: Sized;

    /// Notes what is wrong.
    fn check(&self, model: &ModelSpec, faults: &mut Faults);

    /// From a section without faults to what steps run on.
    fn compile(&self, model: &ModelSpec, vocabulary: &mut Vocabulary) -> Self::Compiled
    where
        Self: Sized;

    /// Its lines of the canonical text. A section that came later than others has none where the file says nothing of it, so that
    /// such a model keeps its hash.
    fn canonical(&self) -> Vec<String>;

    /// Says in words what holds: what it is about, and what is said of it.
    fn describe(&self, model: &ModelSpec, say: &mut dyn FnMut(&str, String));
}

/// What a model file says, before it is checked: every statement with its place, so that a fault can be found.
#[derive(Debug, Clone, Default)]
pub struct ModelSpec {
    pub general: GeneralSpec,
    pub forgetting: ForgettingSpec,
    /// Journey, funnel.
    pub axes: PerAxis<AxisSpec>,
    pub score: ScoreSpec,
    pub cart: CartSpec,
    pub people: PeopleSpec,
    pub sales: SalesSpec,
    pub won: WonSpec,
    pub contact: ContactSpec,
    pub triggers: TriggersSpec,
    pub bots: BotsSpec,
    pub internal: InternalSpec,
    pub accounts: AccountsSpec,
}

impl ModelSpec {
    /// Reads a file.
    pub fn parse(mut file: Fields<'_>, faults: &mut Faults) -> Self {
        let spec = Self {
            general: Section::parse(&mut file, faults),
            forgetting: Section::parse(&mut file, faults),
            axes: Section::parse(&mut file, faults),
            score: Section::parse(&mut file, faults),
            cart: Section::parse(&mut file, faults),
            people: Section::parse(&mut file, faults),
            sales: Section::parse(&mut file, faults),
            won: Section::parse(&mut file, faults),
            contact: Section::parse(&mut file, faults),
            triggers: Section::parse(&mut file, faults),
            bots: Section::parse(&mut file, faults),
            internal: Section::parse(&mut file, faults),
            accounts: Section::parse(&mut file, faults),
        };
        file.finish(faults);
        spec
    }

    /// Every section, in the order in which a model is described.
    fn sections(&self) -> [&dyn Section; 13] {
        [
            &self.general,
            &self.forgetting,
            &self.axes,
            &self.score,
            &self.cart,
            &self.people,
            &self.won,
            &self.sales,
            &self.contact,
            &self.triggers,
            &self.bots,
            &self.internal,
            &self.accounts,
        ]
    }

    /// Every section, in the order of the canonical text. It never changes, for the hash of a model is of it: a new section comes
    /// last.
    fn canonical_order(&self) -> [&dyn Section; 13] {
        let [general, forgetting, axes, score, cart, people, won, sales, contact, triggers, bots, internal, accounts] =
            self.sections();
        [general, axes, score, cart, forgetting, people, sales, won, contact, triggers, bots, internal, accounts]
    }

    /// What steps run on, but for the identity. Ids of the vocabulary follow the order in which sections ask for them.
    pub(crate) fn compile(&self, vocabulary: &mut Vocabulary) -> Model {
        let mut model = self.general.compile(self, vocabulary);
        model.forget_anonymous_ms = self.forgetting.compile(self, vocabulary);
        model.axes = self.axes.compile(self, vocabulary);
        model.score = self.score.compile(self, vocabulary);
        model.people = self.people.compile(self, vocabulary);
        model.sales = self.sales.compile(self, vocabulary);
        model.won = self.won.compile(self, vocabulary);
        (model.cart, model.elsewhere) = self.cart.compile(self, vocabulary);
        model.contact = self.contact.compile(self, vocabulary);
        model.triggers = self.triggers.compile(self, vocabulary);
        model.bots = self.bots.compile(self, vocabulary);
        model.internal = self.internal.compile(self, vocabulary);
        model.accounts = self.accounts.compile(self, vocabulary);
        model.set_pipeline(pipeline::of(&model.won));
        model
    }

    /// Everything that is wrong with the model by itself.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        self.sections().into_iter().for_each(|section| section.check(self, &mut faults));
        faults.0
    }

    /// The lines of the canonical text.
    pub(crate) fn canonical(&self) -> impl Iterator<Item = String> {
        self.canonical_order().into_iter().flat_map(Section::canonical)
    }

    /// Says everything in words.
    pub(crate) fn describe(&self, say: &mut dyn FnMut(&str, String)) {
        self.sections().into_iter().for_each(|section| section.describe(self, say));
    }

    /// The same model with the settings' cart series (`model.cart.*`) over its own.
    pub(crate) fn with_cart(&self, overrides: &CartSpec) -> Self {
        Self { cart: overrides.over(&self.cart), ..self.clone() }
    }
}
