//! `model check --data`: a model beside the events of a file. Which names come, which of them the model knows, which do nothing, and
//! which of the model's names never come.

use crate::app::replay::{next_line, open};
use crate::app::terminal::printable;
use crate::domain::model::Models;
use crate::domain::names::{Kind, NameId, canonical_names, near, nearest, usual};
use crate::domain::origin::Position;
use crate::wire::decode::{Decoder, Format, Options, Topic};
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

/// Most names that are told apart; the rest is counted together.
const MAX_NAMES: usize = 10_000;
/// Most names of a kind that are shown as text.
const SHOWN: usize = 20;
/// Longest name that is kept.
const MAX_NAME_BYTES: usize = 200;

/// What a file comes to for one model.
pub(super) struct Compared {
    file: String,
    events: u64,
    unusable: u64,
    /// Events under names beyond the most that are told apart.
    beyond: u64,
    names: Vec<Heard>,
    /// Names of the model that no event has.
    never: Vec<String>,
}

/// One name as it came.
struct Heard {
    name: String,
    events: u64,
    /// What it is taken for, if that is another name.
    is: Option<String>,
    /// A move, a score rule or another rule of the model is about it.
    named: bool,
    /// It means something to the service itself.
    built_in: bool,
    /// What is probably meant, where it does nothing.
    maybe: Option<&'static str>,
}

/// Reads a file of events, one a line.
///
/// # Errors
/// It can't be read.
pub(super) fn compare(path: &Path, models: &Models) -> anyhow::Result<Compared> {
    // Trusted, so that what sales says is heard: here nothing is done by it.
    let topics = vec![Topic { name: "events".to_owned(), is_email: false, is_trusted: true, format: Format::Json }];
    let decoder = Decoder::new(Options { topics, ..Options::default() }, &models.vocabulary);
    let mut input = open(path)?;
    let mut line = Vec::new();
    let mut counted: BTreeMap<String, (u64, Kind, NameId, String)> = BTreeMap::new();
    let mut compared =
        Compared { file: path.display().to_string(), events: 0, unusable: 0, beyond: 0, names: Vec::new(), never: Vec::new() };
    while next_line(&mut *input, &mut line).with_context(|| format!("cannot read {}", path.display()))? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        compared.events += 1;
        let Ok(event) = decoder.decode_line(&line, Position::default()) else {
            compared.unusable += 1;
            continue;
        };
        let written = written(&line).unwrap_or_else(|| event.name.to_string());
        let is_full = counted.len() >= MAX_NAMES;
        match counted.get_mut(&written) {
            Some((events, ..)) => *events += 1,
            None if is_full => compared.beyond += 1,
            None => drop(counted.insert(written, (1, event.kind, event.name_id, event.name.to_string()))),
        }
    }
    let seen: BTreeSet<NameId> = counted.values().map(|(_, _, id, _)| *id).collect();
    let never = models.vocabulary.names().iter().filter(|name| *name != "*" && !seen.contains(&models.vocabulary.name(name)));
    compared.never = never.cloned().collect();
    compared.names =
        counted.into_iter().map(|(name, (events, kind, id, taken))| heard(name, events, kind, id, taken, models)).collect();
    compared.names.sort_by(|a, b| b.events.cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
    Ok(compared)
}

fn heard(name: String, events: u64, kind: Kind, id: NameId, taken: String, models: &Models) -> Heard {
    let named = id != NameId::NONE;
    let built_in = kind != Kind::Other;
    let maybe = if named || built_in { None } else { probably(&name, models) };
    Heard { is: (taken != name).then_some(taken), name, events, named, built_in, maybe }
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

impl Compared {
    fn of(&self, fits: impl Fn(&Heard) -> bool) -> (u64, Vec<&Heard>) {
        let all: Vec<&Heard> = self.names.iter().filter(|heard| fits(heard)).collect();
        (all.iter().map(|heard| heard.events).sum(), all)
    }

    pub(super) fn to_json(&self) -> Value {
        let name = |heard: &Heard| {
            json!({
                "name": heard.name,
                "events": heard.events,
                "is": heard.is,
                "named_by_model": heard.named,
                "built_in": heard.built_in,
                "did_you_mean": heard.maybe,
            })
        };
        json!({
            "file": self.file,
            "events": self.events,
            "unusable": self.unusable,
            "events_under_further_names": self.beyond,
            "names": self.names.iter().map(name).collect::<Vec<_>>(),
            "never": self.never,
        })
    }

    pub(super) fn write(&self, out: &mut impl Write) -> std::io::Result<()> {
        writeln!(
            out,
            "  data     {}: {} events under {} names, {} can't be used",
            self.file,
            self.events,
            self.names.len(),
            self.unusable
        )?;
        let (events, named) = self.of(|heard| heard.named);
        writeln!(out, "  named    {events} events under {} names that the model knows", named.len())?;
        let taken: Vec<&Heard> = named.into_iter().filter(|heard| heard.is.is_some()).collect();
        for heard in taken.iter().take(SHOWN) {
            let is = heard.is.as_deref().unwrap_or_default();
            writeln!(out, "           {} × `{}` is {is}", heard.events, printable(&heard.name))?;
        }
        more(out, taken.len())?;
        let (events, built_in) = self.of(|heard| !heard.named && heard.built_in);
        if !built_in.is_empty() {
            let names: Vec<_> = built_in.iter().take(SHOWN).map(|heard| printable(&heard.name)).collect();
            writeln!(out, "  built in {events} events that no rule of the model is about: {}", names.join(", "))?;
        }
        let (events, nothing) = self.of(|heard| !heard.named && !heard.built_in);
        writeln!(out, "  nothing  {events} events under {} names that move and score nothing", nothing.len())?;
        for heard in nothing.iter().take(SHOWN) {
            let maybe = heard.maybe.map_or_else(String::new, |name| format!(": did you mean {name}?"));
            writeln!(out, "           {} × `{}`{maybe}", heard.events, printable(&heard.name))?;
        }
        more(out, nothing.len())?;
        if self.beyond > 0 {
            writeln!(out, "           {} events under further names", self.beyond)?;
        }
        if !self.never.is_empty() {
            writeln!(out, "  never    names of the model that no event has: {}", self.never.join(", "))?;
        }
        Ok(())
    }
}

fn more(out: &mut impl Write, all: usize) -> std::io::Result<()> {
    if all > SHOWN { writeln!(out, "           and {} further names", all - SHOWN) } else { Ok(()) }
}
