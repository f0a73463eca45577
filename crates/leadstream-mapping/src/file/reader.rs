//! Values, fields, rules and conditions, as a file writes them.

use crate::path::Path;
use crate::record::{Ref, Scanners};
use crate::rules::{Field, Rule, Target};
use crate::value::{Condition, Test, When};
use crate::value::{Get, Unit};
use leadstream_model::fields::{Fields, number_of, text_of, unknown};
use leadstream_model::tree::{self, Node, Value};
use leadstream_model::{Faults, Place};

/// Types of ids that have a place of their own.
const ID_TYPES: [&str; 5] = ["user", "email", "phone", "anon", "cart"];

/// Most rules of a name.
const MOST_RULES: usize = 64;

/// Each entry of a list, or the one that stands there.
pub(super) fn lists<'a>(node: Option<(&'a Node, Place)>, _: &mut Faults) -> Vec<(&'a Node, Place)> {
    let Some((node, place)) = node else { return Vec::new() };
    match &node.value {
        Value::Array(items) => {
            let at = |n: usize, item: &Node| Place { line: item.line, path: format!("{}#{}", place.path, n + 1) };
            items.iter().enumerate().map(|(n, item)| (item, at(n, item))).collect()
        }
        _ => vec![(node, place)],
    }
}

/// What can be asked of a value, besides what it is.
const TESTS: [&str; 6] = ["exists", "empty", "not", "begins_with", "entered", "above"];

pub(super) struct Reader<'s> {
    pub scanners: &'s mut Scanners,
    pub paths: usize,
    pub has_split: bool,
}

impl Reader<'_> {
    fn path(&mut self, text: &str, place: &Place, faults: &mut Faults) -> Option<Ref> {
        self.paths += 1;
        match Path::parse(text) {
            Ok(path) if text.starts_with("^.") && !self.has_split => {
                faults.add(place, format!("`{path}`: without `split` there is no record around the event"));
                None
            }
            Ok(path) => Some(self.scanners.add(&path)),
            Err(error) => {
                faults.add(place, error);
                None
            }
        }
    }

    /// Several values, of which each is meant.
    pub fn gets(&mut self, node: Option<(&Node, Place)>, faults: &mut Faults) -> Vec<Get> {
        lists(node, faults).into_iter().filter_map(|(node, place)| self.get(node, &place, faults)).collect()
    }

    /// A path, several of which the first counts, or a table.
    pub fn get(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Option<Get> {
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
                get.sum = fields.bool("sum", faults).is_some_and(|sum| sum.value);
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
                if let Some((node, place)) = fields.node("when") {
                    get.when = self.when(node, &place, faults);
                }
                get.is_needed = fields.bool("needed", faults).is_some_and(|needed| needed.value);
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

    /// Types of ids and where they stand.
    pub fn ids(&mut self, table: &Fields<'_>, faults: &mut Faults) -> Vec<(String, Get)> {
        let mut all = Vec::new();
        for (kind, node, place) in table.entries() {
            let is_known =
                ID_TYPES.contains(&kind) || kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
            if !is_known {
                faults.add(
                    &place,
                    "a type of ids is written in small letters: user, email, phone, anon, cart, or a name of your own",
                );
            }
            all.extend(self.get(node, &place, faults).map(|get| (kind.to_owned(), get)));
        }
        all
    }

    pub fn fields(&mut self, table: &Fields<'_>, faults: &mut Faults) -> Vec<Field> {
        let mut all = Vec::new();
        for (to, node, place) in table.entries() {
            all.extend(self.get(node, &place, faults).map(|get| Field::new(to, get)));
        }
        all
    }

    pub fn rules(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> Vec<Rule> {
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
                rule.time = fields.node("time").and_then(|(node, place)| self.get(node, &place, faults));
                if let Some(ids) = fields.table("ids", faults) {
                    rule.ids = self.ids(&ids, faults);
                }
                let all = fields.node("all").and_then(|(node, place)| self.get(node, &place, faults));
                rule.all = all.map(|get| Field::new("*", get));
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

    pub fn when(&mut self, node: &Node, place: &Place, faults: &mut Faults) -> When {
        let mut when = When::default();
        let Some(table) = Fields::of(node, place.clone(), faults) else { return when };
        for (path, node, place) in table.entries() {
            let Some(from) = self.path(path, &place, faults) else { continue };
            if matches!(from, Ref::Item(_)) {
                faults.add(&place, "`each` is not known yet where a rule is chosen: it stands in ids, fields, `time` and `id`");
            }
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
                    if let Some(node) = before_path {
                        self.get(node, &place, faults).map(|before| Test::Entered { of, before })
                    } else {
                        faults.add(&place, "wants `before`: the path of what it was, such as before = \"before.status\"");
                        None
                    }
                }
                other => {
                    let hint = if other.contains(' ') { "" } else { " (a path with points stands in quotes: \"a.b\" = …)" };
                    faults.add(&place, format!("{}{hint}", unknown(other, "test", &TESTS)));
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
        Value::Text(text) | Value::Date(text) => crate::json::quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(|item| json_of(&item.value)).collect::<Vec<_>>().join(",")),
        Value::Table(table) => {
            let one = |e: &tree::Entry| format!("{}:{}", crate::json::quoted(&e.key), json_of(&e.node.value));
            format!("{{{}}}", table.entries.iter().map(one).collect::<Vec<_>>().join(","))
        }
    }
}
