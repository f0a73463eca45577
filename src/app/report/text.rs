//! The report as text, with small bars.

use super::measures::Measures;
use super::measures::coverage::Coverage;
use super::measures::money::{Carts, Customers, Money, Named};
use super::measures::pipeline::PipelineMeasures;
use super::measures::sales::{HandOver, Leads, Trigger};
use super::measures::stages::{AxisMeasures, ModelMeasures, Stage};
use super::measures::weeks::Unusual;
use super::words::{self, amount, count, percent, time};
use crate::app::terminal::printable;
use std::fmt::Write;

/// Width of a bar.
const BAR: usize = 20;
/// Weeks shown of a stage, the newest.
const WEEKS: usize = 26;

/// The whole report.
pub(super) fn of(measures: &Measures, top: usize) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _never = write(&mut text, measures, top);
    text
}

fn write(text: &mut String, all: &Measures, top: usize) -> std::fmt::Result {
    write!(text, "{} prospects", count(all.prospects))?;
    if let (Some(since), Some(until)) = (&all.since, &all.until) {
        write!(text, "; moves, carts and orders from {since} to {until}")?;
    }
    writeln!(text)?;
    for model in &all.models {
        write_model(text, model)?;
    }
    carts(text, &all.carts)?;
    customers(text, &all.customers)?;
    origins(text, "Sources", &all.sources, top)?;
    origins(text, "Campaigns", &all.campaigns, top)?;
    triggers(text, &all.triggers)?;
    all.leads.as_ref().map_or(Ok(()), |all| leads(text, all))
}

/// As `words` has them; what they name comes from outside.
fn money(all: &Money) -> String {
    printable(&words::money(all)).into_owned()
}

fn named(currency: &str) -> String {
    printable(words::named(currency)).into_owned()
}

fn unusual(run: &Unusual) -> String {
    printable(&words::unusual(run)).into_owned()
}

/// A bar of eighths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8 × BAR")]
fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (BAR * 8) as f64).round() as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    let text = format!("{}{rest}", "█".repeat(eighths / 8));
    format!("{text:<BAR$}")
}

fn write_model(text: &mut String, model: &ModelMeasures) -> std::fmt::Result {
    for axis in &model.axes {
        writeln!(text, "\n{} ({})", if axis.axis == "journey" { "Buyer journey" } else { "Sales funnel" }, model.name)?;
        stages(text, axis)?;
        leaks(text, axis)?;
        personas(text, axis)?;
        weeks(text, axis)?;
    }
    if let Some(pipeline) = &model.pipeline {
        write_pipeline(text, pipeline)?;
    }
    model.coverage.as_ref().map_or(Ok(()), |coverage| write_coverage(text, coverage))
}

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).max(5)
}

fn stages(text: &mut String, axis: &AxisMeasures) -> std::fmt::Result {
    let name = width(axis.stages.iter().map(|s| s.stage.as_str()));
    writeln!(
        text,
        "  {:name$}  {:>9}  {:BAR$}  {:>9}  {:>9}  {:>8}  {:>8}  {:>9}  {:>9}",
        "stage", "there now", "", "visits", "reached", "onward", "dropped", "median", "p90"
    )?;
    let most = axis.stages.iter().map(|s| s.prospects).max().unwrap_or(0).max(1);
    for stage in &axis.stages {
        writeln!(
            text,
            "  {:name$}  {:>9}  {}  {:>9}  {:>9}  {:>8}  {:>8}  {:>9}  {:>9}",
            stage.stage,
            count(stage.prospects),
            bar(stage.prospects as f64 / most as f64),
            count(stage.visits),
            count(stage.reached),
            percent(stage.conversion),
            percent(stage.drop_off),
            time(stage.median_ms),
            time(stage.p90_ms),
        )?;
    }
    Ok(())
}

fn leaks(text: &mut String, axis: &AxisMeasures) -> std::fmt::Result {
    let leaking: Vec<&Stage> = axis.stages.iter().filter(|s| !s.leaks.is_empty()).collect();
    if leaking.is_empty() {
        return Ok(());
    }
    writeln!(text, "  where they leak")?;
    let name = width(leaking.iter().map(|s| s.stage.as_str()));
    for stage in leaking {
        let way = |way: &str| match way {
            "back" => "back to ",
            "stale" => "stale, to ",
            "disqualified" => "disqualified at ",
            _ => "anew at ",
        };
        let leaks = stage.leaks.iter().take(4);
        let all: Vec<String> =
            leaks.map(|l| format!("{}{} {} ({})", way(l.way), l.to, count(l.count), percent(l.share))).collect();
        writeln!(text, "    {:name$}  {}", stage.stage, all.join(", "))?;
    }
    Ok(())
}

fn personas(text: &mut String, axis: &AxisMeasures) -> std::fmt::Result {
    if axis.personas.len() < 2 {
        return Ok(());
    }
    writeln!(text, "  there now, by persona")?;
    let label = |persona: &Option<String>| persona.as_deref().map_or("(no persona)".into(), printable).into_owned();
    let labels: Vec<String> = axis.personas.iter().map(|row| label(&row.persona)).collect();
    let name = width(labels.iter().map(String::as_str));
    for (row, label) in axis.personas.iter().zip(&labels) {
        let cells: Vec<String> = row.prospects.iter().map(|n| format!("{:>8}", count(*n))).collect();
        writeln!(text, "    {label:name$}  {}", cells.join(" "))?;
    }
    Ok(())
}

fn weeks(text: &mut String, axis: &AxisMeasures) -> std::fmt::Result {
    if !axis.unusual.is_empty() {
        writeln!(text, "  out of the ordinary")?;
    }
    for run in &axis.unusual {
        writeln!(text, "    {}", unusual(run))?;
    }
    // The weeks themselves only where something is to be seen; JSON and the page have all of them.
    for stage in axis.stages.iter().filter(|s| s.weeks.iter().any(|w| w.unusual.is_some())) {
        writeln!(text, "  {}, week by week: entered, went onward", stage.stage)?;
        let skip = stage.weeks.len().saturating_sub(WEEKS);
        for week in stage.weeks.iter().skip(skip) {
            let mark = week.unusual.map(|u| format!("  ← {u}")).unwrap_or_default();
            writeln!(
                text,
                "    {}  {:>7}  {} {:>8}{mark}",
                week.begins,
                count(week.entered),
                bar(week.conversion.unwrap_or(0.0)),
                percent(week.conversion)
            )?;
        }
    }
    Ok(())
}

fn write_pipeline(text: &mut String, p: &PipelineMeasures) -> std::fmt::Result {
    writeln!(text, "\nPipeline (open from {}, won at {})", p.open_from, p.won_at)?;
    writeln!(text, "  opportunities  {}", count(p.opportunities))?;
    writeln!(
        text,
        "  win rate       {} = {} won ÷ ({} won + {} lost)",
        percent(p.win_rate),
        count(p.won),
        count(p.won),
        count(p.lost)
    )?;
    let cycle = p.cycle_days.map_or_else(|| "–".to_owned(), |days| format!("{days:.1} days"));
    writeln!(text, "  cycle          {cycle}, first touch to first order")?;
    for (currency, f) in &p.money {
        let (opportunities, currency) = (count(p.opportunities), named(currency));
        let (rate, value, expected) = (percent(p.win_rate), amount(f.average_value), amount(f.expected));
        writeln!(text, "  forecast       {opportunities} × {rate} × {value} {currency} = {expected} {currency}")?;
        if let (Some(days), Some(per_day)) = (p.cycle_days, f.per_day) {
            writeln!(text, "  velocity       {expected} {currency} ÷ {days:.1} days = {} {currency} a day", amount(per_day))?;
        }
    }
    if p.money.is_empty() {
        writeln!(text, "  forecast       – (needs orders that name a value, and a win or a loss)")?;
    }
    Ok(())
}

fn write_coverage(text: &mut String, coverage: &Coverage) -> std::fmt::Result {
    writeln!(text, "\nCoverage of the journey: prospects · content · campaigns (0 · 0 · 0: nobody, and nothing for anybody)")?;
    let label = |persona: &Option<String>| persona.as_deref().map_or("everybody else".into(), printable).into_owned();
    let labels: Vec<String> = match coverage.rows.as_slice() {
        [_] => vec!["everybody".to_owned()],
        rows => rows.iter().map(|row| label(&row.persona)).collect(),
    };
    let name = width(labels.iter().map(String::as_str));
    let cell =
        |c: &super::measures::coverage::Cell| format!("{} · {} · {}", count(c.prospects), count(c.content), count(c.campaign));
    let columns: Vec<usize> = coverage
        .stages
        .iter()
        .enumerate()
        .map(|(n, stage)| {
            let cells: Vec<String> = coverage.rows.iter().map(|row| cell(&row.cells[n])).collect();
            width(cells.iter().map(String::as_str).chain([stage.as_str()]))
        })
        .collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&columns).map(|(cell, width)| format!("{cell:>width$}"));
        padded.collect::<Vec<_>>().join("  ")
    };
    writeln!(text, "  {:name$}  {}", "", line(coverage.stages.clone()))?;
    for (row, label) in coverage.rows.iter().zip(&labels) {
        writeln!(text, "  {label:name$}  {}", line(row.cells.iter().map(cell).collect()))?;
    }
    writeln!(
        text,
        "  of {} cells: nobody in {}, no content in {}, no campaign in {}, neither in {}",
        coverage.rows.len() * coverage.stages.len(),
        coverage.empty,
        coverage.without_content,
        coverage.without_campaign,
        coverage.untouched
    )
}

fn carts(text: &mut String, c: &Carts) -> std::fmt::Result {
    if c.opened == 0 && c.outcomes.is_empty() && c.reminders.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nCarts")?;
    let (opened, ordered, open) = (count(c.opened), count(c.ordered), count(c.still_open));
    writeln!(
        text,
        "  opened         {opened}: {ordered} ordered, {} emptied, {} forgotten, {open} still open",
        count(c.emptied),
        count(c.forgotten)
    )?;
    writeln!(text, "  not ordered    {} of those that came to an end", percent(c.not_ordered_rate))?;
    writeln!(
        text,
        "  abandoned      {} ({} of the carts opened), worth {}",
        count(c.abandoned),
        percent(c.abandonment_rate),
        money(&c.abandoned_value)
    )?;
    let steps: Vec<String> =
        c.reminders.iter().enumerate().map(|(n, left)| format!("step {}: {}", n + 1, count(*left))).collect();
    writeln!(text, "  reminded       {}", if steps.is_empty() { "–".to_owned() } else { steps.join(", ") })?;
    writeln!(
        text,
        "  recovered      {} ({} of the {} reminded), worth {}",
        count(c.recovered),
        percent(c.recovery_rate),
        count(c.reminded),
        money(&c.recovered_value)
    )?;
    writeln!(
        text,
        "    after a click  {}, worth {}; after an open {}, worth {}; came to nothing {}, worth {}",
        count(c.recovered_by_click),
        money(&c.recovered_by_click_value),
        count(c.recovered_by_open),
        money(&c.recovered_by_open_value),
        count(c.reversed),
        money(&c.reversed_value)
    )?;
    for (kind, reason, n) in &c.outcomes {
        let (kind, reason) = (printable(kind), printable(reason));
        writeln!(text, "    {kind:<14} {reason:<14} {:>9}", count(*n))?;
    }
    Ok(())
}

fn customers(text: &mut String, c: &Customers) -> std::fmt::Result {
    writeln!(text, "\nCustomers")?;
    writeln!(text, "  customers      {} with {} orders, spent {}", count(c.customers), count(c.orders), money(&c.spent))?;
    writeln!(text, "  bought again   {} ({})", count(c.repeaters), percent(c.repeat_rate))?;
    writeln!(text, "  lifetime value {} a customer; an order {}", money(&c.lifetime_value), money(&c.average_order))?;
    writeln!(
        text,
        "  time to close  median {}, p90 {}, first touch to first order",
        time(c.ms_to_close_median),
        time(c.ms_to_close_p90)
    )
}

fn origins(text: &mut String, title: &str, all: &[Named], top: usize) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let label = |n: &Named| n.name.as_deref().map_or("(none)".into(), printable).into_owned();
    let shown: Vec<&Named> = all.iter().take(top).collect();
    let labels: Vec<String> = shown.iter().map(|n| label(n)).collect();
    let name = width(labels.iter().map(String::as_str));
    writeln!(text, "\n{title}: first touch, and orders by the last touch before them")?;
    writeln!(
        text,
        "  {:name$}  {:>9}  {:>9}  {:>8}  {:BAR$}  {:>7}  {:>11}  spent, cost",
        "", "prospects", "customers", "became", "", "orders", "last touch"
    )?;
    for (n, label) in shown.into_iter().zip(&labels) {
        let cost = match (n.cost, n.cost_per_customer) {
            (Some(cost), Some(each)) => format!("; cost {}, {} a customer", amount(cost), amount(each)),
            (Some(cost), None) => format!("; cost {}, no customer", amount(cost)),
            (None, _) => String::new(),
        };
        writeln!(
            text,
            "  {label:name$}  {:>9}  {:>9}  {:>8}  {}  {:>7}  {:>11}  {}{cost}",
            count(n.prospects),
            count(n.customers),
            percent(n.conversion),
            bar(n.conversion.unwrap_or(0.0)),
            count(n.orders),
            count(n.last_touch_orders),
            money(&n.spent)
        )?;
    }
    if all.len() > top {
        writeln!(text, "  and {} more (--top, --json)", all.len() - top)?;
    }
    Ok(())
}

fn triggers(text: &mut String, all: &[Trigger]) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nTriggers of absence")?;
    let name = width(all.iter().map(|t| t.trigger.as_str()));
    all.iter().try_for_each(|t| {
        writeln!(text, "  {:name$}  {:>9} left, {:>7} taken back", t.trigger, count(t.fired), count(t.recalled))
    })
}

fn leads(text: &mut String, l: &Leads) -> std::fmt::Result {
    writeln!(text, "\nLeads")?;
    let (taken, handed_over) = (count(l.taken), count(l.handed_over));
    writeln!(text, "  precision      {} = {taken} accepted or won ÷ {handed_over} handed over", percent(l.precision))?;
    l.by_qualification.iter().try_for_each(|one| hand_over(text, one))
}

fn hand_over(text: &mut String, l: &HandOver) -> std::fmt::Result {
    writeln!(text, "\nHand-over, {}", l.qualification)?;
    writeln!(text, "  handed over    {}, {} reminders, {} returned", count(l.handed_over), count(l.reminded), count(l.returned))?;
    writeln!(
        text,
        "  acceptance     {} = {} accepted ÷ ({} accepted + {} rejected)",
        percent(l.acceptance_rate),
        count(l.accepted),
        count(l.accepted),
        count(l.rejected)
    )?;
    writeln!(
        text,
        "  won            {} = {} won ÷ ({} won + {} lost)",
        percent(l.win_rate),
        count(l.won),
        count(l.won),
        count(l.lost)
    )?;
    for (what, reason, n) in &l.reasons {
        let (what, reason) = (printable(what), printable(reason));
        writeln!(text, "    {what:<14} {reason:<24} {:>9}", count(*n))?;
    }
    Ok(())
}
