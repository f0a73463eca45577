//! What left for a prospect.

use crate::app::explain::page::Page;
use crate::view::output::{CompanyView, OutputView};

pub(super) fn add(page: &mut Page<'_>, outputs: &[OutputView]) {
    if !outputs.is_empty() {
        page.line("  left     what went to downstream topics:");
    }
    for output in outputs {
        page.line(&format!("           {} {}: {}", page.time(output.at), output.kind, says(output, page).join(", ")));
    }
}

fn says(output: &OutputView, page: &Page<'_>) -> Vec<String> {
    let change = output.to.as_ref().map(|to| format!("{} > {to}", output.from.as_deref().unwrap_or("-")));
    // Of a merge there is no other end.
    let merged = output.from.clone().filter(|_| output.to.is_none());
    let step = output.step.map(|step| step.to_string());
    let fields = [
        ("axis", &output.axis),
        ("step", &step),
        ("trigger", &output.trigger),
        ("qualification", &output.qualification),
        ("reason", &output.reason),
        ("cause", &output.cause),
        ("cart_id", &output.cart_id),
        ("with", &merged),
        ("claimed", &output.claimed),
        ("by", &output.refused),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?)));
    let company = output.company.as_ref().map(|known| company(known, output, page));
    let event = output.event.as_ref().and_then(|event| event.name.as_ref()).map(|event| format!("by {event}"));
    change.into_iter().chain(fields).chain(company).chain(event).collect()
}

/// What an output about a lead says of its company.
fn company(company: &CompanyView, output: &OutputView, page: &Page<'_>) -> String {
    let consensus = match (company.consensus, company.consensus_since) {
        (true, Some(since)) => format!("agreed since {}", page.time(Some(since))),
        (true, None) => "agreed".to_owned(),
        (false, _) => format!("{} of {} agree", company.agreed.len(), company.expected),
    };
    let active = company.active_colleagues.len();
    let stage = company.journey.as_ref().or(company.funnel.as_ref());
    let at = stage.map(|stage| format!(" at {stage}")).unwrap_or_default();
    let why = output.reasons.first().filter(|_| output.kind == "lead.held-back");
    let why = why.map(|why| format!("{why}, ")).unwrap_or_default();
    format!("{why}company {}{at}, {consensus}, {active} active colleagues", company.name)
}
