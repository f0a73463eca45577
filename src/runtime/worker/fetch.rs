//! Fetching for one task, input by input, as far as there is room.

use crate::engine::codec::Codec;
use crate::runtime::chunk::Chunk;
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
        let room = runner.room(input, ahead);
        // Small helpings cost more per record: wait for room, as long as there is enough to work on.
        if room.records < FETCH_AT_ONCE.min(ahead.records / 2) || room.bytes < ahead.bytes / 2 {
            continue;
        }
        let room = FetchRoom { records: room.records.min(FETCH_AT_ONCE), ..room };
        let from = InputPartition { partition: runner.partition, input };
        let Some(fetched) = source.fetch(from, room)? else { continue };
        any = true;
        if fetched.is_anew {
            runner.forget_end(input, decoder);
        }
        let records = decoder.prepare(fetched.records, input, &mut |progress| runner.routers.heard(progress, now.monotonic));
        let chunk = (!records.is_empty()).then(|| Chunk::of(records));
        // The internal input is our own producer's: it says nothing of the others'.
        if let (Some(sample), Some(chunk)) = (samples.get_mut(usize::from(input)), &chunk)
            && let Some(key) = chunk.records().view(0).key
        {
            sample.add(key, runner.partition, options.partitions);
        }
        runner.push(input, chunk, fetched.end, decoder);
    }
    Ok(any)
}
