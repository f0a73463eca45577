//! `explain`: asks a running instance about one prospect.

use super::cli::ExplainArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: ExplainArgs) -> anyhow::Result<ExitCode> {
    anyhow::bail!("{:?} can't be explained: this version answers no questions about single prospects yet", args.prospect)
}
