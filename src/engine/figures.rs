//! What a task counts for reports: plain sums under keys, so that figures of tasks, instances and files can be added up in any
//! order and any grouping, and always come out the same.
//!
//! Two kinds of sums. **Standings** are kept by difference, as [`super::population`] is: who stands where, who bought, how much;
//! they are those of all records that the task holds. **Flows** (moves, times, carts, orders, hand-overs) count what was
//! committed since the task began to count. [`Tally`] keeps both beside a task.

pub mod buckets;
pub mod cell;
mod leads;
pub mod notice;
pub mod opportunity;
mod packed;
mod tally;

use super::population::Population;
use crate::domain::effect::Axis;
pub use crate::domain::model::pipeline::Pipeline;
use crate::domain::model::{Model, Models};
use crate::domain::orders::OTHER_TOUCH;
use crate::domain::{DAY_MS, Ms, Text};
use crate::engine::hashing::HashSeed;
use cell::{Cell, Field};
use hashbrown::HashMap;
use std::collections::BTreeMap;
pub use tally::Tally;

/// Weeks that are kept one by one, back from the newest; what is older stays in the totals only.
pub const MAX_WEEKS: i32 = 160;
/// Sources, and campaigns, that a task counts by name; further ones count as [`OTHER`].
pub const MAX_NAMES: usize = 200;
/// Stands for the names that found no room.
pub const OTHER: &str = OTHER_TOUCH;
/// Stands for prospects that came without a source or campaign.
pub const NO_NAME: &str = "(none)";

/// The week of a time: weeks begin on Monday, UTC; week 0 is that of 1970-01-01.
#[must_use]
pub fn week_of(time_ms: Ms) -> i32 {
    i32::try_from((time_ms.div_euclid(DAY_MS) + 3).div_euclid(7)).unwrap_or(i32::MAX)
}

/// When a week begins.
#[must_use]
pub fn week_start_ms(week: i32) -> Ms {
    (Ms::from(week) * 7 - 3) * DAY_MS
}

cell::words! {
    /// How a stage was entered or left.
    Way {
        Entered = "entered", Onward = "onward", Back = "back", Stale = "stale", Disqualified = "disqualified",
        ReEntered = "re-entered", CarriedOver = "carried-over", OrderReversed = "order-reversed",
        NextJourney = "next-journey",
    }
}
cell::words! {
    /// What reached a prospect.
    Touch { Content = "content", Campaign = "campaign" }
}
cell::words! {
    /// What became of a cart.
    CartFact {
        Opened = "opened", Ordered = "ordered", Emptied = "emptied", Forgotten = "forgotten", Abandoned = "abandoned",
        Reminded = "reminded", Recovered = "recovered",
        RecoveredByClick = "recovered-by-click", RecoveredByOpen = "recovered-by-open", Reversed = "reversed",
        CheckoutStarted = "checkout-started", CheckoutOrdered = "checkout-ordered",
        RecoveredUnattributed = "recovered-unattributed", RecoveredLate = "recovered-late",
        CameToNothing = "came-to-nothing",
    }
}
cell::words! {
    /// Whose name: source or campaign, the first or the newest before an order; what sales gave as a reason.
    Origin {
        FirstSource = "first-source", FirstCampaign = "first-campaign", LastSource = "last-source", LastCampaign = "last-campaign",
        LeadReason = "lead-reason",
    }
}
cell::words! {
    /// Heads that are counted.
    Heads { Prospects = "prospects", Customers = "customers", Repeaters = "repeaters", Orders = "orders" }
}

cell::words! {
    /// What became of an opportunity.
    OpportunityFact {
        Opened = "opened", Won = "won", Lost = "lost",
        /// Seconds from opening to winning, of those won.
        WonSeconds = "won-seconds",
        /// Won by somebody who was never open.
        WonDirectly = "won-directly",
    }
}
cell::words! {
    /// What leads are told apart by.
    LeadBy { Source = "source", Persona = "persona" }
}
cell::words! {
    /// How far a lead got: each hand-over counts as one.
    LeadFact {
        /// Handed over as an MQL, or as an SQL at once; an MQL that sales accepted or won, or whose label rose that far.
        Mql = "mql", Sql = "sql", MqlToSql = "mql-to-sql",
        Won = "won",
        /// Gone back: as an MQL, as an SQL.
        MqlBack = "mql-back", SqlBack = "sql-back",
        /// Sales has, or won, one that was never handed over.
        Found = "found", FoundWon = "found-won",
    }
}
cell::words! {
    /// Where a buying group stands.
    AccountState { Open = "open", Consensus = "consensus", Disqualified = "disqualified" }
}

cell::keys! {
    /// What a number is about. Stages and personas are numbered from 1 in the order of [`ModelNames`]; 0 is none.
    Key {
        /// Standing: prospects by persona and stage.
        Stands = "stands" { model: u64, axis: Axis, persona: u8, stage: u8 },
        /// Moves between stages.
        Moved = "moved" { model: u64, axis: Axis, from: u8, to: u8, way: Way },
        /// Times in a stage that was left, onward or not, by bucket; and their sum in seconds.
        Stayed = "stayed" { model: u64, axis: Axis, stage: u8, onward: bool, bucket: u16 },
        StayedSeconds = "stayed-seconds" { model: u64, axis: Axis, stage: u8, onward: bool },
        /// Of those who entered a stage in a week: how many, and which way they left it (whenever that was).
        Week = "week" { model: u64, axis: Axis, stage: u8, week: i32, way: Way },
        /// Visits that came to a step of the checkout in a week, and those of them that went on from it.
        Checkout = "checkout" { step: u8, week: i32, onward: bool },
        /// Events of content or campaigns that reached prospects of a persona at a stage of the journey.
        Touched = "touched" { model: u64, persona: u8, stage: u8, by: Touch },
        /// Carts by what became of them: in all, by week, and their value in thousandths.
        Carts = "carts" { what: CartFact },
        CartsInWeek = "carts-in-week" { week: i32, what: CartFact },
        CartValue = "cart-value" { what: CartFact, currency: Text },
        /// Reminders that left, by step; outcomes by type and reason.
        Reminders = "reminders" { step: u8 },
        Outcomes = "outcomes" { kind: Text, reason: Text },
        /// Standing: prospects, customers, those who bought again, orders; what customers spent, in thousandths.
        People = "people" { what: Heads },
        Spent = "spent" { currency: Text },
        /// Standing: time from the first touch to the first order, by bucket; and its sum in seconds.
        Closed = "closed" { bucket: u16 },
        ClosedSeconds = "closed-seconds" {},
        /// Standing, by the first source or campaign; flow, by the newest before the order.
        Origins = "origins" { of: Origin, name: Text, what: Heads },
        OriginSpent = "origin-spent" { of: Origin, name: Text, currency: Text },
        /// Orders by week, those of customers who bought before, and their value in thousandths.
        Orders = "orders" { week: i32, again: bool },
        OrderValue = "order-value" { week: i32, currency: Text },
        /// Orders that named no value.
        OrdersUnpriced = "orders-unpriced" {},
        /// Triggers of absence by name, that left or were taken back.
        Triggers = "triggers" { name: Text, recalled: bool },
        /// Leads that sales got, and those of them that it accepted or won, each counted once.
        LeadsGot = "leads-got" {},
        LeadsTaken = "leads-taken" {},
        /// Hand-overs and answers by qualification, with the reason that was given.
        Leads = "leads" { qualification: Text, what: Text, reason: Text },
        /// Time from the hand-over to the first answer, by bucket.
        LeadAnswered = "lead-answered" { qualification: Text, bucket: u16 },
        /// Hand-overs by the prospect's first source or persona, as it is known at that moment.
        LeadsBy = "leads-by" { by: LeadBy, name: Text, what: LeadFact },
        /// Opportunities by the week in which they were opened, and what became of them, whenever that was.
        Opportunities = "opportunities" { model: u64, week: i32, what: OpportunityFact },
        /// Of those: how long it took, see [`opportunity::class_of`].
        OpportunityTook = "opportunity-took" { model: u64, week: i32, won: bool, class: u8 },
        /// How long it took, of all, by bucket.
        OpportunityClosed = "opportunity-closed" { model: u64, won: bool, bucket: u16 },
        /// Standing: open opportunities by the day (since 1970, UTC) on which they were opened.
        OpportunitiesOpen = "opportunities-open" { model: u64, day: u16 },
        /// Standing: accounts by their state and stages, and their members.
        Accounts = "accounts" { model: u64, state: AccountState, journey: u8, funnel: u8 },
        AccountMembers = "account-members" { model: u64 },
    }
}

impl Key {
    /// The week that the number is about, if it is about one.
    fn week(&self) -> Option<i32> {
        match self {
            Self::Week { week, .. }
            | Self::Checkout { week, .. }
            | Self::CartsInWeek { week, .. }
            | Self::Orders { week, .. }
            | Self::OrderValue { week, .. }
            | Self::Opportunities { week, .. }
            | Self::OpportunityTook { week, .. } => Some(*week),
            _ => None,
        }
    }
}

/// The names behind the numbers of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelNames {
    pub name: Text,
    pub hash: Text,
    /// Journey, funnel.
    pub stages: [Vec<Text>; 2],
    pub personas: Vec<Text>,
    pub pipeline: Option<Pipeline>,
    /// Journey, funnel: the stage of those who bought and have not been seen for long; 0 without.
    pub lapsed: [u8; 2],
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
                // Amounts come from outside: an absurd sum must stop nobody, and comes right again when its parts are taken away.
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
                    for (stage, count) in stages[axis.index()].iter().enumerate() {
                        let key = Key::Stands { model: model.hash, axis, persona: small(persona), stage: small(stage) };
                        self.add(key, i64::try_from(*count).unwrap_or(i64::MAX));
                    }
                }
            }
        }
        let prospects: u64 = population.carts.iter().sum();
        self.add(Key::People { what: Heads::Prospects }, i64::try_from(prospects).unwrap_or(i64::MAX));
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
            stages: [model.axes[0].stages.clone(), model.axes[1].stages.clone()],
            personas: model.people.personas.iter().map(|p| p.name.clone()).collect(),
            pipeline: model.pipeline,
            lapsed: [0, 1].map(|axis| model.axes[axis].lapsed.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
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
    fn weeks_begin_on_monday() {
        // 2024-05-20 was a Monday.
        let monday_ms = 1_716_163_200_000;
        assert_eq!(week_start_ms(week_of(monday_ms)), monday_ms);
        assert_eq!(week_of(monday_ms - 1), week_of(monday_ms) - 1);
        assert_eq!(week_of(monday_ms + 7 * DAY_MS - 1), week_of(monday_ms));
        assert_eq!((week_of(0), week_of(-1), week_of(-4 * DAY_MS)), (0, 0, -1));
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

    #[test]
    fn every_key_comes_back_from_its_row() {
        let text = Text::from("x");
        let keys = [
            Key::Stands { model: u64::MAX, axis: Axis::Journey, persona: 1, stage: 2 },
            Key::Moved { model: 1, axis: Axis::Funnel, from: 0, to: 3, way: Way::ReEntered },
            Key::Stayed { model: 1, axis: Axis::Funnel, stage: 3, onward: true, bucket: 300 },
            Key::Checkout { step: 38, week: 2_834, onward: true },
            Key::Touched { model: 1, persona: 0, stage: 0, by: Touch::Campaign },
            Key::Outcomes { kind: "cart.recovered".into(), reason: "ordered".into() },
            Key::ClosedSeconds {},
            Key::Origins { of: Origin::LastCampaign, name: text.clone(), what: Heads::Orders },
            Key::Orders { week: -3, again: true },
            Key::Leads { qualification: text.clone(), what: text.clone(), reason: text.clone() },
            Key::LeadsBy { by: LeadBy::Persona, name: text, what: LeadFact::MqlToSql },
            Key::OpportunityTook { model: 1, week: 2_900, won: false, class: 20 },
            Key::OpportunitiesOpen { model: 1, day: 20_500 },
            Key::Accounts { model: 1, state: AccountState::Consensus, journey: 7, funnel: 0 },
        ];
        for key in keys {
            let row = key.row();
            assert_eq!(Key::of_row(&row), Some(key), "{row:?}");
            assert_eq!(Key::of_row(&row[..row.len() - 1]), None, "{row:?}");
            assert_eq!(Key::of_row(&[row.clone(), vec![Cell::Number(1)]].concat()), None, "{row:?}");
        }
        assert_eq!(Key::of_row(&[Cell::Text("no-such-figure".into())]), None);
        assert_eq!(Key::of_row(&[Cell::Text("reminders".into()), Cell::Number(256)]), None);
    }
}
