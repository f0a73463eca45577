//! `identity block` and `identity unblock`: which ids are nobody's, as `leadstream.identity` has it.

use super::written;
use crate::app::cli::IdentityBlockArgs;
use crate::app::exit::DONE;
use crate::app::load_settings::settings;
use crate::app::service::{SystemClock, connecting};
use crate::app::terminal::stdout;
use crate::domain::Ms;
use crate::kafka::blocked_ids;
use crate::rfc3339::Rfc3339;
use crate::runtime::ports::Clock as _;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

/// Blocks ids.
///
/// # Errors
/// One of them is no id, or the brokers can't be reached: then it may not have been written.
pub fn block(args: &IdentityBlockArgs) -> anyhow::Result<ExitCode> {
    change(args, true)
}

/// Unblocks ids.
///
/// # Errors
/// As [`block`].
pub fn unblock(args: &IdentityBlockArgs) -> anyhow::Result<ExitCode> {
    change(args, false)
}

fn change(args: &IdentityBlockArgs, to_blocked: bool) -> anyhow::Result<ExitCode> {
    let loaded = settings(&args.settings)?;
    written::needs_identity(&loaded.settings)?;
    let mut ids: Vec<String> = Vec::new();
    for text in &args.ids {
        let id = written::id(text, &loaded.settings)?.to_string();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let options = connecting(&loaded.settings, "+identity")?;
    let before = blocked_ids::blocked_since(&options, &ids)?;
    // One that is blocked keeps the time since when it is.
    let changed: Vec<String> = ids.iter().filter(|id| before.contains_key(*id) != to_blocked).cloned().collect();
    if !changed.is_empty() {
        let since_ms = to_blocked.then(|| SystemClock::new().now_ms());
        blocked_ids::set(&options, &changed, since_ms)?;
    }
    write!(stdout(false), "{}", if to_blocked { blocked_text(&ids, &before) } else { unblocked_text(&ids, &before) })?;
    Ok(ExitCode::from(DONE))
}

fn blocked_text(ids: &[String], before: &BTreeMap<String, Ms>) -> String {
    let mut text = String::new();
    for id in ids {
        _ = match before.get(id) {
            Some(since_ms) => writeln!(text, "{id}: was blocked already, since {}", time(*since_ms)),
            None => writeln!(text, "{id}: blocked; it was not before"),
        };
    }
    if ids.iter().any(|id| !before.contains_key(id)) {
        text += "Every router and task hears of it within seconds. An event that names it goes by its other ids, and nobody is linked by it \
                 any more.\nWho became one person by it stays one, and where it is a prospect's own name the prospect stays as it is.\n";
    }
    text
}

fn unblocked_text(ids: &[String], before: &BTreeMap<String, Ms>) -> String {
    let mut text = String::new();
    for id in ids {
        _ = match before.get(id) {
            Some(since_ms) => writeln!(text, "{id}: unblocked; it was blocked since {}", time(*since_ms)),
            None => writeln!(text, "{id}: was not blocked"),
        };
    }
    if ids.iter().any(|id| before.contains_key(id)) {
        text += "Every router and task hears of it within seconds. What that does not undo: who became one person by it stays one, and a \
                 prospect\nto which too many ids came gets no reminder until its `crowded_until` (`leadstream identity show ID` says it). \
                 Values of\nidentity.block and identity.block_patterns stay nobody's as long as the settings say so.\n";
    }
    text
}

fn time(ms: Ms) -> String {
    Rfc3339::new(ms).to_second()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_MS: Ms = 1_772_409_601_234;

    fn ids(all: &[&str]) -> Vec<String> {
        all.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn a_block_says_what_was_blocked_before_and_what_it_does() {
        let before = BTreeMap::from([("till".to_owned(), AT_MS)]);
        let text = blocked_text(&ids(&["till", "anon:kiosk"]), &before);
        assert!(
            text.starts_with("till: was blocked already, since 2026-03-02T00:00:01Z\nanon:kiosk: blocked; it was not before\n"),
            "{text}"
        );
        assert!(text.contains("Every router and task hears of it"), "{text}");
        assert_eq!(blocked_text(&ids(&["till"]), &before), "till: was blocked already, since 2026-03-02T00:00:01Z\n");
    }

    #[test]
    fn an_unblock_says_what_it_does_not_undo() {
        let before = BTreeMap::from([("till".to_owned(), AT_MS)]);
        let text = unblocked_text(&ids(&["till", "42"]), &before);
        assert!(text.starts_with("till: unblocked; it was blocked since 2026-03-02T00:00:01Z\n42: was not blocked\n"), "{text}");
        assert!(text.contains("who became one person by it stays one") && text.contains("crowded_until"), "{text}");
        assert_eq!(unblocked_text(&ids(&["42"]), &before), "42: was not blocked\n");
    }
}
