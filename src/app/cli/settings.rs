//! The options that say where settings come from, for every command that needs them.

use clap::Args;
use std::path::PathBuf;

/// Where the settings come from; defaults < `--config` < environment < `--set`.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArgs {
    /// Settings file (TOML); docs/configuration.md lists every key
    #[arg(long, short = 'c', value_name = "FILE", env = "LEADSTREAM_CONFIG")]
    pub config: Option<PathBuf>,
    /// One setting, overriding file and environment, such as `kafka.bootstrap_servers=broker:9092`; repeatable
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
}
