//! `model diff`: what changed between two models, in words.

use super::cli::ModelDiffArgs;
use super::exit::{BAD_USAGE, DONE};
use super::terminal::stdout;
use crate::domain::model::Model;
use leadstream_model::CartSpec;
use leadstream_model::describe::{Statement, statements};
use leadstream_model::diff::{Change, diff};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Exit code when the models differ, as `diff` has it.
const DIFFERENT: u8 = 1;

/// Runs the command: 0 when both mean the same, 1 when they differ, 2 when a file has a fault.
///
/// # Errors
/// The result can't be written.
pub fn run(args: &ModelDiffArgs) -> anyhow::Result<ExitCode> {
    let mut out = stdout(args.json);
    let (mut said, mut hashes) = (Vec::new(), Vec::new());
    for name in [&args.before, &args.after] {
        let loaded = leadstream_model::load(name);
        match leadstream_model::build(std::slice::from_ref(&loaded), &CartSpec::default()) {
            Ok(models) => {
                let model: &Model = models.in_charge();
                said.push(statements(&loaded.spec));
                hashes.push(model.hash_text.clone());
            }
            Err(faults) => faults.iter().try_for_each(|fault| writeln!(out, "{fault}"))?,
        }
    }
    let [before, after] = said.as_slice() else { return Ok(ExitCode::from(BAD_USAGE)) };
    let changes = diff(before, after);
    if args.json {
        let changes: Vec<_> = changes.iter().map(change_json).collect();
        writeln!(out, "{}", json!({ "before": hashes[0], "after": hashes[1], "changes": changes }))?;
    } else if changes.is_empty() {
        let same = if hashes[0] == hashes[1] { "both mean the same" } else { "they differ in what words don't show" };
        writeln!(out, "{same} ({} and {})", hashes[0], hashes[1])?;
    } else {
        changes.iter().try_for_each(|change| write_change(&mut out, change))?;
    }
    Ok(ExitCode::from(if hashes[0] == hashes[1] { DONE } else { DIFFERENT }))
}

fn write_change(out: &mut impl Write, change: &Change) -> std::io::Result<()> {
    match change {
        Change::Added(statement) => writeln!(out, "+ {}", sentence(statement)),
        Change::Removed(statement) => writeln!(out, "- {}", sentence(statement)),
        Change::Changed(about, before, after) => writeln!(out, "~ {about}: {before} → {after}"),
    }
}

fn sentence(statement: &Statement) -> String {
    if statement.says.is_empty() { statement.about.clone() } else { format!("{}: {}", statement.about, statement.says) }
}

fn change_json(change: &Change) -> serde_json::Value {
    match change {
        Change::Added(s) => json!({ "change": "added", "about": s.about, "after": s.says }),
        Change::Removed(s) => json!({ "change": "removed", "about": s.about, "before": s.says }),
        Change::Changed(about, before, after) => json!({ "change": "changed", "about": about, "before": before, "after": after }),
    }
}
