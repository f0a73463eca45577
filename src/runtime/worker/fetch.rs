//! Fetching for one task, input by input, as far as there is room.

use crate::engine::codec::Codec;
use crate::runtime::horizon::Now;
use crate::runtime::options::Options;
use crate::runtime::partitioners::Sample;
use crate::runtime::ports::{Decode, EventSource, Failure, FetchRoom, InputPartition};
use crate::runtime::task_runner::TaskRunner;

/// Records taken from one partition queue at a time.
const FETCH_AT_ONCE: usize = 1_000;

/// Fetches for one task.
pub(super) fn fetch_task<S: EventSource, D: Decode, C: Codec>(
    runner: &mut TaskRunner<C>,
    source: &mut S,
    decoder: &D,
    options: &Options,
    samples: &mut [Sample],
    now: &Now,
) -> Result<bool, Failure> {
    let ahead = FetchRoom { records: options.fetch_ahead, bytes: options.fetch_shares().ahead };
    let mut any = false;
    for input in (0u16..).take(options.all_inputs().count()) {
        let from = InputPartition { partition: runner.partition, input };
        if runner.waits(input).is_some() {
            any |= runner.resume(input, source.known_end(from), now, decoder);
            if runner.waits(input).is_some() {
                continue;
            }
        }
        let room = runner.room(input, ahead);
        // Small helpings cost more per record: wait for room, as long as there is enough to work on.
        if room.records < FETCH_AT_ONCE.min(ahead.records / 2) || room.bytes < ahead.bytes / 2 {
            continue;
        }
        let room = FetchRoom { records: room.records.min(FETCH_AT_ONCE), ..room };
        let Some(fetched) = source.fetch(from, room)? else { continue };
        any = true;
        if fetched.is_anew {
            runner.forget_end(input, decoder);
        }
        let of_tasks = options.forwards_input == Some(input);
        let heard = if of_tasks { &mut runner.others.tasks } else { &mut runner.others.routers };
        let prepared = decoder.prepare(fetched.records, input, &mut |progress| heard.heard(progress, now.monotonic));
        let first = prepared.records.as_ref().filter(|records| !records.is_empty());
        // The internal input is our own producer's: it says nothing of the others'.
        if let (Some(sample), Some(records)) = (samples.get_mut(usize::from(input)), first)
            && let Some(key) = records.view(0).key
        {
            sample.add(key, runner.partition, options.partitions);
        }
        runner.push(input, prepared, fetched.end, now.monotonic, decoder);
    }
    Ok(any)
}
