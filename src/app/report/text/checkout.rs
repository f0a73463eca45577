//! The checkout, step by step.

use super::parts::{unusual, weeks_of, width};
use crate::app::report::measures::checkout::Checkout;
use crate::app::report::words::{count, percent};
use std::fmt::Write;

pub(super) fn write(text: &mut String, checkout: &Checkout) -> std::fmt::Result {
    writeln!(text, "\nCheckout, step by step")?;
    let name = width(checkout.steps.iter().map(|s| s.step.as_str()));
    writeln!(text, "  {:name$}  {:>9}  {:>9}  {:>8}", "step", "visits", "went on", "onward")?;
    for step in &checkout.steps {
        let (entered, onward) = (count(step.entered), count(step.onward));
        writeln!(text, "  {:name$}  {entered:>9}  {onward:>9}  {:>8}", step.step, percent(step.conversion))?;
    }
    if !checkout.unusual.is_empty() {
        writeln!(text, "  unusual weeks")?;
    }
    for run in &checkout.unusual {
        writeln!(text, "    {}", unusual(run))?;
    }
    checkout.steps.iter().try_for_each(|step| weeks_of(text, &step.step, &step.weeks))
}
