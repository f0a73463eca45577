//! One round of a replay: all prospects, then all accounts. Updates from accounts to their members are for the next round.

use super::cores::on_all_cores;
use super::run_task::{self, Worked};
use super::shared::Shared;
use super::spill::Log;
use crate::domain::Ms;
use crate::domain::ids::murmur2_partition;
use crate::domain::member_update::MemberUpdateRecord;
use indicatif::ProgressBar;
use std::sync::Mutex;

/// The result of a round: the tasks, the accounts' updates for the prospects of each, and the last event's time.
pub(super) struct Round {
    pub worked: Vec<Worked>,
    pub heard: Vec<Vec<MemberUpdateRecord>>,
    pub end_ms: Option<Ms>,
}

/// Prospects, then accounts; also gives the accounts' updates for the prospects of each task, which have had `updates` already.
pub(super) fn round(
    shared: &Shared<'_>,
    logs: Vec<Vec<Log>>,
    updates: &[Vec<MemberUpdateRecord>],
    progress: &ProgressBar,
) -> anyhow::Result<Round> {
    let slots: Vec<Mutex<Option<Vec<Log>>>> = logs.into_iter().map(|l| Mutex::new(Some(l))).collect();
    let worked = on_all_cores(slots.len(), |n| {
        let logs = slots[n].lock().ok().and_then(|mut l| l.take()).unwrap_or_default();
        run_task::run_task(shared, u32::try_from(n)?, logs, &updates[n], &|done| progress.inc(done))
    })?;
    // An event may claim to be from the future; the clock of the run is not.
    let end_ms = worked.iter().filter_map(|w| w.tally.last_ms).max().map(|ms| ms.min(shared.options.horizon.wall_ms));
    let slots: Vec<Mutex<Option<Worked>>> = worked.into_iter().map(|w| Mutex::new(Some(w))).collect();
    let finished = on_all_cores(slots.len(), |n| {
        let worked = slots[n].lock().ok().and_then(|mut w| w.take());
        let mut worked = worked.ok_or_else(|| anyhow::anyhow!("task {n} is gone"))?;
        run_task::finish(shared, &mut worked, end_ms)?;
        Ok(worked)
    })?;
    let (worked, heard) = accounts(shared, finished, end_ms)?;
    Ok(Round { worked, heard, end_ms })
}

/// What passes between members and accounts in a replay, by the task that takes it in, as Kafka's partitioner would deal it.
fn dealt(worked: &mut [Worked], partitions: u32) -> Vec<Vec<MemberUpdateRecord>> {
    let mut dealt: Vec<Vec<MemberUpdateRecord>> = worked.iter().map(|_| Vec::new()).collect();
    for member_update in worked.iter_mut().flat_map(|w| std::mem::take(&mut w.member_update)) {
        let partition = murmur2_partition(member_update.update.addressee().as_bytes(), partitions);
        dealt[partition as usize].push(member_update);
    }
    dealt
}

/// Last pass: updates from members go to the tasks of their accounts. Gives the accounts' updates for their members.
fn accounts(
    shared: &Shared<'_>,
    mut worked: Vec<Worked>,
    end_ms: Option<Ms>,
) -> anyhow::Result<(Vec<Worked>, Vec<Vec<MemberUpdateRecord>>)> {
    let updates = dealt(&mut worked, shared.options.partitions);
    if updates.iter().all(Vec::is_empty) {
        return Ok((worked, updates));
    }
    let slots: Vec<_> = worked.into_iter().zip(updates).map(|w| Mutex::new(Some(w))).collect();
    let mut worked = on_all_cores(slots.len(), |n| {
        let slot = slots[n].lock().ok().and_then(|mut w| w.take());
        let (mut worked, updates) = slot.ok_or_else(|| anyhow::anyhow!("task {n} is gone"))?;
        run_task::accounts(shared, &mut worked, updates, end_ms)?;
        Ok(worked)
    })?;
    let mut heard = dealt(&mut worked, shared.options.partitions);
    // Stable: one account's updates stay in their order.
    heard.iter_mut().for_each(|some| some.sort_by_key(|member_update| member_update.at_ms));
    Ok((worked, heard))
}
