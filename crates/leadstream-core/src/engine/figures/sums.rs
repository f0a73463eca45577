//! Sums under keys, and the names and times that they are about.

use super::key::{Key, PeopleCount};
use super::population::Population;
use crate::domain::Ms;
use crate::domain::Text;
use crate::domain::model::axis::Pipeline;
use crate::domain::model::{Model, Models};
use crate::domain::terms::movement::Axis;
use crate::domain::terms::per_axis::PerAxis;
use crate::engine::hashing::HashSeed;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// Weeks that are kept one by one, back from the newest; what is older stays in the totals only.
pub const MAX_WEEKS: i32 = 160;
/// Sources, and campaigns, that a task counts by name; further ones count as [`super::OTHER`].
pub const MAX_NAMES: usize = 200;

/// The names behind the numbers of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelNames {
    pub name: Text,
    pub hash: Text,
    /// Journey, funnel.
    pub stages: PerAxis<Vec<Text>>,
    pub personas: Vec<Text>,
    pub pipeline: Option<Pipeline>,
    /// Journey, funnel: the stage of those who bought and have not been seen for long; 0 without.
    pub lapsed: PerAxis<u8>,
}

/// Sums under keys, the names of their models, and the time they cover.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    pub models: BTreeMap<u64, ModelNames>,
    /// First and last instant that was counted.
    pub since_ms: Option<Ms>,
    pub until_ms: Option<Ms>,
    sums: HashMap<Key, i64, HashSeed>,
    newest_week: Option<i32>,
}

impl Figures {
    /// Nothing counted yet, of these models: for sums of tasks' figures.
    #[must_use]
    pub fn new(models: &Models) -> Self {
        Self::seeded(models, &HashSeed::default())
    }

    /// Nothing counted yet, of these models; some keys hold names from outside.
    #[must_use]
    pub fn seeded(models: &Models, hashes: &HashSeed) -> Self {
        let all = models.models.iter();
        let models = all.map(|m| (m.hash, ModelNames::of(m))).collect();
        Self { models, sums: HashMap::with_hasher(hashes.clone()), ..Self::default() }
    }

    /// Adds to one sum.
    pub fn add(&mut self, key: Key, count: i64) {
        if let Some(week) = key.week() {
            let newest = self.newest_week.unwrap_or(week);
            if week <= newest - MAX_WEEKS {
                return;
            }
            if week > newest || self.newest_week.is_none() {
                self.newest_week = Some(week);
                self.sums.retain(|k, _| k.week().is_none_or(|w| w > week - MAX_WEEKS));
            }
        }
        match self.sums.entry(key) {
            hashbrown::hash_map::Entry::Occupied(mut sum) => {
                // Amounts come from outside: an absurd sum must not stop the service, and is right again once its parts are
                // taken off.
                *sum.get_mut() = sum.get().wrapping_add(count);
                if *sum.get() == 0 {
                    sum.remove();
                }
            }
            hashbrown::hash_map::Entry::Vacant(sum) => {
                if count != 0 {
                    sum.insert(count);
                }
            }
        }
    }

    /// Adds another's figures. In any order and grouping the same sums come out.
    pub fn merge(&mut self, other: &Self) {
        for (key, names) in &other.models {
            self.models.entry(*key).or_insert_with(|| names.clone());
        }
        self.covers(other.since_ms);
        self.covers(other.until_ms);
        for (key, count) in other.sorted() {
            self.add(key.clone(), count);
        }
        self.forget_weeks_before(other.newest_week);
    }

    /// Adds who stands where.
    pub fn add_population(&mut self, population: &Population, models: &Models) {
        let small = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        for (model, counts) in models.models.iter().zip(&population.models) {
            for (persona, stages) in counts.stages.iter().enumerate() {
                for axis in Axis::ALL {
                    for (stage, count) in stages[axis].iter().enumerate() {
                        let key = Key::Stands { model: model.hash, axis, persona: small(persona), stage: small(stage) };
                        self.add(key, i64::try_from(*count).unwrap_or(i64::MAX));
                    }
                }
            }
        }
        let prospects: u64 = population.carts.iter().sum();
        self.add(Key::People { what: PeopleCount::Prospects }, i64::try_from(prospects).unwrap_or(i64::MAX));
    }

    /// A time that was counted.
    pub fn covers(&mut self, time_ms: Option<Ms>) {
        self.since_ms = self.since_ms.into_iter().chain(time_ms).min();
        self.until_ms = self.until_ms.max(time_ms);
    }

    /// The newest week may be known although its own sums have come to nothing.
    fn forget_weeks_before(&mut self, newest: Option<i32>) {
        if let Some(week) = newest.filter(|w| self.newest_week.is_none_or(|mine| mine < *w)) {
            self.newest_week = Some(week);
            self.sums.retain(|k, _| k.week().is_none_or(|w| w > week - MAX_WEEKS));
        }
    }

    /// The same, but that moves and hand-overs are never below none: what a merge took back here may have been counted by another
    /// instance, which is not asked or has begun to count later.
    #[must_use]
    pub fn none_below_zero(&self) -> Self {
        let mut all = self.clone();
        all.sums.retain(|key, count| {
            let is_taken_back = matches!(
                key,
                Key::Moved { .. }
                    | Key::Stayed { .. }
                    | Key::StayedSeconds { .. }
                    | Key::Week { .. }
                    | Key::LeadsGot {}
                    | Key::LeadsTaken {}
                    | Key::LeadsBy { .. }
            );
            *count > 0 || !is_taken_back
        });
        all
    }

    /// One sum.
    #[must_use]
    pub fn get(&self, key: &Key) -> i64 {
        self.sums.get(key).copied().unwrap_or(0)
    }

    /// All sums, by key.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&Key, i64)> {
        let mut all: Vec<_> = self.sums.iter().map(|(key, count)| (key, *count)).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    /// The sum over all keys that are meant.
    pub fn total(&self, meant: impl Fn(&Key) -> bool) -> i64 {
        self.sums.iter().filter(|(key, _)| meant(key)).fold(0, |sum: i64, (_, count)| sum.wrapping_add(*count))
    }
}

impl ModelNames {
    fn of(model: &Model) -> Self {
        Self {
            name: model.name.as_str().into(),
            hash: model.hash_text.as_str().into(),
            stages: PerAxis::from_fn(|axis| model.axes[axis].stages.clone()),
            personas: model.people.personas.iter().map(|p| p.name.clone()).collect(),
            pipeline: model.pipeline,
            lapsed: PerAxis::from_fn(|axis| model.axes[axis].lapsed.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::{CartFact, Way};
    use super::*;

    fn of(keys: &[(Key, i64)]) -> Figures {
        let mut figures = Figures::default();
        for (key, count) in keys {
            figures.add(key.clone(), *count);
        }
        figures
    }

    fn week(week: i32) -> Key {
        Key::Week { model: 7, axis: Axis::Funnel, stage: 1, week, way: Way::Entered }
    }

    #[test]
    fn figures_add_up_in_any_order_and_grouping_also_where_weeks_are_dropped() {
        let cart = Key::CartValue { what: CartFact::Recovered, currency: "EUR".into() };
        let parts = [
            of(&[(week(0), 3), (cart.clone(), 10)]),
            of(&[(week(MAX_WEEKS - 1), 1), (week(5), 2)]),
            of(&[(week(MAX_WEEKS + 2), 4), (cart.clone(), -10), (week(2), 9)]),
            of(&[(week(MAX_WEEKS + 9), 1), (week(MAX_WEEKS + 9), -1)]),
        ];
        let sum = |order: &[usize]| {
            let mut all = Figures::default();
            for n in order {
                all.merge(&parts[*n]);
            }
            all
        };
        let whole = sum(&[0, 1, 2, 3]);
        assert_eq!(whole.sorted(), [(&week(MAX_WEEKS - 1), 1), (&week(MAX_WEEKS + 2), 4)]);
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            assert_eq!(sum(&order), whole, "{order:?}");
        }
        let (mut left, mut right) = (sum(&[0, 1]), sum(&[2, 3]));
        left.merge(&right);
        assert_eq!(left, whole);
        right.merge(&sum(&[1, 0]));
        assert_eq!(right, whole);
    }
}
