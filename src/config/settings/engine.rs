//! `engine.*`: how the workers work.

use super::section::section;
use crate::runtime::options::BatchLimits;
use std::time::Duration;

section! {
    /// `engine.*`
    #[derive(PartialEq)]
    Engine "engine" besides {
        batch: BatchLimits,
    } {
        workers: usize = (one_per_core()) in 1..=256,
            "Threads, each with its own consumer and transactional producer. Default: one per core, at most 4. Workers \
             beyond the number of partitions are idle.";
        instance_id: Option<String>,
            "Name of this instance: letters, digits, `.`, `_`, `-`. Part of each `transactional.id`, so two instances must \
             not share one. Default: an id kept and locked in `state.dir`, or else a random one.";
        .batch.max_events as batch_max_events: usize = 20000 in 1..=1_000_000,
            "Maximum events per transaction; four times as many while an input is behind (`engine.behind_after`).";
        .batch.longest as batch_longest: Duration = "250ms",
            "A batch is committed after this long at the latest: bounds how late an output becomes visible under load. Four \
             times as long while an input is behind, as a prospect who appears several times in a batch is written once.";
        .batch.linger as batch_linger: Duration = "8ms",
            "How long events collect after a commit before the next batch begins, if none were waiting. A transaction that \
             begins while the broker is still ending the previous one waits for 20 ms; the first event after a pause is not \
             delayed.";
        fetch_ahead: usize = 4000 in 1..=1_000_000, "Records prefetched per input partition.";
        fetch_ahead_bytes: usize = 1073741824 in 1..=1 << 40,
            "Maximum bytes of fetched records that an instance holds: waiting, in open batches, and in the client library's \
             queues, divided among all input partitions. See the memory formula in docs/limits.md.";
        decoded_records: usize = 262144 in 0..=100_000_000,
            "Decoded copies of the most recently used prospects that an instance keeps beside their records, at one to two \
             kilobytes each, shared by its workers and their partitions. A prospect among them needs no decoding: ideally as \
             many as there are prospects.";
        max_records_per_partition: Option<usize> = "off",
            "Once a partition has this many prospects, events of new visitors about whom nothing is known (no user id, \
             address, traits or order) are counted but not applied: a flood of invented ids ends there, and not with the \
             machine's memory. Known prospects, and new ones about whom something is known, are always served. Every \
             instance must be able to hold this many for each partition that it may be assigned.";
        behind_after: Duration = "5s",
            "An input whose next record is older than this is behind: cart reminders wait until the backlog has been read.";
        shutdown_deadline: Duration = "10s",
            "How long a shutdown may take to finish or abort open batches; then the process ends anyway.";
    }
}

fn one_per_core() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(4)
}
