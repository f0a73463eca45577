//! The sections of a model: what each of them does, and the one list in which they come together.
//!
//! A new section is a file here (or a folder, if it is large), its `pub mod`, its line in the list, and the rule of the core that
//! uses what it compiles to; `docs/adding-a-model-section.md` goes through all of it.

pub mod accounts;
pub mod axis;
pub mod bots;
pub mod cart;
#[cfg(test)]
pub mod cases;
pub mod contact;
pub mod forgetting;
pub mod general;
pub mod interface;
pub mod internal;
pub mod people;
pub mod sales;
pub mod score;
pub mod triggers;
pub mod view;
pub mod won;

use crate::fault::{Fault, Faults};
use crate::fields::Fields;
use cart::spec::CartSpec;
use interface::Section;
use leadstream_core::domain::model::{Model, pipeline};
use leadstream_core::domain::names::Vocabulary;
use leadstream_core::domain::terms::per_axis::PerAxis;
use view::ModelView;

/// Makes of the list of sections the fields of [`ModelSpec`], how they are read, and all of them one after the other.
macro_rules! sections {
    ($($(#[$doc:meta])* $name:ident: $spec:ty,)+) => {
        /// What a model file says, before it is checked: every statement with its place, so that a fault can be found.
        #[derive(Debug, Clone, Default)]
        pub struct ModelSpec {
            $($(#[$doc])* pub $name: $spec,)+
        }

        impl ModelSpec {
            /// Reads a file.
            pub fn parse(mut file: Fields<'_>, faults: &mut Faults) -> Self {
                let spec = Self { $($name: Section::parse(&mut file, faults),)+ };
                file.finish(faults);
                spec
            }

            /// Every section with its name, in the order of the list.
            fn sections(&self) -> Vec<(&'static str, &dyn Section)> {
                vec![$((stringify!($name), &self.$name),)+]
            }
        }
    };
}

// In the order in which they are read and compiled: what one adds to the vocabulary is there for the next. A new one comes last.
sections! {
    general: general::spec::GeneralSpec,
    forgetting: forgetting::ForgettingSpec,
    /// Journey, funnel.
    axes: PerAxis<axis::spec::AxisSpec>,
    score: score::spec::ScoreSpec,
    cart: CartSpec,
    people: people::spec::PeopleSpec,
    sales: sales::spec::SalesSpec,
    won: won::spec::WonSpec,
    contact: contact::spec::ContactSpec,
    triggers: triggers::spec::TriggersSpec,
    bots: bots::spec::BotsSpec,
    internal: internal::spec::InternalSpec,
    accounts: accounts::spec::AccountsSpec,
}

/// How the canonical text begins. It never changes, for the hash of a model is of it; what is not named here follows in the order of
/// the list.
const CANONICAL_BEGINS: [&str; 8] = ["general", "axes", "score", "cart", "forgetting", "people", "sales", "won"];

/// How a model's description begins; what is not named here follows in the order of the list.
const DESCRIPTION_BEGINS: [&str; 8] = ["general", "forgetting", "axes", "score", "cart", "people", "won", "sales"];

impl ModelSpec {
    /// Every section: those that are named first, then the others.
    fn beginning_with(&self, first: &[&str]) -> impl Iterator<Item = &dyn Section> {
        let mut sections = self.sections();
        sections.sort_by_key(|(name, _)| first.iter().position(|one| one == name).unwrap_or(first.len()));
        sections.into_iter().map(|(_, section)| section)
    }

    /// What sections see of each other.
    fn view(&self) -> ModelView<'_> {
        ModelView {
            general: &self.general,
            axes: &self.axes,
            score: &self.score,
            cart: &self.cart,
            people: &self.people,
            sales: &self.sales,
            won: &self.won,
            triggers: &self.triggers,
            accounts: &self.accounts,
        }
    }

    /// What steps run on, but for the identity. Ids of the vocabulary follow the order in which sections ask for them.
    pub(crate) fn compile(&self, vocabulary: &mut Vocabulary) -> Model {
        let (view, mut model) = (self.view(), Model::default());
        self.sections().into_iter().for_each(|(_, section)| section.compile(&view, vocabulary, &mut model));
        model.set_pipeline(pipeline::of(&model.won));
        model
    }

    /// Everything that is wrong with the model by itself.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let (view, mut faults) = (self.view(), Faults::default());
        self.sections().into_iter().for_each(|(_, section)| section.check(&view, &mut faults));
        faults.0
    }

    /// The lines of the canonical text.
    pub(crate) fn canonical(&self) -> impl Iterator<Item = String> {
        self.beginning_with(&CANONICAL_BEGINS).flat_map(Section::canonical)
    }

    /// Says everything in words.
    pub(crate) fn describe(&self, say: &mut dyn FnMut(&str, String)) {
        let view = self.view();
        self.beginning_with(&DESCRIPTION_BEGINS).for_each(|section| section.describe(&view, say));
    }

    /// The same model with the settings' cart series (`model.cart.*`) over its own.
    pub(crate) fn with_cart(&self, overrides: &CartSpec) -> Self {
        Self { cart: overrides.over(&self.cart), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical;
    use crate::file::{Loaded, build, parse};
    use cases::Case;

    const MODEL: &str = r#"name = "m"
[journey]
stages = ["one", "two"]
moves = [{ to = "one", on = "page" }, { to = "two", on = "Product Viewed" }]
[score]
labels = { cold = 0, warm = 20 }
[[score.groups]]
name = "g"
half_life = "7d"
rules = [{ on = "page", points = 1, at_most = "30 per 1d" }]
"#;

    /// The model with more lines: those before the first table at its top, the others at its end.
    fn with(lines: &str) -> Loaded {
        let tables = lines.find('[').filter(|at| *at == 0 || lines[..*at].ends_with('\n')).unwrap_or(lines.len());
        parse("m", &format!("{}\n{MODEL}{}\n", &lines[..tables], &lines[tables..]))
    }

    fn faults(loaded: &Loaded) -> Vec<Fault> {
        let found = build(std::slice::from_ref(loaded), &CartSpec::default()).err().unwrap_or_default();
        found.into_iter().map(|one| one.fault).collect()
    }

    /// What comes of a case, if it is not what the case says.
    fn wrong(case: &Case) -> Option<String> {
        let (lines, is_same) = match case {
            Case::Fault(lines, path, says) => {
                let found = faults(&with(lines));
                let is_found =
                    matches!(&found[..], [one] if one.place.path == *path && one.message.contains(says) && !says.is_empty());
                return (!is_found).then(|| format!("{lines}\nmust have one fault, {path}: {says}; it has {found:#?}"));
            }
            Case::SameModel(lines) => (lines, true),
            Case::OtherModel(lines) => (lines, false),
        };
        let (loaded, without) = (with(lines), with(""));
        let found = faults(&loaded);
        if !found.is_empty() {
            return Some(format!("{lines}\nmust have no fault; it has {found:#?}"));
        }
        let found_same = canonical::hash(&loaded.spec) == canonical::hash(&without.spec);
        (found_same != is_same).then(|| format!("{lines}\nhas the hash of the model without it: {found_same}, must be {is_same}"))
    }

    #[test]
    fn every_section_does_what_its_cases_say() {
        let mut all = Vec::new();
        for (name, section) in ModelSpec::default().sections() {
            let cases = section.cases();
            assert!(cases.iter().any(|case| matches!(case, Case::Fault(..))), "{name}: no case of a fault");
            assert!(cases.iter().any(|case| matches!(case, Case::OtherModel(_))), "{name}: no case of another hash");
            all.extend(cases.iter().filter_map(wrong).map(|wrong| format!("{name}: {wrong}")));
        }
        assert!(all.is_empty(), "{}", all.join("\n"));
    }
}
