//! The stage graph as Graphviz DOT: `leadstream model check --dot ecommerce | dot -Tsvg > ecommerce.svg`.

use crate::section::ModelSpec;
use crate::section::axis::spec::AxisSpec;
use crate::section::axis::{describe, graph};
use crate::units::format_ms;
use leadstream_core::domain::model::{AxisModel, Model};
use leadstream_core::domain::terms::movement::Axis;
use std::io::Write;

/// Writes one graph per axis that the model has, as clusters of one picture.
///
/// # Errors
/// It can't be written.
pub fn write(out: &mut impl Write, spec: &ModelSpec, model: &Model) -> std::io::Result<()> {
    writeln!(out, "digraph {} {{", quoted(&model.name))?;
    writeln!(
        out,
        "  rankdir=LR; node [shape=box, style=rounded, fontname=\"Helvetica\"]; edge [fontname=\"Helvetica\", fontsize=9];"
    )?;
    for axis in Axis::ALL {
        let compiled = &model.axes[axis];
        if !compiled.stages.is_empty() {
            cluster(out, axis, &spec.axes[axis], compiled)?;
        }
    }
    writeln!(out, "}}")
}

fn cluster(out: &mut impl Write, axis: Axis, spec: &AxisSpec, compiled: &AxisModel) -> std::io::Result<()> {
    let node = |stage: &str| quoted(&format!("{}/{stage}", axis.name()));
    let nowhere = node("");
    let dead_ends: Vec<String> = graph::dead_ends(spec);
    writeln!(out, "  subgraph {} {{", quoted(&format!("cluster_{}", axis.name())))?;
    writeln!(out, "    label={};", quoted(axis.name()))?;
    writeln!(out, "    {nowhere} [shape=point, label=\"\"];")?;
    for (index, stage) in compiled.stages.iter().enumerate() {
        let dead_end = dead_ends.iter().any(|end| end == stage.as_str());
        let mark = if dead_end { ", color=darkorange, penwidth=2, tooltip=\"nothing leads out of it\"" } else { "" };
        writeln!(out, "    {} [label={}{mark}];", node(stage), quoted(&format!("{}. {stage}", index + 1)))?;
    }
    let position = |name: &str| compiled.stages.iter().position(|s| s == name).unwrap_or_default();
    for rule in spec.moves.iter().map(|m| &m.value) {
        let Some(to) = rule.to.as_ref().map(|to| to.value.as_str()) else { continue };
        let label = quoted(&wrapped(&describe::one_move(rule)));
        if rule.from.is_empty() {
            // From any earlier stage: one edge from the one before it stands for all, or the picture could not be read.
            let before = position(to).checked_sub(1).and_then(|n| compiled.stages.get(n)).map_or(nowhere.clone(), |s| node(s));
            writeln!(out, "    {before} -> {} [label={label}];", node(to))?;
        }
        for from in &rule.from {
            let back = if position(to) < position(&from.value) { ", color=firebrick" } else { "" };
            writeln!(out, "    {} -> {} [label={label}{back}];", node(&from.value), node(to))?;
        }
    }
    for (from, stale) in compiled.stages.iter().zip(&compiled.stale).filter_map(|(s, stale)| Some((s, (*stale)?))) {
        let to = compiled.stages.get(stale.to).map_or("", |s| s.as_str());
        let label = quoted(&format!("after {}", format_ms(stale.after_ms)));
        writeln!(out, "    {} -> {} [label={label}, style=dashed, color=gray40];", node(from), node(to))?;
    }
    writeln!(out, "  }}")
}

/// Text in DOT's quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// Breaks a long label at its words.
fn wrapped(text: &str) -> String {
    let (mut lines, mut length) = (String::new(), 0);
    for word in text.split(' ') {
        if length > 0 {
            let breaks = length + word.len() > 32;
            lines.push(if breaks { '\n' } else { ' ' });
            length = if breaks { 0 } else { length + 1 };
        }
        lines.push_str(word);
        length += word.len();
    }
    lines
}
