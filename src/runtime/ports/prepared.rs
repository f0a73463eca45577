//! Fetched records as their mapping sees them, and those that can't be read yet.

use super::record::RecordBatch;
use std::rc::Rc;

/// What a mapping made of fetched records.
pub struct Prepared {
    /// `None`: not one of them can be read yet.
    pub records: Option<Box<dyn RecordBatch>>,
    /// The rest of them.
    pub waiting: Option<Waiting>,
}

impl Prepared {
    /// All of them can be read.
    #[must_use]
    pub fn all(records: Box<dyn RecordBatch>) -> Self {
        Self { records: Some(records), waiting: None }
    }
}

/// Records that can't be read yet, as the schema of the first of them is not known so far. They are no dead letters: they are tried
/// again until it is.
#[derive(Clone)]
pub struct Waiting {
    pub records: Rc<dyn RecordBatch>,
    /// The first of them.
    pub from: usize,
    /// What it waits for, and what to do. No personal data.
    pub why: String,
}
