//! What the records of each source cost: the shipped mappings over their fixtures, beside Segment JSON that the decoder reads without
//! any, in one run. `cargo bench --bench mapping`.
//!
//! Counts instructions, by valgrind, which has to be installed: they are the same at every run. The program starts itself again under
//! callgrind, with `--work`; there, the instructions of each call of `measured` are written to a file before the next one begins.

use leadstream::runtime::ports::{Decode, Prepared, RecordBatch, RecordView};
use leadstream::wire::decode::{Decoder, Mappings, Options, Topic};
use leadstream::wire::mapped::{Mapper, record};
use leadstream_mapping::{NoSchemas, SHIPPED, load};
use serde_json::Value;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::rc::Rc;
use std::sync::Arc;

#[path = "harness/traffic.rs"]
#[allow(dead_code, reason = "shared with the harness")]
mod traffic;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often all fixtures of a source are gone through in one measurement, after once to warm up.
const ROUNDS: usize = 20;
/// Records of the traffic that the drain of `benches/run` has.
const TRAFFIC: usize = 500;
/// 2026-03-05: after all times in the fixtures, which are of that week or before.
const NOW_MS: i64 = 1_772_700_000_000;

/// Records of one topic.
#[derive(Clone)]
struct Load(Rc<Vec<Kept>>);

struct Kept {
    topic: String,
    key: Option<Vec<u8>>,
    value: Vec<u8>,
    headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Load {
    /// The fixtures of a source, without those that are hostile on purpose and tombstones.
    fn fixtures(source: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mappings").join(source);
        let mut paths: Vec<PathBuf> = files_in(&folder);
        paths.retain(|path| name_of(path).ends_with(".in.json") && !name_of(path).starts_with("hostile"));
        let records = paths.iter().filter_map(|path| {
            let case: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("a case")).expect("JSON");
            let text = |name: &str| case[name].as_str().map(str::to_owned);
            let value = text("text").or_else(|| case.get("value").map(Value::to_string))?;
            let header = |(name, value): (&String, &Value)| (name.clone(), value.as_str().map(|text| text.as_bytes().to_vec()));
            Some(Kept {
                topic: text("topic").unwrap_or_default(),
                key: text("key").map(String::into_bytes),
                value: value.into_bytes(),
                headers: case["headers"].as_object().into_iter().flatten().map(header).collect(),
            })
        });
        Self(Rc::new(records.collect()))
    }

    /// Segment JSON as in the drain, keyed by the prospect.
    fn traffic() -> Self {
        let mut traffic = traffic::Traffic::new(1, TRAFFIC as u64 / 10);
        let record = |_| {
            let message = traffic.next(NOW_MS - 1_000);
            let (key, value) = (message.key.as_bytes().to_vec(), message.value.as_bytes().to_vec());
            Kept { topic: message.topic.to_owned(), key: Some(key), value, headers: Vec::new() }
        };
        Self(Rc::new((0..TRAFFIC).map(record).collect()))
    }

    /// What a mapping makes of them, each under its prospect: as `leadstream.events` has it.
    fn mapped(&self, mapper: &Mapper) -> Self {
        let mut events = Vec::new();
        for n in 0..self.0.len() {
            let parts = mapper.map(&record(&self.view(n), &self.0[n].topic, &self.0[n].headers)).expect("its schema is known");
            for event in parts.into_iter().filter_map(|part| part.what?.ok()) {
                let (key, value) = (Some(event.prospect.into_bytes()), event.json.into_bytes());
                events.push(Kept { topic: String::new(), key, value, headers: Vec::new() });
            }
        }
        Self(Rc::new(events))
    }

    fn bytes_each(&self) -> usize {
        self.0.iter().map(|record| record.value.len()).sum::<usize>() / self.0.len().max(1)
    }
}

impl RecordBatch for Load {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn view(&self, n: usize) -> RecordView<'_> {
        let Kept { key, value, .. } = &self.0[n];
        let offset = i64::try_from(n).unwrap_or(0);
        RecordView { offset, timestamp_ms: Some(NOW_MS), key: key.as_deref(), value: Some(value), ..RecordView::default() }
    }

    fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        self.0[n].headers.clone()
    }
}

/// What is measured, in the order in which it runs.
enum Work {
    /// The decoder, with a mapping of the topic that is read where it lies or without any.
    Decode { decoder: Decoder, records: Load },
    /// A router's mapping.
    Map { mapper: Mapper, records: Load },
}

/// Under callgrind, only what this calls is counted.
#[inline(never)]
fn measured(work: &Work) {
    for _ in 0..ROUNDS {
        work.once();
    }
}

impl Work {
    fn once(&self) {
        match self {
            Work::Decode { decoder, records } => {
                let Prepared { records, .. } = decoder.prepare(Box::new(records.clone()), 0, &mut |_| {});
                let records = records.expect("no schema is needed");
                for n in 0..records.len() {
                    black_box(decoder.decode(&records.view(n)).is_ok());
                }
            }
            Work::Map { mapper, records } => {
                for n in 0..records.len() {
                    let Kept { topic, headers, .. } = &records.0[n];
                    black_box(mapper.map(&record(&records.view(n), topic, headers)).is_ok());
                }
            }
        }
    }
}

/// A row of the table.
struct Row {
    name: String,
    /// Records, and events that are made of them.
    records: usize,
    events: usize,
    bytes_each: usize,
    /// To map, where there is something to map, and to decode.
    works: Vec<Work>,
}

fn decoder(mapper: Option<Mapper>) -> Decoder {
    let topic = Topic { name: "records".to_owned(), is_email: false, is_trusted: true, format: Default::default() };
    let models = leadstream_model::default_models();
    let decoder = Decoder::new(Options { topics: vec![topic], ..Options::default() }, &models.vocabulary);
    decoder.with_mappings(Mappings::new(vec![mapper], Box::new(|_, _, _| {})))
}

fn shipped(name: &str) -> Mapper {
    Mapper::with_schemas(load(name).expect("a shipped mapping"), Arc::new(NoSchemas))
}

fn rows() -> Vec<Row> {
    let in_place = |name: &str, records: Load, mapper: Option<Mapper>| Row {
        name: name.to_owned(),
        records: records.0.len(),
        events: records.0.len(),
        bytes_each: records.bytes_each(),
        works: vec![Work::Decode { decoder: decoder(mapper), records }],
    };
    let routed = |name: &str, records: Load, mapper: Mapper| {
        let events = records.mapped(&mapper);
        Row {
            name: name.to_owned(),
            records: records.0.len(),
            events: events.0.len(),
            bytes_each: records.bytes_each(),
            works: vec![Work::Map { mapper, records }, Work::Decode { decoder: decoder(None), records: events }],
        }
    };
    let mut rows = vec![
        in_place("Segment JSON, without a mapping", Load::traffic(), None),
        in_place("Segment JSON by `segment`, not routed", Load::traffic(), Some(shipped("segment"))),
        routed("Segment JSON by `segment`, routed", Load::traffic(), shipped("segment")),
    ];
    rows.extend(SHIPPED.iter().map(|(name, _)| routed(name, Load::fixtures(name), shipped(name))));
    rows
}

#[allow(clippy::print_stderr, clippy::print_stdout, reason = "a benchmark prints")]
fn main() -> ExitCode {
    let rows = rows();
    if std::env::args().any(|argument| argument == "--work") {
        for work in rows.iter().flat_map(|row| &row.works) {
            // What is made at the first time only is not counted.
            work.once();
            measured(work);
        }
        return ExitCode::SUCCESS;
    }
    match counted() {
        Ok(counts) => print(&rows, &counts),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Instructions of each call of `measured`.
fn counted() -> Result<Vec<u64>, String> {
    let folder = tempfile::tempdir().map_err(|error| format!("no folder for callgrind: {error}"))?;
    let program = std::env::current_exe().map_err(|error| format!("where this program lies: {error}"))?;
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no", "--toggle-collect=mapping::measured"])
        .arg("--dump-before=mapping::measured")
        .arg(format!("--callgrind-out-file={}", folder.path().join("out").display()))
        .arg(program)
        .arg("--work")
        .output()
        .map_err(|error| format!("valgrind can't be started ({error}): install it, it counts the instructions"))?;
    if !ran.status.success() {
        return Err(format!("under valgrind: {}\n{}", ran.status, String::from_utf8_lossy(&ran.stderr)));
    }
    // `out.1` is from before the first call, `out` from the end.
    let number = |path: &Path| path.extension().and_then(|end| end.to_str()?.parse().ok()).unwrap_or(u32::MAX);
    let mut dumps: Vec<(u32, PathBuf)> = files_in(folder.path()).into_iter().map(|path| (number(&path), path)).collect();
    dumps.sort();
    let count = |(_, path): (u32, PathBuf)| {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
        total.ok_or_else(|| format!("{} has no totals", path.display()))
    };
    dumps.into_iter().skip(1).map(count).collect()
}

#[allow(clippy::cast_precision_loss, clippy::print_stdout, reason = "a benchmark prints")]
fn print(rows: &[Row], counts: &[u64]) {
    let works: usize = rows.iter().map(|row| row.works.len()).sum();
    assert_eq!(works, counts.len(), "a count for each piece of work");
    let mut counts = counts.iter().map(|count| *count as f64 / ROUNDS as f64);
    let mut first = None;
    println!("| source | bytes a record | events a record | to map an event | to decode it | an event | a byte |");
    println!("|---|---|---|---|---|---|---|");
    for Row { name, records, events, bytes_each, works } in rows {
        let events = *events as f64;
        let map = if works.len() > 1 { counts.next() } else { None };
        let decode = counts.next().unwrap_or_default();
        // A router reads what it is about to write, too.
        let all = map.map_or(decode, |map| map + 2.0 * decode);
        let (event, byte) = (all / events, all / (*records * bytes_each) as f64);
        let (segment_event, segment_byte) = *first.get_or_insert((event, byte));
        println!(
            "| {name} | {bytes_each} | {:.1} | {} | {:.0} | {:.2} | {:.1} |",
            events / *records as f64,
            map.map_or("-".to_owned(), |map| format!("{:.0}", map / events)),
            decode / events,
            event / segment_event,
            byte / segment_byte,
        );
    }
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
