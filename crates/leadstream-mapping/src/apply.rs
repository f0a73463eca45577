//! A record becomes events.

use crate::record::{Reading, Record};
use crate::rules::{Field, Mapping, Rule, Target};
use crate::scan::{self, follow};
use crate::value::Get;
use crate::write::Event;
use std::borrow::Cow;
use std::rc::Rc;

/// Most events of one record.
pub const MOST_EVENTS: usize = 1_000;

/// Texts that stand where nobody is known.
const NOBODY: [&str; 13] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "anonymous",
    "anon",
    "guest",
    "unknown",
    "n/a",
    "[object object]",
    "not_authenticated",
    "void",
];

/// Why a record, or one element of it, can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is not what the mapping says that it is.
    Unreadable,
    TooManyEvents,
    /// It says nowhere who it is about.
    NoPerson,
    /// It has no name, and the mapping keeps names as they are.
    NoName,
    /// The mapping wants its name as a dead letter.
    UnwantedName,
}

impl Reason {
    /// In headers and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable-value",
            Self::TooManyEvents => "too-many-events",
            Self::NoPerson => "key-missing",
            Self::NoName => "no-name",
            Self::UnwantedName => "unknown-name",
        }
    }
}

/// What became of one element.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Number of the element in its record, from 0.
    pub element: usize,
    /// The name that it came under.
    pub theirs: String,
    pub what: What,
}

#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "most outcomes are events")]
pub enum What {
    Event(Event),
    Skipped,
    Dead { reason: Reason, detail: String },
}

impl Mapping {
    /// What becomes of a record: nothing of it is lost without an outcome.
    #[must_use]
    pub fn apply(&self, record: &Record<'_>) -> Vec<Outcome> {
        match self.elements(record) {
            Ok(outcomes) => outcomes,
            Err((reason, detail)) => vec![Outcome { element: 0, theirs: String::new(), what: What::Dead { reason, detail } }],
        }
    }

    fn elements(&self, record: &Record<'_>) -> Result<Vec<Outcome>, (Reason, String)> {
        let unreadable = |detail: String| (Reason::Unreadable, detail);
        let Some(value) = record.value else {
            return Ok(vec![Outcome { element: 0, theirs: String::new(), what: What::Skipped }]);
        };
        let text = self.text(value).map_err(unreadable)?;
        let json = self.format.json(text);
        let json = if self.unwrap.is_empty() {
            json
        } else {
            follow(json, &self.unwrap)
                .ok_or_else(|| unreadable("the envelope does not hold what the mapping looks for in it".to_owned()))?
        };
        let key = match record.key_text().filter(|_| !self.scanners.key.is_empty()) {
            // A key that is no JSON has no members.
            Some(key) => self.scanners.key.scan(key).unwrap_or_default(),
            None => Vec::new(),
        };
        let around =
            if self.scanners.record.is_empty() { Vec::new() } else { self.scanners.record.scan(&json).map_err(unreadable)? };
        let (key, around) = (Rc::new(key), Rc::new(around));
        let list: Cow<'_, str>;
        let elements = match &self.split {
            None => vec![json.as_ref()],
            // A record without the list is the event itself.
            Some(steps) => {
                list = follow(Cow::Borrowed(json.as_ref()), steps)
                    .filter(|list| list.trim() != "null")
                    .unwrap_or(Cow::Borrowed(json.as_ref()));
                let elements = scan::elements(&list);
                let is_list = list.trim_start().starts_with('[');
                if elements.is_empty() && !(is_list && list.trim_start()[1..].trim_start().starts_with(']')) && list != "null" {
                    return Err(unreadable("the list of events is no JSON".to_owned()));
                }
                elements
            }
        };
        if elements.len() > MOST_EVENTS {
            return Err((Reason::TooManyEvents, format!("{} events in one record: at most {MOST_EVENTS}", elements.len())));
        }
        let mut outcomes = Vec::new();
        if elements.is_empty() {
            outcomes.push(Outcome { element: 0, theirs: String::new(), what: What::Skipped });
        }
        for (n, element) in elements.into_iter().enumerate() {
            let scanned = if element.trim_start().starts_with('{') {
                self.scanners.value.scan(element)
            } else {
                Err("it is no JSON object".to_owned())
            };
            match scanned {
                Ok(value) => {
                    let reading = Reading { record, value, around: Rc::clone(&around), key: Rc::clone(&key), item: Vec::new() };
                    self.element(n, element, &reading, &mut outcomes);
                }
                Err(detail) => {
                    let what = What::Dead { reason: Reason::Unreadable, detail };
                    outcomes.push(Outcome { element: n, theirs: String::new(), what });
                }
            }
            if outcomes.len() > MOST_EVENTS {
                return Err((Reason::TooManyEvents, format!("more than {MOST_EVENTS} events in one record")));
            }
        }
        Ok(outcomes)
    }

    /// The value as text, without the registry's prefix.
    fn text<'a>(&self, value: &'a [u8]) -> Result<&'a str, String> {
        let value = match value.first() {
            // A magic byte and four of the schema's id, or sixteen.
            Some(0) if self.has_prefix => value.get(5..).unwrap_or_default(),
            Some(1) if self.has_prefix => value.get(17..).unwrap_or_default(),
            _ => value,
        };
        std::str::from_utf8(value).map_err(|error| error.to_string())
    }

    fn element(&self, element: usize, json: &str, reading: &Reading<'_>, outcomes: &mut Vec<Outcome>) {
        let theirs = self.names.iter().find_map(|get| get.plain(reading)).map(Cow::into_owned).unwrap_or_default();
        let mut add = |what| outcomes.push(Outcome { element, theirs: theirs.clone(), what });
        if self.skip.iter().any(|when| when.holds(reading)) {
            return add(What::Skipped);
        }
        let Some(rule) = self.rule(&theirs, reading) else { return add(What::Skipped) };
        let mut part = 0;
        for target in &rule.to {
            let name = match target {
                Target::Skip => {
                    add(What::Skipped);
                    continue;
                }
                Target::DeadLetter => {
                    let detail = format!("the mapping {} wants {theirs:?} as a dead letter", self.name);
                    add(What::Dead { reason: Reason::UnwantedName, detail });
                    continue;
                }
                Target::Keep if theirs.trim().is_empty() && !self.is_as_is => {
                    let detail = "it says nowhere what it is called".to_owned();
                    add(What::Dead { reason: Reason::NoName, detail });
                    continue;
                }
                Target::Keep => theirs.as_str(),
                Target::Event(name) => name.as_str(),
            };
            let Some(each) = &rule.each else {
                let mut what = self.event(name, rule, reading, None, element, part);
                if let What::Event(event) = &mut what
                    && self.is_as_is
                {
                    event.as_is = Some(json.to_owned());
                }
                add(what);
                part += 1;
                continue;
            };
            let list = each.json(reading).unwrap_or(Cow::Borrowed("null"));
            let items = scan::elements(&list);
            if items.is_empty() {
                add(What::Skipped);
            }
            for item in items.into_iter().take(MOST_EVENTS) {
                let reading = Reading { item: self.scanners.item.scan(item).unwrap_or_default(), ..reading.clone() };
                add(self.event(name, rule, &reading, Some(item), element, part));
                part += 1;
            }
        }
    }

    /// The rule of a name, else of its spelling in other letters, else that of all others.
    fn rule(&self, theirs: &str, reading: &Reading<'_>) -> Option<&Rule> {
        let exact = self.events.iter().find(|(name, _)| name == theirs);
        let near = || self.events.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(theirs.trim()));
        let rules = exact.or_else(near).map_or(&self.otherwise, |(_, rules)| rules);
        rules.iter().find(|rule| rule.when.holds(reading))
    }

    fn event(&self, name: &str, rule: &Rule, reading: &Reading<'_>, item: Option<&str>, element: usize, part: usize) -> What {
        let mut event = Event::new(name);
        let others = rule.ids.iter().filter(|(kind, _)| !self.ids.iter().any(|(known, _)| known == kind));
        for (kind, get) in self.ids.iter().chain(others) {
            let get = rule.ids.iter().find(|(own, _)| own == kind).map_or(get, |(_, own)| own);
            if let Some(id) = get.plain_that(reading, |id| is_somebody(id.trim()) && (kind != "email" || is_address(id.trim()))) {
                event.ids.push((kind.clone(), id.trim().to_owned()));
            }
        }
        let can_be = |kind: &str| if self.prospect.is_empty() { kind != "cart" } else { self.prospect.iter().any(|p| p == kind) };
        let order = |kind: &str| self.prospect.iter().position(|p| p == kind);
        let mut of_person: Vec<&(String, String)> = event.ids.iter().filter(|(kind, _)| can_be(kind)).collect();
        of_person.sort_by_key(|(kind, _)| order(kind));
        let Some((kind, id)) = of_person.first() else {
            let known: Vec<&str> = rule.ids.iter().chain(&self.ids).map(|(_, get)| get.text.as_str()).collect();
            let detail = format!("none of {} says who it is about", known.join(", "));
            return What::Dead { reason: Reason::NoPerson, detail };
        };
        event.prospect = Some((kind.clone(), id.clone()));
        let own_time = rule.time.as_ref().and_then(|get| get.time(reading));
        event.time = own_time.or_else(|| self.time.as_ref()?.time(reading)).map(Cow::into_owned);
        event.received = self.received.as_ref().and_then(|get| get.time(reading)).map(Cow::into_owned);
        event.id = self.message_id(reading, element, part);
        let mut put = |fields: &[Field]| {
            for Field { to, get } in fields {
                match get.json(reading) {
                    Some(json) if to == "*" || to == "traits.*" => {
                        let place = if to == "*" { "properties" } else { "traits" };
                        for (name, json) in scan::members(&json).into_iter().filter(|(_, json)| *json != "null") {
                            event.set_in(place, &name, json.to_owned());
                        }
                    }
                    Some(json) => event.set(to, json.into_owned()),
                    None => {}
                }
            }
        };
        if let Some(all) = &rule.all {
            put(std::slice::from_ref(all));
        }
        put(&self.fields);
        for (_, fields) in self.fields_for.iter().filter(|(target, _)| target == name) {
            put(fields);
        }
        for (to, json) in &rule.constants {
            event.set(to, json.clone());
        }
        if let Some(products) = &self.products {
            let of = |item: &str| -> Option<Vec<(String, String)>> {
                let value = products.scanner.scan(item).unwrap_or_default();
                let reading =
                    Reading { record: reading.record, value, around: Rc::default(), key: Rc::default(), item: Vec::new() };
                let own = |field: &Field| Some((field.to.clone(), field.get.json(&reading)?.into_owned()));
                let is_none = products.skip.iter().any(|when| when.holds(&reading));
                (!is_none).then(|| products.fields.iter().filter_map(own).collect())
            };
            if let Some(item) = item {
                let Some(own) = of(item) else { return What::Skipped };
                for (to, json) in own {
                    event.set(&to, json);
                }
            } else if (products.on.is_empty() || products.on.iter().any(|on| on == name))
                && let Some(list) = products.from.json(reading)
            {
                event.products = Some(scan::elements(&list).into_iter().take(MOST_EVENTS).filter_map(of).collect());
            }
        }
        What::Event(event)
    }

    /// Of one value it is that value; of several their hash. What several events share is told apart by their numbers.
    fn message_id(&self, reading: &Reading<'_>, element: usize, part: usize) -> Option<String> {
        let values: Vec<Cow<'_, str>> = self.id.iter().map(|get| get.plain(reading).unwrap_or_default()).collect();
        let is_missing = |(get, value): (&Get, &Cow<'_, str>)| get.is_needed && value.is_empty();
        if values.iter().all(|value| value.is_empty()) || self.id.iter().zip(&values).any(is_missing) {
            return None;
        }
        let mut id = match values.as_slice() {
            [one] => one.trim().to_owned(),
            all => {
                let text = all.iter().fold(self.name.clone(), |text, value| text + "\u{1f}" + value);
                format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
            }
        };
        if self.id_is_shared {
            id = format!("{id}#{element}");
        }
        if part > 0 {
            id = format!("{id}#{part}");
        }
        Some(id)
    }

    /// Paths and what each has given, for people.
    #[must_use]
    pub fn explain(&self, record: &Record<'_>) -> Vec<(String, String, Option<String>)> {
        let Some(text) = record.value.and_then(|value| self.text(value).ok()) else { return Vec::new() };
        let json = self.format.json(text);
        let Some(json) = follow(json, &self.unwrap) else { return Vec::new() };
        let list = match &self.split {
            None => format!("[{json}]"),
            Some(steps) => follow(Cow::Borrowed(json.as_ref()), steps).map(Cow::into_owned).unwrap_or_default(),
        };
        let around = Rc::new(self.scanners.record.scan(&json).unwrap_or_default());
        let key = Rc::new(record.key_text().and_then(|key| self.scanners.key.scan(key).ok()).unwrap_or_default());
        let mut all = Vec::new();
        for (n, element) in scan::elements(&list).into_iter().enumerate() {
            let Ok(value) = self.scanners.value.scan(element) else { continue };
            let reading = Reading { record, value, around: Rc::clone(&around), key: Rc::clone(&key), item: Vec::new() };
            let mut one = |ours: &str, get: &Get| {
                let ours = if n == 0 { ours.to_owned() } else { format!("[{n}] {ours}") };
                all.push((ours, get.text.clone(), get.json(&reading).map(Cow::into_owned)));
            };
            self.names.iter().for_each(|get| one("name", get));
            self.time.iter().for_each(|get| one("time", get));
            self.id.iter().for_each(|get| one("id", get));
            self.ids.iter().for_each(|(kind, get)| one(&format!("ids.{kind}"), get));
            self.fields.iter().for_each(|field| one(&field.to, &field.get));
            for (target, fields) in &self.fields_for {
                for field in fields {
                    one(&format!("{} of {target}", field.to), &field.get);
                }
            }
            if let Some(products) = &self.products {
                one("products", &products.from);
            }
        }
        all
    }
}

/// It may be an address, or the hash of one.
fn is_address(id: &str) -> bool {
    id.contains('@') || (id.len() >= 16 && id.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// It may be somebody's id.
fn is_somebody(id: &str) -> bool {
    let bare = id.trim_matches(['"', '\'']);
    !bare.is_empty()
        && !bare.bytes().all(|b| matches!(b, b'0' | b'-'))
        && bare != "-1"
        && !NOBODY.iter().any(|word| word.eq_ignore_ascii_case(bare))
}
