//! What the demo shows of leads and companies.

use super::headlines::{HeadlineKind, Headlines};
use super::line::Line;
use std::collections::BTreeMap;

/// Hand-overs and accounts that were read.
#[derive(Debug, Default)]
pub(super) struct Leads {
    /// By qualification (MQL, SQL).
    handed_over: BTreeMap<String, u64>,
    /// What sales answered, by answer.
    answers: BTreeMap<String, u64>,
    /// Reminders of sales, leads that went back, and those that were held back.
    reminded: u64,
    returned: u64,
    held_back: u64,
    customers: u64,
    /// By type, without the part that all have.
    accounts: BTreeMap<String, u64>,
}

impl Leads {
    pub(super) fn handed_over(&self) -> u64 {
        self.handed_over.values().sum()
    }

    pub(super) fn outputs(&self) -> u64 {
        self.handed_over()
            + self.answers.values().sum::<u64>()
            + self.reminded
            + self.returned
            + self.held_back
            + self.accounts.values().sum::<u64>()
    }

    /// Notes a record of the topics of hand-overs and accounts.
    pub(super) fn note(&mut self, line: &Line<'_>, headlines: &mut Headlines) {
        let who = &line.prospect;
        match line.kind {
            "lead.handed-over" => {
                let qualification = line.qualification.as_deref().unwrap_or("lead");
                *self.handed_over.entry(qualification.to_owned()).or_default() += 1;
                // The first reason is the label, which the headline has said by then.
                let why = line.reasons.get(1).or(line.reasons.first()).map_or("", String::as_str);
                headlines.tell(HeadlineKind::Lead, format!("{who}  goes to sales as {qualification}: {why}"));
            }
            "lead.answered" => {
                let answer = line.answer.as_deref().unwrap_or("?");
                *self.answers.entry(answer.to_owned()).or_default() += 1;
                let because = line.reasons.first().map(|reason| format!(" ({reason})")).unwrap_or_default();
                headlines.tell(HeadlineKind::Ended, format!("{who}  sales says: {answer}{because}"));
            }
            "lead.reminded" => self.reminded += 1,
            "lead.returned" => self.returned += 1,
            "lead.held-back" => self.held_back += 1,
            kind => {
                let what = kind.strip_prefix("account.").unwrap_or(kind);
                *self.accounts.entry(what.to_owned()).or_default() += 1;
                if what == "consensus-reached" {
                    // Those who decide are asked; with them, how many have to agree.
                    let (agreed, asked) = (line.agreed.len(), line.agreed.len() + line.missing.len());
                    let known_as = line.known_as.first().unwrap_or(who);
                    headlines
                        .tell(HeadlineKind::Agreed, format!("{known_as}  {agreed} of {asked} who are asked agree: consensus"));
                }
            }
        }
    }

    /// Notes who has become a customer.
    pub(super) fn note_stage(&mut self, line: &Line<'_>, headlines: &mut Headlines) {
        if line.to.as_deref() == Some("purchase") {
            self.customers += 1;
            headlines.tell(HeadlineKind::Won, format!("{}  signed: a customer", line.prospect));
        }
    }
}

fn list(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(what, count)| format!("{what} {count}")).collect();
    if parts.is_empty() { "none yet".to_owned() } else { parts.join(", ") }
}

pub(super) fn hand_overs(leads: &Leads) -> String {
    let Leads { handed_over, reminded, returned, held_back, .. } = leads;
    format!("handed over: {}; sales reminded {reminded}, given back {returned}, held back {held_back}", list(handed_over))
}

pub(super) fn answers(leads: &Leads) -> String {
    format!("customers {}; answers of sales: {}", leads.customers, list(&leads.answers))
}

pub(super) fn accounts(leads: &Leads) -> String {
    format!("changes of accounts: {}", list(&leads.accounts))
}
