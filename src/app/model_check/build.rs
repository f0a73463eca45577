//! Models as `model check` looks at them: each by itself, and side by side.

use crate::domain::model::Models;
use leadstream_model::{CartSpec, FileFault, Loaded};

/// The model by itself.
pub(super) fn one(loaded: &Loaded) -> Result<Models, Vec<FileFault>> {
    leadstream_model::build(std::slice::from_ref(loaded), &CartSpec::default())
}

/// What only shows when models without faults run side by side.
pub(super) fn across(all: &[Loaded]) -> Vec<FileFault> {
    let specs: Vec<_> = all.iter().map(|loaded| loaded.spec.clone()).collect();
    let faults = leadstream_model::across(&specs).into_iter();
    faults.map(|(index, fault)| FileFault { origin: all[index].origin.clone(), fault }).collect()
}
