//! Tables of the page.

use super::section::said;
use crate::app::report::measures::accounts::Accounts;
use crate::app::report::measures::coverage::Coverage;
use crate::app::report::measures::origins::Named;
use crate::app::report::measures::sales::{Leads, Passed, Trigger};
use crate::app::report::measures::stages::AxisMeasures;
use crate::app::report::rows;
use crate::app::report::words::{amount, count, money, percent, rate_of, time};
use crate::http::dashboard::escape;

/// A cell, a number if it is one.
enum Cell {
    Text(String),
    Number(String),
    /// With a class of its own.
    Marked(&'static str, String),
}

fn table(out: &mut String, head: &[(&str, bool)], rows: &[Vec<Cell>]) {
    out.push_str("<div class=\"scroll\"><table><tr>");
    for (name, is_number) in head {
        *out += &format!("<th{}>{}</th>", if *is_number { " class=\"n\"" } else { "" }, escape(name));
    }
    out.push_str("</tr>");
    for row in rows {
        out.push_str("<tr>");
        for cell in row {
            *out += &match cell {
                Cell::Text(text) => format!("<td>{}</td>", escape(text)),
                Cell::Number(text) => format!("<td class=\"n\">{}</td>", escape(text)),
                Cell::Marked(class, text) => format!("<td class=\"n {class}\">{}</td>", escape(text)),
            };
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
}

fn number(n: i64) -> Cell {
    Cell::Number(count(n))
}

/// Names and what is to be said of them.
pub(super) fn pairs(out: &mut String, rows: &[(&str, String)]) {
    let rows: Vec<Vec<Cell>> =
        rows.iter().map(|(name, text)| vec![Cell::Text((*name).to_owned()), Cell::Text(text.clone())]).collect();
    table(out, &[], &rows);
}

pub(super) fn stages(out: &mut String, axis: &AxisMeasures) {
    let head = [
        ("stage", false),
        ("there now", true),
        ("visits", true),
        ("went onward", true),
        ("skipped the next", true),
        ("dropped", true),
        ("median", true),
        ("90 % within", true),
        ("leaks", false),
    ];
    let row = |s: &crate::app::report::measures::stages::Stage| {
        let leaks: Vec<String> =
            s.leaks.iter().take(4).map(|l| format!("{} → {}: {} ({})", l.way, l.to, count(l.count), percent(l.share))).collect();
        vec![
            Cell::Text(s.stage.clone()),
            number(s.prospects),
            number(s.visits),
            Cell::Number(format!("{}: {}", count(s.onward), rate_of(s.conversion, &s.conversion_trust))),
            number(s.skipped_next),
            Cell::Number(rate_of(s.drop_off, &s.drop_off_trust)),
            Cell::Number(time(s.median_ms)),
            Cell::Number(time(s.p90_ms)),
            Cell::Text(leaks.join("; ")),
        ]
    };
    table(out, &head, &axis.stages.iter().map(row).collect::<Vec<_>>());
}

pub(super) fn personas(out: &mut String, axis: &AxisMeasures) {
    if axis.personas.len() < 2 {
        return;
    }
    out.push_str("<h3>There now, by persona</h3>");
    let head: Vec<(&str, bool)> =
        [("persona", false)].into_iter().chain(axis.stages.iter().map(|s| (s.stage.as_str(), true))).collect();
    let rows = axis.personas.iter().map(|row| {
        let name = row.persona.clone().unwrap_or_else(|| "(no persona)".to_owned());
        [Cell::Text(name)].into_iter().chain(row.prospects.iter().map(|n| number(*n))).collect()
    });
    table(out, &head, &rows.collect::<Vec<_>>());
}

pub(super) fn coverage(out: &mut String, coverage: &Coverage) {
    let cells = coverage.rows.len() * coverage.stages.len();
    *out += &format!(
        "<h2>Coverage of the journey</h2><p class=\"soft\">Prospects · events of content · events of campaigns. Of {cells} cells: \
         no one in {}, no content in {}, no campaign in {}, neither in {} (marked).</p>",
        coverage.empty, coverage.without_content, coverage.without_campaign, coverage.untouched
    );
    let head: Vec<(&str, bool)> =
        [("persona", false)].into_iter().chain(coverage.stages.iter().map(|s| (s.as_str(), true))).collect();
    let only = coverage.rows.len() == 1;
    let rows = coverage.rows.iter().map(|row| {
        let name = row.persona.clone().unwrap_or_else(|| if only { "everybody" } else { "everyone else" }.to_owned());
        let cell = |c: &crate::app::report::measures::coverage::Cell| {
            let text = format!("{} · {} · {}", count(c.prospects), count(c.content), count(c.campaign));
            match (c.content + c.campaign, c.prospects) {
                (0, _) => Cell::Marked("gap", text),
                (_, 0) => Cell::Marked("empty", text),
                _ => Cell::Number(text),
            }
        };
        [Cell::Text(name)].into_iter().chain(row.cells.iter().map(cell)).collect()
    });
    table(out, &head, &rows.collect::<Vec<_>>());
}

pub(super) fn outcomes(out: &mut String, outcomes: &[(String, String, i64)]) {
    if outcomes.is_empty() {
        return;
    }
    let rows: Vec<Vec<Cell>> =
        outcomes.iter().map(|(kind, reason, n)| vec![Cell::Text(kind.clone()), Cell::Text(reason.clone()), number(*n)]).collect();
    table(out, &[("outcome", false), ("reason", false), ("times", true)], &rows);
}

pub(super) fn origins(out: &mut String, title: &str, section: &str, all: &[Named], top: usize) {
    if all.is_empty() {
        return;
    }
    *out += &format!("<h2>{title}</h2>");
    said(out, section);
    let priced = all.iter().any(|n| n.cost.is_some());
    let mut head = vec![
        ("", false),
        ("prospects", true),
        ("customers", true),
        ("became customers", true),
        ("bought again", true),
        ("orders", true),
        ("spent", true),
    ];
    if priced {
        head.extend([("cost", true), ("a prospect", true), ("a customer", true)]);
    }
    head.extend([("orders", true), ("worth", true)]);
    let row = |n: &Named| {
        let maybe = |value: Option<f64>| Cell::Number(value.map_or_else(|| "–".to_owned(), amount));
        let mut row = vec![
            Cell::Text(n.name.clone().unwrap_or_else(|| "(none)".to_owned())),
            number(n.prospects),
            number(n.customers),
            Cell::Number(rate_of(n.conversion, &n.conversion_trust)),
            number(n.repeaters),
            number(n.orders),
            Cell::Number(money(&n.spent)),
        ];
        if priced {
            row.extend([maybe(n.cost), maybe(n.cost_per_prospect), maybe(n.cost_per_customer)]);
        }
        row.extend([number(n.last_touch_orders), Cell::Number(money(&n.last_touch_value))]);
        row
    };
    table(out, &head, &all.iter().take(top).map(row).collect::<Vec<_>>());
    if all.len() > top {
        *out += &format!("<p class=\"soft\">and {} more</p>", all.len() - top);
    }
}

pub(super) fn triggers(out: &mut String, all: &[Trigger]) {
    if all.is_empty() {
        return;
    }
    out.push_str("<h2>Triggers of absence</h2>");
    said(out, "triggers[]");
    let rows: Vec<Vec<Cell>> =
        all.iter().map(|t| vec![Cell::Text(t.trigger.clone()), number(t.fired), number(t.recalled)]).collect();
    table(out, &[("trigger", false), ("left", true), ("taken back", true)], &rows);
}

pub(super) fn leads(out: &mut String, l: &Leads, top: usize) {
    out.push_str("<h2>Leads</h2>");
    said(out, "leads");
    pairs(out, &rows::leads(l));
    passed(out, "By source", &l.by_source, top);
    passed(out, "By persona", &l.by_persona, top);
    for one in &l.by_qualification {
        *out += &format!("<h3>{}</h3>", escape(&one.qualification));
        pairs(out, &rows::hand_over(one));
        outcomes(out, &one.reasons);
    }
}

fn passed(out: &mut String, title: &str, all: &[Passed], top: usize) {
    if all.is_empty() {
        return;
    }
    *out += &format!("<h3>{title}</h3>");
    let head: Vec<(&str, bool)> = [("", false)].into_iter().chain(rows::PASSED.map(|name| (name, true))).collect();
    let row = |p: &Passed| {
        let name = Cell::Text(p.name.clone().unwrap_or_else(|| "(none)".to_owned()));
        [name].into_iter().chain(rows::passed(p).map(Cell::Number)).collect()
    };
    table(out, &head, &all.iter().take(top).map(row).collect::<Vec<Vec<Cell>>>());
    if all.len() > top {
        *out += &format!("<p class=\"soft\">and {} more</p>", all.len() - top);
    }
}

pub(super) fn accounts(out: &mut String, all: &[Accounts]) {
    for a in all {
        *out += &format!("<h2>Accounts <span class=\"soft\">{}</span></h2>", escape(&a.model));
        said(out, "accounts[]");
        pairs(out, &rows::accounts(a));
    }
}
