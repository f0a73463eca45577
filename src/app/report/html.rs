//! The report as one page: tables, and plots drawn as SVG in it. It loads nothing, runs no script, and follows the reader's light
//! or dark.

mod checkout;
mod plots;
mod section;
mod tables;

use super::how;
use super::measures::Measures;
use super::measures::stages::{AxisMeasures, ModelMeasures};
use super::rows;
use super::words::{count, money, rate, time, unusual};
use crate::app::zone::Zone;
use crate::http::dashboard::escape;
use section::said;

const STYLE: &str = "
:root{color-scheme:light dark;--ink:light-dark(#1c2430,#e6e9ee);--soft:light-dark(#5d6875,#9aa5b1);--line:light-dark(#d9dee4,#39424d);
--paper:light-dark(#fff,#14181d);--card:light-dark(#f6f8fa,#1b2027);--bar:light-dark(#2a6fd6,#6ea8ff);--low:light-dark(#c4352b,#ff7b72);
--high:light-dark(#1a7f4b,#57c98a);--pale:light-dark(#cfe0f8,#25405f)}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:76rem;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.2rem;margin:2.6rem 0 .6rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
h3{font-size:1rem;margin:1.6rem 0 .4rem}p{margin:.3rem 0}.soft{color:var(--soft)}.low{color:var(--low);font-weight:600}.high{color:var(--high);font-weight:600}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1.2rem 0}
.keys div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}.keys b{display:block;font-size:1.35rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;min-width:100%}th,td{text-align:left;padding:.28rem .8rem .28rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);white-space:nowrap}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.empty{color:var(--soft)}td.gap{background:color-mix(in srgb,var(--low) 18%,transparent)}
svg{display:block;max-width:100%;height:auto;font:12px system-ui,sans-serif}svg text{fill:var(--ink)}svg .soft{fill:var(--soft)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:1.2rem}figure{margin:0}figcaption{font-weight:600;margin-bottom:.2rem}
code{background:var(--card);padding:.1rem .3rem;border-radius:.25rem}";

/// The whole page.
pub(super) fn page(all: &Measures, top: usize, zone: &Zone) -> String {
    let mut out = String::with_capacity(64 * 1024);
    let window = match (all.since_ms, all.until_ms) {
        (Some(since), Some(until)) => {
            let (since, until) = (zone.time(since), zone.time(until));
            format!("Moves, carts and orders from {since} to {until} ({}).", escape(&zone.name))
        }
        _ => "Nothing was counted yet.".to_owned(),
    };
    out += &format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>leadstream report</title><style>{STYLE}</style></head><body><h1>leadstream report</h1><p class=\"soft\">{window} \
         Who stands where, customers and where they came from are those of all records. Behind a rate: between what it lies with \
         95 % certainty (Wilson), and of how many cases it is. Weeks begin on Monday, UTC.</p>"
    );
    keys(&mut out, all);
    all.models.iter().for_each(|m| model(&mut out, m));
    if let Some(steps) = &all.checkout {
        checkout::write(&mut out, steps);
    }
    carts(&mut out, all);
    customers(&mut out, all);
    tables::origins(&mut out, "Sources", "sources[]", &all.sources, top);
    tables::origins(&mut out, "Campaigns", "campaigns[]", &all.campaigns, top);
    tables::triggers(&mut out, &all.triggers);
    if let Some(leads) = &all.leads {
        tables::leads(&mut out, leads, top);
    }
    tables::accounts(&mut out, &all.accounts);
    out += "</body></html>\n";
    out
}

fn keys(out: &mut String, all: &Measures) {
    let c = &all.carts;
    let mut cells = vec![
        ("prospects", count(all.prospects)),
        ("customers", count(all.customers.customers)),
        ("bought again", rate(all.customers.repeat_rate, &all.customers.repeat_rate_trust)),
        ("time to close, median", time(all.customers.ms_to_close_median)),
        ("carts abandoned (industry definition)", rate(c.trade_abandonment_rate, &c.trade_abandonment_rate_trust)),
        ("of those reminded, recovered by a reminder", rate(c.attributed_recovery_rate, &c.attributed_recovery_rate_trust)),
    ];
    if !all.customers.lifetime_value.is_empty() {
        cells.push(("lifetime value", money(&all.customers.lifetime_value)));
    }
    if c.recovered > 0 {
        cells.push(("recovered by a reminder", money(&c.recovered_attributed_value)));
        cells.push(("came back by themselves", money(&c.recovered_unattributed_value)));
    }
    out.push_str("<div class=\"keys\">");
    for (name, value) in cells {
        // What stands in brackets is smaller.
        let (figure, beside) =
            value.split_once(" (").map_or((value.as_str(), ""), |(figure, rest)| (figure, rest.trim_end_matches(')')));
        let beside = if beside.is_empty() { String::new() } else { format!("<br>{}", escape(beside)) };
        *out += &format!("<div><b>{}</b><span class=\"soft\">{name}{beside}</span></div>", escape(figure));
    }
    out.push_str("</div>");
}

fn model(out: &mut String, model: &ModelMeasures) {
    for axis in &model.axes {
        let title = if axis.axis == "journey" { "Buyer journey" } else { "Sales funnel" };
        *out += &format!("<h2>{title} <span class=\"soft\">{}</span></h2>", escape(&model.name));
        said(out, "models[].axes[].stages");
        *out += &plots::funnel(&axis.stages);
        tables::stages(out, axis);
        tables::personas(out, axis);
        weeks(out, axis);
    }
    if let Some(p) = &model.pipeline {
        *out += &format!(
            "<h2>Pipeline and forecast</h2><p class=\"soft\">Opportunities stand from <b>{}</b> on and are won at <b>{}</b>: {}.</p>",
            escape(&p.open_from),
            escape(&p.won_at),
            how::section("models[].pipeline")
        );
        tables::pairs(out, &rows::pipeline(p));
    }
    if let Some(coverage) = &model.coverage {
        tables::coverage(out, coverage);
    }
}

fn weeks(out: &mut String, axis: &AxisMeasures) {
    if !axis.unusual.is_empty() {
        out.push_str("<h3>Out of the ordinary</h3><ul>");
        for run in &axis.unusual {
            *out += &format!("<li><span class=\"{}\">{}</span></li>", run.direction, escape(&unusual(run)));
        }
        out.push_str("</ul>");
    }
    // Nothing lies beyond the last stage.
    let shown: Vec<_> = axis.stages.iter().rev().skip(1).rev().filter(|s| s.weeks.len() > 1).collect();
    if shown.is_empty() {
        return;
    }
    out.push_str(
        "<h3>Conversion per week</h3><p class=\"soft\">Of those who entered the stage in a week, the share that went onward. \
         Pale bars: how many entered.</p><div class=\"plots\">",
    );
    for stage in shown {
        *out += &format!("<figure><figcaption>from {}</figcaption>{}</figure>", escape(&stage.stage), plots::weeks(&stage.weeks));
    }
    out.push_str("</div>");
}

fn carts(out: &mut String, all: &Measures) {
    let c = &all.carts;
    if c.opened == 0 && c.outcomes.is_empty() && c.reminders.is_empty() {
        return;
    }
    out.push_str("<h2>Carts</h2>");
    said(out, "carts");
    tables::pairs(out, &rows::carts(c));
    if c.weeks.len() > 1 {
        let of = |what: fn(&super::measures::money::CartWeek) -> i64| {
            c.weeks.iter().map(|w| (w.begins.clone(), what(w))).collect::<Vec<_>>()
        };
        out.push_str("<div class=\"plots\">");
        for (title, bars) in [
            ("carts opened", of(|w| w.opened)),
            ("abandoned, by the week in which the series was armed", of(|w| w.abandoned)),
            ("recovered by a reminder, by the week in which the series was armed", of(|w| w.recovered_attributed)),
            ("came back by themselves, by the week in which the series was armed", of(|w| w.recovered_unattributed)),
        ] {
            *out += &format!("<figure><figcaption>{title}</figcaption>{}</figure>", plots::bars(&bars));
        }
        out.push_str("</div>");
    }
    tables::outcomes(out, &rows::outcomes(c));
}

fn customers(out: &mut String, all: &Measures) {
    let c = &all.customers;
    out.push_str("<h2>Customers</h2>");
    said(out, "customers");
    tables::pairs(out, &rows::customers(c));
    if c.weeks.len() > 1 {
        let of = |what: fn(&super::measures::money::OrderWeek) -> i64| {
            c.weeks.iter().map(|w| (w.begins.clone(), what(w))).collect::<Vec<_>>()
        };
        out.push_str("<div class=\"plots\">");
        for (title, bars) in
            [("orders a week", of(|w| w.orders)), ("of those, by customers who had ordered before", of(|w| w.again))]
        {
            *out += &format!("<figure><figcaption>{title}</figcaption>{}</figure>", plots::bars(&bars));
        }
        out.push_str("</div>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::report::costs::Costs;
    use crate::domain::terms::movement::Axis;
    use crate::domain::terms::per_axis::PerAxis;
    use crate::engine::figures::{Figures, Key, ModelNames, Way};

    #[test]
    fn names_cannot_break_the_page_and_nothing_is_loaded() {
        let evil = "<script>alert(1)</script>";
        let mut figures = Figures::default();
        let stages = PerAxis { journey: vec![evil.into(), "b".into()], funnel: Vec::new() };
        figures.models.insert(
            1,
            ModelNames {
                name: evil.into(),
                hash: "h".into(),
                stages,
                personas: vec![evil.into()],
                pipeline: None,
                lapsed: PerAxis::default(),
            },
        );
        figures.add(Key::Stands { model: 1, axis: Axis::Journey, persona: 1, stage: 1 }, 3);
        for week in 2_800..2_812 {
            figures.add(Key::Week { model: 1, axis: Axis::Journey, stage: 1, week, way: Way::Entered }, 30);
            figures.add(
                Key::Week { model: 1, axis: Axis::Journey, stage: 1, week, way: Way::Onward },
                if week == 2_805 { 2 } else { 20 },
            );
            figures.add(
                Key::Week { model: 1, axis: Axis::Journey, stage: 1, week, way: Way::Stale },
                if week == 2_805 { 28 } else { 10 },
            );
        }
        let costs = Costs::from([(evil.to_owned(), 5.0)]);
        let page = page(&Measures::of(&figures, &costs, None), 5, &Zone::named(Some("UTC")).unwrap());
        assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
        for outside in ["http:", "https:", "src=", "@import", "url(", "href="] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("<svg") && page.contains("Out of the ordinary"), "{page}");
        for tag in ["table", "tr", "td", "div", "figure", "svg", "ul", "li", "body"] {
            let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
            let opened = page.matches(&format!("{open}>")).count() + page.matches(&format!("{open} ")).count();
            assert_eq!(opened, page.matches(&close).count(), "{tag}");
        }
    }
}
