//! One pass over JSON: the values that somebody asks for stay where they are, all others are skipped.

use crate::path::{Path, Step};
use base64::Engine as _;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// What was found in a slot: JSON, as it stands in the record, or as it was unpacked.
pub type Slot<'a> = Option<Cow<'a, str>>;

/// Keys that are looked at, and what they lead to.
#[derive(Debug, Default)]
struct Node {
    /// Paths that end here, or go on by something else than a key.
    slots: Vec<usize>,
    keys: Vec<(String, Node)>,
}

/// All paths of a mapping that begin at the same place.
#[derive(Debug, Default)]
pub struct Scanner {
    root: Node,
    /// The rest of each path, after its keys.
    rests: Vec<Vec<Step>>,
}

impl Scanner {
    /// The slot of a path; the same path has the same one.
    pub fn slot(&mut self, path: &Path) -> usize {
        let keys = path.steps.iter().take_while(|step| matches!(step, Step::Key(_))).count();
        let mut node = &mut self.root;
        for step in &path.steps[..keys] {
            let Step::Key(key) = step else { continue };
            let at = node.keys.iter().position(|(known, _)| known == key).unwrap_or_else(|| {
                node.keys.push((key.clone(), Node::default()));
                node.keys.len() - 1
            });
            node = &mut node.keys[at].1;
        }
        let rest = &path.steps[keys..];
        if let Some(slot) = node.slots.iter().find(|slot| self.rests[**slot] == rest) {
            return *slot;
        }
        node.slots.push(self.rests.len());
        self.rests.push(rest.to_vec());
        self.rests.len() - 1
    }

    /// How many slots there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rests.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rests.is_empty()
    }

    /// Fills the slots.
    ///
    /// # Errors
    /// The text is no JSON.
    pub fn scan<'a>(&self, json: &'a str) -> Result<Vec<Slot<'a>>, String> {
        let mut slots: Vec<Slot<'a>> = vec![None; self.rests.len()];
        if !self.root.slots.is_empty() {
            for slot in &self.root.slots {
                slots[*slot] = follow(Cow::Borrowed(json.trim()), &self.rests[*slot]);
            }
        }
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Descend { node: &self.root, rests: &self.rests, slots: &mut slots }
            .deserialize(&mut deserializer)
            .and_then(|()| deserializer.end())
            .map_err(|error| error.to_string())?;
        Ok(slots)
    }
}

struct Descend<'n, 's, 'a> {
    node: &'n Node,
    rests: &'n [Vec<Step>],
    slots: &'s mut Vec<Slot<'a>>,
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
            if node.slots.is_empty() {
                map.next_value_seed(Descend { node, rests: self.rests, slots: self.slots })?;
                continue;
            }
            let raw = map.next_value::<&'a RawValue>()?.get();
            for slot in &node.slots {
                // The last one counts where a key is there twice.
                self.slots[*slot] = follow(Cow::Borrowed(raw), &self.rests[*slot]);
            }
            if !node.keys.is_empty() {
                let mut inner = serde_json::Deserializer::from_str(raw);
                let seed = Descend { node, rests: self.rests, slots: self.slots };
                seed.deserialize(&mut inner).map_err(serde::de::Error::custom)?;
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
