//! `demo`: the whole pipeline on an embedded broker with a simulated shop.

use super::cli::DemoArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
