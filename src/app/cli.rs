//! The command line: every command, every option, with its help.

mod settings;
mod shops;
mod value_parsers;

pub use settings::SettingsArgs;
pub use shops::{DemoArgs, FileCompression, ShopKind, SimulateArgs};

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
    /// Show the whole pipeline with a simulated shop on an embedded broker: no Kafka, no configuration, nothing kept
    Demo(DemoArgs),
    /// Run the service: read the inputs, keep the prospects, write the triggers
    Run(RunArgs),
    /// Check settings, model, topics and rights before a start, and name every fault at once
    Check(CheckArgs),
    /// Make the output topics and the changelog with the right settings
    #[command(subcommand)]
    Topics(TopicsCommand),
    /// Run the same engine over files with a virtual clock: no Kafka needed, deterministic to the byte
    Replay(ReplayArgs),
    /// Report the figures of files or running instances: funnel, conversion, leaks, times, pipeline, sources, carts, customers
    Report(ReportArgs),
    /// Say why: stages, every point of the score, carts and triggers of one prospect, from a running instance or from files
    Explain(ExplainArgs),
    /// List the records that could not be used, or send them to their topics again
    #[command(subcommand)]
    Deadletters(DeadLettersCommand),
    /// Make seeded, believable shop traffic as files or into Kafka
    Simulate(SimulateArgs),
    /// Work on model files
    #[command(subcommand)]
    Model(ModelCommand),
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
    /// Only settings and model; ask no broker
    #[arg(long)]
    pub offline: bool,
    /// Faults and warnings as one JSON object
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

#[derive(Debug, Subcommand)]
pub enum TopicsCommand {
    /// Make the topics that are missing; topics that exist are compared, never changed
    Create(TopicsCreateArgs),
}

/// `topics create`.
#[derive(Debug, Clone, Args)]
pub struct TopicsCreateArgs {
    /// Make the input topics too, where they are missing
    #[arg(long)]
    pub inputs: bool,
    /// Partitions, where no input topic exists to take the number from
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub partitions: Option<i32>,
    /// Copies of each partition; without: the broker's default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub replication: Option<i32>,
    /// Print what would be made and make nothing
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
    /// Input as TOPIC=FILE: events, rows of a warehouse or dumped records as JSON lines, or CSV with a header, in any order; `.gz`, `.zst`
    /// and `-` (stdin) work; repeatable
    #[arg(long = "input", short = 'i', value_name = "TOPIC=FILE", required = true)]
    pub inputs: Vec<String>,
    /// Folder for the results: one JSON-lines file per output, and summary.json
    #[arg(long, short = 'o', value_name = "DIR")]
    pub out: PathBuf,
    /// Tasks that prospects are dealt to (murmur2, as Kafka does), each with its own clock
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: u32,
    /// Where the clock stops: `end` (last event's time), `forever` (all that is pending fires) or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end")]
    pub until: String,
    /// What the wall clock shows during the run (RFC 3339); without: now. Records further ahead of it than `inputs.max_ahead` are
    /// dead-lettered, as the service would have done then
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// The summary as JSON on stdout, in place of the table
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `report`.
#[derive(Debug, Clone, Args)]
pub struct ReportArgs {
    /// Input as TOPIC=FILE, as for `replay`; repeatable. Without: asks running instances
    #[arg(long = "input", short = 'i', value_name = "TOPIC=FILE", conflicts_with = "from")]
    pub inputs: Vec<String>,
    /// Address of a running instance; repeatable, the figures are added up. Without: `http.listen` of the settings
    #[arg(long, value_name = "URL")]
    pub from: Vec<String>,
    /// File with the token of the instances; without: `http.token_file` of the settings
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// With files: tasks that prospects are dealt to
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub partitions: u32,
    /// With files: where the clock stops, `end`, `forever` or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end")]
    pub until: String,
    /// With files: what the wall clock shows (RFC 3339), as for `replay`; without: now
    #[arg(long, value_name = "TIME", conflicts_with = "from")]
    pub as_of: Option<String>,
    /// What a campaign cost, such as `spring-sale=1200`: gives its cost per prospect and per customer; repeatable
    #[arg(long, value_name = "NAME=AMOUNT")]
    pub campaign_cost: Vec<String>,
    /// From which stage on a prospect is an opportunity, and which stage is won; without: what the model's moves say
    #[arg(long, value_name = "STAGE..STAGE")]
    pub pipeline: Option<String>,
    /// Sources and campaigns shown, those with most prospects first (JSON has all of them)
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub top: usize,
    /// Zone of the times that people read, such as `Europe/Berlin`; without: that of this machine (JSON is always in UTC)
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<String>,
    /// Every figure as JSON on stdout
    #[arg(long)]
    pub json: bool,
    /// Write one page with plots into this file: it needs nothing else, also without a network
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// `explain`.
#[derive(Debug, Clone, Args)]
pub struct ExplainArgs {
    /// The prospect: the key of its records; or an account, if no prospect is called so
    pub prospect: String,
    /// It is an account: a company's name or domain
    #[arg(long)]
    pub account: bool,
    /// Address of a running instance; without: `http.listen` of the settings
    #[arg(long, value_name = "URL", conflicts_with = "inputs")]
    pub url: Option<String>,
    /// Ask files instead of an instance: topic and file (JSON lines; .gz, .zst and `-` work); repeatable
    #[arg(long = "input", value_name = "TOPIC=FILE")]
    pub inputs: Vec<String>,
    /// With --input: where the clock stops: `end` of the files, `forever`, or a time (RFC 3339)
    #[arg(long, value_name = "WHEN", default_value = "end", requires = "inputs")]
    pub until: String,
    /// With --input: what the wall clock shows (RFC 3339), as for `replay`; without: now
    #[arg(long, value_name = "TIME", requires = "inputs")]
    pub as_of: Option<String>,
    /// Zone of the times that people read, such as `Europe/Berlin`; without: that of this machine (JSON is always in UTC)
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
    /// Send dead letters to their original topics again, each once; prints what it would do unless told `--execute`
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
    /// Only those dead-lettered at or after this time (RFC 3339, or so long ago: `2h`, `3d`)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only those dead-lettered before this time (RFC 3339, or so long ago)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// `deadletters list`.
#[derive(Debug, Clone, Args)]
pub struct DeadLettersListArgs {
    #[command(flatten)]
    pub filter: DeadLettersFilter,
    /// Every dead letter, not the counts by reason and topic
    #[arg(long)]
    pub each: bool,
    /// At most so many of `--each`, the newest
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// As JSON: the counts as one object, or one object a line with `--each`
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
    /// Really send; without it nothing is written
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
    /// Check model files (or shipped models by name), print every fault with its place, or what the model says
    Check(ModelCheckArgs),
    /// Say in words what changed from one model to another: exit code 0 when they mean the same, 1 when they differ
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
    /// Compare with the events of a file (JSON lines; .gz, .zst and `-` work): which names the model knows, which do nothing, which
    /// of its names never come; repeatable
    #[arg(long = "data", value_name = "FILE", conflicts_with = "dot")]
    pub data: Vec<PathBuf>,
    /// Also draw the moves between the stages as text
    #[arg(long)]
    pub graph: bool,
    /// Only draw them, as a picture: Graphviz DOT, for `dot -Tsvg`
    #[arg(long, conflicts_with_all = ["graph", "json"])]
    pub dot: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
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
