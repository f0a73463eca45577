//! One pass over JSON: the values that somebody asks for stay where they are, all others are skipped.

use crate::path::{Path, Step};
use base64::Engine as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What was found in a slot: JSON, as it stands in the record, or as it was unpacked.
pub type Slot<'a> = Option<Cow<'a, str>>;

/// What is looked at in a value. Paths share what they have in common: what is unpacked for one is unpacked for all.
#[derive(Debug, Default)]
struct Node {
    /// Paths that end here, each with what is left of it: nothing, or all from its first `[]` on.
    slots: Vec<(usize, Vec<Step>)>,
    /// In one pass.
    keys: Vec<(String, Node)>,
    /// One after the other.
    steps: Vec<(Step, Node)>,
}

/// All paths of a mapping that begin at the same place.
#[derive(Debug, Default)]
pub struct Scanner {
    root: Node,
    slots: usize,
}

impl Scanner {
    /// The slot of a path; the same path has the same one.
    pub fn slot(&mut self, path: &Path) -> usize {
        let shared = path.steps.iter().take_while(|step| **step != Step::Each).count();
        let mut node = &mut self.root;
        for step in &path.steps[..shared] {
            node = match step {
                Step::Key(key) => child(&mut node.keys, key),
                step => child(&mut node.steps, step),
            };
        }
        let rest = &path.steps[shared..];
        if let Some((slot, _)) = node.slots.iter().find(|(_, known)| known == rest) {
            return *slot;
        }
        let slot = self.slots;
        node.slots.push((slot, rest.to_vec()));
        self.slots += 1;
        slot
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots == 0
    }

    /// Fills the slots.
    ///
    /// # Errors
    /// The text is no JSON.
    pub fn scan<'a>(&self, json: &'a str) -> Result<Vec<Slot<'a>>, String> {
        let mut slots: Vec<Slot<'a>> = vec![None; self.slots];
        if self.root.wants_whole() {
            self.root.fill(&Cow::Borrowed(json.trim()), &mut slots);
        }
        self.root.fill_keys(json, &mut slots).map_err(|error| error.to_string())?;
        Ok(slots)
    }
}

/// The node that a key or a step leads to.
fn child<'n, K: PartialEq + Clone>(all: &'n mut Vec<(K, Node)>, at: &K) -> &'n mut Node {
    let place = all.iter().position(|(known, _)| known == at).unwrap_or_else(|| {
        all.push((at.clone(), Node::default()));
        all.len() - 1
    });
    &mut all[place].1
}

impl Node {
    /// It is not enough to know its members.
    fn wants_whole(&self) -> bool {
        !self.slots.is_empty() || !self.steps.is_empty()
    }

    /// Fills the slots of a value, but not those of its members.
    #[allow(clippy::ptr_arg, reason = "what is borrowed of the record stays borrowed")]
    fn fill<'a>(&self, json: &Cow<'a, str>, slots: &mut [Slot<'a>]) {
        for (slot, rest) in &self.slots {
            slots[*slot] = follow(json.clone(), rest);
        }
        for (step, node) in &self.steps {
            let found = match json {
                Cow::Borrowed(json) => one(json, step, &[]),
                Cow::Owned(json) => one(json, step, &[]).map(|found| Cow::Owned(found.into_owned())),
            };
            let Some(found) = found else { continue };
            node.fill(&found, slots);
            if node.keys.is_empty() {
                continue;
            }
            // What was unpacked lives no longer than this.
            match &found {
                Cow::Borrowed(json) => node.fill_members(json, slots),
                Cow::Owned(json) => {
                    let mut inner: Vec<Slot<'_>> = vec![None; slots.len()];
                    node.fill_members(json, &mut inner);
                    for (slot, found) in slots.iter_mut().zip(inner).filter(|(_, found)| found.is_some()) {
                        *slot = found.map(|found| Cow::Owned(found.into_owned()));
                    }
                }
            }
        }
    }

    /// Fills the slots of the members of what may be an object.
    fn fill_members<'a>(&self, json: &'a str, slots: &mut [Slot<'a>]) {
        // It was read as JSON before, or has no members to be found.
        self.fill_keys(json, slots).unwrap_or_default();
    }

    fn fill_keys<'a>(&self, json: &'a str, slots: &mut [Slot<'a>]) -> Result<(), serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Descend { node: self, slots }.deserialize(&mut deserializer)?;
        deserializer.end()
    }
}

struct Descend<'n, 's, 'a> {
    node: &'n Node,
    slots: &'s mut [Slot<'a>],
}

impl<'a> DeserializeSeed<'a> for Descend<'_, '_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Descend<'_, '_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key::<Text<'a>>()? {
            let Some((_, node)) = self.node.keys.iter().find(|(known, _)| *known == key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if !node.wants_whole() {
                map.next_value_seed(Descend { node, slots: self.slots })?;
                continue;
            }
            let raw = map.next_value::<&'a RawValue>()?.get();
            // The last one counts where a key is there twice.
            node.fill(&Cow::Borrowed(raw), self.slots);
            if !node.keys.is_empty() {
                node.fill_keys(raw, self.slots).map_err(serde::de::Error::custom)?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

/// Text that is borrowed where it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'a> serde::Deserialize<'a> for Text<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'a> Visitor<'a> for Reader {
            type Value = Text<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'a>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

/// The text of a JSON string; `None`: it is something else.
#[must_use]
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    if !json.starts_with('"') {
        return None;
    }
    serde_json::from_str::<Text<'_>>(json).ok().map(|Text(text)| text)
}

/// Elements of a list, as they stand there. What is no list is a list of one; null is one of none.
#[must_use]
pub fn elements(json: &str) -> Vec<&str> {
    let json = json.trim();
    if json.starts_with('[') {
        return serde_json::from_str::<Vec<&RawValue>>(json)
            .map(|all| all.into_iter().map(RawValue::get).collect())
            .unwrap_or_default();
    }
    if json.is_empty() || json == "null" { Vec::new() } else { vec![json] }
}

/// Members of an object.
#[must_use]
pub fn members(json: &str) -> Vec<(Cow<'_, str>, &str)> {
    struct Reader;
    impl<'a> Visitor<'a> for Reader {
        type Value = Vec<(Cow<'a, str>, &'a str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some((Text(key), value)) = map.next_entry::<Text<'a>, &'a RawValue>()? {
                all.push((key, value.get()));
            }
            Ok(all)
        }
    }
    if !json.trim_start().starts_with('{') {
        return Vec::new();
    }
    serde_json::Deserializer::from_str(json).deserialize_map(Reader).unwrap_or_default()
}

/// Follows the rest of a path. All elements of a list stay a list.
#[must_use]
pub fn follow<'a>(json: Cow<'a, str>, steps: &[Step]) -> Slot<'a> {
    let Some((step, rest)) = steps.split_first() else { return Some(json) };
    match json {
        Cow::Borrowed(json) => one(json, step, rest),
        Cow::Owned(json) => one(&json, step, rest).map(|found| Cow::Owned(found.into_owned())),
    }
}

/// A member of an element is, or begins with, this text.
fn says(element: &str, member: &str, wanted: &str, is_prefix: bool) -> bool {
    let own = members(element).into_iter().rfind(|(known, _)| known == member);
    let Some((_, value)) = own else { return false };
    let value = text(value).unwrap_or(Cow::Borrowed(value));
    if is_prefix { value.starts_with(wanted) } else { value == wanted }
}

fn one<'a>(json: &'a str, step: &Step, rest: &[Step]) -> Slot<'a> {
    let borrowed = |found: &'a str| follow(Cow::Borrowed(found), rest);
    match step {
        Step::Key(key) => borrowed(members(json).into_iter().rfind(|(known, _)| known == key)?.1),
        Step::Maybe(key) => {
            let member = members(json).into_iter().rfind(|(known, value)| known == key && *value != "null");
            borrowed(member.map_or(json, |(_, value)| value))
        }
        Step::Any => borrowed(members(json).into_iter().find(|(_, value)| *value != "null")?.1),
        Step::Index(index) => borrowed(elements(json).get(*index).copied()?),
        Step::Find { member, text, is_prefix } => {
            borrowed(elements(json).into_iter().find(|element| says(element, member, text, *is_prefix))?)
        }
        Step::Where { member, text, is_prefix } => {
            let found: Vec<_> = elements(json).into_iter().filter(|element| says(element, member, text, *is_prefix)).collect();
            (!found.is_empty()).then(|| format!("[{}]", found.join(","))).and_then(|list| follow(Cow::Owned(list), rest))
        }
        Step::Each if rest.is_empty() => Some(Cow::Borrowed(json)),
        Step::Each => {
            let found: Vec<_> = elements(json).into_iter().filter_map(|element| follow(Cow::Borrowed(element), rest)).collect();
            Some(Cow::Owned(format!("[{}]", found.join(","))))
        }
        // What is JSON already needs no unpacking: some pipelines do it on the way.
        Step::Json if !json.starts_with('"') => borrowed(json),
        Step::Json => {
            let inner = text(json)?.into_owned();
            serde_json::from_str::<IgnoredAny>(&inner).ok()?;
            follow(Cow::Owned(inner), rest)
        }
        Step::Pairs { key, value } => {
            let mut object = String::from("{");
            for element in elements(json) {
                let all = members(element);
                let member = |name: &str| all.iter().rfind(|(known, _)| known == name).map(|(_, json)| *json);
                let (Some(name), Some(found)) = (member(key).and_then(text), member(value)) else { continue };
                // A value may stand under the name of its type.
                let found = members(found).into_iter().find(|(_, json)| *json != "null").map_or(found, |(_, json)| json);
                let comma = if object.len() > 1 { "," } else { "" };
                object.extend([comma, &crate::json::quoted(&name), ":", found]);
            }
            object.push('}');
            follow(Cow::Owned(object), rest)
        }
        Step::Base64 => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text(json)?.as_bytes()).ok()?;
            let inner = String::from_utf8(bytes).ok()?;
            // JSON, or else plain text.
            let is_json = serde_json::from_str::<IgnoredAny>(&inner).is_ok();
            let inner = if is_json { inner } else { serde_json::to_string(&inner).ok()? };
            follow(Cow::Owned(inner), rest)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, json: &str) -> Option<String> {
        let mut scanner = Scanner::default();
        let slot = scanner.slot(&Path::parse(path).expect(path));
        scanner.scan(json).expect("JSON")[slot].clone().map(Cow::into_owned)
    }

    #[test]
    fn what_a_path_leads_to_is_found() {
        let json = r#"{"a":{"b":"x","n":1.50,"l":[{"k":"p","v":7},{"k":"qq","v":{"s":null,"i":"8"}}]},"a.b":3,"j":"{\"m\":[5]}","e":"eyJ4IjoxfQ==","t":"Zm9v"}"#;
        for (path, want) in [
            ("a.b", Some("\"x\"")),
            ("a.n", Some("1.50")),
            ("a.l[0].v", Some("7")),
            ("a.l[2].v", None),
            ("a.l[k=qq].v.*", Some("\"8\"")),
            ("a.l[k^=q].v.i", Some("\"8\"")),
            ("a.l[].k", Some("[\"p\",\"qq\"]")),
            ("a.l.@where(k^=q)[0].v.i", Some("\"8\"")),
            ("a.l.@where(k=p)", Some("[{\"k\":\"p\",\"v\":7}]")),
            ("a.l.@where(k=x)", None),
            ("\"a.b\"", Some("3")),
            ("j.@json.m[0]", Some("5")),
            ("e.@base64.x", Some("1")),
            ("t.@base64", Some("\"foo\"")),
            ("a.b.c", None),
            ("nothing", None),
            (".", Some(json)),
            ("j?.@json.m[0]", Some("5")),
            ("none?.a.n", Some("1.50")),
            ("a.l.@pairs(k,v).p", Some("7")),
            ("a.l.@pairs(k,v).qq", Some("\"8\"")),
        ] {
            assert_eq!(found(path, json).as_deref(), want, "{path}");
        }
        assert_eq!(found("a", r#"{"a":1,"a":2}"#).as_deref(), Some("2"), "the last one counts");
        assert_eq!(found("[].x", r#"[{"x":1},{}]"#).as_deref(), Some("[1]"));
    }

    #[test]
    fn paths_share_one_pass_and_a_value_may_be_asked_for_as_a_whole_too() {
        let mut scanner = Scanner::default();
        let paths = ["a", "a.b", "a.b", "c.d"].map(|p| scanner.slot(&Path::parse(p).expect(p)));
        assert_eq!((scanner.len(), paths[1]), (3, paths[2]));
        let slots = scanner.scan(r#"{"c":[1],"a":{"b":null}}"#).expect("JSON");
        assert_eq!(slots[paths[0]].as_deref(), Some(r#"{"b":null}"#));
        assert_eq!((slots[paths[1]].as_deref(), slots[paths[3]].as_deref()), (Some("null"), None));
        assert!(scanner.scan("{").is_err() && scanner.scan("{} x").is_err());
    }
}
