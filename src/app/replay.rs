//! `replay`: the same engine over files, with a virtual clock.

use super::cli::ReplayArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: ReplayArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
