//! The checkout, step by step.

use super::{plots, tables};
use crate::app::report::measures::checkout::Checkout;
use crate::app::report::words::{count, percent, unusual};
use crate::http::dashboard::escape;

pub(super) fn write(out: &mut String, checkout: &Checkout) {
    out.push_str("<h2>Checkout, step by step</h2><p class=\"soft\">Of the visits that reached a step, how many went on to a further one or ordered.</p>");
    let row = |step: &crate::app::report::measures::checkout::CheckoutStep| {
        format!("{} of {} visits, {}", count(step.onward), count(step.entered), percent(step.conversion))
    };
    let rows: Vec<(&str, String)> = checkout.steps.iter().map(|step| (step.step.as_str(), row(step))).collect();
    tables::pairs(out, &rows);
    if !checkout.unusual.is_empty() {
        out.push_str("<h3>Out of the ordinary</h3><ul>");
        for run in &checkout.unusual {
            *out += &format!("<li><span class=\"{}\">{}</span></li>", run.direction, escape(&unusual(run)));
        }
        out.push_str("</ul>");
    }
    out.push_str("<div class=\"plots\">");
    for step in checkout.steps.iter().filter(|step| step.weeks.len() > 1) {
        *out += &format!("<figure><figcaption>from {}</figcaption>{}</figure>", escape(&step.step), plots::weeks(&step.weeks));
    }
    out.push_str("</div>");
}
