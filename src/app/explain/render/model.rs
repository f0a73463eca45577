//! Where a prospect stands in one model, and why its score is what it is.

use crate::app::explain::page::{Page, decimal, word};
use crate::view::prospect::score::{LedgerLineView, ScoreView};
use crate::view::prospect::track::{StageView, TrackView};

pub(super) fn add(page: &mut Page<'_>, track: &TrackView) {
    let hash = track.hash.as_ref().and_then(Option::as_ref);
    page.line(&format!("  model    {}{}", track.model, if hash.is_none() { " (another version of it)" } else { "" }));
    for (axis, position) in [("journey", &track.journey), ("funnel", &track.funnel)] {
        match position {
            None => page.line(&format!("    {axis:<8} not entered")),
            Some(position) => stage(page, axis, position),
        }
    }
    let Some(points) = &track.score else { return };
    if let Some(persona) = track.persona.as_ref().and_then(Option::as_ref) {
        page.line(&format!("    persona  {persona}"));
    }
    if let Some(Some(out)) = &track.disqualified {
        let (since, reason) = (page.time(out.since), word(out.reason.as_ref()));
        page.line(&format!("    disqualified since {since} ({reason})"));
    }
    score(page, points);
}

fn stage(page: &mut Page<'_>, axis: &str, at: &StageView) {
    let by_what = by(&at.cause, at.event.as_ref());
    let stale = at.stale_at.map(|at| format!(", goes stale {}", page.time(Some(at)))).unwrap_or_default();
    page.line(&format!("    {axis:<8} {} since {}{by_what}{stale}", at.stage, page.time(at.entered)));
    journeys(page, at);
    for past in at.history.iter().rev() {
        let (stage, entered) = (word(past.stage.as_ref()), page.time(past.entered));
        page.line(&format!("             before: {stage} since {entered}{}", by(&past.cause, past.event.as_ref())));
    }
}

/// Which journey it is, and those before it, the newest first.
fn journeys(page: &mut Page<'_>, at: &StageView) {
    let Some(number) = at.journey_number else { return };
    let closed = at.journey_closed.flatten().map(|closed| format!(", closed {}", page.time(Some(closed))));
    let began = page.time(at.journey_began.flatten());
    page.line(&format!("             journey {number}, since {began}{}", closed.unwrap_or_default()));
    for past in at.past_journeys.iter().flatten().rev() {
        let stages: Vec<&str> = past.stages.iter().map(|stage| word(stage.stage.as_ref())).collect();
        let stages = if stages.is_empty() { "its stages are not remembered".to_owned() } else { stages.join(" > ") };
        let (began, closed) = (page.time(past.began), page.time(past.closed));
        page.line(&format!("             journey {}, {began} to {closed}: {stages}", past.number));
    }
}

fn score(page: &mut Page<'_>, score: &ScoreView) {
    let mut line = format!("    score    {} ({})", decimal(score.total), word(score.label.as_ref()));
    if let Some(grade) = &score.grade {
        let fit = score.fit.map_or_else(|| word(None).to_owned(), decimal);
        line += &format!(", grade {grade}: fit {fit}, engagement {}", decimal(score.engagement));
    }
    let groups: Vec<String> = score.groups.iter().map(|(name, points)| format!("{name} {}", decimal(*points))).collect();
    line += &format!(": {}", groups.join(", "));
    for (time, what) in [(score.label_falls_at, "falls"), (score.label_rises_at, "rises")] {
        if time.is_some() {
            line += &format!("; the label {what} {}", page.time(time));
        }
    }
    page.line(&line);
    if score.ledger.is_empty() {
        return;
    }
    page.line(&format!("    why      {:>9}  {:>9}", "given", "worth now"));
    for line in &score.ledger {
        page.line(&format!("             {}", ledger(line, page)));
    }
    page.line(&format!("             {:>9}  {:>9}  the score", "", points(score.ledger_sum)));
}

/// One line of the account: what was given, what is left of it, when, for what.
fn ledger(line: &LedgerLineView, page: &Page<'_>) -> String {
    let (now, group) = (points(line.now), word(line.group.as_ref()));
    match line.what.as_str() {
        "event" => {
            let given = line.given.map(points).unwrap_or_default();
            let event = line.event.as_ref().and_then(Option::as_deref).unwrap_or("an event");
            let rule = line.rule.as_ref().filter(|rule| *rule != event).map(|rule| format!(" (rule: {rule})"));
            let at = page.time(line.at.flatten());
            format!("{given:>9}  {now:>9}  {at}  {event}, {group}{}", rule.unwrap_or_default())
        }
        "brought-forward" => format!("{:>9}  {now:>9}  older events, {group}", ""),
        "fit" => format!("{:>9}  {now:>9}  who it is: {}", "", word(line.rule.as_ref())),
        "fit-cap" => format!("{:>9}  {now:>9}  above the cap of the fit", ""),
        "cap" => format!("{:>9}  {now:>9}  above the cap of the score", ""),
        // What only a newer service knows.
        other => format!("{:>9}  {now:>9}  {other}, {group}", ""),
    }
}

/// Points with two decimals.
fn points(points: f64) -> String {
    format!("{points:.2}")
}

/// What brought a prospect into a stage.
fn by(cause: &str, event: Option<&String>) -> String {
    match (cause, event) {
        ("event", Some(event)) => format!(", by {event}"),
        ("event" | "", _) => String::new(),
        (cause, Some(event)) => format!(", {cause} by {event}"),
        (cause, None) => format!(", {cause}"),
    }
}
