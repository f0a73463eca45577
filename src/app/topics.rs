//! `topics create`: the output topics and the changelog, with the right settings.

use super::cli::TopicsCreateArgs;
use std::process::ExitCode;

/// Runs the command.
///
/// # Errors
/// The work failed.
pub fn create(args: TopicsCreateArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
