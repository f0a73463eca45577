//! What one event costs inside, without Kafka: decoding, stepping, encoding state and outputs. `cargo bench --bench core`.
//!
//! Prints nanoseconds per event over the simulated shop. Absolute figures are noisy on small machines: compare within one run, or
//! count instructions (`valgrind --tool=callgrind` and the executable that cargo names, with a smaller number of events).

use leadstream::domain::{DAY_MS, HOUR_MS};
use leadstream::engine::task::{AHEAD, BatchEffects, Mode, Task};
use leadstream::runtime::ports::{Decode, RecordView};
use leadstream::wire::decode::{Decoder, Options, Topic};
use leadstream::wire::output::{Encoder, Format, Options as OutputOptions};
use leadstream::wire::state_record::StateCodec;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

/// One task of four of the drain's traffic (`benches/run`): 300,000 prospects, 3,000,000 events. Another number of events may be
/// given; ten of them for each prospect.
const EVENTS: usize = 750_000;
const BATCH: usize = 10_000;
/// Records decoded at a time, as the service fetches them.
#[path = "harness/traffic.rs"]
#[allow(dead_code, reason = "shared with the harness")]
mod traffic;
use traffic::Traffic;

const FETCH: usize = 1_000;

/// A record of one partition.
struct Record {
    input: u16,
    key: Vec<u8>,
    value: Vec<u8>,
    record_ms: i64,
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[allow(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a benchmark measures and prints"
)]
fn main() {
    let events = std::env::args().filter_map(|a| a.parse().ok()).next().unwrap_or(EVENTS);
    let models = Arc::new(leadstream_model::default_models());
    let topics = ["clickstream", "email", "cart"];
    let listed = topics.iter().map(|t| Topic {
        name: (*t).to_owned(),
        is_email: *t == "email",
        is_trusted: *t != "clickstream",
        format: Default::default(),
    });
    let decoder = Decoder::new(Options { topics: listed.collect(), ..Options::default() }, &models.vocabulary);
    let encoder = Encoder::new(
        OutputOptions { format: Format::Json, source: "bench".to_owned(), input_topics: topics.map(str::to_owned).to_vec() },
        Arc::clone(&models),
    );
    let mut traffic = Traffic::new(1, (events / 10) as u64);
    let records: Vec<Record> = (0..events)
        .map(|n| {
            // Six hours of event time, as in the drain.
            let record_ms = 20_000 * DAY_MS + (n as i64) * 6 * HOUR_MS / events as i64;
            let message = traffic.next(record_ms);
            let input = topics.iter().position(|t| *t == message.topic).unwrap_or(0) as u16;
            Record { input, key: message.key.as_bytes().to_vec(), value: message.value.as_bytes().to_vec(), record_ms }
        })
        .collect();
    let view = |n: usize, r: &Record| RecordView {
        input: r.input,
        partition: 0,
        offset: i64::try_from(n).unwrap_or(0),
        timestamp_ms: Some(r.record_ms),
        key: None,
        value: None,
        content_type: None,
        ..RecordView::default()
    };
    let ns = |since: Instant| since.elapsed().as_nanos() as f64 / events as f64;
    let mut task = Task::new(Arc::clone(&models), StateCodec);
    let (mut decode_ns, mut step_ns, mut state_ns, mut install_ns, mut output_ns) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut states, mut state_bytes, mut outputs, mut output_bytes, mut rejected) =
        (0_usize, 0_usize, 0_usize, 0_usize, 0_usize);
    let mut effects = BatchEffects::default();
    let mut buffer = Vec::new();
    let mut headers = Vec::new();
    for (chunk, records) in records.chunks(BATCH).enumerate() {
        for (fetch, records) in records.chunks(FETCH).enumerate() {
            let since = Instant::now();
            let decoded = records.iter().enumerate().map(|(n, r)| {
                let at = chunk * BATCH + fetch * FETCH + n;
                decoder.decode(&RecordView { key: Some(&r.key), value: Some(&r.value), ..view(at, r) })
            });
            let decoded: Vec<_> = decoded.collect();
            decode_ns += ns(since);
            let since = Instant::now();
            for (n, input) in decoded.iter().enumerate() {
                for (events_before, ahead) in AHEAD {
                    if let Some(Ok(soon)) = decoded.get(n + events_before) {
                        task.announce(&soon.key(), ahead);
                    }
                }
                match input {
                    Ok(input) => task.apply(input, Mode::Virtual, &mut effects),
                    Err(_) => rejected += 1,
                }
            }
            step_ns += ns(since);
        }
        let since = Instant::now();
        task.staged(|records| {
            states += records.len();
            state_bytes += records.iter().map(|(_, record)| record.map_or(0, <[u8]>::len)).sum::<usize>();
        });
        state_ns += ns(since);
        let since = Instant::now();
        task.confirm();
        install_ns += ns(since);
        let since = Instant::now();
        for output in effects.outputs.drain(..) {
            buffer.clear();
            black_box(encoder.encode((&output.prospect, &output.ids), &output.output, &mut buffer));
            encoder.headers(&output.prospect, &output.output, &mut headers);
            outputs += 1;
            output_bytes += buffer.len();
        }
        output_ns += ns(since);
        effects.clear();
    }
    let size = task.size();
    println!(
        "per event over {events} events of {} B, batches of {BATCH}:",
        records.iter().map(|r| r.value.len()).sum::<usize>() / events
    );
    println!("  decode          {decode_ns:7.0} ns   ({rejected} rejected)");
    println!("  step + timers   {step_ns:7.0} ns");
    println!(
        "  encode state    {state_ns:7.0} ns   ({:.2} records per event, {:.0} B each)",
        states as f64 / events as f64,
        state_bytes as f64 / states as f64
    );
    println!("  install         {install_ns:7.0} ns");
    println!(
        "  encode outputs  {output_ns:7.0} ns   ({:.2} outputs per event, {:.0} B each)",
        outputs as f64 / events as f64,
        output_bytes as f64 / outputs.max(1) as f64
    );
    println!(
        "  in memory       {} records, {:.0} B each, {} queued deadlines",
        size.records,
        size.record_bytes as f64 / size.records as f64,
        size.timers
    );
}
