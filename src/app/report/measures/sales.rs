//! What became of leads, and of triggers of absence.

use super::share::share;
use super::trust::{Trust, rate};
use crate::engine::figures::{Figures, Key, LeadBy, LeadFact, NO_NAME, OTHER, buckets};
use serde::Serialize;
use std::collections::BTreeMap;

/// Leads that sales got.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Leads {
    pub handed_over: i64,
    /// Of those, accepted or won.
    pub taken: i64,
    /// taken ÷ handed over: how precise the line is at which leads are handed over.
    pub precision: Option<f64>,
    pub precision_trust: Trust,
    /// From the hand-over to the first answer.
    pub ms_to_answer_median: Option<i64>,
    pub ms_to_answer_p90: Option<i64>,
    pub ms_to_answer_trust: Trust,
    /// Answered before anybody was reminded; ÷ (answered in time + reminded)
    pub answered_in_time: i64,
    pub answered_in_time_rate: Option<f64>,
    pub answered_in_time_rate_trust: Trust,
    /// From MQL to won: all of them, by the first source, by persona.
    pub all: Passed,
    pub by_source: Vec<Passed>,
    pub by_persona: Vec<Passed>,
    pub by_qualification: Vec<HandOver>,
}

/// How far hand-overs got.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Passed {
    /// `None`: of all, or of those without one.
    pub name: Option<String>,
    /// Handed over as MQL, and as SQL at once.
    pub mql: i64,
    pub sql: i64,
    /// MQLs that became SQL, or were won; that went back.
    pub mql_to_sql: i64,
    pub mql_back: i64,
    /// Won; gone back as SQL.
    pub won: i64,
    pub sql_back: i64,
    /// With sales now.
    pub with_sales: i64,
    /// Leads that sales had or won without a hand-over.
    pub found: i64,
    pub found_won: i64,
    /// mql_to_sql ÷ (mql_to_sql + mql_back)
    pub mql_to_sql_rate: Option<f64>,
    pub mql_to_sql_rate_trust: Trust,
    /// won ÷ (won + sql_back)
    pub sql_to_won_rate: Option<f64>,
    pub sql_to_won_rate_trust: Trust,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct HandOver {
    pub qualification: String,
    pub handed_over: i64,
    pub accepted: i64,
    pub rejected: i64,
    pub won: i64,
    pub lost: i64,
    pub returned: i64,
    /// Reminders sent because no one had answered.
    pub reminded: i64,
    /// Not handed over because of their company.
    pub held_back: i64,
    /// accepted ÷ (accepted + rejected)
    pub acceptance_rate: Option<f64>,
    pub acceptance_rate_trust: Trust,
    /// won ÷ (won + lost)
    pub win_rate: Option<f64>,
    pub win_rate_trust: Trust,
    /// Answers and returns by reason, the most frequent first: what, reason, how often.
    pub reasons: Vec<(String, String, i64)>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Trigger {
    pub trigger: String,
    pub fired: i64,
    pub recalled: i64,
}

/// `None`: nothing was ever handed over.
pub(super) fn leads(figures: &Figures) -> Option<Leads> {
    let (handed_over, taken) = (figures.get(&Key::LeadsGot {}), figures.get(&Key::LeadsTaken {}));
    let by_qualification = by_qualification(figures);
    let mut times: BTreeMap<u16, i64> = BTreeMap::new();
    let (mut answered_in_time, mut reminded) = (0, 0);
    for (key, n) in figures.sorted() {
        match key {
            Key::LeadAnswered { bucket, .. } => *times.entry(*bucket).or_default() += n,
            Key::Leads { what, .. } if what == "answered-in-time" => answered_in_time += n,
            Key::Leads { what, .. } if what == "reminded" => reminded += n,
            _ => {}
        }
    }
    let times: Vec<(u16, i64)> = times.into_iter().collect();
    let by_source = passed(figures, LeadBy::Source);
    let all = by_source.iter().fold([0; LeadFact::ALL.len()], |sum, (_, facts)| std::array::from_fn(|n| sum[n] + facts[n]));
    let (precision, precision_trust) = rate(taken, handed_over);
    let (answered_in_time_rate, answered_in_time_rate_trust) = rate(answered_in_time, answered_in_time + reminded);
    let listed = |rows: BTreeMap<String, Facts>| {
        let mut rows: Vec<Passed> = rows.into_iter().map(|(name, facts)| one(Some(name), facts)).collect();
        rows.sort_by_key(|p| (p.name.is_none() || p.name.as_deref() == Some(OTHER), std::cmp::Reverse(p.mql + p.sql + p.found)));
        rows
    };
    let leads = Leads {
        handed_over,
        taken,
        precision,
        precision_trust,
        ms_to_answer_median: buckets::quantile_ms(&times, 0.5),
        ms_to_answer_p90: buckets::quantile_ms(&times, 0.9),
        ms_to_answer_trust: Trust::cases(times.iter().map(|(_, n)| n).sum()),
        answered_in_time,
        answered_in_time_rate,
        answered_in_time_rate_trust,
        all: one(None, all),
        by_source: listed(by_source),
        by_persona: listed(passed(figures, LeadBy::Persona)),
        by_qualification,
    };
    (handed_over > 0 || leads.all.found > 0 || !leads.by_qualification.is_empty()).then_some(leads)
}

/// Counts in the order of [`LeadFact::ALL`].
type Facts = [i64; LeadFact::ALL.len()];

fn passed(figures: &Figures, meant: LeadBy) -> BTreeMap<String, Facts> {
    let mut rows: BTreeMap<String, Facts> = BTreeMap::new();
    for (key, n) in figures.sorted() {
        if let Key::LeadsBy { by, name, what } = key
            && *by == meant
        {
            rows.entry(name.to_string()).or_default()[*what as usize] += n;
        }
    }
    rows
}

fn one(name: Option<String>, facts: Facts) -> Passed {
    let count = |what: LeadFact| facts[what as usize];
    let (mql, sql, mql_to_sql) = (count(LeadFact::Mql), count(LeadFact::Sql), count(LeadFact::MqlToSql));
    let (mql_back, won, sql_back) = (count(LeadFact::MqlBack), count(LeadFact::Won), count(LeadFact::SqlBack));
    let (mql_to_sql_rate, mql_to_sql_rate_trust) = rate(mql_to_sql, mql_to_sql + mql_back);
    let (sql_to_won_rate, sql_to_won_rate_trust) = rate(won, won + sql_back);
    Passed {
        name: name.filter(|name| name != NO_NAME),
        mql,
        sql,
        mql_to_sql,
        mql_back,
        won,
        sql_back,
        with_sales: (mql + sql - mql_back - won - sql_back).max(0),
        found: count(LeadFact::Found),
        found_won: count(LeadFact::FoundWon),
        mql_to_sql_rate,
        mql_to_sql_rate_trust,
        sql_to_won_rate,
        sql_to_won_rate_trust,
    }
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
            held_back: count("held-back"),
            acceptance_rate: share(accepted, accepted + rejected),
            acceptance_rate_trust: Trust::rate(accepted, accepted + rejected),
            win_rate: share(won, won + lost),
            win_rate_trust: Trust::rate(won, won + lost),
            reasons,
        }
    };
    by.into_iter().map(lead).collect()
}
