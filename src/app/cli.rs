//! The command line: every command, every option, with its help.

mod ids;
mod settings;
mod shops;
mod value_parsers;

pub use ids::{IdentityBlockArgs, IdentityCommand, IdentityNameArgs, IdentityShowArgs};
pub use settings::SettingsArgs;
pub use shops::{DemoArgs, FileCompression, ShopKind, SimulateArgs, SourceFormat};

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Real-time lead scoring on Apache Kafka: buyer journeys, sales funnels, scores and abandoned-cart triggers, exactly once.
#[derive(Debug, Parser)]
#[command(name = "leadstream", version, propagate_version = true, max_term_width = 110)]
#[command(after_help = "Exit codes: 0 done, 1 the work failed, 2 bad usage or configuration.\n\
    Results go to stdout, progress and logs to stderr.\n\
    Start with `leadstream demo`: it needs nothing.")]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole pipeline with a simulated shop on an embedded broker: no Kafka, no configuration, nothing is kept
    Demo(DemoArgs),
    /// Run the service: read the inputs, keep the prospects' state, write the triggers
    Run(RunArgs),
    /// Check settings, models, topics and permissions before a start, and report all errors at once
    Check(CheckArgs),
    /// Create the output topics and the changelog with the right settings
    #[command(subcommand)]
    Topics(TopicsCommand),
    /// Run the same engine over files with a virtual clock: no Kafka needed, deterministic to the byte
    Replay(ReplayArgs),
    /// Report figures from files or running instances: funnel, conversion, leaks, times, pipeline, sources, carts, customers
    Report(ReportArgs),
    /// Explain one prospect: stages, every point of the score, carts and triggers, from a running instance or from files
    Explain(ExplainArgs),
    /// List the records that could not be used, or send them back to their topics
    #[command(subcommand)]
    Deadletters(DeadLettersCommand),
    /// Generate seeded, realistic shop traffic, as files or into Kafka
    Simulate(SimulateArgs),
    /// Check and compare model files
    #[command(subcommand)]
    Model(ModelCommand),
    /// Check mapping files, and show what they make of records of other systems
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Show under which ids people are known
    #[command(subcommand)]
    Identity(IdentityCommand),
}

/// `run`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Only settings and models; contact no broker
    #[arg(long)]
    pub offline: bool,
    /// Also say what identity would do with the newest records of the inputs, before `identity.enabled` is set: persons, ids that
    /// look shared, events that take a hop (with it set, that is always said)
    #[arg(long, conflicts_with = "offline")]
    pub identity: bool,
    /// Errors and warnings as one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// Create the topics that are missing; existing topics are compared, never changed
    Create(TopicsCreateArgs),
}

/// `topics create`.
#[derive(Debug, Clone, Args)]
pub struct TopicsCreateArgs {
    /// Create missing input topics too
    #[arg(long)]
    pub inputs: bool,
    /// Number of partitions, if no input topic exists to take it from
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,
    /// Replication factor; default: the broker's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub replication: Option<i32>,
    /// Print what would be created, and create nothing
    #[arg(long)]
    pub dry_run: bool,
    /// The result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `replay`.
#[derive(Debug, Clone, Args)]
pub struct ReplayArgs {
    /// Input as TOPIC=FILE: events, warehouse rows or dumped records as JSON lines, or CSV with a header, in any order;
    /// `.gz`, `.zst` and `-` (stdin) work; repeatable
    #[arg(long = "input", short = 'i', value_name = "TOPIC=FILE", required = true)]
    pub inputs: Vec<String>,
    /// Folder for the results: one JSON-lines file per output, and summary.json
    #[arg(long, short = 'o', value_name = "DIR")]
    pub out: PathBuf,
    /// Number of tasks that prospects are spread over (by murmur2, as in Kafka), each with its own clock
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: u32,
    /// Where the clock stops: `end` (last event's time), `forever` (everything pending fires) or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end")]
    pub until: String,
    /// What the wall clock shows during the run (RFC 3339); default: now. Records further ahead of it than `inputs.max_ahead` are
    /// dead-lettered, as the service would have done at that time
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Print the summary as JSON instead of the table
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Input as TOPIC=FILE, as for `replay`; repeatable. Default: ask running instances
    #[arg(long = "input", short = 'i', value_name = "TOPIC=FILE", conflicts_with = "from")]
    pub inputs: Vec<String>,
    /// Address of a running instance; repeatable, the figures are added up. Default: `http.listen` of the settings
    #[arg(long, value_name = "URL")]
    pub from: Vec<String>,
    /// File with the token of the instances; default: `http.token_file` of the settings
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// With files: number of tasks that prospects are spread over
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: u32,
    /// With files: where the clock stops, `end`, `forever` or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end")]
    pub until: String,
    /// With files: what the wall clock shows (RFC 3339), as for `replay`; default: now
    #[arg(long, value_name = "TIME", conflicts_with = "from")]
    pub as_of: Option<String>,
    /// What a campaign cost, such as `spring-sale=1200`, to show its cost per prospect and per customer; repeatable
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub campaign_cost: Vec<String>,
    /// From which stage on a prospect is an opportunity, and which stage is won; default: derived from the model's moves
    #[arg(long, value_name = "STAGE..STAGE")]
    pub pipeline: Option<String>,
    /// Number of sources and campaigns shown, largest first (JSON has all of them)
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub top: usize,
    /// Time zone of the times shown, such as `Europe/Berlin`; default: this machine's (JSON is always in UTC)
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Print every figure as JSON
    #[arg(long)]
    pub json: bool,
    /// Write one self-contained page with plots to this file; it works offline
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The prospect: the key of its records; or an account, if there is no such prospect
    pub prospect: String,
    /// PROSPECT is an account: a company's name or domain
    #[arg(long)]
    pub account: bool,
    /// Address of a running instance; default: `http.listen` of the settings
    #[arg(long, value_name = "URL", conflicts_with = "inputs")]
    pub url: Option<String>,
    /// Read files instead of asking an instance: topic and file (JSON lines; .gz, .zst and `-` work); repeatable
    #[arg(long = "input", value_name = "TOPIC=FILE")]
    pub inputs: Vec<String>,
    /// With --input: where the clock stops: `end` of the files, `forever`, or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end", requires = "inputs")]
    pub until: String,
    /// With --input: what the wall clock shows (RFC 3339), as for `replay`; default: now
    #[arg(long, value_name = "TIME", requires = "inputs")]
    pub as_of: Option<String>,
    /// Time zone of the times shown, such as `Europe/Berlin`; default: this machine's (JSON is always in UTC)
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum DeadLettersCommand {
    /// Show dead letters by reason, topic and time
    List(DeadLettersListArgs),
    /// Send dead letters back to their original topics, each once; only prints what it would do unless given `--execute`
    Redrive(DeadLettersRedriveArgs),
}

/// Which dead letters are meant.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which ones")]
pub struct DeadLettersFilter {
    /// Only these reasons (`unreadable-value`, `absurd-time`, …); repeatable
    #[arg(long, value_name = "REASON")]
    pub reason: Vec<String>,
    /// Only from these input topics (with prefix); repeatable
    #[arg(long, value_name = "TOPIC")]
    pub topic: Vec<String>,
    /// Only those dead-lettered at or after this time (RFC 3339, or how long ago: `2h`, `3d`)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only those dead-lettered before this time (RFC 3339, or how long ago)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// `deadletters list`.
#[derive(Debug, Clone, Args)]
pub struct DeadLettersListArgs {
    #[command(flatten)]
    pub filter: DeadLettersFilter,
    /// Every dead letter instead of counts by reason and topic
    #[arg(long)]
    pub each: bool,
    /// With `--each`: show at most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// As JSON: the counts as one object, or with `--each` one object per line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `deadletters redrive`.
#[derive(Debug, Clone, Args)]
pub struct DeadLettersRedriveArgs {
    #[command(flatten)]
    pub filter: DeadLettersFilter,
    /// Actually send them; without it nothing is written
    #[arg(long, visible_alias = "yes")]
    pub execute: bool,
    /// The result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Check model files (or shipped models by name): print every error with its location, or else what the model says
    Check(ModelCheckArgs),
    /// Describe what changed from one model to another: exit code 0 when they mean the same, 1 when they differ
    Diff(ModelDiffArgs),
}

/// `model diff`.
#[derive(Debug, Clone, Args)]
pub struct ModelDiffArgs {
    /// Model file, or name of a shipped model
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// Model file, or name of a shipped model
    #[arg(value_name = "AFTER")]
    pub after: String,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// `model check`.
#[derive(Debug, Clone, Args)]
pub struct ModelCheckArgs {
    /// Model files, or names of shipped models
    #[arg(value_name = "FILE|NAME", required = true)]
    pub models: Vec<String>,
    /// Compare with the events of a file (JSON lines; .gz, .zst and `-` work): which names the model knows, which have no effect,
    /// which of its names never occur. With an input topic before it, the topic's mapping reads the file; repeatable
    #[arg(long = "data", value_name = "[TOPIC=]FILE", conflicts_with = "dot")]
    pub data: Vec<String>,
    /// Also draw the moves between the stages as text
    #[arg(long)]
    pub graph: bool,
    /// Only print the moves as Graphviz DOT, for `dot -Tsvg`
    #[arg(long, conflicts_with_all = ["graph", "json"])]
    pub dot: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum MappingCommand {
    /// Check mapping files (or shipped mappings by name): print every fault with its line, or what the mapping gives
    Check(MappingCheckArgs),
    /// Show for each record of a file which value came from where, and what became of it
    Explain(MappingExplainArgs),
    /// Propose a mapping file from samples: the shipped one where they are of its source, else guesses with how sure each is
    New(MappingNewArgs),
}

/// `mapping check`.
#[derive(Debug, Clone, Args)]
pub struct MappingCheckArgs {
    /// Mapping files, or names of shipped mappings
    #[arg(value_name = "FILE|NAME", required = true)]
    pub mappings: Vec<String>,
    /// Try it on the records of a file (a value in each line, or a record as `kcat -J` writes it; .gz, .zst and `-` work) and count
    /// what becomes of them; repeatable
    #[arg(long = "sample", value_name = "FILE")]
    pub samples: Vec<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `mapping explain`.
#[derive(Debug, Clone, Args)]
pub struct MappingExplainArgs {
    /// Mapping file, or name of a shipped mapping
    #[arg(value_name = "FILE|NAME")]
    pub mapping: String,
    /// The records (see `mapping check`); without it, standard input
    #[arg(long, value_name = "FILE")]
    pub sample: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `mapping new`.
#[derive(Debug, Clone, Args)]
pub struct MappingNewArgs {
    /// Files of records, a value in each line, or a record as `kcat -J` writes it (.gz, .zst and `-` work); the first 200,000 records
    /// are read, and some 2,000 of them looked at
    #[arg(long = "sample", value_name = "FILE", required = true, num_args = 1..)]
    pub samples: Vec<PathBuf>,
    /// The mapping's name in the file
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_option_has_its_help() {
        fn walk(command: &clap::Command, path: &str) {
            assert!(command.get_about().is_some(), "{path} has no help");
            for arg in command.get_arguments().filter(|a| a.get_id() != "help" && a.get_id() != "version") {
                assert!(arg.get_help().is_some(), "{path} {} has no help", arg.get_id());
            }
            for sub in command.get_subcommands().filter(|s| s.get_name() != "help") {
                walk(sub, &format!("{path} {}", sub.get_name()));
            }
        }
        walk(&Cli::command(), "leadstream");
    }
}
