//! Which order of one prospect's records and timers within one transaction gives what the transaction wrote of it.
//!
//! Records of one input stay in their order. The canonical order is that of event times, timers before what is later; it is tried
//! first. Others are right where a record arrived after what it ought to have come before: then a timer, or a record of another input,
//! went first. What is never right: a timer that stays behind although the task's time passed it, and a reminder before a record that
//! was there before the task began to catch up.

mod instants;
mod memory;
mod words;

use super::Rule;
use super::commits::Commit;
use super::differences::show;
use super::evidence::Evidence;
use super::evidence::wall_ms;
use super::inputs::{Taken, view};
use super::merge::Order;
use super::outputs::Sents;
use super::standing::{Given, Standing};
use crate::api::Us;
use leadstream::domain::Ms;
use leadstream::domain::identity::message::Body as Told;
use leadstream::domain::output::Body;
use leadstream::domain::state::timers::Timer;
use leadstream::engine::task::TaskInput;
use leadstream::runtime::ports::{Decode as _, InputPartition};
use memory::Memory;
use std::cell::{Cell, OnceCell, RefCell};

/// Moves that are tried before it is said that nothing fits.
const MOST_MOVES: u32 = 20_000;
/// What was handed to a worker so long ago is in its hands.
pub const IN_HAND_MS: Ms = 100;
/// Moves per record and timer that are tried in an order before the next one is begun with.
const MOVES_PER_ORDER: u32 = 8;

/// One prospect in one commit.
pub struct Question<'q, 'a> {
    pub evidence: &'q Evidence<'a>,
    pub commit: &'q Commit<'a>,
    pub sents: &'q Sents<'a>,
    pub key: &'q str,
    /// As it stood before; `None`: nothing was known.
    pub before: Option<&'q Standing>,
    /// Its bytes then.
    pub bytes_before: Option<&'q [u8]>,
    /// Its records by input.
    pub records: Vec<Vec<(&'q TaskInput<'a>, &'q Taken<'a>)>>,
    /// So many of them, by input, were there before the task began to catch up: no reminder goes before them.
    pub first: Vec<usize>,
    /// What the transaction wrote of it; `None`: nothing.
    pub wanted: Option<Option<&'q [u8]>>,
    /// The task's time before.
    pub time_ms: Ms,
    /// The commit has moved it.
    pub has_moved: bool,
    /// The transaction began after this.
    pub since: Us,
    /// Moves tried, and up to how many.
    tried: Cell<u32>,
    most: Cell<u32>,
    /// Orders of all records of the commit, and by which of them it is begun.
    orders: &'q [Order],
    order: Cell<usize>,
    /// What the wall clock is taken to have shown; `None`: whatever fits.
    wall_ms: Cell<Option<Ms>>,
    /// What the order met with that explained most, and how much it explained.
    difference: RefCell<Option<(usize, Rule, String)>>,
    hints: OnceCell<Vec<Ms>>,
    memory: RefCell<Memory>,
    /// Differences are kept in words.
    explains: Cell<bool>,
}

/// How it stands after the commit.
pub struct Found {
    pub standing: Standing,
    /// Outputs of the transaction that are explained by it.
    pub explained: Vec<usize>,
    /// Something that leads to a mail was fired.
    pub has_fired_held: bool,
}

#[derive(Clone)]
struct Node {
    standing: Standing,
    /// Records taken, by input.
    at: Vec<usize>,
    explained: Vec<usize>,
    has_fired_held: bool,
}

impl From<Node> for Found {
    fn from(Node { standing, explained, has_fired_held, .. }: Node) -> Self {
        Self { standing, explained, has_fired_held }
    }
}

#[derive(Copy, Clone, Debug)]
enum Move {
    Take(usize),
    Fire(Timer, Ms),
}

impl<'q, 'a> Question<'q, 'a> {
    #[allow(clippy::too_many_arguments, reason = "each is one thing that the answer follows from")]
    pub fn new(
        evidence: &'q Evidence<'a>,
        commit: &'q Commit<'a>,
        sents: &'q Sents<'a>,
        key: &'q str,
        before: Option<(&'q Standing, &'q [u8])>,
        records: Vec<Vec<(&'q TaskInput<'a>, &'q Taken<'a>)>>,
        first: Vec<usize>,
        orders: &'q [Order],
        (time_ms, has_moved, since): (Ms, bool, Us),
    ) -> Self {
        Self {
            evidence,
            commit,
            sents,
            key,
            before: before.map(|before| before.0),
            bytes_before: before.map(|before| before.1),
            records,
            first,
            wanted: commit.changes.get(key.as_bytes()).copied(),
            time_ms,
            has_moved,
            since,
            tried: Cell::new(0),
            most: Cell::new(0),
            orders,
            order: Cell::new(0),
            wall_ms: Cell::new(None),
            difference: RefCell::default(),
            hints: OnceCell::new(),
            memory: RefCell::default(),
            explains: Cell::new(false),
        }
    }

    /// # Errors
    /// The first difference, in words.
    pub fn answer(&self) -> Result<Found, (Rule, String)> {
        self.search().or_else(|_| {
            // Words cost more than moves: all is gone through again for them where nothing fits.
            self.explains.set(true);
            self.tried.set(0);
            self.search()
        })
    }

    fn search(&self) -> Result<Found, (Rule, String)> {
        let mut standing = self.before.cloned().unwrap_or_else(Standing::nobody);
        standing.is_erased = false;
        let at = vec![0; self.records.len()];
        let node = Node { standing, at, explained: Vec::new(), has_fired_held: false };
        let moves = MOVES_PER_ORDER * (4 + u32::try_from(self.records.iter().map(Vec::len).sum::<usize>()).unwrap_or(0));
        let likely =
            |order| std::iter::once(None).chain(self.walls().into_iter().map(Some)).map(move |wall_ms| (order, wall_ms, moves));
        let orders = (0..self.orders.len()).flat_map(likely);
        self.memory.replace(Memory::of(self.wanted.flatten()));
        for (order, wall_ms, moves) in orders.chain([(0, None, MOST_MOVES)]) {
            self.begin_with(order, wall_ms, moves);
            if let Some(node) = self.go(node.clone()) {
                return Ok(node.into());
            }
            if wall_ms.is_none() && self.tried.get() < self.most.get() {
                // There is no other order.
                break;
            }
        }
        self.memory.borrow_mut().is_ignored();
        self.begin_with(0, None, MOST_MOVES);
        if let Some(node) = self.go(node) {
            return Ok(node.into());
        }
        let difference = self.difference.borrow().clone();
        let (_, rule, text) = difference.unwrap_or((0, Rule::StateIsTheFold, "nothing that may come next".to_owned()));
        let is_cut = self.tried.get() >= self.most.get();
        let cut = if is_cut { format!("no order found in {} moves; ", self.tried.get()) } else { String::new() };
        Err((rule, format!("{cut}{text}; {}", self.circumstances())))
    }

    fn begin_with(&self, order: usize, wall_ms: Option<Ms>, moves: u32) {
        self.order.set(order);
        self.wall_ms.set(wall_ms);
        self.most.set(self.tried.get() + moves);
    }

    fn go(&self, node: Node) -> Option<Node> {
        let moves = self.moves(&node);
        let is_read = self.heads(&node).next().is_none();
        if is_read && self.is_reached(&node, moves.is_empty()) {
            return Some(node);
        }
        let is_fork = moves.len() > 1;
        if is_fork && self.is_dead_end(&node) {
            return None;
        }
        for what in moves {
            if self.tried.get() >= self.most.get() {
                return None;
            }
            self.tried.set(self.tried.get() + 1);
            let mut next = node.clone();
            if self.make(&mut next, what)
                && let Some(reached) = self.go(next)
            {
                return Some(reached);
            }
        }
        if is_fork && self.tried.get() < self.most.get() {
            self.note_dead_end(&node);
        }
        None
    }

    fn heads<'n>(&'n self, node: &'n Node) -> impl Iterator<Item = (usize, &'q TaskInput<'a>, &'q Taken<'a>)> + 'n {
        let heads = self.records.iter().zip(&node.at).enumerate();
        heads.filter_map(|(input, (records, at))| records.get(*at).map(|(event, taken)| (input, *event, *taken)))
    }

    /// What may come next, in the order in which it is tried.
    fn moves(&self, node: &Node) -> Vec<Move> {
        let models = &self.evidence.formats.models;
        let holds = self.evidence.holds();
        let end_ms = self.commit.record.time_ms;
        let next = node.standing.next_timer(false, models);
        let unheld = if holds { node.standing.next_timer(true, models) } else { next };
        let mut heads: Vec<_> = self.heads(node).collect();
        // Updates of members have no place in the order, and are taken first; of the others the earliest.
        let ranks = &self.orders[self.order.get()].ranks;
        heads.sort_by_key(|(input, event, taken)| (has_place(event), ranks[*input][taken.place]));
        let earliest_ms = heads.iter().filter(|h| has_place(h.1)).map(|h| h.1.time_ms().min(h.1.record_ms())).next();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut timers: Vec<Timer> = next.into_iter().chain(unheld).collect();
        timers.dedup();
        for timer in timers.into_iter().filter(|timer| timer.deadline_ms <= end_ms) {
            let must_wait = holds && timer.kind.is_held() && node.at.iter().zip(&self.first).any(|(at, first)| at < first);
            if must_wait || heads.iter().any(|(_, event, taken)| self.is_overtaken(event, taken, timer)) {
                continue;
            }
            let is_first = earliest_ms.is_none_or(|ms| timer.deadline_ms < ms);
            let fires = self.nows(node, timer).into_iter().map(|now_ms| Move::Fire(timer, now_ms));
            if is_first { before.extend(fires) } else { after.extend(fires) }
        }
        let takes = heads.iter().filter(|(_, event, taken)| {
            // The task's time went at least so far before it was applied.
            let (least_ms, _) = Taken::moves_time_to_ms(event, taken.visible.since, self.evidence.times.skew_ms);
            !has_place(event) || unheld.is_none_or(|timer| timer.deadline_ms >= least_ms)
        });
        before.extend(takes.map(|(input, ..)| Move::Take(*input)));
        before.extend(after);
        before
    }

    /// Neither the record nor any before it has a later time than the timer, and all were in the worker's hands before that was due: it
    /// comes first.
    fn is_overtaken(&self, event: &TaskInput<'_>, taken: &Taken<'_>, timer: Timer) -> bool {
        if !has_place(event) || taken.latest_ms > timer.deadline_ms {
            return false;
        }
        let at = self.evidence.topics.of_input(InputPartition { partition: self.commit.task, input: taken.input });
        let last = self.evidence.handed(at, taken.visible, self.commit.decided);
        last.is_some_and(|last| wall_ms(last.when) + self.evidence.times.skew_ms + IN_HAND_MS < timer.deadline_ms)
    }

    /// Makes a move; whether the transaction has all outputs that come of it.
    fn make(&self, node: &mut Node, what: Move) -> bool {
        let models = &self.evidence.formats.models;
        let given = match what {
            Move::Take(input) => {
                let (event, taken) = self.records[input][node.at[input]];
                node.at[input] += 1;
                let mut given = node.standing.apply(self.key, event, models, self.evidence.linking());
                fill_forwarded(self.evidence, self.commit.task, taken, &mut given);
                if !self.is_as_remembered(node) {
                    return false;
                }
                given
            }
            Move::Fire(timer, now_ms) => {
                node.has_fired_held |= timer.kind.is_held();
                let was = node.standing.prospect.clone();
                let given = node.standing.fire(self.key, timer, now_ms, models);
                // One that changes nothing would fire for ever.
                if given.is_empty() && node.standing.prospect == was && !node.standing.is_erased {
                    return false;
                }
                given
            }
        };
        self.explain(node, &given, what)
    }

    fn explain(&self, node: &mut Node, given: &Given, what: Move) -> bool {
        for (whose, output) in given {
            let Some(found) = self.sents.find(self.evidence, whose, output, &node.explained) else {
                self.differs(node, Rule::OutputsAreTheFold, || {
                    let how = match what {
                        Move::Take(input) => {
                            let taken = &self.records[input][node.at[input] - 1].1;
                            format!("the record of input {input} at offset {}", taken.offset)
                        }
                        Move::Fire(timer, now_ms) => {
                            format!("the timer {:?} due at {} (fired at {now_ms})", timer.kind, timer.deadline_ms)
                        }
                    };
                    format!(
                        "{how} gives an output that is not in the transaction, or not as it is there: {}; there is {}",
                        show(whose, output),
                        self.others(whose)
                    )
                });
                return false;
            };
            // What one prospect gives stays in order within a partition.
            let of = |n: &usize| (self.sents.all[*n].topic, self.sents.all[*n].partition, self.sents.all[*n].visible.offset);
            let (topic, partition, offset) = of(&found);
            if node.explained.iter().map(of).any(|(t, p, o)| (t, p) == (topic, partition) && o > offset) {
                self.differs(node, Rule::OutputsAreTheFold, || format!("outputs in another order: {}", show(whose, output)));
                return false;
            }
            node.explained.push(found);
        }
        true
    }

    /// The record as the transaction left it, with no timer left behind.
    fn is_reached(&self, node: &Node, is_last: bool) -> bool {
        let models = &self.evidence.formats.models;
        let standing = &node.standing;
        let is_right = match self.wanted {
            Some(None) => standing.is_erased,
            Some(Some(bytes)) => !standing.is_erased && standing.bytes() == bytes,
            // Nobody was there, and nobody came.
            None if self.before.is_none() => standing.is_new && !standing.is_erased && standing.prospect.erasure().is_none(),
            None => !standing.is_erased && Some(&*standing.bytes()) == self.bytes_before,
        };
        if !is_right {
            if is_last && self.explains.get() {
                let (lines, text) = self.differing_state(standing);
                let reached = (node.at.iter().sum::<usize>() + node.explained.len()) * 1_000 + 998usize.saturating_sub(lines);
                self.differs_by(reached, Rule::StateIsTheFold, || text);
            }
            return false;
        }
        if let Some(sent) = self.sents.left_of(self.key, &node.explained) {
            self.differs(node, Rule::OutputsAreTheFold, || {
                format!("nothing gives an output that is in the transaction: {}", sent.show())
            });
            return false;
        }
        let holds = self.evidence.holds();
        let Some(left) = standing.next_timer(holds, models) else { return true };
        let had = self.before.and_then(|before| before.next_timer(holds, models));
        let is_new = self.records.iter().any(|records| !records.is_empty()) && had != Some(left);
        if self.has_moved && left.deadline_ms < self.commit.record.time_ms && !is_new {
            self.differs(node, Rule::NoTimerLost, || {
                format!(
                    "the timer {:?} due at {} was left behind: the task's time is {}",
                    left.kind, left.deadline_ms, self.commit.record.time_ms
                )
            });
            return false;
        }
        true
    }
}

/// Updates of members have no place in the order of times.
fn has_place(input: &TaskInput<'_>) -> bool {
    !matches!(input, TaskInput::MemberUpdate { .. })
}

/// An event that is sent on has the bytes of the record that is taken.
fn fill_forwarded(evidence: &Evidence<'_>, task: i32, taken: &Taken<'_>, given: &mut Given) {
    for (_, output) in given {
        if let Body::Told(message) = &mut output.body
            && matches!(message.body, Told::Forwarded(_))
        {
            let at = InputPartition { partition: task, input: taken.input };
            evidence.formats.decoder.forwarded(&view(at, taken.visible), message);
        }
    }
}
