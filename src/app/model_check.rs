//! `model check`: every fault of model files with its place, or what they say.

pub(super) mod answer;
mod build;
mod data;
mod files;

use super::cli::ModelCheckArgs;
use super::exit::{BAD_USAGE, DONE};
use super::terminal::{stdout, write_json};
use crate::domain::model::personas::{LETTERS, NUMBERS};
use crate::domain::model::{AxisModel, Label, Model};
use crate::domain::terms::movement::Axis;
use crate::view::model_check::ModelCheckView;
pub(super) use files::DataFile;
use leadstream_model::section::axis::describe;
use leadstream_model::section::axis::graph::{self, FindingKind};
use leadstream_model::units::format_ms;
use leadstream_model::{Fault, Loaded, Place, aloud, contradictions, dot};
use std::io::Write;
use std::process::ExitCode;

/// Runs the command: exit code 2 when a file has a fault.
///
/// # Errors
/// The result can't be written.
pub fn run(args: ModelCheckArgs) -> anyhow::Result<ExitCode> {
    let mut out = stdout(args.json || args.dot);
    let all: Vec<Loaded> = args.models.iter().map(|name| leadstream_model::load(name)).collect();
    let files = files::named(&args.data, &args.settings)?;
    let is_good = if args.json {
        let answer = answer::of(&all, &files)?;
        write_json(&mut out, &answer)?;
        answer.iter().all(ModelCheckView::is_good)
    } else {
        write_text(&mut out, &all, &args, &files)?
    };
    Ok(ExitCode::from(if is_good { DONE } else { BAD_USAGE }))
}

/// Whether there is no fault.
fn write_text(out: &mut impl Write, all: &[Loaded], args: &ModelCheckArgs, files: &[DataFile]) -> anyhow::Result<bool> {
    let mut is_good = true;
    for loaded in all {
        match build::one(loaded) {
            Ok(models) if args.dot => dot::write(out, &loaded.spec, models.in_charge())?,
            Ok(models) => {
                write_summary(out, loaded, models.in_charge(), args.graph)?;
                for file in files {
                    data::write(out, &data::compare(file, &models)?)?;
                }
            }
            Err(faults) => {
                is_good = false;
                for fault in &faults {
                    writeln!(out, "{fault}")?;
                }
                let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
                writeln!(out, "{}: {count}", loaded.origin)?;
            }
        }
    }
    let across = if is_good { build::across(all) } else { Vec::new() };
    for fault in &across {
        writeln!(out, "{fault}")?;
    }
    Ok(is_good && across.is_empty())
}

/// Everything else that the model says.
fn write_aloud(out: &mut impl Write, loaded: &Loaded) -> std::io::Result<()> {
    for (word, text) in aloud::lines(&loaded.spec) {
        writeln!(out, "  {word:<8} {text}")?;
    }
    Ok(())
}

fn write_summary(out: &mut impl Write, loaded: &Loaded, model: &Model, graph: bool) -> std::io::Result<()> {
    writeln!(out, "{}: ok", loaded.origin)?;
    writeln!(out, "  model    {} ({}), hash {}", model.name, model.title, model.hash_text)?;
    for axis in Axis::ALL {
        let of = &model.axes[axis];
        let stale = of.stale.iter().flatten().count();
        let counts = format!("{} stages, {} moves, {stale} of the stages go stale", of.stages.len(), of.moves.len());
        writeln!(out, "  {:<8} {counts}: {}", axis.name(), of.stages.join(" → "))?;
    }
    let rules: usize = model.score.groups.iter().map(|g| g.rules.len()).sum();
    let labels: Vec<String> = model.score.labels.iter().map(label_in_words).collect();
    writeln!(out, "  score    {} groups, {rules} rules; {}", model.score.groups.len(), or_none(&labels.join(", "), "no labels"))?;
    write_people(out, loaded, model)?;
    let steps: Vec<String> = model.cart.steps_ms.iter().map(|ms| format_ms(*ms)).collect();
    writeln!(out, "  cart     reminders after {}", steps.join(", "))?;
    write_aloud(out, loaded)?;
    for warning in contradictions(&loaded.spec, &model.cart) {
        writeln!(out, "  warning  {}", placed(&warning))?;
    }
    for note in leadstream_model::notes(&loaded.spec) {
        writeln!(out, "  note     line {}: {}: {}", note.place.line, note.place.path, note.message)?;
    }
    for axis in Axis::ALL {
        for found in graph::findings(&loaded.spec.axes[axis]) {
            if found.kind == FindingKind::DeadEnd {
                writeln!(out, "  dead end line {}: {}: {}", found.fault.place.line, axis.name(), found.fault.message)?;
            }
        }
    }
    if graph {
        for axis in Axis::ALL {
            write_graph(out, axis, loaded, &model.axes[axis])?;
        }
    }
    Ok(())
}

/// A warning may be about a default, which stands in no line.
fn placed(warning: &Fault) -> String {
    let Place { line, path } = &warning.place;
    if *line == 0 { format!("{path}: {}", warning.message) } else { format!("line {line}: {path}: {}", warning.message) }
}

fn label_in_words(label: &Label) -> String {
    let gate = label.fit.map_or_else(String::new, |fit| format!(" with a fit of {fit}"));
    let and = if label.fit.is_some() { "and" } else { "with" };
    let done = label.engagement.map_or_else(String::new, |least| format!(" {and} an engagement of {least}"));
    format!("{} from {}{gate}{done}", label.name, label.score)
}

/// Personas, fit and whom the model is for, when it says anything of them.
fn write_people(out: &mut impl Write, loaded: &Loaded, model: &Model) -> std::io::Result<()> {
    let spec = &loaded.spec.people;
    if !spec.personas.is_empty() {
        let names: Vec<&str> = model.people.personas.iter().map(|p| p.name.as_str()).collect();
        writeln!(out, "  personas {}; the first that fits", names.join(", "))?;
    }
    if !spec.for_personas.is_empty() {
        let names: Vec<&str> = spec.for_personas.iter().map(|p| p.value.as_str()).collect();
        writeln!(out, "  for      {} only", names.join(", "))?;
    }
    for from in spec.carry_over.iter().filter_map(|c| c.value.from.as_ref()) {
        writeln!(out, "  carries  over from {}", from.value)?;
    }
    if let Some(fit) = &model.people.fit {
        let sets: Vec<String> =
            spec.fit.iter().flat_map(|f| &f.value.include).map(|set| format!(", {} among them", set.value)).collect();
        let cap = fit.cap.map_or_else(String::new, |cap| format!(", at most {cap} points"));
        writeln!(out, "  fit      {} rules{}{cap}", fit.rules.len(), sets.concat())?;
        let lines = |names: [&str; 4], lines: [f64; 4]| -> String {
            names.iter().zip(lines).map(|(name, line)| format!("{name} from {line}")).collect::<Vec<_>>().join(", ")
        };
        writeln!(out, "  grades   fit {}; engagement {}", lines(LETTERS, fit.letters), lines(NUMBERS, fit.numbers))?;
    }
    Ok(())
}

fn or_none<'a>(text: &'a str, none: &'a str) -> &'a str {
    if text.is_empty() { none } else { text }
}

/// Every stage and what leads to it, in words that can be read aloud.
fn write_graph(out: &mut impl Write, axis: Axis, loaded: &Loaded, compiled: &AxisModel) -> std::io::Result<()> {
    let spec = &loaded.spec.axes[axis];
    if compiled.stages.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", axis.name())?;
    for (index, stage) in compiled.stages.iter().enumerate() {
        writeln!(out, "  {}. {stage}", index + 1)?;
        for rule in spec.moves.iter().map(|m| &m.value).filter(|m| m.to.as_ref().is_some_and(|to| to.value == *stage)) {
            let from = match rule.from.as_slice() {
                [] if index == 0 => "from nowhere".to_owned(),
                [] => "from any earlier stage".to_owned(),
                names => format!("from {}", names.iter().map(|f| f.value.as_str()).collect::<Vec<_>>().join(", ")),
            };
            writeln!(out, "     ← {from}: {}", describe::one_move(rule))?;
        }
        for (from, stale) in compiled.stages.iter().zip(&compiled.stale).filter_map(|(s, stale)| Some((s, (*stale)?))) {
            if stale.to == index {
                writeln!(out, "     ← from {from}: after {} without activity", format_ms(stale.after_ms))?;
            }
        }
    }
    for found in graph::findings(spec) {
        writeln!(out, "  {:<10} line {}: {}", found.kind.name(), found.fault.place.line, found.fault.message)?;
    }
    Ok(())
}
