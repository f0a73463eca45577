//! `replay`: the same engine over files, with a virtual clock, without Kafka and on all cores.
//!
//! ```text
//! lines of each topic --partition--> logs by topic and partition --sort, run--> one task per partition --finish--> files
//! ```
//!
//! The logs are what Kafka's partitions would hold. Tasks only meet at the end: the last event's time of the whole input is
//! where every task's clock stops.

mod cores;
mod example;
mod input_log;
mod inputs;
mod map_lines;
mod merge;
mod one;
mod options;
mod outcomes;
mod outputs;
mod partition_inputs;
mod partition_log;
mod partitioner;
mod people;
mod record;
mod rounds;
mod rows;
mod run_task;
mod shared;
mod sort;
mod spill;
mod summary;
mod tally;

pub use example::Example;
pub use inputs::Input;
pub(super) use inputs::{next_line, open, position};
pub(super) use map_lines::parts as parts_of_line;
pub use options::{Options, Until};
pub use outcomes::Outcomes;
pub use record::Source;
pub(super) use summary::unusable;
pub use tally::Tally;

use super::cli::{ReplayArgs, SettingsArgs};
use super::exit::UsageError;
use super::identity::{self, Ids};
use super::load_settings;
use super::registry::SchemaSource;
use super::route::{self, InputMapping};
use super::service::{decoder_options, max_ahead_ms};
use super::terminal::stdout;
use crate::config::Settings;
use crate::domain::company_names::ACCOUNT_KEY;
use crate::domain::member_update::MemberUpdateRecord;
use crate::domain::state::prospect::Prospect;
use crate::domain::{Ms, Text};
use crate::engine::figures::Figures;
use crate::runtime::horizon::Horizon;
use crate::wire::{decode, output};
use cores::on_all_cores;
use indicatif::{ProgressBar, ProgressStyle};
use one::{One, names_of};
use partition_log::PartitionLog;
use partitioner::Partitioned;
use people::People;
use rounds::{Round, round};
use run_task::Worked;
use shared::Shared;
use spill::{Log, Spill};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// Runs the command.
///
/// # Errors
/// The arguments make no sense, an input can't be read, or the files can't be written.
pub fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let options = options(&args)?;
    let progress = spinner();
    let tally = replay(&options, &progress)?;
    progress.finish_and_clear();
    let text = if args.json { summary::json(&options, &tally)? } else { summary::table(&options, &tally) };
    writeln!(stdout(args.json), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

fn options(args: &ReplayArgs) -> anyhow::Result<Options> {
    let until = until(&args.until)?;
    let as_of_ms = as_of(args.as_of.as_deref())?;
    let from = From { settings: &args.settings, inputs: &args.inputs, partitions: args.partitions, as_of_ms };
    from.options(args.out.clone(), until)
}

/// Shows on a terminal how far a replay is.
pub(super) fn spinner() -> ProgressBar {
    ProgressBar::new_spinner().with_style(
        ProgressStyle::with_template("{spinner} {msg} {human_pos} events, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    )
}

/// Where replays read from.
pub(super) struct From<'a> {
    pub settings: &'a SettingsArgs,
    /// `TOPIC=FILE` each.
    pub inputs: &'a [String],
    pub partitions: u32,
    /// What the wall clock of the run shows.
    pub as_of_ms: Ms,
}

impl From<'_> {
    /// What to replay, with the models of the settings.
    pub(super) fn options(&self, out: PathBuf, until: Until) -> anyhow::Result<Options> {
        let (loaded, models) = load_settings::settings_and_models(self.settings)?;
        let settings = &loaded.settings;
        let decode = decode_options(settings);
        let prefix = &settings.topics.prefix;
        let inputs = self.inputs.iter().map(|i| inputs::parse(i, &decode.topics, prefix)).collect::<Result<Vec<_>, _>>()?;
        if inputs.iter().filter(|i| i.path.as_os_str() == "-").count() > 1 {
            return Err(UsageError("stdin (`-`) can be one input only".to_owned()).into());
        }
        let horizon = Horizon { wall_ms: self.as_of_ms, max_ahead_ms: max_ahead_ms(settings) };
        let max_records = settings.engine.max_records_per_partition;
        let models = Arc::new(models);
        let partitions = self.partitions;
        let ids = identity::ids(settings)?;
        let mappings = mappings(settings, ids.as_ref())?;
        Ok(Options { inputs, out, partitions, until, horizon, models, max_records, decode, mappings, ids })
    }
}

/// `--until`.
pub(super) fn until(text: &str) -> Result<Until, UsageError> {
    Ok(match text {
        "end" => Until::End,
        "forever" => Until::Forever,
        time => Until::Time(
            super::simulate::parse_time(time).map_err(|e| UsageError(format!("--until: {e}, nor `end` or `forever`")))?,
        ),
    })
}

/// `--as-of`; without: now.
pub(super) fn as_of(text: Option<&str>) -> Result<Ms, UsageError> {
    let Some(text) = text else { return Ok(super::simulate::wall_ms()) };
    super::simulate::parse_time(text).map_err(|e| UsageError(format!("--as-of: {e}")))
}

/// How records of the configured topics are to be decoded: files are JSON, whatever the topic is.
pub(super) fn decode_options(settings: &Settings) -> decode::Options {
    let mut options = decoder_options(settings);
    options.topics.iter_mut().for_each(|topic| topic.format = decode::Format::Json);
    options
}

/// The mappings of the topics of [`decode_options`].
///
/// # Errors
/// Every fault of a mapping, as a [`UsageError`].
pub fn mappings(settings: &Settings, ids: Option<&Ids>) -> anyhow::Result<Vec<Option<InputMapping>>> {
    let reading = |mapping: InputMapping| match ids {
        Some(ids) => InputMapping { mapper: mapping.mapper.reading_ids(Arc::clone(&ids.reader)), ..mapping },
        None => mapping,
    };
    Ok(route::input_mappings(settings, &mut SchemaSource::of_command(settings))?
        .into_iter()
        .map(|(_, mapping)| mapping.map(reading))
        .collect())
}

/// Replays the files and writes the results.
///
/// # Errors
/// An input can't be read, or the results can't be written.
pub fn replay(options: &Options, progress: &ProgressBar) -> anyhow::Result<Tally> {
    std::fs::create_dir_all(&options.out)?;
    let spill = Spill::new(&options.out);
    let Run { tasks, mappings, end_ms: _ } = run_all(options, Wanted::Outputs, &spill, progress)?;
    let mut tally = Tally { mappings, ..Tally::default() };
    let mut outputs = Vec::new();
    for worked in tasks {
        tally.add(&worked.tally);
        outputs.push(worked.outputs);
    }
    outputs::write(&options.out, outputs, &spill)?;
    std::fs::write(options.out.join("summary.json"), summary::json(options, &tally)? + "\n")?;
    Ok(tally)
}

/// Runs the events of one prospect through the same engine; the others only move the clock. With identity it is found by any of its ids,
/// and what left under each of them is its own: for that the files are read twice.
pub(super) fn one(options: &Options, prospect: &str, progress: &ProgressBar) -> anyhow::Result<One> {
    std::fs::create_dir_all(&options.out)?;
    let mut names = vec![prospect.to_owned()];
    if options.ids.is_some() {
        if options.inputs.iter().any(|input| input.path.as_os_str() == "-") {
            return Err(UsageError("with identity the inputs are read twice: give a file in place of `-`".to_owned()).into());
        }
        let run = run_all(options, Wanted::Figures, &Spill::new(&options.out), progress)?;
        progress.set_position(0);
        names = names_of(&run.tasks, prospect)?;
    }
    let spill = Spill::new(&options.out);
    let Run { tasks, end_ms, mappings: _ } = run_all(options, Wanted::One(&names), &spill, progress)?;
    let mut one = One { name: names[0].clone(), record: None, at_ms: end_ms.unwrap_or_default(), outputs: Vec::new() };
    for worked in tasks {
        if let Some(record) = worked.task.prospect(&one.name)? {
            one.at_ms = one.at_ms.max(worked.task.time_ms());
            one.record = Some(record);
        }
        one.outputs.append(&mut outputs::values(worked.outputs, &spill)?);
    }
    // What belongs together stays in order.
    one.outputs.sort_by_key(|(output, _)| output.at);
    Ok(one)
}

/// The record of an account after all events, under the first of these names that is known, and when that was.
pub(super) fn account(options: &Options, names: &[Text], progress: &ProgressBar) -> anyhow::Result<Option<(Text, Prospect, Ms)>> {
    std::fs::create_dir_all(&options.out)?;
    let Run { tasks, end_ms, mappings: _ } = run_all(options, Wanted::Figures, &Spill::new(&options.out), progress)?;
    let at_ms = tasks.iter().map(|w| w.task.time_ms()).chain(end_ms).max().unwrap_or_default();
    for name in names {
        for worked in &tasks {
            if let Some(record) = worked.task.prospect(&format!("{ACCOUNT_KEY}{name}"))? {
                return Ok(Some((name.clone(), record, at_ms)));
            }
        }
    }
    Ok(None)
}

/// Replays the files for what can be counted. What doesn't fit into memory lies in `options.out` meanwhile.
///
/// # Errors
/// An input can't be read.
pub fn figures(options: &Options, progress: &ProgressBar) -> anyhow::Result<(Figures, Tally)> {
    let Run { tasks, end_ms, mappings } = run_all(options, Wanted::Figures, &Spill::new(&options.out), progress)?;
    let (mut figures, mut tally) = (Figures::new(&options.models), Tally { mappings, ..Tally::default() });
    for worked in tasks {
        figures.merge(&worked.task.figures());
        tally.add(&worked.tally);
    }
    figures.covers(end_ms);
    if let Until::Time(until_ms) = options.until {
        // The clock ran on to there.
        figures.covers(Some(until_ms.max(end_ms.unwrap_or(until_ms))));
    }
    Ok((figures, tally))
}

/// What a replay is for.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Outputs,
    /// The record and outputs of one prospect, under all its names: events of others are not applied.
    One(&'a [String]),
    /// What is counted: no outputs are kept.
    Figures,
}

/// Rounds of a replay at most. Updates from accounts rest on what members did, not on the updates that they got, so the second round
/// finds what the first found; another is for the unforeseen.
const MOST_ROUNDS: usize = 4;

/// What was replayed.
struct Run {
    /// Every one at the end of its time.
    tasks: Vec<Worked>,
    /// The last event's time.
    end_ms: Option<Ms>,
    /// As of [`Tally`].
    mappings: BTreeMap<String, Outcomes>,
}

fn run_all(options: &Options, wanted: Wanted<'_>, spill: &Spill, progress: &ProgressBar) -> anyhow::Result<Run> {
    progress.set_message("read");
    let decoder = decode::Decoder::new(options.decode.clone(), &options.models.vocabulary);
    let people = options.ids.as_ref().map(People::new);
    let Dealt { logs: dealt, mappings } = partition_all(options, &decoder, spill, people.as_ref(), progress)?;
    let logs = sort_all(dealt, spill, progress)?;
    progress.set_message("replayed");
    progress.set_position(0);
    let input_topics = options.decode.topics.iter().map(|t| t.name.clone()).collect();
    let encoder = output::Encoder::new(
        output::Options { format: output::Format::Json, source: "leadstream/replay".to_owned(), input_topics },
        Arc::clone(&options.models),
    );
    // What is held back of a prospect depends on its colleagues.
    let flows_back = options.models.holds_back();
    let (only, encoder) = match wanted {
        Wanted::Outputs => (None, Some(&encoder)),
        Wanted::One(names) => (Some(names), Some(&encoder)),
        Wanted::Figures => (None, None),
    };
    // What is one person's comes under several names.
    let is_alone = !flows_back && options.ids.is_none();
    let shared = Shared {
        options,
        decoder: &decoder,
        encoder,
        spill,
        only: only.filter(|_| is_alone).and_then(<[String]>::first),
        shown: only,
    };
    let mut told = logs.iter().map(|_| Vec::new()).collect::<Vec<Vec<MemberUpdateRecord>>>();
    for _ in 1..MOST_ROUNDS {
        if !flows_back {
            break;
        }
        let again = logs.iter().map(|task| task.iter().map(Log::again).collect()).collect();
        let Round { worked, heard, end_ms } = round(&shared, again, &told, progress)?;
        if heard == told {
            return Ok(Run { tasks: worked, end_ms, mappings });
        }
        told = heard;
        progress.set_position(0);
    }
    let Round { worked, end_ms, heard: _ } = round(&shared, logs, &told, progress)?;
    Ok(Run { tasks: worked, end_ms, mappings })
}

/// The records of all inputs.
struct Dealt {
    /// By task, in topic order.
    logs: Vec<Vec<PartitionLog>>,
    /// As of [`Tally`].
    mappings: BTreeMap<String, Outcomes>,
}

/// One thread a topic.
fn partition_all(
    options: &Options,
    decoder: &decode::Decoder,
    spill: &Spill,
    people: Option<&People<'_>>,
    progress: &ProgressBar,
) -> anyhow::Result<Dealt> {
    let topics = options.decode.topics.len();
    let numbered = || (0..).zip(options.inputs.iter().cloned());
    let dealt = on_all_cores(topics, |topic| {
        let inputs: Vec<(u32, Input)> = numbered().filter(|(_, input)| input.topic == topic).collect();
        partition_inputs::partition_inputs(&inputs, u16::try_from(topic)?, options, decoder, spill, people, &|n| progress.inc(n))
    })?;
    let dealt = match people {
        Some(people) => by_person(dealt, people, options.partitions, spill)?,
        None => dealt,
    };
    let mut logs: Vec<Vec<PartitionLog>> = (0..options.partitions).map(|_| Vec::with_capacity(topics)).collect();
    let mut mappings: BTreeMap<String, Outcomes> = BTreeMap::new();
    for (topic, Partitioned { logs: of_topic, outcomes }) in dealt.into_iter().enumerate() {
        for (task, log) in logs.iter_mut().zip(of_topic) {
            task.push(log);
        }
        // One that changes nothing has nothing to count but what it skips.
        let counts = |mapping: &&InputMapping| !mapping.changes_nothing() || outcomes != Outcomes::default();
        if let Some(mapping) = options.mappings.get(topic).and_then(Option::as_ref).filter(counts) {
            mappings.entry(mapping.mapper.name().to_owned()).or_default().add(&outcomes);
        }
    }
    Ok(Dealt { logs, mappings })
}

/// Who is one person is known now: every topic's records go to the tasks of their persons.
fn by_person(dealt: Vec<Partitioned>, people: &People<'_>, tasks: u32, spill: &Spill) -> anyhow::Result<Vec<Partitioned>> {
    let slots: Vec<Mutex<Option<Partitioned>>> = dealt.into_iter().map(|topic| Mutex::new(Some(topic))).collect();
    on_all_cores(slots.len(), |n| {
        let topic = slots[n].lock().ok().and_then(|mut topic| topic.take());
        let Partitioned { logs, outcomes } = topic.ok_or_else(|| anyhow::anyhow!("topic {n} is gone"))?;
        let all = logs.into_iter().next().map(|first| first.log).unwrap_or_default();
        Ok(Partitioned { logs: people.deal(all, tasks, spill)?, outcomes })
    })
}

/// Brings the logs into order that did not come in it.
fn sort_all(dealt: Vec<Vec<PartitionLog>>, spill: &Spill, progress: &ProgressBar) -> anyhow::Result<Vec<Vec<Log>>> {
    let unsorted = |task: &Vec<PartitionLog>| task.iter().any(|dealt| dealt.is_unsorted);
    if !dealt.iter().any(unsorted) {
        return Ok(dealt.into_iter().map(|task| task.into_iter().map(|dealt| dealt.log).collect()).collect());
    }
    progress.set_message("sorted");
    progress.set_position(0);
    let slots: Vec<Mutex<Option<Vec<PartitionLog>>>> = dealt.into_iter().map(|task| Mutex::new(Some(task))).collect();
    on_all_cores(slots.len(), |n| {
        let task = slots[n].lock().ok().and_then(|mut task| task.take()).unwrap_or_default();
        let in_order = |dealt: PartitionLog| {
            if dealt.is_unsorted { sort::sorted(dealt.log, spill, &|n| progress.inc(n)) } else { Ok(dealt.log) }
        };
        task.into_iter().map(in_order).collect()
    })
}
