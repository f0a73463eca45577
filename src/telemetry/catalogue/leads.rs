//! Leads between marketing and sales.

use crate::telemetry::metric::{Metric, counter, rows};
use crate::telemetry::registry::Telemetry;

rows! {
    /// Outputs about leads.
    HAND_OVERS = counter("leadstream_hand_overs_total", "outputs", &["kind", "qualification"],
        "Outputs about leads between marketing and sales, by type (lead.handed-over, lead.held-back, lead.reminded, lead.answered, lead.returned) and qualification",
        "`lead.reminded` close to `lead.handed-over`: sales doesn't answer, or its answers don't arrive.");
    /// What sales said.
    LEAD_ANSWERS = counter("leadstream_lead_answers_total", "answers", &["qualification", "answer"],
        "Answers of sales by qualification and answer: accepted, rejected, recycled, won, lost, no-show",
        "The share of `rejected` grows: the MQL threshold is too low, or a source brings the wrong people.");
    /// Why leads went back.
    LEAD_RETURNS = counter("leadstream_lead_returns_total", "leads", &["qualification", "reason"],
        "Leads returned to marketing, by qualification and reason: an answer, no-answer, aged, disqualified, account-disqualified, account-customer, model-changed, order-reversed",
        "`no-answer`: any. `aged` grows: accepted leads are not being closed.");
    /// Hand-overs that were not made.
    LEADS_HELD_BACK = counter("leadstream_leads_held_back_total", "leads", &["qualification", "reason"],
        "Leads not handed over because of their company, by qualification and reason: account-disqualified, account-customer",
        "`account-customer` grows beside few hand-overs: existing customers buy more, and `[hand_over] customers` keeps them from sales.");
    /// Answers that meant nothing.
    LEAD_ANSWERS_IGNORED = counter("leadstream_lead_answers_ignored_total", "answers", &[],
        "Answers of sales that changed nothing: about no hand-over, older than the last one, or repeated",
        "A steady rate: the CRM sends everything twice, or its ids are not those of the events.");
}

impl Telemetry {
    /// An output about a lead: `kind` is its type.
    pub fn hand_overs(&self, kind: &str, qualification: &str, count: u64) {
        self.count(&HAND_OVERS, &[kind, qualification], count);
    }

    pub fn lead_answers(&self, qualification: &str, answer: &str, count: u64) {
        self.count(&LEAD_ANSWERS, &[qualification, answer], count);
    }

    pub fn lead_returns(&self, qualification: &str, reason: &str, count: u64) {
        self.count(&LEAD_RETURNS, &[qualification, reason], count);
    }

    pub fn leads_held_back(&self, qualification: &str, reason: &str, count: u64) {
        self.count(&LEADS_HELD_BACK, &[qualification, reason], count);
    }

    pub fn lead_answers_ignored(&self, count: u64) {
        self.count(&LEAD_ANSWERS_IGNORED, &[], count);
    }
}
