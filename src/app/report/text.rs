//! The report as text, with small bars.

mod checkout;
mod parts;

use super::measures::Measures;
use super::measures::accounts::Accounts;
use super::measures::coverage::Coverage;
use super::measures::money::{Carts, Customers, Money};
use super::measures::origins::Named;
use super::measures::pipeline::PipelineMeasures;
use super::measures::sales::{Leads, Passed, Trigger};
use super::measures::stages::{AxisMeasures, ModelMeasures, Stage};
use super::rows;
use super::words::{self, amount, count, percent, rate_of, several, time};
use crate::app::terminal::printable;
use crate::app::zone::Zone;
use parts::{BAR, bar, said, unusual, weeks_of, width};
use std::fmt::Write;

/// The whole report.
pub(super) fn of(measures: &Measures, top: usize, zone: &Zone) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _never = write(&mut text, measures, top, zone);
    text
}

fn write(text: &mut String, all: &Measures, top: usize, zone: &Zone) -> std::fmt::Result {
    write!(text, "{}", several(all.prospects, "prospect", "prospects"))?;
    if let (Some(since), Some(until)) = (all.since_ms, all.until_ms) {
        write!(text, "; moves, carts and orders from {} to {} ({})", zone.time(since), zone.time(until), zone.name)?;
    }
    writeln!(text)?;
    writeln!(text, "Behind a rate: between what it lies with 95 % certainty (Wilson), and of how many cases it is.")?;
    for model in &all.models {
        write_model(text, model)?;
    }
    all.checkout.as_ref().map_or(Ok(()), |steps| checkout::write(text, steps))?;
    carts(text, &all.carts)?;
    customers(text, &all.customers)?;
    origins(text, "Sources", "sources[]", &all.sources, top)?;
    origins(text, "Campaigns", "campaigns[]", &all.campaigns, top)?;
    triggers(text, &all.triggers)?;
    all.leads.as_ref().map_or(Ok(()), |all| leads(text, all, top))?;
    accounts(text, &all.accounts)
}

/// As `words` has them; what they name comes from outside.
fn money(all: &Money) -> String {
    printable(&words::money(all)).into_owned()
}

fn write_model(text: &mut String, model: &ModelMeasures) -> std::fmt::Result {
    for axis in &model.axes {
        writeln!(text, "\n{} ({})", if axis.axis == "journey" { "Buyer journey" } else { "Sales funnel" }, model.name)?;
        said(text, "models[].axes[].stages")?;
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

fn stages(text: &mut String, axis: &AxisMeasures) -> std::fmt::Result {
    let name = width(axis.stages.iter().map(|s| s.stage.as_str()));
    writeln!(
        text,
        "  {:name$}  {:>9}  {:BAR$}  {:>9}  {:>9}  {:>19}  {:>19}  {:>9}  {:>9}",
        "stage", "there now", "", "visits", "reached", "onward", "dropped", "median", "p90"
    )?;
    let most = axis.stages.iter().map(|s| s.prospects).max().unwrap_or(0).max(1);
    for stage in &axis.stages {
        writeln!(
            text,
            "  {:name$}  {:>9}  {}  {:>9}  {:>9}  {:>19}  {:>19}  {:>9}  {:>9}",
            stage.stage,
            count(stage.prospects),
            bar(stage.prospects as f64 / most as f64),
            count(stage.visits),
            count(stage.reached),
            rate_of(stage.conversion, &stage.conversion_trust),
            rate_of(stage.drop_off, &stage.drop_off_trust),
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
            _ => "re-entered at ",
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
        writeln!(text, "  unusual weeks")?;
    }
    for run in &axis.unusual {
        writeln!(text, "    {}", unusual(run))?;
    }
    axis.stages.iter().try_for_each(|stage| weeks_of(text, &stage.stage, &stage.weeks))
}

fn write_coverage(text: &mut String, coverage: &Coverage) -> std::fmt::Result {
    writeln!(text, "\nCoverage of the journey: prospects · content · campaigns (0 · 0 · 0: no one, and nothing for anyone)")?;
    let label = |persona: &Option<String>| persona.as_deref().map_or("everyone else".into(), printable).into_owned();
    let labels: Vec<String> = match coverage.rows.as_slice() {
        [_] => vec!["everyone".to_owned()],
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
        "  of {} cells: no one in {}, no content in {}, no campaign in {}, neither in {}",
        coverage.rows.len() * coverage.stages.len(),
        coverage.empty,
        coverage.without_content,
        coverage.without_campaign,
        coverage.untouched
    )
}

fn origins(text: &mut String, title: &str, section: &str, all: &[Named], top: usize) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let label = |n: &Named| n.name.as_deref().map_or("(none)".into(), printable).into_owned();
    let shown: Vec<&Named> = all.iter().take(top).collect();
    let labels: Vec<String> = shown.iter().map(|n| label(n)).collect();
    let name = width(labels.iter().map(String::as_str));
    writeln!(text, "\n{title}")?;
    said(text, section)?;
    writeln!(
        text,
        "  {:name$}  {:>9}  {:>9}  {:>19}  {:BAR$}  {:>7}  {:>11}  spent, cost",
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
            "  {label:name$}  {:>9}  {:>9}  {:>19}  {}  {:>7}  {:>11}  {}{cost}",
            count(n.prospects),
            count(n.customers),
            rate_of(n.conversion, &n.conversion_trust),
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
    said(text, "triggers[]")?;
    let name = width(all.iter().map(|t| t.trigger.as_str()));
    all.iter().try_for_each(|t| {
        writeln!(text, "  {:name$}  {:>9} left, {:>7} taken back", t.trigger, count(t.fired), count(t.recalled))
    })
}

fn write_pipeline(text: &mut String, p: &PipelineMeasures) -> std::fmt::Result {
    writeln!(text, "\nPipeline (open from {}, won at {})", p.open_from, p.won_at)?;
    said(text, "models[].pipeline")?;
    pairs(text, &rows::pipeline(p))
}

fn carts(text: &mut String, c: &Carts) -> std::fmt::Result {
    if c.opened == 0 && c.outcomes.is_empty() && c.reminders.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nCarts")?;
    said(text, "carts")?;
    pairs(text, &rows::carts(c))?;
    reasons(text, &rows::outcomes(c))
}

fn customers(text: &mut String, c: &Customers) -> std::fmt::Result {
    writeln!(text, "\nCustomers")?;
    said(text, "customers")?;
    pairs(text, &rows::customers(c))
}

fn leads(text: &mut String, l: &Leads, top: usize) -> std::fmt::Result {
    writeln!(text, "\nLeads")?;
    said(text, "leads")?;
    pairs(text, &rows::leads(l))?;
    passed(text, "by source", &l.by_source, top)?;
    passed(text, "by persona", &l.by_persona, top)?;
    for one in &l.by_qualification {
        writeln!(text, "  {}", one.qualification)?;
        pairs(text, &rows::hand_over(one))?;
        reasons(text, &one.reasons)?;
    }
    Ok(())
}

fn passed(text: &mut String, title: &str, all: &[Passed], top: usize) -> std::fmt::Result {
    if all.is_empty() {
        return Ok(());
    }
    let label = |p: &Passed| p.name.as_deref().map_or("(none)".into(), printable).into_owned();
    let shown: Vec<(String, [String; 7])> = all.iter().take(top).map(|p| (label(p), rows::passed(p))).collect();
    let name = width(shown.iter().map(|(label, _)| label.as_str()).chain([title]));
    let columns: Vec<usize> = (0..rows::PASSED.len())
        .map(|n| width(shown.iter().map(|(_, cells)| cells[n].as_str()).chain([rows::PASSED[n]])))
        .collect();
    let line = |cells: [&str; 7]| {
        let padded = cells.iter().zip(&columns).map(|(cell, width)| format!("{cell:>width$}"));
        padded.collect::<Vec<_>>().join("  ")
    };
    writeln!(text, "  {title:name$}  {}", line(rows::PASSED))?;
    for (label, cells) in &shown {
        writeln!(text, "  {label:name$}  {}", line(cells.each_ref().map(String::as_str)))?;
    }
    if all.len() > top {
        writeln!(text, "  and {} more (--top, --json)", all.len() - top)?;
    }
    Ok(())
}

fn accounts(text: &mut String, all: &[Accounts]) -> std::fmt::Result {
    for a in all {
        writeln!(text, "\nAccounts ({})", a.model)?;
        said(text, "accounts[]")?;
        pairs(text, &rows::accounts(a))?;
    }
    Ok(())
}

fn pairs(text: &mut String, rows: &[rows::Row]) -> std::fmt::Result {
    let name = width(rows.iter().map(|(name, _)| *name));
    rows.iter().try_for_each(|(name_of, value)| writeln!(text, "  {name_of:name$}  {}", printable(value)))
}

fn reasons(text: &mut String, all: &[(String, String, i64)]) -> std::fmt::Result {
    all.iter().try_for_each(|(what, reason, n)| {
        let (what, reason) = (printable(what), printable(reason));
        writeln!(text, "    {what:<14} {reason:<24} {:>9}", count(*n))
    })
}
