//! The only wiring: commands of the command line, each in its own file, and their exit codes.
//!
//! Exit codes: 0 done, 1 the work failed, 2 bad usage or configuration. Results go to stdout, progress and logs to stderr.

pub mod check;
pub mod cli;
pub mod deadletters;
pub mod demo;
mod dump;
mod exit;
pub mod explain;
mod files;
pub mod identity;
pub mod load_settings;
pub mod mapping;
pub mod metrics_observer;
pub mod model_check;
mod model_diff;
pub mod registry;
pub mod replay;
pub mod report;
pub mod route;
pub mod run;
#[cfg(test)]
mod schemas;
pub mod service;
pub mod signals;
pub mod simulate;
pub mod terminal;
pub mod topics;
pub mod workers;
mod zone;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{Cli, Command, DeadLettersCommand, IdentityCommand, ModelCommand, TopicsCommand};
use exit::{BAD_USAGE, DONE, FAILED, UsageError};
use std::process::ExitCode;

/// Parses the command line, runs the command, says what went wrong on stderr and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // The write fails only when the terminal is gone; the exit code still says what happened.
            let _gone = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::from(DONE),
                _ => ExitCode::from(BAD_USAGE),
            };
        }
    };
    exit_code(dispatch(cli.command))
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => demo::run(args),
        Command::Run(args) => run::run(args),
        Command::Check(args) => check::run(args),
        Command::Topics(TopicsCommand::Create(args)) => topics::create(args),
        Command::Replay(args) => replay::run(args),
        Command::Report(args) => report::run(&args),
        Command::Explain(args) => explain::run(args),
        Command::Deadletters(DeadLettersCommand::List(args)) => deadletters::list(args),
        Command::Deadletters(DeadLettersCommand::Redrive(args)) => deadletters::redrive(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Model(ModelCommand::Check(args)) => model_check::run(args),
        Command::Model(ModelCommand::Diff(args)) => model_diff::run(&args),
        Command::Mapping(command) => mapping::run(&command),
        Command::Identity(IdentityCommand::Name(args)) => identity::name(&args),
        Command::Identity(IdentityCommand::Show(args)) => identity::show::run(&args),
        Command::Identity(IdentityCommand::Block(args)) => identity::block::block(&args),
        Command::Identity(IdentityCommand::Unblock(args)) => identity::block::unblock(&args),
    }
}

fn exit_code(result: anyhow::Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        // The pipe that we write to was closed (`| head`): not an error.
        Err(error) if error.chain().any(is_broken_pipe) => ExitCode::from(DONE),
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::from(if error.chain().any(|cause| cause.is::<UsageError>()) { BAD_USAGE } else { FAILED })
        }
    }
}

fn is_broken_pipe(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Reports at the terminal what went wrong. If stderr is closed, no one is there to read it.
fn complain(what: &str) {
    use std::io::Write as _;
    writeln!(std::io::stderr(), "leadstream: {}", terminal::printable_lines(what)).unwrap_or_default();
}
