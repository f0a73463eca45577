//! What a worker shows: its tasks on the board, its heartbeat, and answers about single prospects.

use super::parts::Worker;
use crate::domain::Ms;
use crate::engine::figures::Figures;
use crate::runtime::lookup::Question;
use crate::runtime::ports::{EventSource, Failure, InputPartition, Ports};
use crate::runtime::snapshot::{InstancePhase, TaskSnapshot, TaskState};
use crate::runtime::trouble::Trouble;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How often tasks are published when nothing else asks for it.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(500);
/// Questions answered in one iteration of the loop.
const ANSWERS_PER_ITERATION: usize = 8;

impl<P: Ports> Worker<P> {
    /// Publishes every task; `at_once`: not only now and then.
    pub(super) fn publish(&mut self, at_once: bool) {
        let now = self.now();
        self.board.heartbeat(usize::from(self.options.worker), now.monotonic);
        let due = self.last_published.is_none_or(|at| now.monotonic.saturating_sub(at) >= PUBLISH_INTERVAL);
        if !due && !at_once {
            return;
        }
        self.last_published = Some(now.monotonic);
        self.watch_over();
        self.look_after_inputs();
        let worker = usize::from(self.options.worker);
        for partition in self.assignment.pending() {
            let (state, troubles) = self.troubled(partition, TaskState::Waiting);
            let mut snapshot = TaskSnapshot::new(partition, worker, state, now.wall_ms);
            snapshot.troubles = troubles;
            self.show(snapshot);
        }
        let inputs: Vec<Arc<str>> = self.options.all_inputs().map(|t| Arc::from(t.as_str())).collect();
        for partition in self.runners.keys().copied().collect::<Vec<_>>() {
            let Some(runner) = self.runners.get(&partition) else { continue };
            let state = match self.restoring.get(&partition) {
                Some(restoring) => {
                    let (left, total) = restoring.progress();
                    let positive = |n: i64| u64::try_from(n).unwrap_or(0);
                    TaskState::Restoring { done: positive(total - left), total: positive(total) }
                }
                None => TaskState::Ready,
            };
            let (state, troubles) = self.troubled(partition, state);
            let mut snapshot = TaskSnapshot::new(partition, worker, state, now.wall_ms);
            snapshot.troubles = troubles;
            snapshot.time_ms = Some(runner.task.time_ms()).filter(|t| *t != Ms::MIN);
            snapshot.caught_up = runner.active && runner.is_caught_up(&now);
            snapshot.last_commit_ms = runner.last_commit_ms;
            snapshot.size = runner.task.size();
            snapshot.population = runner.task.population().clone();
            snapshot.done = runner.done.clone();
            let positions: Vec<i64> = runner.positions().collect();
            for ((input, topic), position) in (0u16..).zip(&inputs).zip(positions) {
                let end = self.source.known_end(InputPartition { partition, input });
                let lag = end.map(|end| u64::try_from(end - position).unwrap_or(0));
                snapshot.lag.push((Arc::clone(topic), lag));
            }
            self.show(snapshot);
        }
    }

    /// The state of a task with what is wrong with it.
    fn troubled(&self, partition: i32, state: TaskState) -> (TaskState, Vec<Trouble>) {
        let troubles = self.troubles.of(partition);
        let reason = troubles.iter().find(|t| t.kind.is_stuck()).map(|t| t.text.clone());
        (reason.map_or(state, |reason| TaskState::Stuck { reason }), troubles)
    }

    /// Keeps since when the state holds.
    fn show(&self, mut snapshot: TaskSnapshot) {
        if let Some(before) = self.board.task(snapshot.partition)
            && before.worker == snapshot.worker
            && before.state.name() == snapshot.state.name()
        {
            snapshot.since_ms = before.since_ms;
        }
        self.board.publish(snapshot);
    }

    /// The worker ends with a failure that only a person can mend.
    pub(super) fn publish_stuck(&self, failure: &Failure) {
        let worker = usize::from(self.options.worker);
        let mut partitions = self.assignment.pending();
        partitions.extend(self.runners.keys());
        for partition in partitions {
            let state = TaskState::Stuck { reason: failure.to_string() };
            self.board.publish(TaskSnapshot::new(partition, worker, state, self.clock.now_ms()));
        }
    }

    /// The group has answered for the first time.
    pub(super) fn has_joined(&mut self) {
        if self.joining.answered() && self.all_joined.fetch_add(1, Ordering::AcqRel) + 1 == usize::from(self.options.workers) {
            self.board.set_phase(InstancePhase::Running);
        }
    }

    /// Answers questions from committed records and figures.
    pub(super) fn answer(&mut self) {
        for _ in 0..ANSWERS_PER_ITERATION {
            match self.mailbox.try_recv() {
                Ok(Question::Prospect { partition, prospect, reply }) => {
                    let Some(runner) = self.runners.get(&partition).filter(|runner| runner.active) else { continue };
                    match runner.task.prospect(&prospect) {
                        // The asker may have given up.
                        Ok(answer) => drop(reply.send(answer)),
                        Err(error) => tracing::error!(partition, "a prospect's record can't be read: {error}"),
                    }
                }
                Ok(Question::Figures { reply }) => {
                    let mut figures = Figures::new(&self.models);
                    self.runners.values().filter(|runner| runner.active).for_each(|runner| figures.merge(&runner.task.figures()));
                    drop(reply.send(figures));
                }
                Err(_) => return,
            }
        }
    }
}
