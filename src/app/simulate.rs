//! `simulate`: seeded shop traffic as files or into Kafka.

use super::cli::SimulateArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: SimulateArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
