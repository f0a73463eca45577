//! The page at `/`: one table of everything that an instance holds, read again every few seconds. Its one script shows times on the
//! reader's clock.

use super::totals::Totals;
use crate::domain::Ms;
use crate::rfc3339::Rfc3339;
use crate::runtime::snapshot::{StatusBoard, TaskState};
use crate::view::funnel::Named;
use crate::view::health::{Readiness, ratio};
use crate::view::recovery;
use std::fmt::Write;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884;--bar:#2a7de1;--bad:#c62828}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:0 2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.bar{display:block;height:.55rem;background:var(--bar);border-radius:2px;min-width:1px}
.bad{color:var(--bad);font-weight:600}.soft{opacity:.7}";

/// Times as the reader's clock shows them; without scripts they stay in UTC. The page's policy names this very text, so no other
/// script runs in it.
pub const SCRIPT: &str =
    "document.querySelectorAll('time').forEach(t=>{t.textContent=new Date(t.dateTime).toLocaleString();t.title=t.dateTime})";

/// The whole page.
#[must_use]
pub fn page(board: &StatusBoard, readiness: &Readiness, totals: &Totals) -> String {
    let identity = board.identity();
    let mut out = String::with_capacity(16 * 1024);
    let class = if readiness.is_ready() { "soft" } else { "bad" };
    let models: Vec<String> = identity.models.iter().map(|(name, hash)| format!("{} ({})", escape(name), escape(hash))).collect();
    push(
        &mut out,
        format_args!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"3\">\
             <meta name=\"viewport\" content=\"width=device-width\"><title>leadstream · {0}</title><style>{STYLE}</style></head><body>\
             <h1>leadstream <span class=\"{class}\">{1}</span></h1>\
             <p class=\"soft\">group {0} · instance {2} · version {3} · model {4}</p>",
            escape(&identity.group),
            readiness.status,
            escape(&identity.instance),
            escape(&identity.version),
            models.join(", "),
        ),
    );
    summary(&mut out, totals);
    out += "<div class=\"grid\">";
    let several = totals.models.len() > 1;
    for model in &totals.models {
        let of = if several { format!(" ({})", escape(&model.name)) } else { String::new() };
        let personas: Vec<Named> =
            model.personas.iter().map(|p| Named { name: p.name.clone(), prospects: p.prospects }).collect();
        for (title, rows) in [
            ("Buyer journey", &model.journey),
            ("Sales funnel", &model.funnel),
            ("Score label", &model.labels),
            ("Persona", &personas),
        ] {
            // An axis that a model doesn't have, or personas that it doesn't know, are only "none".
            if rows.len() > 1 {
                distribution(&mut out, &format!("{title}{of}"), rows);
            }
        }
    }
    carts(&mut out, totals);
    out += "</div>";
    misses(&mut out, board);
    tasks(&mut out, board);
    routers(&mut out, board);
    out += "<p class=\"soft\">Counts of what left are since this instance got its partitions; \
            <a href=\"/metrics\">metrics</a> · <a href=\"/readyz\">readyz</a> · <a href=\"/api/v1/funnel\">funnel</a> · \
            <a href=\"/api/v1/carts\">carts</a></p>";
    push(&mut out, format_args!("<script>{SCRIPT}</script></body></html>"));
    out
}

fn summary(out: &mut String, totals: &Totals) {
    let lag: u64 = totals.lag_records.values().sum();
    out.push_str("<table><tr>");
    let cells = [
        ("prospects", totals.prospects),
        ("events", totals.events),
        ("not read yet", lag),
        ("stage changes", totals.stage_changes),
        ("score changes", totals.score_changes),
        ("cart triggers", totals.cart_triggers.iter().sum()),
        ("dead letters", totals.dead_letters),
    ];
    let cells = cells.map(|(name, count)| (name, grouped(count))).into_iter().chain(recovery::tiles(&totals.recovery));
    let (names, values): (Vec<_>, Vec<_>) = cells.unzip();
    names.iter().for_each(|name| push(out, format_args!("<th class=\"n\">{name}</th>")));
    out.push_str("</tr><tr>");
    values.iter().for_each(|value| push(out, format_args!("<td class=\"n\">{}</td>", escape(value))));
    out.push_str("</tr></table>");
    if !totals.complete {
        out.push_str("<p class=\"bad\">Not every task is ready: the numbers are incomplete.</p>");
    }
}

fn distribution(out: &mut String, title: &str, rows: &[Named]) {
    let most = rows.iter().map(|r| r.prospects).max().unwrap_or_default();
    push(out, format_args!("<section><h2>{title}</h2><table>"));
    for row in rows {
        let name = row.name.as_deref().map_or_else(|| "<span class=\"soft\">none</span>".to_owned(), escape);
        let width = if most == 0 { 0.0 } else { 100.0 * ratio(row.prospects, most) };
        push(
            out,
            format_args!(
                "<tr><td>{name}</td><td class=\"n\">{}</td><td style=\"width:40%\"><span class=\"bar\" style=\"width:{width:.1}%\"></span></td></tr>",
                grouped(row.prospects)
            ),
        );
    }
    out.push_str("</table></section>");
}

fn carts(out: &mut String, totals: &Totals) {
    out.push_str("<section><h2>Carts</h2><table>");
    let mut said = |name: &str, what: &str| {
        push(out, format_args!("<tr><td>{name}</td><td class=\"n\">{}</td></tr>", escape(what)));
    };
    for (name, what) in recovery::rows(&totals.recovery) {
        said(name, &what);
    }
    let mut row = |name: &str, count: u64| said(name, &grouped(count));
    row("prospects with an open cart", totals.open_carts);
    row("series armed or running", totals.series_pending);
    row("steps held until the task has caught up", totals.steps_held);
    for (n, count) in totals.cart_triggers.iter().enumerate() {
        row(&format!("step {} left", n + 1), *count);
    }
    for (kind, count) in recovery::other_outcomes(&totals.cart_outcomes) {
        row(kind, count);
    }
    out.push_str("</table></section>");
}

/// What inputs nearly say, if anything: what to change in a source.
fn misses(out: &mut String, board: &StatusBoard) {
    let misses = board.misses();
    if misses.is_empty() {
        return;
    }
    out.push_str("<h2>Nearly understood</h2><table>");
    for line in misses.lines() {
        push(out, format_args!("<tr><td>{}</td></tr>", escape(&line)));
    }
    out.push_str("</table>");
}

fn tasks(out: &mut String, board: &StatusBoard) {
    out.push_str(
        "<h2>Tasks</h2><table><tr><th class=\"n\">partition</th><th class=\"n\">worker</th><th>state</th><th>task time</th>\
         <th class=\"n\">not read yet</th><th class=\"n\">prospects</th><th class=\"n\">timers</th></tr>",
    );
    for task in board.tasks() {
        let state = match &task.state {
            TaskState::Restoring { done, total } => format!("restoring, {:.0} %", 100.0 * ratio(*done, *total)),
            TaskState::Stuck { reason } => format!("<span class=\"bad\">stuck: {}</span>", escape(reason)),
            TaskState::Ready if task.caught_up => "ready, caught up".to_owned(),
            TaskState::Ready => "ready, behind".to_owned(),
            TaskState::Waiting => "waiting for all its inputs".to_owned(),
        };
        let lag: u64 = task.lag.iter().filter_map(|(_, records)| *records).sum();
        push(
            out,
            format_args!(
                "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{state}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                task.partition,
                task.worker,
                task.time_ms.and_then(time).unwrap_or_else(|| "–".to_owned()),
                grouped(lag),
                grouped(task.size.records as u64),
                grouped(task.size.timers as u64),
            ),
        );
    }
    out.push_str("</table>");
}

fn routers(out: &mut String, board: &StatusBoard) {
    let routers = board.routers();
    if routers.is_empty() {
        return;
    }
    out.push_str(
        "<h2>Routers</h2><table><tr><th class=\"n\">worker</th><th class=\"n\">partitions</th><th>state</th>\
         <th class=\"n\">not routed yet</th></tr>",
    );
    for router in routers {
        let state = match (router.state(), router.reason()) {
            ("stuck", Some(reason)) => format!("<span class=\"bad\">stuck: {}</span>", escape(reason)),
            (state, Some(reason)) => format!("{state}: {}", escape(reason)),
            (state, None) if router.is_at_end => format!("{state}, caught up"),
            (state, None) => format!("{state}, behind"),
        };
        push(
            out,
            format_args!(
                "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{state}</td><td class=\"n\">{}</td></tr>",
                router.worker,
                router.partitions,
                grouped(router.lag),
            ),
        );
    }
    out.push_str("</table>");
}

/// A time for people: to the second.
fn time(ms: Ms) -> Option<String> {
    let time = Rfc3339::within_calendar(ms)?.to_second();
    let shown = time.replace('T', " ").replace('Z', " UTC");
    Some(format!("<time datetime=\"{time}\">{shown}</time>"))
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String never fails.
    let _ok = out.write_fmt(text);
}

/// Text in an HTML page.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// `1234567` as `1 234 567` (thin spaces).
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_for_people_and_carry_the_instant_for_the_readers_clock() {
        let shown = time(1_772_409_601_234).unwrap();
        assert_eq!(shown, "<time datetime=\"2026-03-02T00:00:01Z\">2026-03-02 00:00:01 UTC</time>");
        assert_eq!(time(Ms::MAX), None);
    }

    #[test]
    fn what_a_model_calls_its_stages_cannot_break_the_page() {
        let mut out = String::new();
        let rows = [Named { name: Some("<script>alert(1)</script>".to_owned()), prospects: 1_234_567 }];
        distribution(&mut out, "x", &rows);
        assert!(!out.contains("<script>"), "{out}");
        assert!(out.contains("1\u{202f}234\u{202f}567"), "{out}");
    }
}
