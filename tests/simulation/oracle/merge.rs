//! The order in which a task takes the records of its inputs, all of them being there.

use super::evidence::{Evidence, wall_ms};
use super::inputs::Taken;
use crate::api::Us;
use leadstream::domain::Ms;
use leadstream::engine::task::TaskInput;
use std::collections::BTreeSet;

/// Wall clocks by which orders are made, at most.
const MOST_ORDERS: usize = 12;

/// The place of every record in the order, by input and by place within it.
pub type Ranks = Vec<Vec<usize>>;

/// An order of all that a commit covers, and the task's time along it.
pub struct Order {
    pub ranks: Ranks,
    /// How far each record moves the task's time, in this order; [`Ms::MIN`]: not at all.
    moves_to_ms: Vec<Ms>,
}

impl Order {
    fn new(ranks: Ranks, records: &[Vec<Taken<'_>>]) -> Self {
        let mut moves_to_ms = vec![Ms::MIN; records.iter().map(Vec::len).sum()];
        for (rank, taken) in ranks.iter().flatten().zip(records.iter().flatten()) {
            let moving = taken.event.as_ref().ok().filter(|input| !matches!(input, TaskInput::MemberUpdate { .. }));
            if let Some(input) = moving {
                moves_to_ms[*rank] = input.time_ms().min(input.record_ms());
            }
        }
        Self { ranks, moves_to_ms }
    }

    /// The task's time as a timer fires that was set by its prospect's record before this rank: whatever comes next and lies behind the
    /// deadline fires it, be it late itself. Others may have moved the time past the deadline before that.
    pub fn time_of_firing_ms(&self, deadline_ms: Ms, set_before: usize) -> Ms {
        let firing = self.moves_to_ms.iter().skip(set_before).position(|ms| *ms > deadline_ms);
        let until = firing.map_or(self.moves_to_ms.len(), |n| set_before + n);
        self.moves_to_ms[..until].iter().copied().max().unwrap_or(Ms::MIN)
    }
}

/// Orders that may be meant, the likeliest first: by event time; as machines see it whose clocks are late, to whom what lies ahead
/// happens now, in the order of the inputs; and in parts, as what a batch takes arrives.
pub fn orders(evidence: &Evidence<'_>, records: &[Vec<Taken<'_>>], since: Us) -> Vec<Order> {
    let earliest_ms = wall_ms(since) - evidence.times.skew_ms;
    let times: BTreeSet<Ms> = records.iter().flatten().map(time_ms).filter(|time_ms| *time_ms > earliest_ms).collect();
    let walls = std::iter::once(Ms::MAX).chain(times.into_iter().rev().take(MOST_ORDERS)).chain([earliest_ms]);
    let mut all: Vec<Ranks> = Vec::new();
    let mut add = |ranks: Ranks| {
        if !all.contains(&ranks) {
            all.push(ranks);
        }
    };
    for wall_ms in walls {
        add(order(records, |taken| time_ms(taken).min(wall_ms)));
    }
    add(order(records, |taken| taken.visible.since));
    let arrivals: BTreeSet<Us> = records.iter().flatten().map(|taken| taken.visible.since).collect();
    for parted in arrivals.into_iter().rev().take(MOST_ORDERS) {
        add(order(records, |taken| (taken.visible.since >= parted, time_ms(taken))));
    }
    all.into_iter().map(|ranks| Order::new(ranks, records)).collect()
}

/// Always the earliest head, of several the one of the first input.
fn order<T: Ord>(records: &[Vec<Taken<'_>>], place: impl Fn(&Taken<'_>) -> T) -> Ranks {
    let mut ranks: Ranks = records.iter().map(|_| Vec::new()).collect();
    for rank in 0..records.iter().map(Vec::len).sum() {
        let heads = records.iter().enumerate().filter_map(|(input, of_input)| Some((input, of_input.get(ranks[input].len())?)));
        let first = heads.min_by_key(|(input, taken)| (place(taken), *input));
        let Some((input, _)) = first else { break };
        ranks[input].push(rank);
    }
    ranks
}

/// Of what can't be used, the record's own.
fn time_ms(taken: &Taken<'_>) -> Ms {
    match &taken.event {
        Ok(event) => event.time_ms(),
        Err(_) => taken.record_ms.unwrap_or(Ms::MIN),
    }
}
