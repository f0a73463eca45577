//! An event as leadstream reads it: JSON in the form of the Segment spec.

use crate::json::quoted;
use crate::value::plain;
use std::borrow::Cow;

/// Names that are calls and not events of a track.
const CALLS: [&str; 5] = ["page", "screen", "identify", "group", "alias"];

/// An event that a mapping made. Values are JSON, as they stood in the record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    pub name: String,
    pub time: Option<String>,
    pub received: Option<String>,
    pub id: Option<String>,
    /// Types and values of all ids, in the order of the mapping.
    pub ids: Vec<(String, String)>,
    /// Type and value of the one that stands for the person.
    pub prospect: Option<(String, String)>,
    /// Where each stands (`properties`, `traits` or `context` first) and its JSON.
    pub fields: Vec<(Vec<String>, String)>,
    pub products: Option<Vec<Vec<(String, String)>>>,
    /// Its name is the one that it came with: the mapping says nothing of it.
    pub is_kept: bool,
    /// It is in this form already.
    pub as_is: Option<String>,
}

impl Event {
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Sets a field: a property, `traits.x`, `context.x`; `groupId` and `previousId` stand beside them.
    pub fn set(&mut self, to: &str, json: String) {
        self.set_at(steps_of(to), json);
    }

    /// Sets a property or a trait, whatever its name is like.
    pub fn set_in(&mut self, place: &str, name: &str, json: String) {
        self.set_at(vec![place.to_owned(), name.to_owned()], json);
    }

    fn set_at(&mut self, at: Vec<String>, json: String) {
        match self.fields.iter_mut().find(|(known, _)| *known == at) {
            Some((_, value)) => *value = json,
            None => self.fields.push((at, json)),
        }
    }

    /// A field's text.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Cow<'_, str>> {
        let at = steps_of(name);
        let json = self.fields.iter().find(|(known, _)| *known == at).map(|(_, json)| json.as_str())?;
        plain(Cow::Borrowed(json))
    }

    fn id_of(&self, kind: &str) -> Option<&str> {
        self.ids.iter().find(|(known, _)| known == kind).map(|(_, id)| id.as_str())
    }

    /// As a line of a file, and as a record's value: with `userId` or `anonymousId` of the prospect.
    #[must_use]
    pub fn json(&self) -> String {
        if let Some(json) = &self.as_is {
            return json.clone();
        }
        let mut top = Object::default();
        if CALLS.contains(&self.name.as_str()) {
            top.set(&["type"], quoted(&self.name));
        } else {
            top.set(&["type"], quoted("track"));
            top.set(&["event"], quoted(&self.name));
        }
        if let Some(id) = &self.id {
            top.set(&["messageId"], quoted(id));
        }
        for (name, json) in [("timestamp", &self.time), ("receivedAt", &self.received)] {
            if let Some(json) = json {
                top.set(&[name], json.clone());
            }
        }
        let (kind, prospect) = self.prospect.as_ref().map_or(("", ""), |(kind, id)| (kind.as_str(), id.as_str()));
        let is_visitor = matches!(kind, "anon" | "cart");
        if !is_visitor && !prospect.is_empty() {
            top.set(&["userId"], quoted(prospect));
        }
        let visitor = if is_visitor { Some(prospect) } else { self.id_of("anon") };
        if let Some(visitor) = visitor {
            top.set(&["anonymousId"], quoted(visitor));
        }
        for (kind, id) in &self.ids {
            match kind.as_str() {
                "email" | "phone" => top.set(&["context", "traits", kind], quoted(id)),
                "cart" => top.set(&["properties", "cart_id"], quoted(id)),
                _ => {}
            }
        }
        for (at, json) in &self.fields {
            top.set(&at.iter().map(String::as_str).collect::<Vec<_>>(), json.clone());
        }
        if let Some(products) = &self.products {
            let mut list = String::from("[");
            for (n, product) in products.iter().enumerate() {
                let mut own = Object::default();
                for (to, json) in product {
                    own.set(&to.split('.').collect::<Vec<_>>(), json.clone());
                }
                list.extend([if n == 0 { "" } else { "," }, &own.json()]);
            }
            list.push(']');
            top.set(&["properties", "products"], list);
        }
        top.json()
    }
}

fn steps_of(name: &str) -> Vec<String> {
    let steps = name.split('.').map(str::to_owned);
    if ["groupId", "previousId"].contains(&name)
        || ["traits.", "context.", "properties."].iter().any(|place| name.starts_with(place))
    {
        return steps.collect();
    }
    std::iter::once("properties".to_owned()).chain(steps).collect()
}

/// Members in the order in which they came.
#[derive(Default)]
struct Object(Vec<(String, Member)>);

enum Member {
    Json(String),
    Object(Object),
}

impl Object {
    fn set(&mut self, steps: &[&str], json: String) {
        let Some((first, rest)) = steps.split_first() else { return };
        let at = self.0.iter().position(|(known, _)| known == first);
        if rest.is_empty() {
            match at {
                Some(at) => self.0[at].1 = Member::Json(json),
                None => self.0.push(((*first).to_owned(), Member::Json(json))),
            }
            return;
        }
        let at = at.unwrap_or_else(|| {
            self.0.push(((*first).to_owned(), Member::Object(Self::default())));
            self.0.len() - 1
        });
        if let Member::Json(_) = self.0[at].1 {
            self.0[at].1 = Member::Object(Self::default());
        }
        if let Member::Object(inner) = &mut self.0[at].1 {
            inner.set(rest, json);
        }
    }

    fn json(&self) -> String {
        let mut text = String::from("{");
        for (n, (name, member)) in self.0.iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            let value = match member {
                Member::Json(json) => Cow::Borrowed(json.as_str()),
                Member::Object(inner) => Cow::Owned(inner.json()),
            };
            text.extend([comma, &quoted(name), ":", &value]);
        }
        text.push('}');
        text
    }
}
