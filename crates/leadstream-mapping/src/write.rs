//! An event as leadstream reads it: JSON in the form of the Segment spec.

use crate::json::push_quoted;
use crate::value::plain;
use std::borrow::Cow;
use std::iter::Peekable;
use std::sync::Arc;

/// Names that are calls and not events of a track.
const CALLS: [&str; 5] = ["page", "screen", "identify", "group", "alias"];

/// The steps to where a field stands.
pub type At = Arc<[String]>;

/// An event that a mapping made. Values are JSON, as they stood in the record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    pub name: String,
    pub time: Option<String>,
    pub received: Option<String>,
    pub id: Option<String>,
    /// Types and values of all ids, in the order of the mapping.
    pub ids: Vec<(String, String)>,
    /// Those whose values stand for nobody.
    pub refused: Vec<(String, String)>,
    /// Type and value of the one that stands for the person.
    pub prospect: Option<(String, String)>,
    /// Where each stands (`properties`, `traits` or `context` first) and its JSON.
    pub fields: Vec<(At, String)>,
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
        self.set_at(&steps_of(to), json);
    }

    /// Sets a property or a trait, whatever its name is like.
    pub fn set_in(&mut self, place: &str, name: &str, json: String) {
        self.set_at(&Arc::from([place.to_owned(), name.to_owned()]), json);
    }

    /// Sets a field whose place is known.
    pub fn set_at(&mut self, at: &At, json: String) {
        match self.fields.iter_mut().find(|(known, _)| known == at) {
            Some((_, value)) => *value = json,
            None => self.fields.push((Arc::clone(at), json)),
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
        let products = self.products.as_ref().map(|products| list(products));
        let mut top = Object::default();
        if CALLS.contains(&self.name.as_str()) {
            top.set(["type"], Member::Text(&self.name));
        } else {
            top.set(["type"], Member::Text("track"));
            top.set(["event"], Member::Text(&self.name));
        }
        if let Some(id) = &self.id {
            top.set(["messageId"], Member::Text(id));
        }
        for (name, json) in [("timestamp", &self.time), ("receivedAt", &self.received)] {
            if let Some(json) = json {
                top.set([name], Member::Json(json));
            }
        }
        let (kind, prospect) = self.prospect.as_ref().map_or(("", ""), |(kind, id)| (kind.as_str(), id.as_str()));
        let is_visitor = matches!(kind, "anon" | "cart");
        if !is_visitor && !prospect.is_empty() {
            top.set(["userId"], Member::Text(prospect));
        }
        let visitor = if is_visitor { Some(prospect) } else { self.id_of("anon") };
        if let Some(visitor) = visitor {
            top.set(["anonymousId"], Member::Text(visitor));
        }
        for (kind, id) in &self.ids {
            match kind.as_str() {
                "email" | "phone" => top.set(["context", "traits", kind], Member::Text(id)),
                "cart" => top.set(["properties", "cart_id"], Member::Text(id)),
                _ => {}
            }
        }
        for (at, json) in &self.fields {
            top.set(at.iter().map(String::as_str), Member::Json(json));
        }
        if let Some(products) = &products {
            top.set(["properties", "products"], Member::Json(products));
        }
        let mut out = String::with_capacity(512);
        top.write(&mut out);
        out
    }
}

fn list(products: &[Vec<(String, String)>]) -> String {
    let mut out = String::from("[");
    for (n, product) in products.iter().enumerate() {
        let mut own = Object::default();
        for (to, json) in product {
            own.set(to.split('.'), Member::Json(json));
        }
        if n > 0 {
            out.push(',');
        }
        own.write(&mut out);
    }
    out.push(']');
    out
}

/// Where a field of this name stands.
pub fn steps_of(name: &str) -> At {
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
struct Object<'a>(Vec<(&'a str, Member<'a>)>);

enum Member<'a> {
    Json(&'a str),
    Text(&'a str),
    Object(Object<'a>),
}

impl<'a> Object<'a> {
    fn set(&mut self, steps: impl IntoIterator<Item = &'a str>, member: Member<'a>) {
        self.set_at(&mut steps.into_iter().peekable(), member);
    }

    fn set_at(&mut self, steps: &mut Peekable<impl Iterator<Item = &'a str>>, member: Member<'a>) {
        let Some(first) = steps.next() else { return };
        let at = self.0.iter().position(|(known, _)| *known == first).unwrap_or_else(|| {
            self.0.push((first, Member::Object(Self::default())));
            self.0.len() - 1
        });
        let own = &mut self.0[at].1;
        if steps.peek().is_none() {
            *own = member;
            return;
        }
        if !matches!(own, Member::Object(_)) {
            *own = Member::Object(Self::default());
        }
        if let Member::Object(inner) = own {
            inner.set_at(steps, member);
        }
    }

    fn write(&self, out: &mut String) {
        out.push('{');
        for (n, (name, member)) in self.0.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            push_quoted(out, name);
            out.push(':');
            match member {
                Member::Json(json) => out.push_str(json),
                Member::Text(text) => push_quoted(out, text),
                Member::Object(inner) => inner.write(out),
            }
        }
        out.push('}');
    }
}
