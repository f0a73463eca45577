//! What the demo shows: a screen that lives on a terminal, plain lines elsewhere, and the summary.

use super::headlines::{Headline, HeadlineKind};
use super::leads;
use super::reader::Seen;
use crate::app::cli::ShopKind;
use crate::app::terminal::printable;
use crate::domain::Ms;
use crate::domain::model::Model;
use crate::domain::terms::movement::Axis;
use crate::runtime::snapshot::StatusBoard;
use crate::view::recovery;
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Color, Print, ResetColor, SetForegroundColor, Stylize};
use crossterm::terminal::{Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen};
use std::io::Write;
use std::time::Duration;

/// One look at the running demo.
pub(super) struct Frame<'a> {
    pub shop: ShopKind,
    pub now_ms: Ms,
    pub open_for: Duration,
    pub shop_ms: Ms,
    /// Of it, before the demo began.
    pub history_ms: Ms,
    pub sent: u64,
    pub per_second: u64,
    pub bootstrap: &'a str,
    pub http: std::net::SocketAddr,
    pub board: &'a StatusBoard,
    pub model: &'a Model,
    pub seen: &'a Seen,
    /// `None`: a key is a person.
    pub persons: Option<Persons>,
}

/// Who the ids are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Persons {
    pub ids: u64,
    pub persons: u64,
}

impl Persons {
    /// Of all tasks.
    pub(super) fn of(board: &StatusBoard) -> Self {
        let mut all = Self { ids: 0, persons: 0 };
        for task in board.tasks() {
            let persons: u64 = task.population.carts.iter().sum();
            all.persons += persons;
            all.ids += persons + task.population.forwards;
        }
        all
    }
}

/// Takes the terminal over and gives it back, however the demo ends.
pub(super) struct Screen;

impl Screen {
    pub(super) fn enter() -> std::io::Result<Self> {
        crossterm::execute!(std::io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(Self)
    }

    pub(super) fn draw(&self, frame: &Frame<'_>) -> std::io::Result<()> {
        let (width, height) = crossterm::terminal::size().unwrap_or((100, 40));
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        queue!(out, MoveTo(0, 0))?;
        for (color, line) in lines(frame, usize::from(width)).into_iter().take(usize::from(height.saturating_sub(1))) {
            let line: String = line.chars().take(usize::from(width)).collect();
            queue!(out, SetForegroundColor(color), Print(line), ResetColor, Clear(ClearType::UntilNewLine), Print("\r\n"))?;
        }
        queue!(out, Clear(ClearType::FromCursorDown))?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // The terminal may be gone; then there is nothing to give back.
        let _gone = crossterm::execute!(std::io::stdout(), Show, LeaveAlternateScreen);
    }
}

fn color_of(kind: HeadlineKind) -> Color {
    match kind {
        HeadlineKind::Step(1) => Color::Yellow,
        HeadlineKind::Step(2) => Color::DarkYellow,
        HeadlineKind::Step(_) => Color::Magenta,
        HeadlineKind::Recovered | HeadlineKind::Won => Color::Green,
        HeadlineKind::Lead => Color::Yellow,
        HeadlineKind::Agreed => Color::Magenta,
        HeadlineKind::Person => Color::Cyan,
        HeadlineKind::Ended => Color::DarkGrey,
        HeadlineKind::Hot => Color::Red,
    }
}

fn mark_of(kind: HeadlineKind) -> &'static str {
    match kind {
        HeadlineKind::Step(_) => "✉",
        HeadlineKind::Recovered | HeadlineKind::Won => "✔",
        HeadlineKind::Lead => "→",
        HeadlineKind::Agreed => "●",
        HeadlineKind::Person => "=",
        HeadlineKind::Ended => "·",
        HeadlineKind::Hot => "▲",
    }
}

fn lines(frame: &Frame<'_>, width: usize) -> Vec<(Color, String)> {
    let mut lines = Vec::new();
    let mut say = |color, text: String| lines.push((color, text));
    say(Color::Cyan, format!(" leadstream demo   {}   day {} of the shop", clock(frame.now_ms), frame.shop_ms / 86_400_000 + 1));
    say(Color::DarkGrey, format!(" Kafka at {}   metrics and dashboard at http://{}", frame.bootstrap, frame.http));
    say(Color::Reset, String::new());
    let bar = (width.saturating_sub(36)).clamp(10, 60);
    for (axis, title) in [
        (Axis::Journey, "Buyer journey (what buyers do to decide)"),
        (Axis::Funnel, "Sales funnel (how near they are to buying)"),
    ] {
        say(Color::White, format!(" {title}"));
        let counts = population(frame.board, axis, frame.model.axes[axis].stages.len());
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        for (stage, count) in frame.model.axes[axis].stages.iter().zip(&counts) {
            let filled = usize::try_from(count * bar as u64 / most).unwrap_or(0);
            say(Color::Blue, format!("   {stage:<24} {count:>5} {}", "█".repeat(filled)));
        }
        say(Color::Reset, String::new());
    }
    let seen = frame.seen;
    say(Color::White, format!(" {}", totals(frame)));
    say(Color::Reset, format!(" {}", outcomes(frame)));
    if frame.shop == ShopKind::B2b {
        say(Color::Reset, format!(" {}", leads::accounts(&seen.leads)));
    }
    say(Color::Reset, String::new());
    for headline in seen.headlines.newest.iter().rev().take(14) {
        say(color_of(headline.kind), format!("   {} {}", mark_of(headline.kind), printable(&headline.text)));
    }
    lines
}

/// Prospects by stage, over all tasks.
fn population(board: &StatusBoard, axis: Axis, stages: usize) -> Vec<u64> {
    let mut counts = vec![0; stages];
    for task in board.tasks() {
        // Index 0 are those who stand nowhere.
        for (count, stage) in
            counts.iter_mut().zip(task.population.models.first().map(|m| m.stages(axis)).unwrap_or_default().iter().skip(1))
        {
            *count += stage;
        }
    }
    counts
}

fn clock(ms: Ms) -> String {
    let time = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    time.strftime("%a %d %b %H:%M").to_string()
}

fn steps(seen: &Seen) -> String {
    let steps: Vec<String> = (1..=seen.steps.keys().copied().max().unwrap_or(3).max(3))
        .map(|step| format!("{step}: {}", seen.steps.get(&step).copied().unwrap_or(0)))
        .collect();
    steps.join("  ")
}

fn sum<K: Ord>(counts: &std::collections::BTreeMap<K, u64>) -> u64 {
    counts.values().sum()
}

fn totals(frame: &Frame<'_>) -> String {
    let seen = frame.seen;
    format!(
        "{} events ({}/s) → {} stage changes, {} score changes; {}",
        frame.sent,
        frame.per_second,
        sum(&seen.stages),
        sum(&seen.scores),
        match frame.shop {
            ShopKind::Consumer => format!("reminders by step  {}", steps(seen)),
            ShopKind::B2b => leads::hand_overs(&seen.leads),
        }
    )
}

fn outcomes(frame: &Frame<'_>) -> String {
    let seen = frame.seen;
    if frame.shop == ShopKind::B2b {
        return format!("{}; dead letters {}", leads::answers(&seen.leads), seen.dead_letters);
    }
    let count = |name: &str| seen.outcomes.get(name).copied().unwrap_or(0);
    let recovered: Vec<String> = recovery::rows(&seen.recovery).iter().map(|(name, value)| format!("{name} {value}")).collect();
    format!(
        "carts {}; cancelled {}, skipped {}, expired {}, recalled {}; dead letters {}",
        recovered.join(", "),
        count("cart.cancelled"),
        count("cart.skipped"),
        count("cart.expired"),
        count("cart.recalled"),
        seen.dead_letters
    )
}

/// One plain line for logs and pipes.
pub(super) fn status_line(frame: &Frame<'_>) -> String {
    format!("[{:>3} s] {} | {} | {}", frame.open_for.as_secs(), clock(frame.now_ms), totals(frame), outcomes(frame))
}

/// One plain line about something worth telling.
pub(super) fn headline(headline: &Headline) -> String {
    format!("        {} {}", mark_of(headline.kind), printable(&headline.text))
}

/// What the demo showed, at its end.
pub(super) fn summary(frame: &Frame<'_>, color: bool) -> String {
    let seen = frame.seen;
    let title = |text: &str| if color { text.bold().to_string() } else { text.to_owned() };
    let days = |ms: Ms| ms as f64 / 86_400_000.0;
    let (lived, before) = (days(frame.shop_ms - frame.history_ms), days(frame.history_ms));
    let before = if before > 0.0 { format!(", after {before:.0} days of history") } else { String::new() };
    let mut text =
        title(&format!("The shop lived {lived:.1} days in {} s{before}: {} events", frame.open_for.as_secs(), frame.sent));
    for axis in Axis::ALL {
        let counts: Vec<String> = ["enter", "forward", "back"]
            .iter()
            .map(|d| format!("{} {d}", seen.stages.get(&(axis.name().to_owned(), (*d).to_owned())).copied().unwrap_or(0)))
            .collect();
        text += &format!("\n  stage changes, {:<8} {}", axis.name(), counts.join(", "));
    }
    let (up, down) = (seen.scores.get("up").copied().unwrap_or(0), seen.scores.get("down").copied().unwrap_or(0));
    text += &format!("\n  score changes           {up} up, {down} down");
    if let Some(Persons { ids, persons }) = frame.persons {
        text += &format!("\n  persons                 {persons} by {ids} ids, {} merges", seen.merged);
    }
    match frame.shop {
        ShopKind::Consumer => text += &format!("\n  cart triggers by step   {}", steps(seen)),
        ShopKind::B2b => {
            text += &format!("\n  hand-overs              {}", leads::hand_overs(&seen.leads));
            text += &format!("\n  accounts                {}", leads::accounts(&seen.leads));
        }
    }
    text += &format!("\n  outcomes                {}", outcomes(frame));
    if let (Some(half), Some(most)) = (seen.lateness(0.5), seen.lateness(0.99)) {
        text += &format!("\n  trigger lateness        p50 {half} ms, p99 {most} ms (due until read, real time)");
    }
    text += &format!("\n  read twice              {} of {} outputs", seen.twice, outputs(seen));
    text
}

fn outputs(seen: &Seen) -> u64 {
    sum(&seen.stages)
        + sum(&seen.scores)
        + seen.triggers()
        + sum(&seen.outcomes)
        + seen.merged
        + seen.leads.outputs()
        + seen.twice
}
