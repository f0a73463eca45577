//! `mapping check`, `mapping explain` and `mapping new`: what is wrong with a mapping file, what it makes of records, and a file to
//! begin with.

mod new;
mod sample;
mod share;
mod usable;

use super::cli::{MappingCheckArgs, MappingCommand, MappingExplainArgs, SettingsArgs};
use super::exit::{BAD_USAGE, DONE};
use super::load_settings;
use super::registry::{SchemaSource, SharedSchemas};
use super::terminal::stdout;
use crate::domain::names::{known, near, nearest};
use crate::runtime::ports::Rejected;
use anyhow::Context as _;
use leadstream_mapping::{Mapping, NoSchemas, Outcome, Schemas, What};
use share::Share;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use usable::Usable;

/// Runs the command: exit code 2 when a file has a fault.
///
/// # Errors
/// A sample can't be read, or the result can't be written.
pub fn run(command: &MappingCommand) -> anyhow::Result<ExitCode> {
    let mut out = stdout(false);
    let is_good = match command {
        MappingCommand::Check(args) => check(&mut out, args)?,
        MappingCommand::Explain(args) => explain(&mut out, args)?,
        MappingCommand::New(args) => {
            new::run(&mut out, &mut std::io::stderr().lock(), args)?;
            true
        }
    };
    Ok(ExitCode::from(if is_good { DONE } else { BAD_USAGE }))
}

/// A mapping, or its faults written.
fn load(out: &mut impl Write, name: &str) -> anyhow::Result<Option<Mapping>> {
    match leadstream_mapping::load(name) {
        Ok(mapping) => Ok(Some(mapping)),
        Err(faults) => {
            for fault in &faults {
                writeln!(out, "{fault}")?;
            }
            let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
            writeln!(out, "{name}: {count}")?;
            Ok(None)
        }
    }
}

/// The schemas of a mapping that needs a registry: those of the settings.
fn schemas_of(mapping: &Mapping, args: &SettingsArgs) -> anyhow::Result<SharedSchemas> {
    if !mapping.needs_registry() {
        return Ok(Arc::new(NoSchemas));
    }
    let settings = load_settings::settings(args)?.settings;
    Ok(SchemaSource::of_command(&settings).schemas()?.unwrap_or_else(|| Arc::new(NoSchemas)))
}

fn check(out: &mut impl Write, args: &MappingCheckArgs) -> anyhow::Result<bool> {
    let mut is_good = true;
    for name in &args.mappings {
        let Some(mapping) = load(out, name)? else {
            is_good = false;
            continue;
        };
        let examples = mapping.examples.len();
        writeln!(out, "{name}: ok, {examples} {}", if examples == 1 { "example comes out" } else { "examples come out" })?;
        if !mapping.about.is_empty() {
            writeln!(out, "  {:<9} {}", "source", mapping.about)?;
        }
        for page in &mapping.docs {
            writeln!(out, "  {:<9} {page}", "see")?;
        }
        let ids: Vec<String> = mapping.ids.iter().map(|(kind, get)| format!("{kind} = {}", get.text)).collect();
        writeln!(out, "  {:<9} {}", "people", ids.join(", "))?;
        writeln!(out, "  {:<9} {}", "gives", mapping.targets().join(", "))?;
        for name in mapping.targets() {
            if let Some(near) = meant(&name) {
                writeln!(out, "  {:<9} {name:?} is an event that only your own models can know: did you mean {near:?}?", "near")?;
            }
        }
        for (is_missing, what) in [(mapping.time.is_none(), "time"), (mapping.id.is_empty(), "id")] {
            if is_missing && !mapping.is_as_is {
                writeln!(out, "  {:<9} no `{what}`: {}", "warning", without(what))?;
            }
        }
        let schemas = schemas_of(&mapping, &args.settings)?;
        for path in &args.samples {
            let mut share = Share::default();
            sample::each(path, &mapping.format, |sample| {
                share.add(sample.line, &outcomes(&mapping, sample, &*schemas)?);
                Ok(true)
            })?;
            share.write(out, path, &mapping)?;
            if share.is_all_dead() {
                writeln!(out, "{name}: nothing of {} can be used", path.display())?;
                is_good = false;
            }
        }
    }
    Ok(is_good)
}

/// What a name that nobody knows was most likely meant to be.
fn meant(name: &str) -> Option<&str> {
    if known(name).is_some() {
        return None;
    }
    near(name).or_else(|| nearest(name, ["skip", "keep", "dead-letter"].into_iter()))
}

fn outcomes(mapping: &Mapping, sample: &sample::Sample, schemas: &dyn Schemas) -> anyhow::Result<Vec<Outcome>> {
    mapping.apply(&sample.record(), schemas).with_context(|| format!("line {}", sample.line))
}

fn without(what: &str) -> &'static str {
    match what {
        "time" => "events happen when their records were written, also after an outage",
        _ => "a record that comes twice counts twice, unless it is the same to the byte",
    }
}

fn explain(out: &mut impl Write, args: &MappingExplainArgs) -> anyhow::Result<bool> {
    let Some(mapping) = load(out, &args.mapping)? else { return Ok(false) };
    let schemas = schemas_of(&mapping, &args.settings)?;
    let usable = Usable::default();
    let path = args.sample.as_deref().unwrap_or(Path::new("-"));
    sample::each(path, &mapping.format, |sample| {
        let record = sample.record();
        writeln!(out, "line {}", sample.line)?;
        for (ours, theirs, found) in mapping.explain(&record, &*schemas) {
            writeln!(out, "  {ours:<22} {} ← {theirs}", found.as_deref().unwrap_or("-"))?;
        }
        for outcome in outcomes(&mapping, sample, &*schemas)? {
            let name = if outcome.theirs.is_empty() { String::new() } else { format!("{}: ", outcome.theirs) };
            match outcome.what {
                What::Event(event) if let Some(Rejected { reason, detail }) = usable.refused(&event) => {
                    writeln!(out, "  ⇒ {name}{}: dead letter, {}: {detail}", event.name, reason.name())?;
                }
                What::Event(event) => {
                    let who = event.prospect.as_ref().map_or(String::new(), |(kind, id)| format!(" of {kind} {id}"));
                    writeln!(out, "  ⇒ {name}{}{who}", event.name)?;
                    writeln!(out, "    {}", event.json())?;
                }
                What::Skipped => writeln!(out, "  ⇒ {name}skipped")?,
                What::Dead { reason, detail, .. } => writeln!(out, "  ⇒ {name}dead letter, {}: {detail}", reason.name())?,
            }
        }
        Ok(true)
    })?;
    Ok(true)
}
