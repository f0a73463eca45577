//! What text and page say of a section alike: names, and what is to be said of them.

use super::measures::accounts::{AccountStage, Accounts};
use super::measures::money::{Carts, Customers};
use super::measures::pipeline::PipelineMeasures;
use super::measures::sales::{HandOver, Leads, Passed};
use super::measures::trust::Trust;
use super::words::{amount, count, money, named, percent, rate, several, time, together};
use crate::domain::terms::cart::OutcomeKind;

/// A name and what is to be said of it.
pub(super) type Row = (&'static str, String);

pub(super) fn pipeline(p: &PipelineMeasures) -> Vec<Row> {
    let c = &p.cohort;
    let mut rows = vec![("opportunities", format!("{} open now", count(p.opportunities)))];
    let direct =
        if p.won_directly > 0 { format!(" ({} of them without having been open)", count(p.won_directly)) } else { String::new() };
    rows.push(("so far", format!("{} won{direct}, {} lost", count(p.won), count(p.lost))));
    let rate = match (p.win_rate, c.matured_after_days) {
        (Some(_), Some(days)) => format!(
            "{} = {} won ÷ {} opened at least {days:.0} days ago ({} lost, {} still open)",
            rate(p.win_rate, &p.win_rate_trust),
            count(c.won),
            count(c.opened),
            count(c.lost),
            count(c.still_open)
        ),
        _ => rate(p.win_rate, &p.win_rate_trust),
    };
    rows.push(("win rate", rate));
    let told =
        p.cycle_days.map(|days| format!("{}, mean from opening to winning, of {}", cycle(days), count(p.cycle_days_trust.cases)));
    rows.push(("cycle", told.unwrap_or_else(|| why(&p.cycle_days_trust))));
    let Some(wins) = p.expected_wins else {
        rows.push(("forecast", why(&p.expected_wins_trust)));
        return rows;
    };
    let chance = if p.opportunities > 0 { wins / p.opportunities as f64 } else { 0.0 };
    for (currency, f) in &p.money {
        let (name, Some(expected)) = (named(currency), f.expected) else { continue };
        let between =
            f.expected_interval.map(|[low, high]| format!(" ({} to {})", amount(low), amount(high))).unwrap_or_default();
        rows.push((
            "forecast",
            format!(
                "{} open × {} at their age × {} {name} = {} {name}{between}; if all were won: {}",
                count(p.opportunities),
                percent(Some(chance)),
                amount(f.average_value),
                amount(expected),
                amount(f.pipeline_value)
            ),
        ));
        if let (Some(velocity), Some(unit)) = (f.velocity, f.velocity_per) {
            let days = p.cycle_days.unwrap_or_default();
            let by = if days < 1.0 { "1 day".to_owned() } else { cycle(days) };
            rows.push(("velocity", format!("{} {name} ÷ {by} = {} {name} a {unit}", amount(expected), amount(velocity))));
        }
    }
    if p.money.is_empty() {
        rows.push(("forecast", format!("{wins:.1} of the open ones are expected to be won (no order names a value)")));
    }
    rows
}

/// A cycle in the unit that fits.
#[allow(clippy::cast_possible_truncation, reason = "times stay far below 2^52")]
fn cycle(days: f64) -> String {
    time(Some((days * 86_400_000.0) as i64))
}

fn why(trust: &Trust) -> String {
    trust.why.clone().unwrap_or_else(|| "–".to_owned())
}

/// What became of series, without the orders: those stand above, by what they follow from.
pub(super) fn outcomes(c: &Carts) -> Vec<(String, String, i64)> {
    let of_orders = [OutcomeKind::Recovered, OutcomeKind::RecoveredLate, OutcomeKind::Reversed].map(OutcomeKind::type_name);
    c.outcomes.iter().filter(|(kind, ..)| !of_orders.contains(&kind.as_str())).cloned().collect()
}

pub(super) fn carts(c: &Carts) -> Vec<Row> {
    let steps: Vec<String> =
        c.reminders.iter().enumerate().map(|(n, left)| format!("step {}: {}", n + 1, count(*left))).collect();
    let not_ordered = rate(c.not_ordered_rate, &c.not_ordered_rate_trust);
    let of_ends = if c.not_ordered_rate.is_some() { format!("{not_ordered} of those that came to an end") } else { not_ordered };
    let mut rows = vec![
        (
            "opened",
            format!(
                "{}: {} ordered, {} emptied, {} forgotten, {} whose order came to nothing, {} still open",
                count(c.opened),
                count(c.ordered),
                count(c.emptied),
                count(c.forgotten),
                count(c.came_to_nothing),
                count(c.still_open)
            ),
        ),
        ("not ordered", of_ends),
        (
            "industry definition",
            format!(
                "{} abandoned = 1 − {} ordered ÷ {} opened",
                rate(c.trade_abandonment_rate, &c.trade_abandonment_rate_trust),
                count(c.ordered),
                count(c.opened)
            ),
        ),
    ];
    if c.checkouts_started > 0 {
        rows.push((
            "checkouts",
            format!(
                "{} abandoned = 1 − {} ordered ÷ {} begun",
                rate(c.checkout_abandonment_rate, &c.checkout_abandonment_rate_trust),
                count(c.checkouts_ordered),
                count(c.checkouts_started)
            ),
        ));
    }
    rows.push((
        "abandoned",
        format!(
            "{} times until the first reminder came due, {} per cart opened, worth {}",
            count(c.abandoned),
            c.abandoned_per_cart.map_or_else(|| "–".to_owned(), |times| format!("{times:.2}")),
            money(&c.abandoned_value)
        ),
    ));
    rows.push(("reminded", if steps.is_empty() { "–".to_owned() } else { steps.join(", ") }));
    rows.push((
        "recovered",
        format!(
            "{} by a reminder ({} of those reminded), worth {}: {} after a click, {} after an open",
            count(c.recovered_attributed),
            rate(c.attributed_recovery_rate, &c.attributed_recovery_rate_trust),
            money(&c.recovered_attributed_value),
            count(c.recovered_by_click),
            count(c.recovered_by_open)
        ),
    ));
    rows.push((
        "came back by themselves",
        format!("{}, worth {}", count(c.recovered_unattributed), money(&c.recovered_unattributed_value)),
    ));
    rows.push((
        "bought late",
        format!("{}, worth {}: of forgotten carts", count(c.recovered_late), money(&c.recovered_late_value)),
    ));
    rows.push(("taken back", format!("{} times, worth {}", count(c.reversed), money(&c.reversed_value))));
    rows
}

pub(super) fn customers(c: &Customers) -> Vec<Row> {
    vec![
        ("customers", format!("{} with {}, spent {}", count(c.customers), several(c.orders, "order", "orders"), money(&c.spent))),
        ("bought again", format!("{} ({})", count(c.repeaters), rate(c.repeat_rate, &c.repeat_rate_trust))),
        (
            "lifetime value",
            format!(
                "{} per customer so far; {} per order, of {}",
                together(&c.lifetime_value),
                together(&c.average_order),
                several(c.average_order_trust.cases, "order", "orders")
            ),
        ),
        (
            "time to close",
            format!(
                "median {}, 90 % within {}, from the first touch to the first order, of the {} who ordered{}",
                time(c.ms_to_close_median),
                time(c.ms_to_close_p90),
                count(c.time_to_close_trust.cases),
                if c.time_to_close_trust.why.is_some() { " so far: slower ones are still to come" } else { "" }
            ),
        ),
    ]
}

pub(super) fn leads(l: &Leads) -> Vec<Row> {
    let a = &l.all;
    let mut rows = vec![
        (
            "precision",
            format!(
                "{} = {} accepted or won ÷ {} handed over",
                rate(l.precision, &l.precision_trust),
                count(l.taken),
                count(l.handed_over)
            ),
        ),
        (
            "first answer",
            format!(
                "median {}, 90 % within {} after the hand-over, of {}",
                time(l.ms_to_answer_median),
                time(l.ms_to_answer_p90),
                count(l.ms_to_answer_trust.cases)
            ),
        ),
        (
            "in time",
            format!(
                "{} before a reminder: {}",
                count(l.answered_in_time),
                rate(l.answered_in_time_rate, &l.answered_in_time_rate_trust)
            ),
        ),
        (
            "MQL to SQL",
            format!(
                "{0} = {1} ÷ ({1} + {2} gone back before)",
                rate(a.mql_to_sql_rate, &a.mql_to_sql_rate_trust),
                count(a.mql_to_sql),
                count(a.mql_back)
            ),
        ),
        (
            "SQL to won",
            format!(
                "{0} = {1} ÷ ({1} + {2} gone back)",
                rate(a.sql_to_won_rate, &a.sql_to_won_rate_trust),
                count(a.won),
                count(a.sql_back)
            ),
        ),
        ("with sales now", count(a.with_sales)),
    ];
    if a.found > 0 {
        rows.push(("found by sales", format!("{}, {} of them won", count(a.found), count(a.found_won))));
    }
    rows
}

/// Columns of a table of leads by source or persona, and its rows.
pub(super) const PASSED: [&str; 7] = ["MQL", "SQL at once", "MQL to SQL", "rate", "won", "rate", "with sales"];

pub(super) fn passed(p: &Passed) -> [String; 7] {
    [
        count(p.mql),
        count(p.sql),
        count(p.mql_to_sql),
        rate(p.mql_to_sql_rate, &p.mql_to_sql_rate_trust),
        count(p.won + p.found_won),
        rate(p.sql_to_won_rate, &p.sql_to_won_rate_trust),
        count(p.with_sales),
    ]
}

pub(super) fn hand_over(l: &HandOver) -> Vec<Row> {
    let sum = |value, trust: &Trust, part: i64, other: i64, names: [&str; 2]| {
        format!(
            "{} = {} {} ÷ ({} {} + {} {})",
            rate(value, trust),
            count(part),
            names[0],
            count(part),
            names[0],
            count(other),
            names[1]
        )
    };
    let mut rows = vec![
        ("handed over", format!("{}, {} reminders, {} returned", count(l.handed_over), count(l.reminded), count(l.returned))),
        ("acceptance", sum(l.acceptance_rate, &l.acceptance_rate_trust, l.accepted, l.rejected, ["accepted", "rejected"])),
        ("won", sum(l.win_rate, &l.win_rate_trust, l.won, l.lost, ["won", "lost"])),
    ];
    if l.held_back > 0 {
        rows.insert(1, ("held back", format!("{} because of their company", count(l.held_back))));
    }
    rows
}

pub(super) fn accounts(a: &Accounts) -> Vec<Row> {
    let stages = |all: &[AccountStage]| {
        let one = |s: &AccountStage| format!("{} {}", s.stage, count(s.accounts));
        let here: Vec<String> = all.iter().filter(|s| s.accounts > 0).map(one).collect();
        if here.is_empty() { "–".to_owned() } else { here.join(", ") }
    };
    let mut rows = vec![
        ("accounts", format!("{} with {} members", count(a.accounts), count(a.members))),
        (
            "consensus",
            format!("{}: {} of those not disqualified", count(a.consensus), rate(a.consensus_rate, &a.consensus_rate_trust)),
        ),
        ("disqualified", count(a.disqualified)),
    ];
    for (name, all) in [("journey", &a.journey), ("funnel", &a.funnel)] {
        if !all.is_empty() {
            rows.push((name, stages(all)));
        }
    }
    rows
}
