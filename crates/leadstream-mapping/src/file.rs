//! Mapping files: TOML in, a [`Mapping`] or every fault out.

use crate::path::{Path, Step};
use crate::record::{Ref, Scanners};
use crate::rules::{Example, Field, Format, Mapping, Products, Rule, Target};
use crate::value::{Get, Unit, is_of_record};
use crate::when::{Condition, Test, When};
use leadstream_model::fields::{Fields, number_of, text_of, unknown};
use leadstream_model::tree::{self, Node, Value};
use leadstream_model::{Fault, Faults, FileFault, Place};

/// Most paths, rules of a name, steps of `unwrap`.
const MOST_PATHS: usize = 256;
const MOST_RULES: usize = 64;
const MOST_UNWRAPS: usize = 16;

/// Types of ids that have a place of their own.
pub const ID_TYPES: [&str; 5] = ["user", "email", "phone", "anon", "cart"];

/// Reads a mapping.
///
/// # Errors
/// Every fault, with its line.
pub fn parse(origin: &str, text: &str) -> Result<Mapping, Vec<FileFault>> {
    let in_file = |fault: Fault| FileFault { origin: origin.to_owned(), fault };
    let table = tree::parse(text).map_err(|all| {
        let fault = |f: tree::SyntaxFault| Fault { place: Place { line: f.line, path: String::new() }, message: f.message };
        all.into_iter().map(|f| in_file(fault(f))).collect::<Vec<_>>()
    })?;
    let mut faults = Faults::default();
    let mapping = mapping(Fields::new(&table, Place::default()), &mut faults);
    if faults.0.is_empty() {
        return Ok(mapping);
    }
    faults.0.sort();
    Err(faults.0.into_iter().map(in_file).collect())
}

fn mapping(mut fields: Fields<'_>, faults: &mut Faults) -> Mapping {
    let mut mapping = Mapping::default();
    mapping.name = fields.text("name", faults).map(|t| t.value).unwrap_or_default();
    if mapping.name.is_empty() {
        faults.add(&fields.place.child("name"), "is missing: write name = \"shop\"");
    }
    mapping.about = fields.text("about", faults).map(|t| t.value).unwrap_or_default();
    mapping.docs = fields.texts("docs", faults).into_iter().flatten().map(|t| t.value).collect();
    let columns: Vec<String> = fields.texts("columns", faults).into_iter().flatten().map(|t| t.value).collect();
    let format = fields.choice("format", &[("json", false), ("tsv", true)], faults);
    if format.as_ref().is_some_and(|f| f.value) {
        if columns.is_empty() {
            faults.add(&fields.place_of("columns"), "is missing: write the names of the columns in their order");
        }
        mapping.format = Format::Tsv(columns);
    } else if !columns.is_empty() {
        faults.add(&fields.place_of("columns"), "only stands with format = \"tsv\"");
    }
    mapping.is_as_is = fields.bool("as_is", faults).is_some_and(|as_is| as_is.value);
    mapping.has_prefix = fields.choice("prefix", &[("confluent", true)], faults).is_some();
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
    let mut scanners = Scanners::default();
    let has_split = mapping.split.is_some();
    let mut reader = Reader { scanners: &mut scanners, paths: 0, has_split };
    for (node, place) in lists(fields.node("skip"), faults) {
        mapping.skip.push(reader.when(node, &place, faults));
    }
    mapping.names = reader.gets(fields.node("name_from"), faults);
    mapping.time = fields.node("time").and_then(|(node, place)| reader.get(node, &place, faults));
    mapping.received = fields.node("received").and_then(|(node, place)| reader.get(node, &place, faults));
    let id = reader.gets(fields.node("id"), faults);
    mapping.id_is_shared = has_split && id.iter().any(|get| get.from.iter().any(|from| !matches!(from, Ref::Value(_))));
    mapping.id = id;
    if let Some(ids) = fields.table("ids", faults) {
        for (kind, node, place) in ids.entries() {
            let is_known =
                ID_TYPES.contains(&kind) || kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
            if !is_known {
                faults.add(
                    &place,
                    "a type of ids is written in small letters: user, email, phone, anon, cart, or a name of your own",
                );
            }
            if let Some(get) = reader.get(node, &place, faults) {
                mapping.ids.push((kind.to_owned(), get));
            }
        }
    }
    if mapping.ids.is_empty() {
        faults.add(&fields.place.child("ids"), "is missing: say where the person is, such as [ids] user = \"customer.id\"");
    }
    if let Some(kinds) = fields.texts("prospect", faults) {
        let known: Vec<&str> = mapping.ids.iter().map(|(kind, _)| kind.as_str()).collect();
        for kind in &kinds {
            if !known.contains(&kind.value.as_str()) {
                faults.add(&kind.place, unknown(&kind.value, "type of ids", &known));
            }
        }
        mapping.prospect = kinds.into_iter().map(|kind| kind.value).collect();
    }
    if let Some(events) = fields.table("events", faults) {
        for (name, node, place) in events.entries() {
            let rules = reader.rules(node, &place, faults);
            if name == "*" { mapping.otherwise = rules } else { mapping.events.push((name.to_owned(), rules)) }
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
        mapping.products = products(table, &mut reader, faults);
    }
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

/// Each entry of a list, or the one that stands there.
fn lists<'a>(node: Option<(&'a Node, Place)>, _: &mut Faults) -> Vec<(&'a Node, Place)> {
    let Some((node, place)) = node else { return Vec::new() };
    match &node.value {
        Value::Array(items) => {
            let at = |n: usize, item: &Node| Place { line: item.line, path: format!("{}#{}", place.path, n + 1) };
            items.iter().enumerate().map(|(n, item)| (item, at(n, item))).collect()
        }
        _ => vec![(node, place)],
    }
}

fn products(mut table: Fields<'_>, reader: &mut Reader<'_>, faults: &mut Faults) -> Option<Products> {
    let from = match table.node("from") {
        Some((node, place)) => reader.get(node, &place, faults),
        None => {
            faults.add(&table.place.child("from"), "is missing: write from = \"line_items\"");
            None
        }
    };
    let on = table.texts("on", faults).into_iter().flatten().map(|t| t.value).collect();
    let mut scanners = Scanners::default();
    let mut own = Reader { scanners: &mut scanners, paths: 0, has_split: false };
    let mut fields = Vec::new();
    for (to, node, place) in table.entries().filter(|(key, ..)| !["from", "on"].contains(key)) {
        fields.extend(own.get(node, &place, faults).map(|get| Field { to: to.to_owned(), get }));
    }
    reader.paths += own.paths;
    let is_own = |field: &Field| field.get.from.iter().all(|from| matches!(from, Ref::Value(_)));
    if let Some(field) = fields.iter().find(|field| !is_own(field)) {
        faults.add(&table.place.child(&field.to), "of a product only what stands in it can be read");
    }
    Some(Products { from: from?, scanner: scanners.value, fields, on })
}

fn example(mut table: Fields<'_>, faults: &mut Faults) -> Option<Example> {
    let line = table.place.line;
    let value = table.text("in", faults).map(|t| t.value);
    let key = table.text("key", faults).map(|t| t.value);
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
    Some(Example { line, headers, key, value: value?, out })
}

struct Reader<'s> {
    scanners: &'s mut Scanners,
    paths: usize,
    has_split: bool,
}

impl Reader<'_> {
    fn path(&mut self, text: &str, place: &Place, faults: &mut Faults) -> Option<Ref> {
        self.paths += 1;
        match Path::parse(text) {
            Ok(path) if text.starts_with("^.") && !self.has_split => {
                faults.add(place, format!("`{path}`: without `split` there is no record around the event"));
                None
            }
            Ok(path) => {
                debug_assert!(is_of_record(&path) || text == path.text());
                Some(self.scanners.add(&path))
            }
            Err(error) => {
                faults.add(place, error);
                None
            }
        }
    }

    /// Several values, of which each is meant.
    fn gets(&mut self, node: Option<(&Node, Place)>, faults: &mut Faults) -> Vec<Get> {
        lists(node, faults).into_iter().filter_map(|(node, place)| self.get(node, &place, faults)).collect()
    }

    /// A path, several of which the first counts, or a table.
    fn get(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Option<Get> {
        let mut get = Get { text: tree::written(&node.value), ..Get::default() };
        let before = faults.0.len();
        match &node.value {
            Value::Table(table) => {
                let mut fields = Fields::new(table, place.clone());
                for path in fields.texts("from", faults).into_iter().flatten() {
                    get.from.extend(self.path(&path.value, &path.place, faults));
                }
                get.constant = fields.node("const").map(|(node, _)| json_of(&node.value));
                get.unit = fields.choice("unit", &Unit::WORDS, faults).map(|unit| unit.value);
                if let Some(zone) = fields.text("zone", faults) {
                    match jiff::tz::TimeZone::get(&zone.value) {
                        Ok(zone) => get.zone = Some(zone),
                        Err(_) => faults
                            .add(&zone.place, format!("{:?} is no time zone: write one such as \"Europe/Berlin\"", zone.value)),
                    }
                }
                get.scale = fields.number("scale", faults).map(|scale| scale.value);
                if get.scale == Some(0.0) {
                    faults.add(&fields.place_of("scale"), "can't be 0: 100 stands for cents");
                }
                get.decimal = fields.integer("decimal", faults).and_then(|d| u32::try_from(d.value).ok().filter(|d| *d <= 30));
                for (node, place) in lists(fields.node("absent"), faults) {
                    get.absent.extend(word_of(node, &place, faults));
                }
                if let Some(words) = fields.table("table", faults) {
                    for (theirs, node, place) in words.entries() {
                        get.table.extend(text_of(node, &place, faults).map(|ours| (theirs.to_owned(), ours)));
                    }
                }
                get.lower = fields.bool("lower", faults).is_some_and(|lower| lower.value);
                if get.from.is_empty() && get.constant.is_none() && faults.0.len() == before {
                    faults.add(place, "wants `from = \"a.path\"` or `const = …`");
                }
                fields.finish(faults);
            }
            Value::Text(_) | Value::Array(_) => {
                for (node, place) in lists(Some((node, place.clone())), faults) {
                    if let Some(text) = text_of(node, &place, faults) {
                        get.from.extend(self.path(&text, &place, faults));
                    }
                }
            }
            other => faults.add(place, format!("must be a path, a list of paths or a table, not {}", other.kind())),
        }
        (faults.0.len() == before).then_some(get)
    }

    fn fields(&mut self, table: &Fields<'_>, faults: &mut Faults) -> Vec<Field> {
        let mut all = Vec::new();
        for (to, node, place) in table.entries() {
            all.extend(self.get(node, &place, faults).map(|get| Field { to: to.to_owned(), get }));
        }
        all
    }

    fn rules(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Vec<Rule> {
        let all = lists(Some((node, place.clone())), faults);
        if all.len() > MOST_RULES {
            faults.add(place, format!("has at most {MOST_RULES} rules"));
        }
        all.into_iter().filter_map(|(node, place)| self.rule(node, &place, faults)).collect()
    }

    fn rule(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Option<Rule> {
        let mut rule = Rule { line: place.line, ..Rule::default() };
        match &node.value {
            Value::Text(text) => rule.to = vec![target(text)],
            Value::Table(table) => {
                let mut fields = Fields::new(table, place.clone());
                match fields.texts("to", faults) {
                    Some(to) => rule.to = to.iter().map(|text| target(&text.value)).collect(),
                    None => faults.add(place, "wants `to`: the name of an event, \"skip\", \"keep\" or \"dead-letter\""),
                }
                if let Some((node, place)) = fields.node("when") {
                    rule.when = self.when(node, &place, faults);
                }
                if let Some(constants) = fields.table("const", faults) {
                    rule.constants = constants.entries().map(|(to, node, _)| (to.to_owned(), json_of(&node.value))).collect();
                }
                rule.each = fields.node("each").and_then(|(node, place)| self.get(node, &place, faults));
                fields.finish(faults);
            }
            other => {
                faults
                    .add(place, format!("must be a name, \"skip\", \"keep\", \"dead-letter\", or a table, not {}", other.kind()));
                return None;
            }
        }
        Some(rule)
    }

    fn when(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> When {
        let mut when = When::default();
        let Some(table) = Fields::of(node, place.clone(), faults) else { return when };
        for (path, node, place) in table.entries() {
            let Some(from) = self.path(path, &place, faults) else { continue };
            let get = Get { from: vec![from], text: path.to_owned(), ..Get::default() };
            if let Some(test) = self.test(node, &place, faults) {
                when.0.push(Condition { get, test });
            }
        }
        when
    }

    fn test(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Option<Test> {
        let Value::Table(table) = &node.value else {
            let words = lists(Some((node, place.clone())), faults);
            return Some(Test::OneOf(words.into_iter().filter_map(|(node, place)| word_of(node, &place, faults)).collect()));
        };
        const KNOWN: [&str; 6] = ["exists", "empty", "not", "begins_with", "entered", "above"];
        let mut test = None;
        let before_path = table.get("before");
        for entry in table.entries.iter().filter(|e| e.key != "before") {
            let place = Place { line: entry.node.line, path: format!("{}.{}", place.path, entry.key) };
            let words = |faults: &mut Faults| -> Vec<String> {
                let all = lists(Some((&entry.node, place.clone())), faults);
                all.into_iter().filter_map(|(node, place)| word_of(node, &place, faults)).collect()
            };
            let yes = |faults: &mut Faults| {
                if let Value::Bool(yes) = entry.node.value {
                    return Some(yes);
                }
                faults.add(&place, "must be true or false");
                None
            };
            let found = match entry.key.as_str() {
                "exists" => yes(faults).map(Test::Exists),
                "empty" => yes(faults).map(Test::Empty),
                "begins_with" => Some(Test::BeginsWith(words(faults))),
                "not" => self.test(&entry.node, &place, faults).map(|test| Test::Not(Box::new(test))),
                "above" => number_of(&entry.node, &place, faults).map(Test::Above),
                "entered" => {
                    let of = words(faults);
                    match before_path {
                        Some(node) => self.get(node, &place, faults).map(|before| Test::Entered { of, before }),
                        None => {
                            faults.add(&place, "wants `before`: the path of what it was, such as before = \"before.status\"");
                            None
                        }
                    }
                }
                other => {
                    let hint = if other.contains(' ') { "" } else { " (a path with points stands in quotes: \"a.b\" = …)" };
                    faults.add(&place, format!("{}{hint}", unknown(other, "test", &KNOWN)));
                    None
                }
            };
            if test.is_some() && found.is_some() {
                faults.add(&place, "one test stands for itself; several values can be tested side by side");
            }
            test = test.or(found);
        }
        if test.is_none() && table.entries.is_empty() {
            faults.add(place, "wants a test, such as { exists = true }");
        }
        test
    }
}

fn target(text: &str) -> Target {
    match text {
        "skip" => Target::Skip,
        "keep" => Target::Keep,
        "dead-letter" => Target::DeadLetter,
        name => Target::Event(name.to_owned()),
    }
}

/// Text, a number or a truth value as a record would have it.
fn word_of(node: &Node, place: &Place, faults: &mut Faults) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) | Value::Bool(_) => Some(tree::written(&node.value)),
        other => {
            faults.add(place, format!("must be text, a number, true or false, not {}", other.kind()));
            None
        }
    }
}

/// TOML as JSON.
#[must_use]
pub fn json_of(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Date(text) => crate::value::quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(|item| json_of(&item.value)).collect::<Vec<_>>().join(",")),
        Value::Table(table) => {
            let one = |e: &tree::Entry| format!("{}:{}", crate::value::quoted(&e.key), json_of(&e.node.value));
            format!("{{{}}}", table.entries.iter().map(one).collect::<Vec<_>>().join(","))
        }
    }
}

impl Mapping {
    /// Names of events that come out.
    #[must_use]
    pub fn targets(&self) -> Vec<String> {
        let rules = self.events.iter().flat_map(|(_, rules)| rules).chain(&self.otherwise);
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
