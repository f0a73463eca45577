//! What the sections of the text have in common: widths, bars, weeks, and how their figures are counted.

use crate::app::report::how;
use crate::app::report::measures::weeks::{Unusual, Week};
use crate::app::report::words::{self, count, percent};
use crate::app::terminal::printable;
use std::fmt::Write;

/// Width of a bar.
pub(super) const BAR: usize = 20;
/// Weeks shown of a stage, the newest.
const WEEKS: usize = 26;

/// The width of a column, in characters.
pub(super) fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).max(5)
}

/// As `words` has it; the stage's name comes from outside.
pub(super) fn unusual(run: &Unusual) -> String {
    printable(&words::unusual(run)).into_owned()
}

/// A bar of eighths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8 × BAR")]
pub(super) fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (BAR * 8) as f64).round() as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    let text = format!("{}{rest}", "█".repeat(eighths / 8));
    format!("{text:<BAR$}")
}

/// The weeks themselves only where something is to be seen; JSON and the page have all of them.
pub(super) fn weeks_of(text: &mut String, name: &str, weeks: &[Week]) -> std::fmt::Result {
    if weeks.iter().all(|week| week.unusual.is_none()) {
        return Ok(());
    }
    writeln!(text, "  {name}, week by week: entered, went onward")?;
    for week in weeks.iter().skip(weeks.len().saturating_sub(WEEKS)) {
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
    Ok(())
}

/// How the figures of a section are counted.
pub(super) fn said(text: &mut String, section: &str) -> std::fmt::Result {
    writeln!(text, "  ({})", how::section(section))
}
