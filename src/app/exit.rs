//! How a command ends: the exit codes, and the error that means bad usage.

/// Done.
pub const DONE: u8 = 0;
/// The work failed.
pub const FAILED: u8 = 1;
/// Bad usage or configuration.
pub const BAD_USAGE: u8 = 2;

/// Bad usage or configuration, found after the arguments were read: exit code 2. Any other error is exit code 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);
