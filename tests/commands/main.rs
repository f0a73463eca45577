//! The commands as people call them, over files and settings: what they say, what they write, and the figures in it.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::let_underscore_must_use,
    clippy::type_complexity,
    reason = "a test may measure time, read its environment, say what it skips or compares, and fail loudly"
)]

mod as_written;
mod command_line;
mod config_files;
mod demo;
mod examples;
mod explain;
mod from_outside;
mod identity;
mod mapping;
mod program;
mod replay;
mod report;
mod second_opinion;
mod settings_rules;
mod simulate;
