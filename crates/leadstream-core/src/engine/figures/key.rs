//! What can be counted: the keys of all sums, the closed sets of words in them, and the weeks and days by which they count.

use super::cell::{self, Cell, Field};
use crate::domain::state::orders::OTHER_TOUCH;
use crate::domain::terms::movement::Axis;
use crate::domain::{DAY_MS, Ms, Text};

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

/// The day of a time, from 1; 0 is none.
#[must_use]
pub(super) fn day_of(time_ms: Ms) -> u16 {
    u16::try_from(time_ms.div_euclid(DAY_MS).max(1)).unwrap_or(u16::MAX)
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
    /// What people and orders are counted as.
    PeopleCount { Prospects = "prospects", Customers = "customers", Repeaters = "repeaters", Orders = "orders" }
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
    /// What a number is about. Stages and personas are numbered from 1 in the order of [`super::ModelNames`]; 0 is none.
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
        People = "people" { what: PeopleCount },
        Spent = "spent" { currency: Text },
        /// Standing: time from the first touch to the first order, by bucket; and its sum in seconds.
        Closed = "closed" { bucket: u16 },
        ClosedSeconds = "closed-seconds" {},
        /// Standing, by the first source or campaign; flow, by the newest before the order.
        Origins = "origins" { of: Origin, name: Text, what: PeopleCount },
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
        /// Of those: how long it took, see [`super::opportunity::class_of`].
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
    pub(super) fn week(&self) -> Option<i32> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            Key::Origins { of: Origin::LastCampaign, name: text.clone(), what: PeopleCount::Orders },
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
