//! `output.*`

use super::section::{choice, section};
use crate::wire::output::Format;

section! {
    /// `output.*`
    #[derive(PartialEq)]
    Output "output" {
        format: Format = "json", "Format of the outputs' values.";
    }
}

choice! { Format: "json" => Json, "protobuf" => Protobuf }
