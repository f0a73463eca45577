//! A model as it is in force.

use crate::section::ModelSpec;
use leadstream_core::domain::model::CartModel;

/// A model as it is in force: its file, and the cart series with the settings that override it.
pub(crate) struct ModelInForce<'a> {
    pub(crate) spec: &'a ModelSpec,
    pub(crate) cart: &'a CartModel,
}
