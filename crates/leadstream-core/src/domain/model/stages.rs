//! Finds the stages of an axis by name.

use crate::domain::model::axis::AxisModel;

/// The index of a stage by name.
#[must_use]
pub fn stage_index(model: &AxisModel, name: &str) -> Option<usize> {
    model.stages.iter().position(|s| s == name)
}
