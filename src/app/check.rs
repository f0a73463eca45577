//! `check`: settings, model, topics and rights before a start.

use super::cli::CheckArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
