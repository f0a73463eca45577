//! What workers publish for health, dashboard and API: plain data, replaced as a whole. Readers never reach into a worker.

pub mod counters;
pub mod recovery;
pub mod router;

use super::trouble::Trouble;
use crate::domain::Ms;
use crate::domain::misses::Misses;
pub use crate::engine::figures;
pub use crate::engine::figures::population::{Counts, Population};
use crate::engine::task::TaskSize;
use counters::TaskCounters;
use router::RouterSnapshot;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where a task stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Assigned, but not all its inputs are here yet.
    Waiting,
    /// Reads its changelog: next offset to read and the end that must be reached, both counted from the log's start.
    Restoring { done: u64, total: u64 },
    /// Works.
    Ready,
    /// Does not get on, or not with all its inputs; the reason says what to do. No personal data.
    Stuck { reason: String },
}

impl TaskState {
    /// The name in health answers and metric labels.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Restoring { .. } => "restoring",
            Self::Ready => "ready",
            Self::Stuck { .. } => "stuck",
        }
    }

    /// Every name, in the order of a task's life.
    pub const NAMES: [&'static str; 4] = ["waiting", "restoring", "ready", "stuck"];
}

/// One task, as its worker last published it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskSnapshot {
    pub partition: i32,
    /// Index of the worker in this instance.
    pub worker: usize,
    pub state: TaskState,
    /// Wall clock when the state was entered.
    pub since_ms: Ms,
    /// What is wrong with it.
    pub troubles: Vec<Trouble>,
    /// The task's time; `None` before its first event.
    pub time_ms: Option<Ms>,
    pub caught_up: bool,
    /// Topic and records not read yet; `None`: not known yet.
    pub lag: Vec<(Arc<str>, Option<u64>)>,
    pub last_commit_ms: Option<Ms>,
    /// What the task has in memory.
    pub size: TaskSize,
    /// How many prospects stand where, in the model in charge of them.
    pub population: Population,
    pub done: TaskCounters,
}

impl TaskSnapshot {
    /// A task about which nothing is known yet but its state.
    #[must_use]
    pub fn new(partition: i32, worker: usize, state: TaskState, since_ms: Ms) -> Self {
        Self {
            partition,
            worker,
            state,
            since_ms,
            troubles: Vec::new(),
            time_ms: None,
            caught_up: false,
            lag: Vec::new(),
            last_commit_ms: None,
            size: TaskSize::default(),
            population: Population::default(),
            done: TaskCounters::default(),
        }
    }
}

/// Where the whole instance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstancePhase {
    /// Not every worker has heard from the group yet.
    Starting,
    Running,
    /// Asked to stop: finishing its batches.
    Stopping,
}

/// Who and what an instance is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub group: String,
    pub instance: String,
    pub version: String,
    /// Name and hash of each effective model.
    pub models: Vec<(String, String)>,
}

/// The place where workers publish and readers look.
pub struct StatusBoard {
    identity: Identity,
    phase: AtomicU8,
    tasks: Mutex<BTreeMap<i32, Arc<TaskSnapshot>>>,
    /// By worker: when it last came round, by a clock that never jumps.
    heartbeats: Mutex<BTreeMap<usize, Duration>>,
    /// What inputs nearly said since the start.
    misses: Mutex<Misses>,
    /// By worker.
    routers: Mutex<BTreeMap<usize, RouterSnapshot>>,
}

impl StatusBoard {
    /// An empty board of a starting instance.
    #[must_use]
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            phase: AtomicU8::new(0),
            tasks: Mutex::default(),
            heartbeats: Mutex::default(),
            misses: Mutex::default(),
            routers: Mutex::default(),
        }
    }

    /// Adds what a batch nearly said.
    pub fn add_misses(&self, misses: &Misses) {
        if !misses.is_empty() {
            self.misses.lock().unwrap_or_else(PoisonError::into_inner).add(misses);
        }
    }

    /// What inputs nearly said since the start.
    #[must_use]
    pub fn misses(&self) -> Misses {
        self.misses.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who this instance is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Where the instance stands.
    #[must_use]
    pub fn phase(&self) -> InstancePhase {
        match self.phase.load(Ordering::Acquire) {
            0 => InstancePhase::Starting,
            1 => InstancePhase::Running,
            _ => InstancePhase::Stopping,
        }
    }

    /// Says where the instance stands. A stopping instance stays one.
    pub fn set_phase(&self, phase: InstancePhase) {
        let number = match phase {
            InstancePhase::Starting => 0,
            InstancePhase::Running => 1,
            InstancePhase::Stopping => 2,
        };
        self.phase.fetch_max(number, Ordering::AcqRel);
    }

    /// Replaces what is known of a task.
    pub fn publish(&self, task: TaskSnapshot) {
        self.lock().insert(task.partition, Arc::new(task));
    }

    /// The task is no longer this worker's. Another worker of the instance may have published it since: then it stays.
    pub fn remove(&self, partition: i32, worker: usize) {
        let mut tasks = self.lock();
        if tasks.get(&partition).is_some_and(|t| t.worker == worker) {
            tasks.remove(&partition);
        }
    }

    /// The task of a partition.
    #[must_use]
    pub fn task(&self, partition: i32) -> Option<Arc<TaskSnapshot>> {
        self.lock().get(&partition).cloned()
    }

    /// All tasks, by partition.
    #[must_use]
    pub fn tasks(&self) -> Vec<Arc<TaskSnapshot>> {
        self.lock().values().cloned().collect()
    }

    /// Replaces what is known of a router.
    pub fn show_router(&self, router: RouterSnapshot) {
        self.routers.lock().unwrap_or_else(PoisonError::into_inner).insert(router.worker, router);
    }

    /// All routers of this instance.
    #[must_use]
    pub fn routers(&self) -> Vec<RouterSnapshot> {
        self.routers.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The worker is alive: its loop came round.
    pub fn heartbeat(&self, worker: usize, monotonic: Duration) {
        self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner).insert(worker, monotonic);
    }

    /// The worker has ended as it should.
    pub fn worker_ended(&self, worker: usize) {
        self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner).remove(&worker);
    }

    /// When each worker last came round.
    #[must_use]
    pub fn heartbeats(&self) -> Vec<(usize, Duration)> {
        self.heartbeats.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|(w, at)| (*w, *at)).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<i32, Arc<TaskSnapshot>>> {
        // A map of pointers can't be left half-changed by a panic.
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(partition: i32, worker: usize) -> TaskSnapshot {
        TaskSnapshot::new(partition, worker, TaskState::Ready, 0)
    }

    #[test]
    fn a_task_that_moved_to_another_worker_is_not_removed_by_the_old_one() {
        let board = StatusBoard::new(Identity::default());
        board.publish(task(3, 0));
        board.publish(task(3, 1));
        board.remove(3, 0);
        assert_eq!(board.tasks().len(), 1);
        board.remove(3, 1);
        assert!(board.tasks().is_empty());
    }

    #[test]
    fn a_stopping_instance_never_looks_running_again() {
        let board = StatusBoard::new(Identity::default());
        board.set_phase(InstancePhase::Stopping);
        board.set_phase(InstancePhase::Running);
        assert_eq!(board.phase(), InstancePhase::Stopping);
    }
}
