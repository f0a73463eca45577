//! An order that came to nothing counts for no stage and no point that it gave: what it moved is moved back.
//!
//! Where a prospect would stand without it is found by going through its way again: what other events and time brought about is
//! kept, and the orders that still stand make the moves whose rules they met.

use crate::domain::Ms;
use crate::domain::ids::{event_mark, name_hash};
use crate::domain::model::won::told_before_won;
use crate::domain::model::{AxisModel, CountRule, Model, Move, stages};
use crate::domain::rules::context::{ModelContext, StepContext, Taken};
use crate::domain::rules::journey;
use crate::domain::rules::journey::{beats, leads_on};
use crate::domain::rules::orders::contribution::worth;
use crate::domain::rules::score::label;
use crate::domain::state::few::InlineVec;
use crate::domain::state::orders::KnownOrder;
use crate::domain::state::prospect::Prospect;
use crate::domain::state::track::{EnteredBy, Entry, Hit, Track};
use crate::domain::terms::movement::{Axis, Cause};

/// The name by which models know an order.
const ORDER: &str = "Order Completed";

/// Takes back what the order at this place moved and gave.
pub fn reverse(prospect: &mut Prospect, at: usize, step: &mut StepContext<'_, '_>) {
    let Prospect { tracks, extras, sessions, last_activity_ms, last_seen_ms, .. } = prospect;
    let Some(extras) = extras.as_deref_mut() else { return };
    let Some(gone) = extras.known_orders.list.get_mut(at) else { return };
    let order = gone.clone();
    (gone.rules, gone.gave) = (InlineVec::new(), InlineVec::new());
    let standing: Vec<&KnownOrder> = extras.known_orders.list.iter().filter(|o| o.standing.stands()).collect();
    let mut without =
        Without { order: &order, standing: &standing, known: &extras.known_orders.list, sessions: *sessions, won: None };
    for (index, model) in step.models.models.iter().enumerate() {
        let Some(track) = tracks.get_mut(index).filter(|t| t.model == model.name) else { continue };
        let evaluated_at_ms = track.evaluation_ms(*last_seen_ms);
        take_points(track, model, &order);
        for axis in Axis::ALL {
            let axis_model = &model.axes[axis];
            without.reopen(track, axis, axis_model);
            without.won = model.won.places.filter(|places| places.axis == axis).map(|places| places.won);
            let to = without.stands_at(track, axis, axis_model);
            without.forget_hits(track, axis_model);
            if let Some(to) = to {
                let by = EnteredBy::event(Cause::OrderReversed, step.event.map_or("", |event| &event.name));
                let moved = journey::enter(track, axis, axis_model, to, step.at_ms, by, *last_activity_ms);
                step.effects.outputs.extend(moved.map(|moved| step.stage_output(index, track, moved, evaluated_at_ms)));
            }
        }
        if let Some(change) = label::relabel(track, model, evaluated_at_ms) {
            let output = ModelContext::of(step, index).taken_output(
                Taken::Reversal,
                track,
                change,
                step.at_ms,
                step.event,
                evaluated_at_ms,
            );
            step.effects.outputs.push(output);
        }
    }
}

/// Takes back the points, out of the ledger too: what is not on a line of it any more is in what older events brought.
fn take_points(track: &mut Track, model: &Model, order: &KnownOrder) {
    let of_model = name_hash(&model.name);
    for given in order.gave.iter().filter(|given| given.model == of_model) {
        let Some(group) = model.score.groups.iter().find(|g| g.name_hash == given.group) else { continue };
        let Some(state) = track.groups.iter_mut().find(|g| g.group == given.group) else { continue };
        let amount = worth(*given, group.half_life_ms, state.as_of_ms - order.placed_ms);
        let mut listed = 0.0;
        let is_its = |entry: &Entry| {
            let of_rule = group.rules.iter().find(|rule| entry.reset().is_none() && rule.number == entry.rule());
            entry.time_ms == order.placed_ms && of_rule.is_some_and(|rule| order.rules.contains(&rule.rule))
        };
        track.ledger.retain(|entry| {
            let goes = is_its(entry);
            if goes {
                listed += entry.worth(group.half_life_ms, state.as_of_ms);
            }
            !goes
        });
        state.points -= amount;
        state.carried_forward -= amount - listed;
        // Less is the noise of adding and taking away.
        for points in [&mut state.points, &mut state.carried_forward] {
            if points.abs() < 1e-9 {
                *points = 0.0;
            }
        }
    }
    for used in track.uses.iter_mut().filter(|used| used.since_ms <= order.placed_ms && order.rules.contains(&used.rule)) {
        used.count = used.count.saturating_sub(1);
    }
}

/// A stage on the way of a prospect: its index, when and by what it was entered.
#[derive(Clone, Copy)]
struct Stop {
    stage: usize,
    entered_ms: Ms,
    by: EnteredBy,
}

/// The world without one order.
struct Without<'a> {
    order: &'a KnownOrder,
    standing: &'a [&'a KnownOrder],
    /// Those that came to nothing too.
    known: &'a [KnownOrder],
    sessions: u32,
    /// The stage of the axis that is won.
    won: Option<usize>,
}

/// The mark of the event that reported an order.
fn mark_of(order: &KnownOrder) -> u16 {
    order.contract.unwrap_or_else(|| event_mark(ORDER))
}

impl Without<'_> {
    /// A journey that only this order closed goes on.
    fn reopen(&self, track: &mut Track, axis: Axis, model: &AxisModel) {
        let Some(journeys) = track.positions[axis].as_mut().and_then(|position| position.journeys.as_deref_mut()) else {
            return;
        };
        let closes = model.closing_marks.contains(&event_mark(ORDER));
        journeys.reopen(self.order.placed_ms, |from_ms, to_ms| {
            let placed = self.standing.iter().map(|order| order.placed_ms).filter(|_| closes);
            placed.filter(|at_ms| (from_ms..to_ms).contains(at_ms)).max()
        });
    }

    /// Where the prospect would stand, if that is somewhere else than where it stands.
    fn stands_at(&self, track: &mut Track, axis: Axis, model: &AxisModel) -> Option<usize> {
        let way = way(track, axis, model)?;
        let is_order = |stop: &Stop| matches!(stop.by.cause, Cause::Event | Cause::ReEntered) && self.tells(stop.by);
        let current = *way.last()?;
        if !way.iter().any(is_order) {
            return None;
        }
        // What lies before the oldest stop that is remembered is lost: unless this order brought it there, it stays.
        let is_cut = track.positions[axis].as_ref().is_some_and(|p| p.history.len() >= model.history);
        let journeys = track.positions[axis].as_ref().and_then(|position| position.journeys.clone());
        let begins = |stop: &Stop| {
            stop.by.cause == Cause::NextJourney && journeys.as_deref().is_some_and(|all| all.began_at(stop.entered_ms))
        };
        let is_fact = |(n, stop): (usize, &Stop)| {
            let first = n == 0 && is_cut && stop.entered_ms != self.order.placed_ms;
            // What was moved back since was no fact: the order may stand again, under another time.
            let was_undone = way.get(n + 1).is_some_and(|next| next.by.cause == Cause::OrderReversed);
            let is_other = !(is_order(stop) || stop.by.cause == Cause::OrderReversed);
            first || is_other || self.is_beyond_memory(stop) && !was_undone
        };
        // Orders from before the oldest stop that is remembered have led there: they lead nowhere again.
        let since_ms =
            way.first().filter(|first| is_cut && first.entered_ms != self.order.placed_ms).map(|first| first.entered_ms);
        let is_ahead = |order: &&&KnownOrder| since_ms.is_none_or(|since_ms| order.placed_ms >= since_ms);
        let known = self.standing.iter().filter(|order| !order.rules.is_empty()).filter(is_ahead);
        let mut orders: Vec<&KnownOrder> = known.copied().collect();
        orders.sort_by_key(|order| order.placed_ms);
        let mut orders = orders.into_iter().peekable();
        let mut at: Option<Stop> = None;
        for (n, stop) in way.iter().enumerate() {
            while let Some(order) = orders.next_if(|order| order.placed_ms < stop.entered_ms) {
                at = self.moved(track, model, at, order).or(at);
            }
            let came_forward = n.checked_sub(1).is_none_or(|before| way[before].stage < stop.stage);
            let leads_on = at.is_none_or(|at| match stop.by.cause {
                // Only who bought lapses.
                Cause::Stale if model.lapsed == Some(stop.stage) => {
                    model.stale.get(at.stage).copied().flatten().is_some_and(|s| s.to == stop.stage)
                }
                _ if came_forward => stop.stage > at.stage,
                // A journey that goes on after all began nowhere again.
                Cause::NextJourney => false,
                _ => stop.stage < at.stage,
            });
            if begins(stop) || is_fact((n, stop)) && leads_on {
                at = Some(*stop);
            }
        }
        for order in orders {
            at = self.moved(track, model, at, order).or(at);
        }
        // Who came in by this order has shown nothing else: the first stage. Of an opportunity whose beginning is no longer
        // among the stages it is known that it was one.
        let opening = track.positions[axis].as_ref().and_then(|position| position.opening.as_deref());
        let was_open = opening.is_some_and(|opening| opening.since_ms.is_some() && opening.won_ms.is_none());
        let open = model.pipeline.filter(|_| was_open).map_or(0, |pipeline| usize::from(pipeline.open.saturating_sub(1)));
        let to = at.map_or(open, |at| at.stage);
        if to != current.stage {
            return Some(to);
        }
        if let (Some(at), Some(position)) = (at, track.positions[axis].as_mut()) {
            (position.entered_ms, position.by) = (at.entered_ms, at.by);
        }
        None
    }

    /// An order brought it there that is forgotten, or of which only the money is known: it stands.
    fn is_beyond_memory(&self, stop: &Stop) -> bool {
        let is_plain =
            |order: &KnownOrder| order.standing.stands() && order.rules.is_empty() && order.placed_ms == stop.entered_ms;
        let by_order = stop.by == EnteredBy::event(Cause::Event, ORDER);
        by_order && (self.known.iter().all(|order| order.placed_ms > stop.entered_ms) || self.known.iter().any(is_plain))
    }

    /// Whether it was an event of orders: of this one, or of those that stand.
    fn tells(&self, by: EnteredBy) -> bool {
        std::iter::once(self.order).chain(self.standing.iter().copied()).any(|order| by.is_by(mark_of(order)))
    }

    /// Where an order leads.
    fn moved(&self, track: &Track, model: &AxisModel, at: Option<Stop>, order: &KnownOrder) -> Option<Stop> {
        let mut best: Option<&Move> = None;
        for rule in model.moves.iter().filter(|rule| order.rules.contains(&rule.rule)) {
            let counted = rule.count.as_ref().is_none_or(|count| self.count(track, rule.rule, count, order.placed_ms));
            let leads = leads_on(rule, at.map(|at| at.stage), at.is_some());
            if counted && self.sessions >= rule.sessions && leads && beats(rule, best) {
                best = Some(rule);
            }
        }
        // A contract that no move of the axis is about leads to the stage that is won.
        let named = |won| told_before_won(model.moves.iter().filter(|rule| order.rules.contains(&rule.rule)), won);
        let is_before = |won| at.is_none_or(|at| model.is_before_won(at.stage, won));
        let won = self.won.filter(|won| order.contract.is_some() && !named(*won) && is_before(*won));
        let to = best.map(|rule| rule.to).or(won)?;
        Some(Stop { stage: to, entered_ms: order.placed_ms, by: EnteredBy::marked(Cause::Event, mark_of(order)) })
    }

    /// Whether a count rule has enough at a time: orders that met it, and what else its memory holds.
    fn count(&self, track: &Track, rule: u32, wanted: &CountRule, at_ms: Ms) -> bool {
        let is_near = |time_ms: Ms| time_ms <= at_ms && wanted.within_ms.is_none_or(|within_ms| at_ms - time_ms <= within_ms);
        let of_orders = self.meeting(rule).filter(|time_ms| is_near(*time_ms)).count();
        let is_other = |hit: &&Hit| hit.time_ms != self.order.placed_ms && self.meeting(rule).all(|at| at != hit.time_ms);
        let hits = track.counts.iter().filter(|count| count.rule == rule).flat_map(|count| &count.hits);
        let others = hits.filter(is_other).filter(|hit| is_near(hit.time_ms)).count();
        of_orders + others >= wanted.times
    }

    /// When orders that stand met a rule.
    fn meeting(&self, rule: u32) -> impl Iterator<Item = Ms> {
        self.standing.iter().filter(move |order| order.rules.contains(&rule)).map(|order| order.placed_ms)
    }

    /// Takes the order out of what count rules remember; what had made room for it comes back.
    fn forget_hits(&self, track: &mut Track, model: &AxisModel) {
        for rule in model.moves.iter().filter(|rule| self.order.rules.contains(&rule.rule)) {
            let Some(wanted) = &rule.count else { continue };
            let Some(memory) = track.counts.iter_mut().find(|count| count.rule == rule.rule) else { continue };
            let hits = &mut memory.hits;
            let Some(at) = hits.iter().position(|hit| hit.time_ms == self.order.placed_ms) else { continue };
            let match_key = hits.remove(at).match_key;
            if wanted.match_by.is_some() {
                continue;
            }
            for time_ms in self.meeting(rule.rule) {
                if !hits.iter().any(|hit| hit.time_ms == time_ms) {
                    hits.push(Hit { time_ms, match_key });
                }
            }
            hits.sort_by_key(|hit| hit.time_ms);
            let surplus = hits.len().saturating_sub(wanted.times.max(2) - 1);
            hits.drain(..surplus);
        }
    }
}

/// The stages that the prospect went through, as far as they are remembered; `None` where the model doesn't know one of them.
fn way(track: &Track, axis: Axis, model: &AxisModel) -> Option<Vec<Stop>> {
    let position = track.positions[axis].as_ref()?;
    let mut way = Vec::with_capacity(position.history.len() + 1);
    for past in &position.history {
        let stage = model.stages.iter().position(|stage| name_hash(stage) == past.stage_hash)?;
        way.push(Stop { stage, entered_ms: past.entered_ms, by: past.by });
    }
    let stage = stages::stage_index(model, &position.stage)?;
    way.push(Stop { stage, entered_ms: position.entered_ms, by: position.by });
    Some(way)
}
