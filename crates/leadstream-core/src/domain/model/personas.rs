//! Who a prospect is: traits, personas, fit, grades, the personas that a model is bound to, and how stages carry over from
//! another model.

use crate::domain::Text;
use crate::domain::event::Value;
use crate::domain::model::predicate::Predicate;
use crate::domain::state::track::Track;
use crate::domain::state::traits::Traits;
use crate::domain::terms::grade::Grade;
use crate::domain::terms::per_axis::PerAxis;

/// Grades are one of four letters and one of four numbers, the best first.
pub const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

pub const NUMBERS: [&str; 4] = ["1", "2", "3", "4"];

/// What becomes of a stage that is neither mapped nor called the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Otherwise {
    /// The prospect starts from nowhere on that axis.
    #[default]
    Anew,
    /// The nearest earlier stage there that leads somewhere here.
    Nearest,
}

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct PersonasModel {
    /// Its own, or those of the first model that has some.
    pub personas: Vec<Persona>,
    pub fit: Option<FitModel>,
    /// Hashes of the personas that it is bound to; empty: for everybody.
    pub for_personas: Vec<u32>,
    pub carry_over: Vec<CarryOver>,
}

/// Tests of traits, by the hash of their names: all must hold.
pub type TraitTests = Vec<(u32, Predicate)>;

#[derive(Debug, Clone)]
pub struct Persona {
    pub name: Text,
    /// [`crate::domain::ids::name_hash`] of the name.
    pub hash: u32,
    pub tests: TraitTests,
}

#[derive(Debug, Clone)]
pub struct FitModel {
    pub cap: Option<f64>,
    pub rules: Vec<FitRule>,
    /// Lower thresholds of A to D, of the fit score.
    pub letters: [f64; 4],
    /// Lower thresholds of 1 to 4, of the engagement score.
    pub numbers: [f64; 4],
}

#[derive(Debug, Clone)]
pub struct FitRule {
    /// Its name, or its tests in words.
    pub words: Text,
    pub points: f64,
    pub tests: TraitTests,
}

#[derive(Debug, Clone)]
pub struct CarryOver {
    /// Name of the model that was in charge.
    pub from: Text,
    /// Journey, funnel: stage there, index of the stage here.
    pub stages: PerAxis<Vec<(Text, usize)>>,
    pub otherwise: Otherwise,
}

impl PersonasModel {
    /// It says nothing of people: nothing is to be done.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.personas.is_empty() && self.fit.is_none() && self.for_personas.is_empty()
    }

    /// The first persona whose tests all hold.
    #[must_use]
    pub fn persona(&self, traits: &Traits) -> Option<&Persona> {
        self.personas.iter().find(|p| hold(&p.tests, traits))
    }

    /// The fit score; 0 for a model without fit.
    #[must_use]
    pub fn fit_score(&self, traits: &Traits) -> f64 {
        let Some(fit) = &self.fit else { return 0.0 };
        let sum = self.fit_reasons(traits).map(|rule| rule.points).fold(0.0, |sum, points| sum + points);
        fit.cap.map_or(sum, |cap| sum.min(cap))
    }

    /// The fit rules that hold.
    pub fn fit_reasons<'a>(&'a self, traits: &'a Traits) -> impl Iterator<Item = &'a FitRule> {
        self.fit.iter().flat_map(|fit| &fit.rules).filter(|rule| hold(&rule.tests, traits))
    }

    /// Whether a prospect of this persona is one of its own.
    #[must_use]
    pub fn is_for(&self, persona: Option<u32>) -> bool {
        self.for_personas.is_empty() || persona.is_some_and(|p| self.for_personas.contains(&p))
    }

    /// The grade; `None` for a model without fit.
    #[must_use]
    pub fn grade(&self, fit_score: f64, engagement: f64) -> Option<Grade> {
        self.kept_grade(fit_score, engagement, None, |line| line)
    }

    /// The same for a prospect that carries a grade: its number, and worse ones, are kept from a lower line on.
    #[must_use]
    pub fn kept_grade(
        &self,
        fit_score: f64,
        engagement: f64,
        carried: Option<Grade>,
        kept_from: impl Fn(f64) -> f64,
    ) -> Option<Grade> {
        let fit = self.fit.as_ref()?;
        let carried = carried.map_or(usize::MAX, |grade| usize::from(grade.number));
        // What lies below the lowest threshold has the lowest grade.
        let letter = fit.letters.iter().position(|line| fit_score >= *line).unwrap_or(3);
        let is_number = |(n, line): (usize, &f64)| engagement >= if n >= carried { kept_from(*line) } else { *line };
        let number = fit.numbers.iter().enumerate().position(is_number).unwrap_or(3);
        Some(Grade { letter: u8::try_from(letter).ok()?, number: u8::try_from(number).ok()? })
    }

    /// The engagement below which a grade is lost; the last number is never lost.
    #[must_use]
    pub fn engagement_line(&self, grade: Option<Grade>) -> Option<f64> {
        let number = usize::from(grade?.number);
        self.fit.as_ref()?.numbers.get(number).copied().filter(|_| number < 3)
    }

    /// Which of the model's personas a prospect is, as outputs say it.
    #[must_use]
    pub fn persona_of(&self, track: &Track) -> Option<Text> {
        let hash = track.persona?;
        self.personas.iter().find(|p| p.hash == hash).map(|p| p.name.clone())
    }

    /// The fit score, as outputs say it; nothing for a model without fit.
    #[must_use]
    pub fn fit_of(&self, track: &Track) -> Option<f64> {
        self.fit.as_ref().map(|_| track.fit)
    }

    /// The grade, such as `A1`; nothing for a model without fit.
    #[must_use]
    pub fn grade_of(&self, track: &Track) -> Option<Text> {
        self.fit.as_ref()?;
        let Grade { letter, number } = track.grade?;
        Some(format!("{}{}", LETTERS.get(usize::from(letter))?, NUMBERS.get(usize::from(number))?).into())
    }
}

fn hold(tests: &TraitTests, traits: &Traits) -> bool {
    tests.iter().all(|(name, test)| {
        let value: Option<Value<'_>> = traits.get(*name);
        test.holds(value.as_ref())
    })
}
