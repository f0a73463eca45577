//! The numbers by which figures name stages and personas: 1 is the first, 0 is none.

use crate::engine::figures::ModelNames;

/// Personas with their numbers, none last.
pub(super) fn personas(names: &ModelNames) -> Vec<(u8, Option<String>)> {
    let named = names.personas.iter().map(|p| Some(p.to_string()));
    let mut all: Vec<_> = (1..).zip(named).collect();
    all.push((0, None));
    all
}

/// The number of the stage at this place.
pub(super) fn number(index: usize) -> u8 {
    u8::try_from(index + 1).unwrap_or(u8::MAX)
}
