//! What `check` found.

use super::identity::text;
use crate::app::terminal::{stdout, write_json};
use crate::view::check::{CheckLine, CheckView};
use crate::view::identity::IdentitySampleView;
use std::io::Write;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Good,
    Warning,
    Fault,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// Lines in the order found.
#[derive(Debug, Default)]
pub(in crate::app) struct Report {
    lines: Vec<(Kind, &'static str, String)>,
    /// What identity would do with the sample, where somebody wants to know.
    identity: Option<IdentitySampleView>,
}

impl Report {
    pub(super) fn good(&mut self, area: &'static str, text: String) {
        self.lines.push((Kind::Good, area, text));
    }

    pub(super) fn warning(&mut self, area: &'static str, text: String) {
        self.lines.push((Kind::Warning, area, text));
    }

    /// `text` says what is wrong and what to do.
    pub(super) fn fault(&mut self, area: &'static str, text: String) {
        self.lines.push((Kind::Fault, area, text));
    }

    pub(super) fn identity(&mut self, figures: IdentitySampleView) {
        self.identity = Some(figures);
    }

    pub(super) fn has_faults(&self) -> bool {
        self.count(Kind::Fault) > 0
    }

    fn count(&self, kind: Kind) -> usize {
        self.lines.iter().filter(|(k, ..)| *k == kind).count()
    }

    pub(in crate::app) fn view(&self) -> CheckView {
        let of = |kind: Kind| {
            let lines = self.lines.iter().filter(|(k, ..)| *k == kind);
            lines.map(|(_, area, text)| CheckLine { area: (*area).to_owned(), message: text.clone() }).collect()
        };
        CheckView {
            faults: of(Kind::Fault),
            good: of(Kind::Good),
            identity: self.identity.clone(),
            ok: !self.has_faults(),
            warnings: of(Kind::Warning),
        }
    }

    pub(super) fn print(&self, as_json: bool) -> std::io::Result<()> {
        let mut out = stdout(as_json);
        if as_json {
            return write_json(&mut out, &self.view());
        }
        for (kind, area, text) in &self.lines {
            writeln!(out, "{:<8} {area:<9} {text}", kind.name())?;
        }
        let plural = |n: usize, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
        let (faults, warnings) = (self.count(Kind::Fault), self.count(Kind::Warning));
        writeln!(out, "{}, {}", plural(faults, "fault"), plural(warnings, "warning"))?;
        self.identity.as_ref().map_or(Ok(()), |figures| write!(out, "{}", text::of(figures)))
    }
}
