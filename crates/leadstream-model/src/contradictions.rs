//! Rules of a model that contain each other's opposite. Each alone is fine, so they are no faults; together they don't do what a
//! person expects of them. Every warning stands at one of the rules and gives an example with times.

mod mail;
mod said;
mod sales;
mod times;

use crate::fault::{Fault, Faults};
use crate::section::ModelSpec;
use leadstream_core::domain::model::CartModel;
use said::Said;

/// All of one model, in the order of their places. A part of the model that has its own gives it a page of its own.
#[must_use]
pub fn contradictions(spec: &ModelSpec, cart: &CartModel) -> Vec<Fault> {
    let said = Said { spec, cart };
    let mut faults = Faults::default();
    mail::find(&said, &mut faults);
    sales::find(&said, &mut faults);
    let mut all = faults.0;
    all.sort();
    all
}
