//! What only shows when the models that run together are looked at: unknown personas, unknown models and their stages.

use super::check::{known_persona, known_stage};
use crate::fault::{Fault, Faults};
use crate::section::ModelSpec;
use leadstream_core::domain::terms::movement::Axis;

/// What only shows when the models that run together are looked at: unknown personas, unknown models and their stages.
#[must_use]
pub fn across(specs: &[ModelSpec]) -> Vec<(usize, Fault)> {
    if specs.len() < 2 {
        return Vec::new();
    }
    let mut all = Vec::new();
    let name = |spec: &ModelSpec| spec.general.name().to_owned();
    let shared = specs.iter().map(|s| &s.people.personas).find(|p| !p.is_empty());
    let shared: Vec<&str> =
        shared.into_iter().flatten().filter_map(|p| p.value.name.as_ref()).map(|n| n.value.as_str()).collect();
    for (index, spec) in specs.iter().enumerate() {
        let mut faults = Faults::default();
        if spec.people.personas.is_empty() {
            spec.people.for_personas.iter().for_each(|one| known_persona(one, &shared, &mut faults));
        }
        for carry in spec.people.carry_over.iter().map(|c| &c.value) {
            let Some(from) =
                carry.from.as_ref().filter(|from| spec.general.name.as_ref().is_none_or(|own| own.value != from.value))
            else {
                continue;
            };
            let Some(other) = specs.iter().find(|s| name(s) == from.value) else {
                let known = specs
                    .iter()
                    .map(name)
                    .filter(|n| Some(n) != spec.general.name.as_ref().map(|n| &n.value))
                    .collect::<Vec<_>>();
                faults.add(&from.place, format!("no model that runs is called {:?}: there is {}", from.value, known.join(", ")));
                continue;
            };
            for axis in Axis::ALL {
                let stages: Vec<&str> = other.axes[axis].stages.iter().map(|s| s.value.as_str()).collect();
                for (there, _) in &carry.stages[axis] {
                    known_stage(there, &stages, &from.value, &mut faults);
                }
            }
        }
        all.extend(faults.0.into_iter().map(|fault| (index, fault)));
    }
    all
}
