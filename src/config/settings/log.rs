//! `log.*`

use super::section::{choice, section};
use crate::telemetry::logs::Format;

section! {
    /// `log.*`
    #[derive(PartialEq)]
    Log "log" {
        format: Format = "text", "Log lines on stderr: `text` for people, `json` for machines.";
        level: String = "info",
            "`error`, `warn`, `info`, `debug`, `trace`, or by module: `info,leadstream::kafka=debug`. Personal data appears \
             from `debug` on.";
    }
}

choice! { Format: "text" => Text, "json" => Json }
