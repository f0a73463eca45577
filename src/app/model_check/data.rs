//! `model check --data`: a model beside the events of a file. Which names come, which of them the model knows, which do nothing, and
//! which of the model's names never come.

use super::files::{DataFile, Made};
use crate::app::replay::{next_line, open};
use crate::app::terminal::printable;
use crate::domain::event::Event;
use crate::domain::model::Models;
use crate::domain::names::{Kind, NameId, canonical_names, near, nearest, usual};
use crate::domain::origin::Position;
use crate::runtime::ports::{RecordView, Rejected};
use crate::view::model_check::{DataView, NameView};
use crate::wire::decode::{Decoder, Format, Options, Topic};
use anyhow::Context;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

/// Most names that are told apart; the rest is counted together.
const MAX_NAMES: usize = 10_000;
/// Most names of a kind that are shown as text.
const SHOWN: usize = 20;
/// Longest name that is kept.
const MAX_NAME_BYTES: usize = 200;

/// Names as they came: how many events, and what each is taken for.
#[derive(Default)]
struct Counted(BTreeMap<String, (u64, Kind, NameId, String)>);

impl Counted {
    fn add(&mut self, written: String, event: &Event<'_>, data: &mut DataView) {
        let is_full = self.0.len() >= MAX_NAMES;
        match self.0.get_mut(&written) {
            Some((events, ..)) => *events += 1,
            None if is_full => data.events_under_further_names += 1,
            None => drop(self.0.insert(written, (1, event.kind, event.name_id, event.name.to_string()))),
        }
    }
}

/// Reads a file, of events one a line, or of records whose events a mapping makes.
///
/// # Errors
/// It can't be read, or a schema of its records can't be had.
pub(super) fn compare(file: &DataFile, models: &Models) -> anyhow::Result<DataView> {
    let path = &file.path;
    // Trusted, so that what sales says is heard: here nothing is done by it.
    let topics = vec![Topic { name: "events".to_owned(), is_email: false, is_trusted: true, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
    let mut input = open(path)?;
    let mut line = Vec::new();
    let mut counted = Counted::default();
    let mut data = DataView { file: path.display().to_string(), ..DataView::default() };
    let mut number = 0_u64;
    while next_line(&mut *input, &mut line).with_context(|| format!("cannot read {}", path.display()))? {
        number += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let Some(records) = file.records(&line).with_context(|| format!("{}, line {number}", path.display()))? else {
            count(decoder.decode_line(&line, Position::default()), &line, &mut counted, &mut data);
            continue;
        };
        for record in records {
            match record {
                Made::Skipped => data.skipped += 1,
                Made::Event { prospect, json, timestamp_ms } => {
                    let (key, value) = (Some(prospect.as_bytes()), Some(json.as_bytes()));
                    let record = RecordView { key, value, timestamp_ms, ..RecordView::default() };
                    count(decoder.decode_event(&record), json.as_bytes(), &mut counted, &mut data);
                }
                Made::Refused => {
                    data.events += 1;
                    data.unusable += 1;
                }
            }
        }
    }
    let Counted(counted) = counted;
    let seen: BTreeSet<NameId> = counted.values().map(|(_, _, id, _)| *id).collect();
    let never = models.vocabulary.names().iter().filter(|name| *name != "*" && !seen.contains(&models.vocabulary.name(name)));
    data.never = never.cloned().collect();
    data.names =
        counted.into_iter().map(|(name, (events, kind, id, taken))| view_of(name, events, kind, id, taken, models)).collect();
    data.names.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
    Ok(data)
}

fn count(decoded: Result<Event<'_>, Rejected>, json: &[u8], counted: &mut Counted, data: &mut DataView) {
    data.events += 1;
    let Ok(event) = decoded else {
        data.unusable += 1;
        return;
    };
    counted.add(written(json).unwrap_or_else(|| event.name.to_string()), &event, data);
}

fn view_of(name: String, events: u64, kind: Kind, id: NameId, taken: String, models: &Models) -> NameView {
    let named_by_model = id != NameId::NONE;
    let built_in = kind != Kind::Other;
    let meant = if named_by_model || built_in { None } else { probably(&name, models) };
    let is = (taken != name).then_some(taken);
    NameView { built_in, did_you_mean: meant.map(str::to_owned), events, is, name, named_by_model }
}

/// What a name that does nothing is probably meant for: nearly a built-in name, or a word of the dictionary, or nearly one.
fn probably(name: &str, models: &Models) -> Option<&'static str> {
    let known = || usual().find(|(usual, _)| usual.eq_ignore_ascii_case(name)).map(|(_, canonical)| canonical);
    let alike = || {
        let nearest = nearest(name, canonical_names().chain(usual().map(|(usual, _)| usual)))?;
        // The canonical name, and of several the one that the model knows.
        let of = |wanted: &'static str| usual().filter(move |(usual, _)| *usual == wanted).map(|(_, name)| name);
        of(nearest).find(|name| models.vocabulary.name(name) != NameId::NONE).or_else(|| of(nearest).next()).or(Some(nearest))
    };
    near(name).or_else(known).or_else(alike)
}

/// The name as the file has it.
fn written(line: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(line).ok()?;
    let call = value["type"].as_str().or_else(|| value["action"].as_str()).unwrap_or("track");
    let name = if call.eq_ignore_ascii_case("track") { value["event"].as_str()? } else { return None };
    let end = (0..=MAX_NAME_BYTES.min(name.len())).rev().find(|n| name.is_char_boundary(*n)).unwrap_or(0);
    Some(name[..end].to_owned())
}

/// Names that fit, and the events under them.
fn those(data: &DataView, fits: impl Fn(&NameView) -> bool) -> (u64, Vec<&NameView>) {
    let all: Vec<&NameView> = data.names.iter().filter(|name| fits(name)).collect();
    (all.iter().map(|name| name.events).sum(), all)
}

pub(super) fn write(out: &mut impl Write, data: &DataView) -> std::io::Result<()> {
    let skipped = if data.skipped > 0 { format!(", {} are nothing to its mapping", data.skipped) } else { String::new() };
    writeln!(
        out,
        "  data     {}: {} events under {} names, {} can't be used{skipped}",
        data.file,
        data.events,
        data.names.len(),
        data.unusable
    )?;
    let (events, named) = those(data, |name| name.named_by_model);
    writeln!(out, "  named    {events} events under {} names that the model knows", named.len())?;
    let taken: Vec<&NameView> = named.into_iter().filter(|name| name.is.is_some()).collect();
    for name in taken.iter().take(SHOWN) {
        let is = name.is.as_deref().unwrap_or_default();
        writeln!(out, "           {} × `{}` is {is}", name.events, printable(&name.name))?;
    }
    more(out, taken.len())?;
    let (events, built_in) = those(data, |name| !name.named_by_model && name.built_in);
    if !built_in.is_empty() {
        let names: Vec<_> = built_in.iter().take(SHOWN).map(|name| printable(&name.name)).collect();
        writeln!(out, "  built in {events} events that no rule of the model is about: {}", names.join(", "))?;
    }
    let (events, nothing) = those(data, |name| !name.named_by_model && !name.built_in);
    writeln!(out, "  nothing  {events} events under {} names that move and score nothing", nothing.len())?;
    for name in nothing.iter().take(SHOWN) {
        let maybe = name.did_you_mean.as_ref().map_or_else(String::new, |meant| format!(": did you mean {meant}?"));
        writeln!(out, "           {} × `{}`{maybe}", name.events, printable(&name.name))?;
    }
    more(out, nothing.len())?;
    if data.events_under_further_names > 0 {
        writeln!(out, "           {} events under further names", data.events_under_further_names)?;
    }
    if !data.never.is_empty() {
        writeln!(out, "  never    names of the model that no event has: {}", data.never.join(", "))?;
    }
    Ok(())
}

fn more(out: &mut impl Write, all: usize) -> std::io::Result<()> {
    if all > SHOWN { writeln!(out, "           and {} further names", all - SHOWN) } else { Ok(()) }
}
