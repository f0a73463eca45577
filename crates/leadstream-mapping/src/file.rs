//! Mapping files: TOML in, a [`Mapping`] or every fault out.

pub use serial::Files;

mod reader;
mod serial;

use crate::path::{Path, Step};
use crate::record::{Ref, Scanners};
use crate::rules::{Example, Field, Mapping, Products, Rule, Target};
use crate::value::When;
use leadstream_model::fields::{Fields, text_of, unknown};
use leadstream_model::tree;
use leadstream_model::{Fault, Faults, FileFault, Place};
use reader::{Reader, lists};
use std::sync::Arc;

/// Most paths, steps of `unwrap`.
const MOST_PATHS: usize = 256;
const MOST_UNWRAPS: usize = 16;

/// Reads a mapping that names no files.
///
/// # Errors
/// Every fault, with its line.
pub fn parse(origin: &str, text: &str) -> Result<Mapping, Vec<FileFault>> {
    parse_with(origin, text, &(Arc::new(|_: &str| Err("no file can be read here".to_owned())) as Files))
}

/// Reads a mapping and the files that it names.
///
/// # Errors
/// Every fault, with its line.
pub fn parse_with(origin: &str, text: &str, files: &Files) -> Result<Mapping, Vec<FileFault>> {
    let in_file = |fault: Fault| FileFault { origin: origin.to_owned(), fault };
    let table = tree::parse(text).map_err(|all| {
        let fault = |f: tree::SyntaxFault| Fault { place: Place { line: f.line, path: String::new() }, message: f.message };
        all.into_iter().map(|f| in_file(fault(f))).collect::<Vec<_>>()
    })?;
    let mut faults = Faults::default();
    let mapping = mapping(Fields::new(&table, Place::default()), files, &mut faults);
    if faults.0.is_empty() {
        return Ok(mapping);
    }
    faults.0.sort();
    Err(faults.0.into_iter().map(in_file).collect())
}

fn mapping(mut fields: Fields<'_>, files: &Files, faults: &mut Faults) -> Mapping {
    let mut mapping = about(&mut fields, faults);
    serial::read(&mut mapping, &mut fields, files, faults);
    envelope(&mut mapping, &mut fields, faults);
    let mut scanners = Scanners::default();
    let has_split = mapping.split.is_some();
    let mut reader = Reader { scanners: &mut scanners, paths: 0, has_split };
    head(&mut mapping, &mut fields, &mut reader, faults);
    events(&mut mapping, &mut fields, &mut reader, faults);
    content(&mut mapping, &mut fields, &mut reader, faults);
    if reader.paths > MOST_PATHS {
        faults.add(&fields.place, format!("a mapping has at most {MOST_PATHS} paths, this one has {}", reader.paths));
    }
    mapping.scanners = scanners;
    for table in fields.tables("example", faults) {
        mapping.examples.extend(example(table, faults));
    }
    fields.finish(faults);
    mapping
}

/// What it is of.
fn about(fields: &mut Fields<'_>, faults: &mut Faults) -> Mapping {
    let name = fields.text("name", faults).map(|t| t.value).unwrap_or_default();
    if name.is_empty() {
        faults.add(&fields.place.child("name"), "is missing: write name = \"shop\"");
    }
    Mapping {
        name,
        about: fields.text("about", faults).map(|t| t.value).unwrap_or_default(),
        docs: fields.texts("docs", faults).into_iter().flatten().map(|t| t.value).collect(),
        ..Mapping::default()
    }
}

/// How to get at the events in a record.
fn envelope(mapping: &mut Mapping, fields: &mut Fields<'_>, faults: &mut Faults) {
    mapping.is_as_is = fields.bool("as_is", faults).is_some_and(|as_is| as_is.value);
    if let Some(steps) = fields.texts("unwrap", faults) {
        if steps.len() > MOST_UNWRAPS {
            faults.add(&fields.place_of("unwrap"), format!("has at most {MOST_UNWRAPS} steps"));
        }
        for step in steps {
            match step.value.as_str() {
                "json" => mapping.unwrap.push(Step::Json),
                "base64" => mapping.unwrap.push(Step::Base64),
                text => match Path::parse(text) {
                    Ok(path) => mapping.unwrap.extend(path.steps),
                    Err(error) => faults.add(&step.place, error),
                },
            }
        }
    }
    if let Some(split) = fields.text("split", faults) {
        match Path::parse(&split.value) {
            Ok(path) if path.steps.last() == Some(&Step::Each) => {
                mapping.split = Some(path.steps[..path.steps.len() - 1].to_vec());
            }
            Ok(_) => faults.add(&split.place, "must end with the list's `[]`, such as \"[]\" or \"events[]\""),
            Err(error) => faults.add(&split.place, error),
        }
    }
}

/// When something happened, under which name and id, and who it is about.
fn head(mapping: &mut Mapping, fields: &mut Fields<'_>, reader: &mut Reader<'_>, faults: &mut Faults) {
    let has_split = reader.has_split;
    for (node, place) in lists(fields.node("skip"), faults) {
        mapping.skip.push(reader.when(node, &place, faults));
    }
    mapping.names = reader.gets(fields.node("name_from"), faults);
    mapping.time = fields.node("time").and_then(|(node, place)| reader.get(node, &place, faults));
    mapping.received = fields.node("received").and_then(|(node, place)| reader.get(node, &place, faults));
    let id = reader.gets(fields.node("id"), faults);
    mapping.id_is_shared =
        has_split && id.iter().any(|get| get.from.iter().any(|from| !matches!(from, Ref::Value(_) | Ref::Item(_))));
    mapping.id = id;
    // Those that can't be read have faults of their own.
    let mut written: Vec<String> = Vec::new();
    if let Some(ids) = fields.table("ids", faults) {
        written = ids.entries().map(|(kind, ..)| kind.to_owned()).collect();
        mapping.ids = reader.ids(&ids, faults);
    }
    if written.is_empty() {
        faults.add(&fields.place.child("ids"), "is missing: say where the person is, such as [ids] user = \"customer.id\"");
    }
    if let Some(kinds) = fields.texts("prospect", faults) {
        let known: Vec<&str> = written.iter().map(String::as_str).collect();
        for kind in &kinds {
            if !known.contains(&kind.value.as_str()) {
                faults.add(&kind.place, unknown(&kind.value, "type of ids", &known));
            }
        }
        mapping.prospect = kinds.into_iter().map(|kind| kind.value).collect();
    }
}

/// What the names become.
fn events(mapping: &mut Mapping, fields: &mut Fields<'_>, reader: &mut Reader<'_>, faults: &mut Faults) {
    if let Some(events) = fields.table("events", faults) {
        for (name, node, place) in events.entries() {
            let rules = reader.rules(node, &place, faults);
            if name == "*" { mapping.otherwise = rules } else { mapping.events.push((name.to_owned(), rules)) }
        }
    }
    if let Some((node, place)) = fields.node("tombstone") {
        mapping.tombstone = reader.rules(node, &place, faults);
        if mapping.tombstone.iter().any(|rule| rule.to.contains(&Target::Keep) || rule.each.is_some()) {
            faults.add(&place, "a record without a value has no name to keep, and no list: write a name of ours or \"skip\"");
        }
    }
    if mapping.otherwise.is_empty() {
        if mapping.events.is_empty() && !mapping.is_as_is {
            faults.add(
                &fields.place.child("events"),
                "is missing: say what the names become, such as [events] \"order.paid\" = \"Order Completed\"",
            );
        }
        let otherwise = if mapping.is_as_is { Target::Keep } else { Target::Skip };
        mapping.otherwise = vec![Rule { to: vec![otherwise], ..Rule::default() }];
    }
}

/// Fields and products.
fn content(mapping: &mut Mapping, fields: &mut Fields<'_>, reader: &mut Reader<'_>, faults: &mut Faults) {
    if let Some(table) = fields.table("fields", faults) {
        mapping.fields = reader.fields(&table, faults);
    }
    if let Some(table) = fields.table("for", faults) {
        let targets: Vec<String> = mapping.targets();
        for (name, node, place) in table.entries() {
            if !targets.iter().any(|target| target == name) && !mapping.keeps_names() {
                let known: Vec<&str> = targets.iter().map(String::as_str).collect();
                faults.add(&place, unknown(name, "event", &known));
            }
            if let Some(own) = Fields::of(node, place, faults) {
                let own = reader.fields(&own, faults);
                mapping.fields_for.push((name.to_owned(), own));
            }
        }
    }
    if let Some(table) = fields.table("products", faults) {
        let targets = (!mapping.keeps_names()).then(|| mapping.targets());
        mapping.products = products(table, targets.as_deref(), reader, faults);
    }
}

/// `targets`: the events that come out, where those are known.
fn products(mut table: Fields<'_>, targets: Option<&[String]>, reader: &mut Reader<'_>, faults: &mut Faults) -> Option<Products> {
    let from = if let Some((node, place)) = table.node("from") {
        reader.get(node, &place, faults)
    } else {
        faults.add(&table.place.child("from"), "is missing: write from = \"line_items\"");
        None
    };
    let mut on = Vec::new();
    for name in table.texts("on", faults).into_iter().flatten() {
        if let Some(targets) = targets.filter(|targets| !targets.contains(&name.value)) {
            let known: Vec<&str> = targets.iter().map(String::as_str).collect();
            faults.add(&name.place, unknown(&name.value, "event", &known));
        }
        on.push(name.value);
    }
    let mut scanners = Scanners::default();
    let mut own = Reader { scanners: &mut scanners, paths: 0, has_split: false };
    let skip: Vec<When> =
        lists(table.node("skip"), faults).into_iter().map(|(node, place)| own.when(node, &place, faults)).collect();
    let mut fields = Vec::new();
    for (to, node, place) in table.entries().filter(|(key, ..)| !["from", "on", "skip"].contains(key)) {
        fields.extend(own.get(node, &place, faults).map(|get| Field::new(to, get)));
    }
    reader.paths += own.paths;
    let is_own = |get: &crate::value::Get| get.from.iter().all(|from| matches!(from, Ref::Value(_)));
    let tested = skip.iter().flat_map(|when| &when.0).map(|condition| ("skip", &condition.get));
    let read = fields.iter().map(|field| (field.to.as_str(), &field.get));
    for (to, _) in read.chain(tested).filter(|(_, get)| !is_own(get)) {
        faults.add(&table.place.child(to), "of a product only what stands in it can be read");
    }
    Some(Products { from: from?, scanner: scanners.value, fields, on, skip })
}

fn example(mut table: Fields<'_>, faults: &mut Faults) -> Option<Example> {
    let line = table.place.line;
    let value = table.text("in", faults).map(|t| t.value);
    let key = table.text("key", faults).map(|t| t.value);
    let schema = table.text("schema", faults).map(|t| t.value);
    let mut headers = Vec::new();
    if let Some(own) = table.table("headers", faults) {
        for (name, node, place) in own.entries() {
            headers.extend(text_of(node, &place, faults).map(|text| (name.to_owned(), text)));
        }
    }
    let mut out = Vec::new();
    for own in table.tables("out", faults) {
        out.push(own.entries().map(|(key, node, _)| (key.to_owned(), node.value.clone())).collect());
    }
    if value.is_none() {
        faults.add(&table.place.child("in"), "is missing: write the record, in = '{ … }'");
    }
    table.finish(faults);
    Some(Example { line, headers, key, schema, value: value?, out })
}

impl Mapping {
    /// Names of events that come out.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        let rules = self.events.iter().flat_map(|(_, rules)| rules).chain(&self.otherwise).chain(&self.tombstone);
        let mut all: Vec<String> = Vec::new();
        for target in rules.flat_map(|rule| &rule.to) {
            if let Target::Event(name) = target
                && !all.contains(name)
            {
                all.push(name.clone());
            }
        }
        all
    }

    /// Some names stay as they are.
    #[must_use]
    pub fn keeps_names(&self) -> bool {
        self.events.iter().flat_map(|(_, rules)| rules).chain(&self.otherwise).any(|rule| rule.to.contains(&Target::Keep))
    }
}
