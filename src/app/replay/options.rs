//! What is to be replayed, and how.

use super::inputs::Input;
use crate::app::identity::Ids;
use crate::app::route::InputMapping;
use crate::domain::Ms;
use crate::domain::model::Models;
use crate::runtime::horizon::Horizon;
use crate::wire::decode;
use std::path::PathBuf;
use std::sync::Arc;

/// Where the clock stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// At the last event's time.
    End,
    /// When nothing is pending any more.
    Forever,
    /// At a time; later events are not applied.
    Time(Ms),
}

/// What is to be replayed, and how.
#[derive(Debug, Clone)]
pub struct Options {
    pub inputs: Vec<Input>,
    pub out: PathBuf,
    pub partitions: u32,
    pub until: Until,
    /// The wall clock of the run, and how far ahead of it a record may lie.
    pub horizon: Horizon,
    pub models: Arc<Models>,
    /// As `engine.max_records_per_partition`.
    pub max_records: Option<usize>,
    pub decode: decode::Options,
    /// By topic, as far as they go.
    pub mappings: Vec<Option<InputMapping>>,
    /// `None`: each id is a prospect's own.
    pub ids: Option<Ids>,
}
