//! Plots as SVG: plain shapes in the page's colours, each with a title that a pointer shows and a reader reads out.

use crate::app::report::measures::stages::Stage;
use crate::app::report::measures::weeks::Week;
use crate::app::report::words::{count, percent};
use crate::http::dashboard::escape;

/// Size of a plot over weeks, and its margins.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 38.0;
const BOTTOM: f64 = 20.0;
const TOP: f64 = 8.0;

/// Moves into each stage or past it, as bars, with the share that went onward from there.
pub(super) fn funnel(stages: &[Stage]) -> String {
    const ROW: f64 = 30.0;
    const NAME: f64 = 190.0;
    const BAR: f64 = 420.0;
    let most = stages.iter().map(|s| s.reached.max(s.prospects)).max().unwrap_or(0).max(1) as f64;
    let height = ROW * stages.len() as f64 + 6.0;
    let mut svg =
        format!("<svg viewBox=\"0 0 860 {height}\" width=\"860\" role=\"img\" aria-label=\"How many reached each stage\">");
    for (n, stage) in stages.iter().enumerate() {
        let y = ROW * n as f64 + 4.0;
        let (reached, here) = (BAR * stage.reached as f64 / most, BAR * stage.prospects as f64 / most);
        let name = escape(&stage.stage);
        let onward = stage.conversion.map(|c| format!(" · {} went onward", percent(Some(c)))).unwrap_or_default();
        svg += &format!(
            "<g><title>{name}: {0} reached it or a later stage, {1} stand there now{onward}</title>\
             <text x=\"{2}\" y=\"{3}\" text-anchor=\"end\">{name}</text>\
             <rect x=\"{NAME}\" y=\"{y}\" width=\"{reached:.1}\" height=\"20\" rx=\"2\" fill=\"var(--pale)\"/>\
             <rect x=\"{NAME}\" y=\"{4}\" width=\"{here:.1}\" height=\"8\" rx=\"2\" fill=\"var(--bar)\"/>\
             <text x=\"{5:.1}\" y=\"{3}\">{0}<tspan class=\"soft\"> · {1} there now{onward}</tspan></text></g>",
            count(stage.reached),
            count(stage.prospects),
            NAME - 10.0,
            y + 15.0,
            y + 6.0,
            NAME + reached.max(here) + 8.0,
        );
    }
    svg + "</svg>"
}

/// Places along the weeks: where each begins, and how wide.
fn column(n: usize, of: usize) -> (f64, f64) {
    let wide = (WIDTH - LEFT - 6.0) / of.max(1) as f64;
    (LEFT + wide * n as f64, wide)
}

fn frame(label: &str) -> String {
    format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" role=\"img\" aria-label=\"{label}\">")
}

fn base() -> f64 {
    HEIGHT - BOTTOM
}

/// A value's height on the scale.
fn at(value: f64, most: f64) -> f64 {
    base() - (base() - TOP) * (value / most).clamp(0.0, 1.0)
}

fn line_and_label(value: f64, most: f64, label: &str) -> String {
    let y = at(value, most);
    format!(
        "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"var(--line)\"/>\
         <text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
        LEFT - 5.0,
        y + 4.0
    )
}

fn dates(begins: &[&str]) -> String {
    let mut svg = String::new();
    let every = begins.len().div_ceil(5).max(1);
    for (n, day) in begins.iter().enumerate().step_by(every) {
        let (x, _) = column(n, begins.len());
        // Month and day; the year is in the titles.
        let short = day.get(5..).unwrap_or(day);
        svg += &format!("<text class=\"soft\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", HEIGHT - 5.0, escape(short));
    }
    svg
}

/// Conversion per week as a line over pale bars of the entries; unusual weeks stand out.
pub(super) fn weeks(weeks: &[Week]) -> String {
    let most = weeks.iter().map(|w| w.entered).max().unwrap_or(0).max(1) as f64;
    let mut svg = frame("Conversion per week");
    let middle = |n: usize| {
        let (x, wide) = column(n, weeks.len());
        x + wide / 2.0
    };
    for (n, week) in weeks.iter().enumerate() {
        let (x, wide) = column(n, weeks.len());
        // A third of the height: the entries are beside the point, but say how much a share rests on.
        let y = at(week.entered as f64, most * 3.0);
        svg += &format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"var(--pale)\"/>",
            (wide - 1.0).max(1.0),
            base() - y
        );
    }
    for (share, label) in [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")] {
        svg += &line_and_label(share, 1.0, label);
    }
    let points: Vec<String> =
        weeks.iter().enumerate().filter_map(|(n, w)| Some(format!("{:.1},{:.1}", middle(n), at(w.conversion?, 1.0)))).collect();
    svg += &format!("<polyline points=\"{}\" fill=\"none\" stroke=\"var(--bar)\" stroke-width=\"2\"/>", points.join(" "));
    for (n, week) in weeks.iter().enumerate() {
        let Some(share) = week.conversion else { continue };
        let (colour, radius) = match week.unusual {
            Some("low") => ("var(--low)", 5),
            Some(_) => ("var(--high)", 5),
            None => ("var(--bar)", 2),
        };
        svg += &format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius}\" fill=\"{colour}\"><title>week of {}: {} of {} went onward, {}{}</title></circle>",
            middle(n),
            at(share, 1.0),
            escape(&week.begins),
            count(week.onward),
            count(week.entered),
            percent(Some(share)),
            week.unusual.map(|u| format!(" (unusually {u})")).unwrap_or_default()
        );
    }
    let begins: Vec<&str> = weeks.iter().map(|w| w.begins.as_str()).collect();
    svg + &dates(&begins) + "</svg>"
}

/// Counts per week.
pub(super) fn bars(weeks: &[(String, i64)]) -> String {
    let most = weeks.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1);
    let mut svg = frame("Counts per week");
    svg += &line_and_label(0.0, 1.0, "0");
    svg += &line_and_label(1.0, 1.0, &count(most));
    for (n, (day, number)) in weeks.iter().enumerate() {
        let (x, wide) = column(n, weeks.len());
        let y = at(*number as f64, most as f64);
        svg += &format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"1\" fill=\"var(--bar)\"><title>week of {}: {}</title></rect>",
            (wide - 1.5).max(1.0),
            base() - y,
            escape(day),
            count(*number)
        );
    }
    let begins: Vec<&str> = weeks.iter().map(|(day, _)| day.as_str()).collect();
    svg + &dates(&begins) + "</svg>"
}
