//! What the group gives and takes: the offsets of tasks are resolved and their state read back, or it is parked over a rebalance.

use super::assignment::Parked;
use super::parts::Worker;
use crate::planted;
use crate::runtime::observe::RebalanceKind;
use crate::runtime::ports::{EventSource, Failure, GroupEvent, InputPartition, Ports, StateSource};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a revocation may ask for the changelog's ends, all tasks together; one more call may follow.
const LONGEST_PARKING: Duration = Duration::from_secs(5);

impl<P: Ports> Worker<P> {
    /// Serves what the group says, in order. An assignment waits until its offsets are known, while the group is still served
    /// meanwhile: who doesn't ask it for anything is taken for dead.
    pub(super) fn serve_group(&mut self) -> Result<bool, Failure> {
        match self.source.group_event()? {
            Some(GroupEvent::Assigned(partitions)) => {
                tracing::info!(partitions = partitions.len(), "assigned");
                self.observer.rebalance(self.options.worker, RebalanceKind::Assigned, partitions.len());
                self.assignment.resolve(partitions);
                self.resolve_offsets()?;
                Ok(true)
            }
            Some(GroupEvent::Revoked { partitions, lost }) => {
                self.revoked(&partitions, lost)?;
                Ok(true)
            }
            None => {
                let Self { assignment, joining, source, clock, .. } = self;
                if assignment.pending.is_none() && joining.is_stand_by(|| source.is_member(), clock.monotonic()) {
                    self.has_joined();
                }
                self.resolve_offsets()
            }
        }
    }

    fn revoked(&mut self, partitions: &[InputPartition], lost: bool) -> Result<(), Failure> {
        tracing::info!(partitions = partitions.len(), lost, "revoked");
        let kind = if lost { RebalanceKind::Lost } else { RebalanceKind::Revoked };
        self.observer.rebalance(self.options.worker, kind, partitions.len());
        let mut rebuild = None;
        let lost = lost && !planted!(LostIsRevoked, LostIsRevokedUnchecked);
        let committed = match lost {
            _ if self.batch.since.is_some() && planted!(RevokedWithoutCommit) => Ok(()),
            true => self.abort(),
            false => self.commit(),
        };
        let mut park = !lost;
        if let Err(failure) = committed {
            tracing::warn!(%failure, "the open batch is given up with the partitions");
            match failure {
                Failure::Stop(_) => return Err(failure),
                Failure::Rebuild(_) => {
                    // The transaction's fate is unknown: what memory holds may not be the truth.
                    park &= planted!(UnknownIsParked);
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
            if planted!(RevokedGoesOn) {
                continue;
            }
            let Some(runner) = self.runners.remove(&partition) else { continue };
            if !park || !runner.active {
                continue;
            }
            // The group waits: what can't be asked in time is read back, should it return.
            if self.clock.monotonic().saturating_sub(begun) > LONGEST_PARKING {
                tracing::warn!(partition, "the changelog's end is not known in time: the state is not kept over the rebalance");
                continue;
            }
            // No one else writes to this changelog partition until the revocation is acknowledged below.
            match self.state.end(partition) {
                Ok(end) => {
                    let (offsets, since) = (runner.positions().collect(), self.clock.monotonic());
                    let (time_ms, incarnation) = (runner.committed_ms, runner.incarnation);
                    let parked = Parked { task: runner.task, end, offsets, time_ms, incarnation, since };
                    self.parked.insert(partition, parked);
                }
                Err(failure) => {
                    // One time-out for all of them: the group waits, and a state that isn't kept is read back.
                    tracing::warn!(%failure, "the states of revoked tasks are not kept");
                    park = false;
                }
            }
        }
        self.assignment.let_go(|p| partitions.contains(p) && !planted!(HeldForgotten));
        self.share_decoded_records();
        let stopped = self.source.stop(partitions);
        // KIP-848 takes inputs one by one: what is left of a task starts over, should the others come back.
        let left: Vec<InputPartition> = self.assignment.held.iter().filter(|p| tasks.contains(&p.partition)).copied().collect();
        if !left.is_empty() && !planted!(LeftForgotten) {
            self.assignment.let_go(|p| tasks.contains(&p.partition));
            self.assignment.resolve(left);
        }
        // What must be read back is, whatever the source says: to take the failed batch again might do it twice.
        match (stopped, rebuild) {
            (Err(stop @ Failure::Stop(_)), _) => Err(stop),
            (_, Some(failure)) => Err(failure),
            (stopped, None) => stopped,
        }
    }

    /// Every task again from its committed offsets and the changelog.
    pub(super) fn restore_all(&mut self) {
        for partition in std::mem::take(&mut self.restoring).into_keys() {
            self.state.cancel(partition);
        }
        self.runners.clear();
        if !planted!(UnknownIsParked) {
            self.parked.clear();
        }
        self.assignment.waiting.clear();
        let held = std::mem::take(&mut self.assignment.held);
        // With nothing held there is nothing to assign again: an empty assignment would answer what the group has not asked yet.
        if !held.is_empty() || self.assignment.is_pending() || planted!(EmptyAssignAnswered) {
            self.assignment.resolve(held);
        }
    }
}
