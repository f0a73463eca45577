//! Logs: `tracing` to stderr, as text or JSON lines. Nothing below debug carries personal data or secrets.

use std::io::Write;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    #[default]
    Text,
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct LogOptions {
    pub format: Format,
    /// A level (`info`), or directives such as `info,leadstream::kafka=debug`.
    pub level: String,
    /// Colours; the caller knows whether stderr is a terminal.
    pub colours: bool,
}

/// The directives can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "log level {given:?} can't be read ({why}): use error, warn, info, debug or trace, or directives such as info,leadstream::kafka=debug"
)]
pub struct BadLevel {
    given: String,
    why: String,
}

/// Checks the directives without setting anything up.
///
/// # Errors
/// They can't be read.
pub fn parse_level(level: &str) -> Result<EnvFilter, BadLevel> {
    EnvFilter::try_new(level).map_err(|why| BadLevel { given: level.to_owned(), why: why.to_string() })
}

/// Sets up the logs of the process, once; a second call leaves the first one's set-up as it is.
///
/// # Errors
/// The directives can't be read.
pub fn init(options: &LogOptions) -> Result<(), BadLevel> {
    install(options, BoxMakeWriter::new(|| Unfailing(std::io::stderr())))
}

/// A log that no one reads any more is lost; the work that it is about continues.
struct Unfailing<W>(W);

impl<W: Write> Write for Unfailing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(self.0.write(bytes).unwrap_or(bytes.len()))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush().or(Ok(()))
    }
}

fn install(options: &LogOptions, writer: BoxMakeWriter) -> Result<(), BadLevel> {
    let builder =
        tracing_subscriber::fmt().with_env_filter(parse_level(&options.level)?).with_writer(writer).log_internal_errors(false);
    // Fails only when a test or an embedding program has set up logs already: theirs stay.
    let _set = match options.format {
        Format::Text => builder.with_ansi(options.colours).with_target(true).try_init(),
        Format::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_that_cannot_be_read_says_what_to_write_instead() {
        let error = parse_level("info,leadstream::kafka=loud").unwrap_err().to_string();
        assert!(error.contains("use error, warn, info"), "{error}");
        assert!(parse_level("info,leadstream::kafka=debug").is_ok());
    }
}
