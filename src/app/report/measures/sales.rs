//! What became of leads, and of triggers of absence.

use super::share;
use crate::engine::figures::{Figures, Key};
use serde::Serialize;
use std::collections::BTreeMap;

/// Leads that sales got.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Leads {
    pub handed_over: i64,
    /// Of those, accepted or won.
    pub taken: i64,
    /// taken ÷ handed over: how precise the line is at which leads are handed over.
    pub precision: Option<f64>,
    pub by_qualification: Vec<HandOver>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct HandOver {
    pub qualification: String,
    pub handed_over: i64,
    pub accepted: i64,
    pub rejected: i64,
    pub won: i64,
    pub lost: i64,
    pub returned: i64,
    /// Reminders sent because nobody had answered.
    pub reminded: i64,
    /// accepted ÷ (accepted + rejected)
    pub acceptance_rate: Option<f64>,
    /// won ÷ (won + lost)
    pub win_rate: Option<f64>,
    /// Answers and returns by reason, the most frequent first: what, reason, how often.
    pub reasons: Vec<(String, String, i64)>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Trigger {
    pub trigger: String,
    pub fired: i64,
    pub recalled: i64,
}

/// `None`: nothing was ever handed over.
pub(super) fn leads(figures: &Figures) -> Option<Leads> {
    let (handed_over, taken) = (figures.get(&Key::LeadsGot {}), figures.get(&Key::LeadsTaken {}));
    let by_qualification = by_qualification(figures);
    let leads = Leads { handed_over, taken, precision: share(taken, handed_over), by_qualification };
    (handed_over > 0 || !leads.by_qualification.is_empty()).then_some(leads)
}

pub(super) fn triggers(figures: &Figures) -> Vec<Trigger> {
    let mut all: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        if let Key::Triggers { name, recalled } = key {
            let (fired, taken_back) = all.entry(name.as_str()).or_default();
            *(if *recalled { taken_back } else { fired }) += n;
        }
    }
    let one = |(name, (fired, recalled)): (&str, (i64, i64))| Trigger { trigger: name.to_owned(), fired, recalled };
    all.into_iter().map(one).collect()
}

fn by_qualification(figures: &Figures) -> Vec<HandOver> {
    let mut by: BTreeMap<&str, Vec<(&str, &str, i64)>> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        if let Key::Leads { qualification, what, reason } = key {
            by.entry(qualification.as_str()).or_default().push((what.as_str(), reason.as_str(), n));
        }
    }
    let lead = |(qualification, rows): (&str, Vec<(&str, &str, i64)>)| {
        let count = |wanted: &str| rows.iter().filter(|(what, ..)| *what == wanted).map(|(_, _, n)| n).sum::<i64>();
        let mut reasons: Vec<(String, String, i64)> = rows
            .iter()
            .filter(|(_, reason, _)| !reason.is_empty())
            .map(|(what, reason, n)| ((*what).to_owned(), (*reason).to_owned(), *n))
            .collect();
        reasons.sort_by_key(|(.., n)| std::cmp::Reverse(*n));
        let (handed_over, accepted, rejected) = (count("handed-over"), count("accepted"), count("rejected"));
        let (won, lost) = (count("won"), count("lost"));
        HandOver {
            qualification: qualification.to_owned(),
            handed_over,
            accepted,
            rejected,
            won,
            lost,
            returned: count("returned"),
            reminded: count("reminded"),
            acceptance_rate: share(accepted, accepted + rejected),
            win_rate: share(won, won + lost),
            reasons,
        }
    };
    by.into_iter().map(lead).collect()
}
