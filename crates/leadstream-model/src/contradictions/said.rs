//! What a model says, and its cart series as it is in force.

use crate::section::ModelSpec;
use leadstream_core::domain::model::CartModel;

/// What a model says, and its cart series as it is in force: the settings over the file.
pub(crate) struct Said<'a> {
    pub(crate) spec: &'a ModelSpec,
    pub(crate) cart: &'a CartModel,
}
