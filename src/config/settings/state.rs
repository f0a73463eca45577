//! `state.*`

use super::section::section;
use std::path::PathBuf;

section! {
    /// `state.*`
    #[derive(PartialEq)]
    State "state" {
        dir: Option<PathBuf>,
            "Folder in which this instance keeps its id, locked against a second process, and the schemas of a registry. Default: nothing is kept on disk.";
    }
}
