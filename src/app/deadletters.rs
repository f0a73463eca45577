//! `deadletters list` and `deadletters redrive`.

use super::cli::{DeadLettersListArgs, DeadLettersRedriveArgs};
use std::process::ExitCode;

/// Shows dead letters.
///
/// # Errors
/// The work failed.
pub fn list(args: DeadLettersListArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}

/// Sends dead letters to their topics again.
///
/// # Errors
/// The work failed.
pub fn redrive(args: DeadLettersRedriveArgs) -> anyhow::Result<ExitCode> {
    let _ = args;
    anyhow::bail!("not built yet")
}
