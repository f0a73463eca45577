//! Series of reminders: of two one goes on, no step number of an episode leaves twice, and no step leaves that the person had by the
//! other series.

use crate::domain::Text;
use crate::domain::rules::cart::goods;
use crate::domain::rules::cart::outcome::{OutcomeDetails, report};
use crate::domain::rules::cart::series::stop;
use crate::domain::rules::cart::successor::keep_id;
use crate::domain::rules::context::StepContext;
use crate::domain::state::cart::{ArmedFor, Cart, MAX_SENT, SentStep, Series, SeriesPhase};
use crate::domain::terms::cart::{OutcomeKind, Reason};

/// What becomes of the series that does not go on.
enum Loser {
    /// Nothing of it left: nobody heard of it.
    Vanishes,
    /// It is told.
    Cancelled(Reason),
}

/// Whether the first of two series goes on, and what becomes of the other.
fn choose(one: &Series, other: &Series) -> (bool, Loser) {
    let key = |series: &Series| (series.episode_ms, series.armed_by);
    let earlier = key(one) <= key(other);
    match (one.phase, other.phase) {
        (SeriesPhase::Armed, SeriesPhase::Armed) => (earlier, Loser::Vanishes),
        (SeriesPhase::Running, SeriesPhase::Running) if key(one) == key(other) => (true, Loser::Vanishes),
        (SeriesPhase::Running, SeriesPhase::Running) => (earlier, Loser::Cancelled(Reason::Merged)),
        (SeriesPhase::Running, SeriesPhase::Armed) => running_and_armed(one, other),
        (SeriesPhase::Armed, SeriesPhase::Running) => {
            let (other_wins, loser) = running_and_armed(other, one);
            (!other_wins, loser)
        }
        (_, SeriesPhase::Armed | SeriesPhase::Running) => {
            let (other_wins, loser) = live_and_over(other, one);
            (!other_wins, loser)
        }
        (SeriesPhase::Armed | SeriesPhase::Running, _) => live_and_over(one, other),
        _ => {
            let rank = |series: &Series| match series.phase {
                SeriesPhase::Complete => 2,
                SeriesPhase::Ended => 1,
                _ => 0,
            };
            let key = |series: &Series| (rank(series), series.last_step_ms, series.episode_ms);
            (key(one) >= key(other), Loser::Vanishes)
        }
    }
}

/// A payment that failed begins a series anew, also while another one runs.
fn running_and_armed(running: &Series, armed: &Series) -> (bool, Loser) {
    let failed = |series: &Series| series.armed_for == ArmedFor::PaymentFailed;
    if failed(armed) && !failed(running) && armed.episode_ms > running.episode_ms {
        (false, Loser::Cancelled(Reason::PaymentFailed))
    } else {
        (true, Loser::Vanishes)
    }
}

/// One is armed or runs, the other is over, or never was.
fn live_and_over(live: &Series, over: &Series) -> (bool, Loser) {
    if live.phase == SeriesPhase::Armed {
        // What was put in before a step left arms no series after it.
        (!over.sent.iter().any(|sent| live.episode_ms < sent.left_ms), Loser::Vanishes)
    } else {
        let overlaps = over.phase == SeriesPhase::Complete && live.episode_ms <= over.last_step_ms;
        (!overlaps, if overlaps { Loser::Cancelled(Reason::Merged) } else { Loser::Vanishes })
    }
}

/// The series that goes on takes over what the other one has done.
fn take_over(keep: &mut Series, gone: &Series, steps: usize) {
    if keep.phase == SeriesPhase::Armed && gone.phase == SeriesPhase::Armed && gone.armed_for == ArmedFor::PaymentFailed {
        keep.armed_for = ArmedFor::PaymentFailed;
    }
    if keep.phase == SeriesPhase::Running && gone.phase == SeriesPhase::Running {
        keep.done = keep.done.max(gone.done);
        if gone.last_step_ms > keep.last_step_ms {
            (keep.last_step_ms, keep.last_step_left) = (gone.last_step_ms, gone.last_step_left);
        }
        if usize::from(keep.done) >= steps {
            stop(keep, SeriesPhase::Complete);
        }
    }
}

/// All steps that left, each once, in the order of their leaving.
fn unite_sent(keep: &mut Series, gone: &Series) {
    for sent in &gone.sent {
        if !keep.sent.iter().any(|known| known.trigger_id == sent.trigger_id) {
            keep.sent.push(*sent);
        }
    }
    keep.sent.sort_by_key(|sent: &SentStep| (sent.left_ms, sent.step, sent.trigger_id));
    keep.sent.drain(..keep.sent.len().saturating_sub(MAX_SENT));
    goods::merge(&mut keep.goods, &gone.goods);
}

/// Two series of one cart. `id`: what the other cart was called.
pub(super) fn join(cart: &mut Cart, id: Option<&Text>, mut theirs: Series, step: &mut StepContext<'_, '_>) {
    let own = std::mem::take(&mut cart.series);
    keep_id(&mut theirs, id, cart.id.as_deref());
    let (own_wins, loser) = choose(&own, &theirs);
    let (mut keep, gone) = if own_wins { (own, theirs) } else { (theirs, own) };
    if let Loser::Cancelled(reason) = loser {
        cart.series = gone.clone();
        report(cart, OutcomeDetails::of(OutcomeKind::Cancelled, reason), None, step.at_ms, step);
    }
    take_over(&mut keep, &gone, step.model().cart.steps_ms.len());
    unite_sent(&mut keep, &gone);
    cart.series = keep;
}

/// Of two carts' series that are armed or run one goes on: in which cart. What left of the other one stays with its cart.
pub(super) fn only_one(carts: &mut [Cart], one: usize, other: usize, step: &mut StepContext<'_, '_>) -> usize {
    let (one_wins, loser) = choose(&carts[one].series, &carts[other].series);
    let (keep, gone) = if one_wins { (one, other) } else { (other, one) };
    if let Loser::Cancelled(reason) = loser {
        report(&carts[gone], OutcomeDetails::of(OutcomeKind::Cancelled, reason), None, step.at_ms, step);
    }
    let series = carts[gone].series.clone();
    take_over(&mut carts[keep].series, &series, step.model().cart.steps_ms.len());
    let phase = if series.phase == SeriesPhase::Running { SeriesPhase::Ended } else { SeriesPhase::Idle };
    stop(&mut carts[gone].series, phase);
    keep
}
