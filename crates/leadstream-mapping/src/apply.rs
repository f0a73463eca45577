//! A record becomes events.

use crate::elements::{Element, Reason, Stop, Text, not_too_many};
use crate::record::{Reading, Record};
use crate::rules::{Field, Mapping, Rule, Target};
use crate::scan;
use crate::schema::{NotReady, Schemas};
use crate::value::Get;
use crate::write::Event;
use leadstream_core::domain::placeholder_ids::{IdOf, is_hash, is_id};
use std::borrow::Cow;
use std::cell::Cell;
use std::rc::Rc;

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
    Dead {
        reason: Reason,
        detail: String,
        /// Types and values of ids that stand for nobody, where there is none that stands for somebody.
        refused: Vec<(String, String)>,
    },
}

impl What {
    fn dead(reason: Reason, detail: String) -> Self {
        Self::Dead { reason, detail, refused: Vec::new() }
    }
}

impl Mapping {
    /// What becomes of a record: nothing of it is lost without an outcome.
    ///
    /// # Errors
    /// Its schema is not known yet: try it again later. It is not read, and must not be passed over.
    pub fn apply(&self, record: &Record<'_>, schemas: &dyn Schemas) -> Result<Vec<Outcome>, NotReady> {
        match self.text(record, schemas) {
            Ok(Some(text)) => Ok(self.apply_to(&text, record)),
            Ok(None) => Ok(self.tombstone(record)),
            Err(Stop::NotReady(not_ready)) => Err(not_ready),
            Err(Stop::Dead(reason, detail)) => Ok(dead(reason, detail)),
        }
    }

    /// What becomes of a value that is JSON already.
    #[must_use]
    pub fn apply_to(&self, text: &Text<'_>, record: &Record<'_>) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        match self.each_element_of(text, record, |n, element| self.take(n, element, &mut outcomes)) {
            Ok(()) if outcomes.is_empty() && self.is_null(text) => self.tombstone(record),
            Ok(()) => or_skipped(outcomes),
            Err((reason, detail)) => dead(reason, detail),
        }
    }

    /// What becomes of a record without a value: only its key, headers and topic can be read.
    fn tombstone(&self, record: &Record<'_>) -> Vec<Outcome> {
        let (value, around, key) = (Vec::new(), Rc::default(), Rc::new(self.key_of(record)));
        let reading = Reading { record, value, around, key, item: Vec::new(), schema: None };
        let mut outcomes = Vec::new();
        if let Some(rule) = self.tombstone.iter().find(|rule| rule.when.holds(&reading)) {
            self.ruled(rule, "", 0, "null", &reading, &mut outcomes);
        }
        or_skipped(outcomes)
    }

    fn take(&self, n: usize, element: Element<'_>, outcomes: &mut Vec<Outcome>) -> Result<(), (Reason, String)> {
        match element {
            Ok((json, reading)) => self.element(n, json, &reading, outcomes),
            Err(detail) => {
                let what = What::dead(Reason::Unreadable, detail);
                outcomes.push(Outcome { element: n, theirs: String::new(), what });
            }
        }
        not_too_many(outcomes.len())
    }

    fn element(&self, element: usize, json: &str, reading: &Reading<'_>, outcomes: &mut Vec<Outcome>) {
        let theirs = self.names.iter().find_map(|get| get.plain(reading)).map(Cow::into_owned).unwrap_or_default();
        let rule = if self.skip.iter().any(|when| when.holds(reading)) { None } else { self.rule(&theirs, reading) };
        match rule {
            Some(rule) => self.ruled(rule, &theirs, element, json, reading, outcomes),
            None => outcomes.push(Outcome { element, theirs, what: What::Skipped }),
        }
    }

    fn ruled(&self, rule: &Rule, theirs: &str, element: usize, json: &str, reading: &Reading<'_>, outcomes: &mut Vec<Outcome>) {
        let mut add = |what| outcomes.push(Outcome { element, theirs: theirs.to_owned(), what });
        let mut part = 0;
        for target in &rule.to {
            let name = match target {
                Target::Skip => {
                    add(What::Skipped);
                    continue;
                }
                Target::DeadLetter => {
                    let detail = format!("the mapping {} wants {theirs:?} as a dead letter", self.name);
                    add(What::dead(Reason::UnwantedName, detail));
                    continue;
                }
                Target::Keep if theirs.trim().is_empty() && !self.is_as_is => {
                    let detail = "it says nowhere what it is called".to_owned();
                    add(What::dead(Reason::NoName, detail));
                    continue;
                }
                Target::Keep => theirs,
                Target::Event(name) => name.as_str(),
            };
            let Some(each) = &rule.each else {
                let mut what = self.event(name, rule, reading, None, element, part);
                if let What::Event(event) = &mut what {
                    event.is_kept = matches!(target, Target::Keep) && !self.is_as_is;
                    event.as_is = self.is_as_is.then(|| json.to_owned());
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
            if let Err((reason, detail)) = not_too_many(items.len()) {
                add(What::dead(reason, detail));
                continue;
            }
            for item in items {
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
        self.ids(rule, reading, &mut event);
        let can_be = |kind: &str| if self.prospect.is_empty() { kind != "cart" } else { self.prospect.iter().any(|p| p == kind) };
        let order = |kind: &str| self.prospect.iter().position(|p| p == kind);
        let mut of_person: Vec<&(String, String)> = event.ids.iter().filter(|(kind, _)| can_be(kind)).collect();
        of_person.sort_by_key(|(kind, _)| order(kind));
        let Some((kind, id)) = of_person.first() else {
            let known: Vec<&str> = rule.ids.iter().chain(&self.ids).map(|(_, get)| get.text.as_str()).collect();
            let detail = format!("none of {} says who it is about", known.join(", "));
            return What::Dead { reason: Reason::NoPerson, detail, refused: event.refused };
        };
        event.prospect = Some((kind.clone(), id.clone()));
        let own_time = rule.time.as_ref().and_then(|get| get.time(reading));
        event.time = own_time.or_else(|| self.time.as_ref()?.time(reading)).map(Cow::into_owned);
        event.received = self.received.as_ref().and_then(|get| get.time(reading)).map(Cow::into_owned);
        event.id = self.message_id(reading, element, part);
        let mut put = |fields: &[Field]| {
            for field in fields {
                let to = &field.to;
                match field.get.json(reading) {
                    Some(json) if to == "*" || to == "traits.*" => {
                        let place = if to == "*" { "properties" } else { "traits" };
                        for (name, json) in scan::members(&json).into_iter().filter(|(_, json)| *json != "null") {
                            event.set_in(place, &name, json.to_owned());
                        }
                    }
                    Some(json) => event.set_at(&field.at, json.into_owned()),
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
                let (record, schema) = (reading.record, reading.schema.clone());
                let reading = Reading { record, value, around: Rc::default(), key: Rc::default(), item: Vec::new(), schema };
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
                event.products = Some(scan::elements(&list).into_iter().filter_map(of).collect());
            }
        }
        What::Event(event)
    }

    /// Of each type the first value that may be an id; where none of them may, the first is told as refused.
    fn ids(&self, rule: &Rule, reading: &Reading<'_>, event: &mut Event) {
        let others = rule.ids.iter().filter(|(kind, _)| !self.ids.iter().any(|(known, _)| known == kind));
        for (kind, get) in self.ids.iter().chain(others) {
            let get = rule.ids.iter().find(|(own, _)| own == kind).map_or(get, |(_, own)| own);
            let is_refused = Cell::new(false);
            let is_good = |id: &str| {
                let is_good = may_be(kind, id.trim());
                is_refused.set(is_refused.get() || !is_good);
                is_good
            };
            if let Some(id) = get.plain_that(reading, is_good) {
                event.ids.push((kind.clone(), id.trim().to_owned()));
            } else if is_refused.get() {
                event.refused.extend(get.plain(reading).map(|id| (kind.clone(), id.trim().to_owned())));
            }
        }
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
}

/// The record as a whole.
fn dead(reason: Reason, detail: String) -> Vec<Outcome> {
    vec![Outcome { element: 0, theirs: String::new(), what: What::dead(reason, detail) }]
}

fn or_skipped(mut outcomes: Vec<Outcome>) -> Vec<Outcome> {
    if outcomes.is_empty() {
        outcomes.push(Outcome { element: 0, theirs: String::new(), what: What::Skipped });
    }
    outcomes
}

/// It may be an id of this type: the decoder takes the same words for none.
fn may_be(kind: &str, id: &str) -> bool {
    match kind {
        "cart" => is_id(id, IdOf::Thing),
        "email" => is_id(id, IdOf::Person) && (id.contains('@') || is_hash(id)),
        _ => is_id(id, IdOf::Person),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::NoSchemas;

    #[test]
    fn what_is_no_id_to_the_decoder_is_none_to_a_mapping() {
        let mapping =
            crate::parse("m", "name = \"m\"\n[ids]\nuser = \"u\"\nanon = \"a\"\ncart = \"c\"\n[events]\n\"*\" = \"page\"\n");
        let mapping = mapping.expect("a mapping");
        let ids = |value: &str| {
            let outcomes = mapping
                .apply(&Record { value: Some(value.as_bytes()), ..Record::default() }, &NoSchemas)
                .expect("no schema is needed");
            let What::Event(event) = &outcomes[0].what else { panic!("{outcomes:?}") };
            event.ids.iter().map(|(kind, id)| format!("{kind} {id}")).collect::<Vec<_>>().join(", ")
        };
        for nobody in ["undefined", "{{user_id}}", "guest user", "YOUR_USER_ID", "1111111111", "0", "<user_id>"] {
            assert_eq!(ids(&format!(r#"{{"u":"{nobody}","a":"v-1"}}"#)), "anon v-1", "{nobody}");
        }
        // A cart is no person: it may well be called so.
        assert_eq!(ids(r#"{"u":"guest","a":"v-1","c":"guest"}"#), "anon v-1, cart guest");
    }

    #[test]
    fn a_record_without_a_value_is_skipped_or_a_deletion_by_its_key() {
        let file = "name = \"m\"\nunwrap = [\"payload?\"]\n[ids]\nuser = \"u\"\n[events]\n\"*\" = \"page\"\n";
        let of = |tombstone: &str, key: Option<&str>, value: Option<&str>| {
            let mapping = crate::parse("m", &format!("{tombstone}{file}")).expect("a mapping");
            let (key, value) = (key.map(str::as_bytes), value.map(str::as_bytes));
            let outcomes = mapping.apply(&Record { key, value, ..Record::default() }, &NoSchemas).expect("no schema is needed");
            let what = outcomes.into_iter().map(|outcome| match outcome.what {
                What::Event(event) => format!("{} {}", event.name, event.prospect.unwrap_or_default().1),
                What::Skipped => "skipped".to_owned(),
                What::Dead { reason, .. } => reason.name().to_owned(),
            });
            what.collect::<Vec<_>>().join(", ")
        };
        let gone = "tombstone = [{ when = { topic = \"other\" }, to = \"skip\" }, { to = \"User Deleted\", ids = { user = [\"key.id\", \"key\"] } }]\n";
        for value in [None, Some("null")] {
            assert_eq!(of("", Some("7"), value), "skipped", "{value:?}");
            assert_eq!(of(gone, Some("u-7"), value), "User Deleted u-7", "{value:?}");
            assert_eq!(of(gone, Some(r#"{"id":7}"#), value), "User Deleted 7", "{value:?}");
            assert_eq!(of(gone, None, value), "key-missing", "a deletion of nobody is not lost without a word");
        }
        assert_eq!(of(gone, Some("u-7"), Some(r#"{"u":"u-8"}"#)), "page u-8");
        assert_eq!(of(gone, Some("u-7"), Some("")), "unreadable-value");
        let faults = crate::parse("m", &format!("tombstone = \"keep\"\n{file}")).expect_err("a fault");
        assert!(faults[0].to_string().contains("no name to keep"), "{faults:?}");
    }
}
