//! `model diff`: what changed between two models, in words.

use super::cli::ModelDiffArgs;
use super::exit::{BAD_USAGE, DONE};
use super::terminal::{stdout, write_json};
use crate::view::model_diff::{ChangeView, ModelDiffView};
use leadstream_model::describe::{Statement, statements};
use leadstream_model::diff::{Change, diff};
use leadstream_model::{CartSpec, FileFault};
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
    let (before, after) = match (read(&args.before), read(&args.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let mut faults = [before, after].into_iter().filter_map(Result::err).flatten();
            faults.try_for_each(|fault| writeln!(out, "{fault}"))?;
            return Ok(ExitCode::from(BAD_USAGE));
        }
    };
    if args.json {
        write_json(&mut out, &view(&before, &after))?;
    } else {
        write_text(&mut out, &before, &after)?;
    }
    Ok(ExitCode::from(if before.hash == after.hash { DONE } else { DIFFERENT }))
}

/// What a model says, and its hash.
pub(super) struct Described {
    hash: String,
    says: Vec<Statement>,
}

/// A model file, or a shipped model.
pub(super) fn read(name: &str) -> Result<Described, Vec<FileFault>> {
    let loaded = leadstream_model::load(name);
    let models = leadstream_model::build(std::slice::from_ref(&loaded), &CartSpec::default())?;
    Ok(Described { hash: models.in_charge().hash_text.clone(), says: statements(&loaded.spec) })
}

pub(super) fn view(before: &Described, after: &Described) -> ModelDiffView {
    let changes = diff(&before.says, &after.says).into_iter().map(change_view).collect();
    ModelDiffView { after: after.hash.clone(), before: before.hash.clone(), changes }
}

fn write_text(out: &mut impl Write, before: &Described, after: &Described) -> std::io::Result<()> {
    let changes = diff(&before.says, &after.says);
    if changes.is_empty() {
        let same = if before.hash == after.hash { "both mean the same" } else { "they differ in what words don't show" };
        return writeln!(out, "{same} ({} and {})", before.hash, after.hash);
    }
    changes.iter().try_for_each(|change| write_change(out, change))
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

fn change_view(change: Change) -> ChangeView {
    let (change, about, before, after) = match change {
        Change::Added(Statement { about, says }) => ("added", about, None, Some(says)),
        Change::Removed(Statement { about, says }) => ("removed", about, Some(says), None),
        Change::Changed(about, before, after) => ("changed", about, Some(before), Some(after)),
    };
    ChangeView { about, after, before, change: change.to_owned() }
}
