//! Rules of a model that contain each other's opposite. Each alone is fine, so they are no faults; together they don't do what a
//! person expects of them. Every warning stands at one of the rules and gives an example with times.

mod mail;
mod sales;
mod times;

use super::Found;
use crate::domain::model::CartModel;
use crate::domain::model::spec::{Fault, ModelSpec};

/// What a model says, and its cart series as it is in force: the settings over the file.
struct Said<'a> {
    spec: &'a ModelSpec,
    cart: &'a CartModel,
}

/// All of one model, in the order of their places. A part of the model that has its own gives it a page of its own.
#[must_use]
pub fn contradictions(spec: &ModelSpec, cart: &CartModel) -> Vec<Fault> {
    let said = Said { spec, cart };
    let mut found = Found::default();
    mail::find(&said, &mut found);
    sales::find(&said, &mut found);
    let mut all = found.take();
    all.sort();
    all
}
