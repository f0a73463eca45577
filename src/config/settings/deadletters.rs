//! `deadletters.*`: records that can't be used, and when there are too many.

use super::section::{choice, section};
use crate::runtime::options::OnPoison;
use std::time::Duration;

section! {
    /// `deadletters.*`
    #[derive(PartialEq)]
    DeadLetters "deadletters" {
        stop_ratio: Option<f64> = 0.5,
            "An input partition is paused when this share of its latest records can't be used: a topic full of garbage \
             should be noticed, not drained. `\"off\"` never pauses.";
        stop_count: usize = 1000 in 1..=1_000_000, "… and at least this many of them.";
        stop_window: usize = 2000 in 1..=1_000_000, "How many of the latest records are considered.";
        on_poison: OnPoison = "pause",
            "What happens then: `pause` stops reading that input partition and carries on with everything else, `stop` ends \
             the process.";
        retention: Option<Duration> = "30d",
            "How long `topics create` keeps dead letters; `\"off\"` keeps them for ever. They hold the original records with \
             all personal data, and `User Deleted` doesn't reach them.";
    }
}

choice! { OnPoison: "pause" => Pause, "stop" => Stop }
