//! `model check`: every fault of model files with its place, or what they say.

mod data;

use super::cli::ModelCheckArgs;
use super::exit::{BAD_USAGE, DONE};
use super::terminal::stdout;
use crate::domain::model::personas::{LETTERS, NUMBERS};
use crate::domain::model::{AxisModel, Label, Model};
use crate::domain::terms::movement::Axis;
use leadstream_model::section::axis::describe;
use leadstream_model::section::axis::graph::{self, FindingKind};
use leadstream_model::units::format_ms;
use leadstream_model::{AxisSpec, CartSpec, Fault, FileFault, Loaded, Place, aloud, contradictions, dot};
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Runs the command: exit code 2 when a file has a fault.
///
/// # Errors
/// The result can't be written.
pub fn run(args: ModelCheckArgs) -> anyhow::Result<ExitCode> {
    let mut out = stdout(args.json || args.dot);
    let mut good = true;
    let mut results = Vec::new();
    let all: Vec<Loaded> = args.models.iter().map(|name| leadstream_model::load(name)).collect();
    for loaded in &all {
        match leadstream_model::build(std::slice::from_ref(loaded), &CartSpec::default()) {
            Ok(models) => {
                let model = models.in_charge();
                let notes = leadstream_model::notes(&loaded.spec);
                if args.dot {
                    dot::write(&mut out, &loaded.spec, model)?;
                } else if args.json {
                    let mut summary = summary_json(loaded, model, &notes);
                    let compared = args.data.iter().map(|file| data::compare(file, &models).map(|c| c.to_json()));
                    summary["data"] = compared.collect::<anyhow::Result<Vec<_>>>()?.into();
                    results.push(summary);
                } else {
                    write_summary(&mut out, loaded, model, &notes, args.graph)?;
                    for file in &args.data {
                        data::compare(file, &models)?.write(&mut out)?;
                    }
                }
            }
            Err(faults) => {
                good = false;
                if args.json {
                    results.push(faults_json(&loaded.origin, &faults));
                } else {
                    for fault in &faults {
                        writeln!(out, "{fault}")?;
                    }
                    let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
                    writeln!(out, "{}: {count}", loaded.origin)?;
                }
            }
        }
    }
    // What only shows when they run side by side.
    let specs: Vec<_> = all.iter().map(|loaded| loaded.spec.clone()).collect();
    let across = if good { leadstream_model::across(&specs) } else { Vec::new() };
    for (index, fault) in across {
        let fault = FileFault { origin: all[index].origin.clone(), fault };
        if args.json {
            results.push(faults_json(&fault.origin, std::slice::from_ref(&fault)));
        } else {
            writeln!(out, "{fault}")?;
        }
        good = false;
    }
    if args.json {
        writeln!(out, "{}", serde_json::Value::from(results))?;
    }
    Ok(ExitCode::from(if good { DONE } else { BAD_USAGE }))
}

fn summary_json(loaded: &Loaded, model: &Model, notes: &[Fault]) -> serde_json::Value {
    let axis = |axis: Axis| {
        let index = axis.index();
        let axis = &model.axes[index];
        json!({ "stages": axis.stages, "moves": axis.moves.len(), "graph": findings_json(&loaded.spec.axes[index]) })
    };
    json!({
        "file": loaded.origin,
        "ok": true,
        "name": model.name,
        "hash": model.hash_text,
        "journey": axis(Axis::Journey),
        "funnel": axis(Axis::Funnel),
        "labels": model.score.labels.iter().map(|l| json!({ "name": l.name, "score": l.score, "fit": l.fit })).collect::<Vec<_>>(),
        "groups": model.score.groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>(),
        "personas": model.people.personas.iter().map(|p| p.name.clone()).collect::<Vec<_>>(),
        "for_personas": loaded.spec.people.for_personas.iter().map(|p| p.value.clone()).collect::<Vec<_>>(),
        "fit": model.people.fit.as_ref().map(|fit| json!({
            "cap": fit.cap,
            "rules": fit.rules.len(),
            "grades": { "fit": fit.letters, "engagement": fit.numbers },
        })),
        "cart_steps_ms": model.cart.steps_ms,
        "says": aloud::lines(&loaded.spec).iter().map(|(of, text)| json!({ "of": of, "says": text })).collect::<Vec<_>>(),
        "warnings": contradictions(&loaded.spec, &model.cart).iter().map(fault_json).collect::<Vec<_>>(),
        "notes": notes.iter().map(fault_json).collect::<Vec<_>>(),
    })
}

fn findings_json(spec: &AxisSpec) -> Vec<serde_json::Value> {
    let one = |f: graph::Finding| json!({ "kind": f.kind.name(), "line": f.fault.place.line, "message": f.fault.message });
    graph::findings(spec).into_iter().map(one).collect()
}

fn faults_json(origin: &str, faults: &[FileFault]) -> serde_json::Value {
    json!({ "file": origin, "ok": false, "faults": faults.iter().map(|f| fault_json(&f.fault)).collect::<Vec<_>>() })
}

fn fault_json(fault: &Fault) -> serde_json::Value {
    json!({ "line": fault.place.line, "key": fault.place.path, "message": fault.message })
}

/// Everything else that the model says.
fn write_aloud(out: &mut impl Write, loaded: &Loaded) -> std::io::Result<()> {
    for (word, text) in aloud::lines(&loaded.spec) {
        writeln!(out, "  {word:<8} {text}")?;
    }
    Ok(())
}

fn write_summary(out: &mut impl Write, loaded: &Loaded, model: &Model, notes: &[Fault], graph: bool) -> std::io::Result<()> {
    writeln!(out, "{}: ok", loaded.origin)?;
    writeln!(out, "  model    {} ({}), hash {}", model.name, model.title, model.hash_text)?;
    for axis in Axis::ALL {
        let of = &model.axes[axis.index()];
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
    for note in notes {
        writeln!(out, "  note     line {}: {}: {}", note.place.line, note.place.path, note.message)?;
    }
    for axis in Axis::ALL {
        for found in graph::findings(&loaded.spec.axes[axis.index()]) {
            if found.kind == FindingKind::DeadEnd {
                writeln!(out, "  dead end line {}: {}: {}", found.fault.place.line, axis.name(), found.fault.message)?;
            }
        }
    }
    if graph {
        for axis in Axis::ALL {
            write_graph(out, axis, loaded, &model.axes[axis.index()])?;
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
    let spec = &loaded.spec.axes[axis.index()];
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
