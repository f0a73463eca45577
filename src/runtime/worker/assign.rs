//! What the group gives and takes: positions, restore, and state parked over a rebalance.

use super::doubt::Doubt;
use super::locate::Locating;
use super::positions::agreed_positions;
use super::{Worker, is_replay};
use crate::domain::{MINUTE_MS, Ms};
use crate::engine::codec::Codec;
use crate::engine::task::Task;
use crate::runtime::ahead::length;
use crate::runtime::lane::Lane;
use crate::runtime::observe::RebalanceKind;
use crate::runtime::poison::Poison;
use crate::runtime::ports::{CommitLog, Decode, Encode, EventSource, Failure, GroupEvent, InputPartition, StateSource, TASK_KEY};
use crate::runtime::trouble::{Place, TroubleKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// How long a revocation may ask for the changelog's ends, all tasks together; one more call may follow.
const LONGEST_PARKING: Duration = Duration::from_secs(5);

/// What the group has given.
#[derive(Default)]
pub(super) struct Assignment {
    /// Acknowledged to the group.
    pub(super) held: BTreeSet<InputPartition>,
    /// To be located and started.
    pub(super) pending: Option<Vec<InputPartition>>,
    /// Located and fetching, but not all inputs of the task are here: committed offset, first offset.
    pub(super) waiting: BTreeMap<InputPartition, (Option<i64>, i64)>,
    pub(super) locating: Locating,
    /// Inputs that can't be read, since when.
    pub(super) broken: BTreeMap<InputPartition, Duration>,
}

impl Assignment {
    /// Partitions whose offsets are not known yet.
    pub(super) fn pending(&self) -> BTreeSet<i32> {
        self.pending.iter().flatten().chain(self.waiting.keys()).map(|p| p.partition).collect()
    }

    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// More is to be located, with what is already: its offsets are asked for from here on.
    fn locate(&mut self, partitions: impl IntoIterator<Item = InputPartition>) {
        let mut all: BTreeSet<InputPartition> = self.pending.take().into_iter().flatten().collect();
        all.extend(partitions);
        self.pending = Some(all.into_iter().collect());
        self.locating = Locating::default();
    }

    /// Partitions that are with somebody else now. Whatever was asked about them is asked anew for those that are left.
    fn let_go(&mut self, gone: impl Fn(&InputPartition) -> bool) {
        self.held.retain(|p| !gone(p));
        self.waiting.retain(|p, _| !gone(p));
        self.broken.retain(|p, _| !gone(p));
        if let Some(pending) = &mut self.pending {
            pending.retain(|p| !gone(p));
            self.locating = Locating::default();
        }
        if self.pending.as_ref().is_some_and(Vec::is_empty) {
            self.pending = None;
        }
    }
}

/// A task that is being read back.
pub(super) struct Restoring {
    /// Committed offsets by input (`None`: none), and where it will go on.
    committed: Vec<Option<i64>>,
    offsets: Vec<i64>,
    task_record: Option<Vec<u8>>,
    /// The state is a parked one: a single record means that somebody else wrote meanwhile.
    parked: Option<u64>,
    spoiled: bool,
    pub(super) doubt: Option<Doubt>,
    first: i64,
    pub(super) position: i64,
    end: i64,
    since: Duration,
    /// When it last got on.
    pub(super) moved: Duration,
}

impl Restoring {
    /// Where it stands, if not at its end: a transaction that is open there holds it up, or a broker that doesn't answer.
    pub(super) fn held_up_at(&self) -> Option<i64> {
        (self.end != i64::MAX && self.position < self.end).then_some(self.position)
    }

    /// Left, all.
    pub(super) fn progress(&self) -> (i64, i64) {
        if self.end == i64::MAX {
            return (0, 0);
        }
        ((self.end - self.position).max(0), (self.end - self.first).max(0))
    }
}

/// State kept over a rebalance.
pub(super) struct Parked<C: Codec> {
    task: Task<C>,
    /// The changelog's end that it reflects.
    end: i64,
    offsets: Vec<i64>,
    incarnation: u64,
    /// When it was taken away.
    pub(super) since: Duration,
}

impl<S, L, R, D, E, C> Worker<S, L, R, D, E, C>
where
    S: EventSource,
    L: CommitLog,
    R: StateSource,
    D: Decode,
    E: Encode,
    C: Codec + Clone,
{
    /// Serves what the group says, in order. An assignment waits until its offsets are known, and the group goes on being served
    /// meanwhile: who doesn't ask it for anything is taken for dead.
    pub(super) fn serve_group(&mut self) -> Result<bool, Failure> {
        match self.source.group_event()? {
            Some(GroupEvent::Assigned(partitions)) => {
                tracing::info!(partitions = partitions.len(), "assigned");
                self.observer.rebalance(self.options.worker, RebalanceKind::Assigned, partitions.len());
                self.assignment.locate(partitions);
                self.locate()?;
                Ok(true)
            }
            Some(GroupEvent::Revoked { partitions, lost }) => {
                self.revoked(&partitions, lost)?;
                Ok(true)
            }
            None => self.locate(),
        }
    }

    fn revoked(&mut self, partitions: &[InputPartition], lost: bool) -> Result<(), Failure> {
        tracing::info!(partitions = partitions.len(), lost, "revoked");
        let kind = if lost { RebalanceKind::Lost } else { RebalanceKind::Revoked };
        self.observer.rebalance(self.options.worker, kind, partitions.len());
        let mut rebuild = None;
        let committed = if lost { self.abort() } else { self.commit() };
        let mut park = !lost;
        if let Err(failure) = committed {
            tracing::warn!(%failure, "the open batch is given up with the partitions");
            match failure {
                Failure::Stop(_) => return Err(failure),
                Failure::Rebuild(_) => {
                    // The transaction's fate is unknown: what memory holds may not be the truth.
                    park = false;
                    rebuild = Some(failure);
                }
                Failure::Retry(_) | Failure::Abort(..) | Failure::Refused(_) => {
                    if let Err(failure) = self.abort() {
                        park = false;
                        rebuild = Some(failure);
                    }
                }
            }
        }
        let begun = self.clock.monotonic();
        let tasks: BTreeSet<i32> = partitions.iter().map(|p| p.partition).collect();
        for partition in tasks.iter().copied() {
            if self.restoring.remove(&partition).is_some() {
                self.state.cancel(partition);
            }
            self.board.remove(partition, usize::from(self.options.worker));
            self.forget_watch(partition);
            let Some(lane) = self.lanes.remove(&partition) else { continue };
            if !park || !lane.active {
                continue;
            }
            // The group waits: what can't be asked in time is read back, should it return.
            if self.clock.monotonic().saturating_sub(begun) > LONGEST_PARKING {
                tracing::warn!(partition, "the changelog's end is not known in time: the state is not kept over the rebalance");
                continue;
            }
            // Nobody else writes this changelog partition until the revocation is acknowledged below.
            match self.state.end(partition) {
                Ok(end) => {
                    let (offsets, since) = (lane.positions().collect(), self.clock.monotonic());
                    let parked = Parked { task: lane.task, end, offsets, incarnation: lane.incarnation, since };
                    self.parked.insert(partition, parked);
                }
                Err(failure) => {
                    // One time-out for all of them: the group waits, and a state that isn't kept is read back.
                    tracing::warn!(%failure, "the states of revoked tasks are not kept");
                    park = false;
                }
            }
        }
        self.assignment.let_go(|p| partitions.contains(p));
        self.share_decoded_records();
        self.source.stop(partitions)?;
        // KIP-848 takes inputs one by one: what is left of a task begins anew, should the others come back.
        let left: Vec<InputPartition> = self.assignment.held.iter().filter(|p| tasks.contains(&p.partition)).copied().collect();
        if !left.is_empty() {
            self.assignment.let_go(|p| tasks.contains(&p.partition));
            self.assignment.locate(left);
        }
        rebuild.map_or(Ok(()), Err)
    }

    /// Every task again from its committed offsets and the changelog.
    pub(super) fn relocate_all(&mut self) {
        for partition in std::mem::take(&mut self.restoring).into_keys() {
            self.state.cancel(partition);
        }
        self.lanes.clear();
        self.parked.clear();
        self.assignment.waiting.clear();
        let held = std::mem::take(&mut self.assignment.held);
        // With nothing held there is nothing to assign anew: an empty assignment would answer what the group has not asked yet.
        if !held.is_empty() || self.assignment.is_pending() {
            self.assignment.locate(held);
        }
    }

    /// Each task of this worker may keep as many decoded copies as any other.
    fn share_decoded_records(&mut self) {
        let each = self.options.decoded_records / self.lanes.len().max(1);
        self.lanes.values_mut().for_each(|lane| lane.task.keep_decoded(each));
    }

    fn new_lane(&self, partition: i32, mut task: Task<C>, offsets: &[i64]) -> Lane<C> {
        task.limit_records(self.options.max_records);
        let poison = self.options.poison.map(Poison::new);
        Lane::new(partition, task, offsets, self.options.inputs.len(), is_replay(&self.models), poison)
    }

    pub(super) fn begin_restore(
        &mut self,
        partition: i32,
        inputs: &[(Option<i64>, i64)],
        parked: Option<Parked<C>>,
    ) -> Result<(), Failure> {
        let (committed, offsets): (Vec<_>, Vec<_>) = inputs.iter().copied().unzip();
        // Somebody who went further also wrote to the changelog; this is a second look at the same thing.
        let parked = parked.filter(|p| committed.iter().zip(&p.offsets).all(|(c, o)| c.is_none_or(|c| c <= *o)));
        let (task, from, incarnation) = match parked {
            Some(parked) => (parked.task, Some(parked.end), Some(parked.incarnation)),
            None => (Task::seeded(Arc::clone(&self.models), self.codec.clone(), &self.options.hash_seed), None, None),
        };
        self.state.begin(partition, from)?;
        let restoring = Restoring {
            committed,
            offsets: offsets.clone(),
            task_record: None,
            parked: incarnation,
            spoiled: false,
            doubt: None,
            first: from.unwrap_or(0),
            position: from.unwrap_or(0),
            end: i64::MAX,
            since: self.clock.monotonic(),
            moved: self.clock.monotonic(),
        };
        self.restoring.insert(partition, restoring);
        let lane = self.new_lane(partition, task, &offsets);
        self.lanes.insert(partition, lane);
        Ok(())
    }

    /// Reads on in the changelog; tasks that are done start to work.
    pub(super) fn restore(&mut self) -> Result<bool, Failure> {
        if self.restoring.is_empty() {
            return Ok(false);
        }
        self.ask_doubted()?;
        let Self { state, lanes, restoring, .. } = self;
        let mut any = false;
        let progress = state.step(&mut |partition, key, value| {
            any = true;
            match (lanes.get_mut(&partition), restoring.get_mut(&partition)) {
                (Some(lane), Some(restoring)) => install(lane, restoring, key, value),
                _ => Ok(()),
            }
        })?;
        let now = self.clock.monotonic();
        for p in progress {
            let Some(restoring) = self.restoring.get_mut(&p.partition) else { continue };
            if restoring.end == i64::MAX && restoring.parked.is_none() {
                restoring.first = restoring.first.min(p.position);
            }
            let read = if restoring.end == i64::MAX { 0 } else { p.position - restoring.position };
            if p.position > restoring.position {
                restoring.moved = now;
            }
            (restoring.position, restoring.end) = (p.position, p.end);
            let (left, total) = restoring.progress();
            let ratio = if total == 0 { 1.0 } else { 1.0 - left as f64 / total as f64 };
            self.observer.restoring(self.options.worker, p.partition, ratio, read.max(0).unsigned_abs());
            if p.done {
                any = true;
                self.restored(p.partition)?;
            }
        }
        self.say_held_up();
        Ok(any)
    }

    /// The changelog of a task is read to its end.
    fn restored(&mut self, partition: i32) -> Result<(), Failure> {
        let Some(mut restoring) = self.restoring.remove(&partition) else { return Ok(()) };
        if restoring.spoiled {
            // Somebody else wrote while the state was parked: from the beginning.
            let task = Task::seeded(Arc::clone(&self.models), self.codec.clone(), &self.options.hash_seed);
            let lane = self.new_lane(partition, task, &restoring.offsets);
            self.lanes.insert(partition, lane);
            self.state.begin(partition, None)?;
            restoring =
                Restoring { task_record: None, parked: None, spoiled: false, first: 0, position: 0, end: i64::MAX, ..restoring };
            self.restoring.insert(partition, restoring);
            return Ok(());
        }
        let record = match &restoring.task_record {
            Some(bytes) => Some(self.encoder.read_task_record(bytes).map_err(|text| {
                Failure::Stop(format!("the task record of changelog partition {partition} can't be read: {text}"))
            })?),
            None => None,
        };
        let mut offsets = restoring.offsets.clone();
        if restoring.parked.is_none() {
            let agreed = agreed_positions(&self.options, partition, &restoring.committed, &offsets, record.as_ref());
            let from = match agreed {
                Ok(from) => from,
                Err(why) => return self.doubt(partition, restoring, why),
            };
            if from != offsets {
                let starts: Vec<_> =
                    (0u16..).zip(&from).map(|(input, offset)| (InputPartition { partition, input }, *offset)).collect();
                self.source.start(&starts)?;
                offsets = from;
            }
        }
        let Some(old) = self.lanes.remove(&partition) else { return Ok(()) };
        let mut lane = self.new_lane(partition, old.task, &offsets);
        let ahead_ms = lane.task.restore_time(record.as_ref().map_or(Ms::MIN, |r| r.time_ms), self.clock.now_ms());
        warn_of_time(partition, ahead_ms, self.options.max_ahead_ms);
        let drawn = || crate::domain::ids::hash64(format!("{}/{partition}/{}", self.log.name(), self.clock.now_ms()).as_bytes());
        lane.incarnation = restoring.parked.or(record.map(|r| r.incarnation)).unwrap_or_else(drawn);
        lane.active = true;
        for input in self.watches.get(&partition).into_iter().flat_map(|watch| watch.paused.keys()) {
            lane.pause(*input);
        }
        self.lanes.insert(partition, lane);
        self.share_decoded_records();
        self.troubles.clear(Place::task(partition, TroubleKind::Waiting), &self.now());
        self.observer.restored(self.options.worker, partition, self.clock.monotonic().saturating_sub(restoring.since));
        tracing::info!(partition, reused = restoring.parked.is_some(), ?offsets, "restored");
        self.publish(true);
        Ok(())
    }
}

/// A few milliseconds ahead was only another machine's clock.
fn warn_of_time(partition: i32, ahead_ms: Ms, max_ahead_ms: Ms) {
    if ahead_ms > max_ahead_ms.min(5 * MINUTE_MS) {
        tracing::warn!(
            partition,
            ahead = length(ahead_ms),
            "the state says that this task's time lies ahead of the clock: a record from the future had moved it (before this version), \
             or this machine's clock is late. It goes on at the clock; what left early with times of that future stays as it is"
        );
    }
}

/// Installs one record of the changelog.
fn install<C: Codec>(lane: &mut Lane<C>, restoring: &mut Restoring, key: &[u8], value: Option<&[u8]>) -> Result<(), Failure> {
    if restoring.parked.is_some() {
        restoring.spoiled = true;
    }
    if restoring.spoiled {
        return Ok(());
    }
    if key == TASK_KEY {
        restoring.task_record = value.map(<[u8]>::to_vec);
        return Ok(());
    }
    let partition = lane.partition;
    let key = std::str::from_utf8(key).map_err(|_| {
        Failure::Stop(format!(
            "changelog partition {partition} holds a key that is not UTF-8: it is not a changelog of leadstream"
        ))
    })?;
    lane.task.install(key, value).map_err(|e| Failure::Stop(format!("changelog partition {partition}: {e}")))
}
