//! `check.*`

use super::section::section;

section! {
    /// `check.*`
    #[derive(PartialEq)]
    Check "check" {
        sample_records: usize = 2000 in 0..=1_000_000,
            "How many of the newest records per input partition `check` reads to find out each input's partitioner.";
    }
}
