//! What a step did, as numbers: looked up in the outputs it gave, and in the prospect before and after.

use super::before::Before;
use super::buckets;
use super::key::{CartFact, Key, Origin, PeopleCount, Touch, week_of};
use super::population::Standing;
use super::tally::{Tally, TouchPlace};
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::names::Kind;
use crate::domain::number::milli;
use crate::domain::output::trigger::{CartAbandoned, CartOutcome};
use crate::domain::output::{Body, CartsChange, Effects, GivenUp, Note, OrderChange, Output};
use crate::domain::rules::orders::carts::Open;
use crate::domain::state::acquisition::{Customer, NO_CURRENCY};
use crate::domain::state::checkout::{Passed, Step};
use crate::domain::state::prospect::Prospect;
use crate::domain::state::timers::TimerKind;
use crate::domain::terms::cart::OutcomeKind;
use crate::domain::terms::recovery::Attribution;
use crate::domain::terms::trigger::TriggerKind;
use crate::domain::{Ms, Text};

/// What a prospect's origin and orders add to the figures: taken off and added again when they change.
#[derive(Debug, Clone, PartialEq)]
pub struct Contribution {
    customer: Customer,
    first_seen_ms: Ms,
}

impl Contribution {
    /// `None`: nothing that is counted.
    #[must_use]
    pub fn of(prospect: &Prospect) -> Option<Self> {
        let customer = prospect.extras.as_ref()?.customer.get()?;
        Some(Self { customer: customer.clone(), first_seen_ms: prospect.first_seen_ms })
    }
}

impl Tally {
    /// What kind of touch an event is: a mail that came, was opened or clicked; a page, a screen, or an event that a model
    /// names and that is about something made to be read, seen or heard (a guide, a webinar). What the buyer asks for is none
    /// of our content.
    fn touch_of(&self, event: &Event<'_>) -> Option<Touch> {
        match event.kind {
            Kind::Mail => event.mail().map(|_| Touch::Campaign),
            Kind::Page | Kind::Screen => Some(Touch::Content),
            Kind::Other => self.content.get(usize::from(event.name_id.0)).is_some_and(|yes| *yes).then_some(Touch::Content),
            _ => None,
        }
    }

    /// An event was applied. `place`: kept by the caller as long as no output leaves.
    pub fn event(
        &mut self,
        before: Before,
        prospect: &Prospect,
        event: &Event<'_>,
        notes: &[Note],
        models: &Models,
        place: &mut Option<TouchPlace>,
    ) {
        // Bots' events are no touches, and what the shop's own people do is not counted.
        let nobody = |note: &Note| matches!(note, Note::Duplicate | Note::BeforeErasure | Note::Bot(_) | Note::Internal(_));
        if notes.iter().any(nobody) || event.kind == Kind::Deleted {
            return;
        }
        self.covers(event.time_ms);
        self.lead(before, prospect, models);
        if let Some(touch) = self.touch_of(event) {
            if self.has_personas {
                // What is learnt of a prospect may make another persona of it, without an output.
                *place = None;
            }
            let place = *place.get_or_insert_with(|| {
                let standing = Standing::of(prospect, models);
                TouchPlace { primary: standing.primary, persona: standing.persona, stage: standing.stages.journey }
            });
            self.touch(place, touch);
        }
        if event.kind.is_cart_activity() || event.kind.is_about_orders() {
            self.cart_changed(before, prospect, event.kind, event.time_ms);
        }
    }

    /// A timer fired.
    pub fn timer(&mut self, before: Before, prospect: &Prospect, kind: TimerKind, at_ms: Ms, models: &Models) {
        if kind == TimerKind::Erasure {
            // The end of a mark is no event of the shop.
            return;
        }
        self.covers(at_ms);
        self.lead(before, prospect, models);
        if matches!(kind, TimerKind::CartForgotten(_)) {
            self.carts(CartFact::Forgotten, before.open.carts.saturating_sub(Open::of(prospect).carts), at_ms);
        }
    }

    /// What orders take, and what comes back of them, is reported with the orders: see [`Self::carts_of_orders`].
    fn cart_changed(&mut self, before: Before, prospect: &Prospect, kind: Kind, at_ms: Ms) {
        let is = Open::of(prospect);
        self.carts(CartFact::Opened, is.carts.saturating_sub(before.open.carts), at_ms);
        if kind != Kind::OrderCompleted {
            self.carts(CartFact::Emptied, before.open.carts.saturating_sub(is.carts), at_ms);
        }
        self.carts(CartFact::CheckoutStarted, is.checkouts.saturating_sub(before.open.checkouts), at_ms);
    }

    /// Carts that orders took, or that are none of theirs any more: counted in the week in which the order was placed.
    pub fn carts_of_orders(&mut self, changes: &[CartsChange]) {
        for change in changes {
            let CartsChange { placed_ms, at_ms, ordered, checkouts, came_to_nothing, open_again, checkouts_again } = *change;
            if !self.counted_from(placed_ms) {
                continue;
            }
            self.carts_more(CartFact::Ordered, ordered, placed_ms);
            self.carts_more(CartFact::CheckoutOrdered, checkouts, placed_ms);
            self.carts_more(CartFact::CameToNothing, came_to_nothing, placed_ms);
            self.carts_more(CartFact::Opened, -open_again, at_ms);
            self.carts_more(CartFact::CheckoutStarted, -checkouts_again, at_ms);
        }
    }

    fn carts(&mut self, what: CartFact, count: usize, at_ms: Ms) {
        self.carts_more(what, i64::try_from(count).unwrap_or(0), at_ms);
    }

    /// Carts more, or fewer.
    fn carts_more(&mut self, what: CartFact, count: i64, at_ms: Ms) {
        if count != 0 {
            self.note(Key::Carts { what }, count);
            self.note(Key::CartsInWeek { week: week_of(at_ms), what }, count);
        }
    }

    /// Counts what a step, or a merge, left: its outputs stay, and what is only to be counted is taken.
    #[inline]
    pub fn take(&mut self, effects: &mut Effects, prospect: &Prospect, models: &Models) {
        if !effects.outputs.is_empty() {
            self.outputs(&effects.outputs, prospect, models);
        }
        self.orders(&effects.orders);
        self.carts_of_orders(&effects.carts);
        effects.orders.clear();
        effects.carts.clear();
        self.no_opportunities(&effects.no_opportunities, models);
        effects.no_opportunities.clear();
    }

    /// Two prospects are one: what that brought about is counted, and what one of them was counted as beside the other is taken back.
    pub fn merged(&mut self, before: Before, effects: &mut Effects, prospect: &Prospect, models: &Models) {
        let given_up = effects.given_up.take().map(|given_up| *given_up).unwrap_or_default();
        let GivenUp { moves, lead, lead_before } = given_up;
        let unsaid = std::mem::take(&mut effects.unsaid);
        let before = lead_before.map_or(before, |lead| before.with_lead(&lead));
        self.heard(before, prospect, models);
        self.outputs(&unsaid, prospect, models);
        self.take(effects, prospect, models);
        self.take_back_moves(&moves);
        if let Some(lead) = lead {
            self.take_back_lead(&lead, prospect, models);
        }
    }

    /// What a step gave.
    pub fn outputs(&mut self, outputs: &[Output], prospect: &Prospect, models: &Models) {
        for output in outputs {
            match &output.body {
                Body::StageChanged(change) => {
                    self.stage_changed(output, change, models);
                    self.opportunity(output, change, prospect, models);
                }
                Body::CartAbandoned(cart) => self.reminded(cart),
                Body::CartOutcome(outcome) => self.outcome(outcome),
                Body::HandOver(lead) => self.handed_over(lead),
                Body::Triggered(trigger) => {
                    let recalled = trigger.kind == TriggerKind::Recalled;
                    self.note(Key::Triggers { name: trigger.trigger.clone(), recalled }, 1);
                }
                _ => {}
            }
        }
    }

    /// A visit came further in the checkout: counted in the week in which it came to the step.
    pub fn checkout(&mut self, passed: Passed) {
        let Passed { from, to } = passed;
        for ((Step(step), since_ms), onward) in from.map(|at| (at, true)).into_iter().chain(to.map(|at| (at, false))) {
            self.note(Key::Checkout { step, week: week_of(since_ms), onward }, 1);
        }
    }

    /// What became of orders: counted in the week in which they were placed, and for what they were credited to. What was placed
    /// before anything was counted is not taken back either.
    pub fn orders(&mut self, changes: &[OrderChange]) {
        for change in changes {
            if self.counted_from(change.placed_ms) {
                self.order(change);
            }
        }
    }

    fn order(&mut self, change: &OrderChange) {
        let OrderChange { placed_ms, orders, is_again, unpriced, milli, currency, touch } = change;
        let week = week_of(*placed_ms);
        let currency = currency.clone().unwrap_or(Text::const_new(NO_CURRENCY));
        if *orders != 0 {
            self.note(Key::Orders { week, again: *is_again }, *orders);
        }
        if *unpriced != 0 {
            self.note(Key::OrdersUnpriced {}, *unpriced);
        }
        if *milli != 0 {
            self.note(Key::OrderValue { week, currency: currency.clone() }, *milli);
        }
        for (of, name) in [(Origin::LastSource, &touch.source), (Origin::LastCampaign, &touch.campaign)] {
            let Some(name) = name.as_deref().map(|name| self.name(of, name)) else { continue };
            if *orders != 0 {
                self.note(Key::Origins { of, name: name.clone(), what: PeopleCount::Orders }, *orders);
            }
            if *milli != 0 {
                self.note(Key::OriginSpent { of, name, currency: currency.clone() }, *milli);
            }
        }
    }

    fn reminded(&mut self, cart: &CartAbandoned) {
        self.note(Key::Reminders { step: cart.step }, 1);
        if cart.step == 1 {
            self.carts(CartFact::Abandoned, 1, cart.episode_ms);
            self.carts(CartFact::Reminded, 1, cart.episode_ms);
            self.cart_value(CartFact::Abandoned, cart.value, cart.currency.as_ref());
        }
    }

    fn outcome(&mut self, outcome: &CartOutcome) {
        let (kind, reason) = (Text::const_new(outcome.kind.type_name()), Text::const_new(outcome.reason.name()));
        self.note(Key::Outcomes { kind, reason }, 1);
        match outcome.kind {
            OutcomeKind::Recovered | OutcomeKind::RecoveredLate => self.recovered(outcome, 1, outcome.value),
            OutcomeKind::Reversed => {
                self.carts(CartFact::Reversed, 1, outcome.episode_ms);
                self.cart_value(CartFact::Reversed, outcome.value, outcome.currency.as_ref());
                if self.counted_from(outcome.ordered_ms) {
                    self.recovered(outcome, -i64::from(outcome.whole), outcome.value.map(|value| -value));
                }
            }
            OutcomeKind::Skipped if outcome.step == Some(1) => {
                self.carts(CartFact::Abandoned, 1, outcome.episode_ms);
                self.cart_value(CartFact::Abandoned, outcome.value, outcome.currency.as_ref());
            }
            _ => {}
        }
    }

    /// Orders more, or fewer, that are worth so much: in all, and by what they follow from. Late ones are told apart from all
    /// others.
    fn recovered(&mut self, outcome: &CartOutcome, count: i64, value: Option<f64>) {
        let what: &[CartFact] = match (outcome.late, outcome.attribution) {
            (true, _) => &[CartFact::RecoveredLate],
            (false, Some(Attribution::Click)) => &[CartFact::Recovered, CartFact::RecoveredByClick],
            (false, Some(Attribution::Open)) => &[CartFact::Recovered, CartFact::RecoveredByOpen],
            (false, None) => &[CartFact::Recovered, CartFact::RecoveredUnattributed],
        };
        for what in what {
            self.carts_more(*what, count, outcome.episode_ms);
            self.cart_value(*what, value, outcome.currency.as_ref());
        }
    }

    fn cart_value(&mut self, what: CartFact, value: Option<f64>, currency: Option<&Text>) {
        if let Some(value) = value {
            let currency = currency.cloned().unwrap_or(Text::const_new(NO_CURRENCY));
            self.note(Key::CartValue { what, currency }, milli(value));
        }
    }

    /// Takes off what the prospect counted for before, and adds what it counts for now.
    pub fn replace_contribution(&mut self, was: Option<&Contribution>, is: Option<&Contribution>) {
        if was != is {
            if let Some(one) = was {
                self.count_contribution(one, -1);
            }
            if let Some(one) = is {
                self.count_contribution(one, 1);
            }
        }
    }

    fn count_contribution(&mut self, one: &Contribution, count: i64) {
        let Contribution { customer, first_seen_ms } = one;
        let orders = i64::from(customer.orders);
        let mut counts = vec![];
        if orders > 0 {
            counts.extend([(PeopleCount::Customers, count), (PeopleCount::Orders, orders * count)]);
        }
        if orders > 1 {
            counts.push((PeopleCount::Repeaters, count));
        }
        for (what, count) in &counts {
            self.add(Key::People { what: *what }, *count);
        }
        for (currency, spent) in &customer.spent {
            self.add(Key::Spent { currency: currency.clone() }, spent.wrapping_mul(count));
        }
        if let Some(first_order_ms) = customer.first_order_ms {
            let took_ms = (first_order_ms - first_seen_ms).max(0);
            self.add(Key::Closed { bucket: buckets::of(took_ms) }, count);
            self.add(Key::ClosedSeconds {}, took_ms / 1_000 * count);
        }
        for (of, name) in [(Origin::FirstSource, &customer.first_source), (Origin::FirstCampaign, &customer.first_campaign)] {
            let Some(name) = name.as_deref().map(|name| self.name(of, name)) else { continue };
            self.add(Key::Origins { of, name: name.clone(), what: PeopleCount::Prospects }, count);
            for (what, count) in &counts {
                self.add(Key::Origins { of, name: name.clone(), what: *what }, *count);
            }
            for (currency, spent) in &customer.spent {
                self.add(Key::OriginSpent { of, name: name.clone(), currency: currency.clone() }, spent.wrapping_mul(count));
            }
        }
    }
}
