//! What records are read by, as far as the settings say it without a fault.

use crate::app::identity::Ids;
use crate::app::route::InputMapping;
use crate::domain::model::Models;

/// `None`: the settings have faults there.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub models: Option<&'a Models>,
    pub mappings: Option<&'a [Option<InputMapping>]>,
    /// Of persons, where they are looked at.
    pub ids: Option<&'a Ids>,
}
