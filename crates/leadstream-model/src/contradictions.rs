//! Rules of a model that contain each other's opposite. Each alone is fine, so they are no faults; together they don't do what a
//! person expects of them. Every warning stands at one of the rules and gives an example with times.

mod in_force;
mod mail;
mod sales;
mod times;

use crate::fault::{Fault, Faults};
use crate::section::ModelSpec;
use in_force::ModelInForce;
use leadstream_core::domain::model::CartModel;

/// All of one model, in the order of their places. A part of the model that has its own gives it a page of its own.
#[must_use]
pub fn contradictions(spec: &ModelSpec, cart: &CartModel) -> Vec<Fault> {
    let in_force = ModelInForce { spec, cart };
    let mut faults = Faults::default();
    mail::find(&in_force, &mut faults);
    sales::find(&in_force, &mut faults);
    let mut all = faults.0;
    all.sort();
    all
}
