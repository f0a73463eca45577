//! The examples of a mapping file: they run whenever it is loaded.

use crate::apply::What;
use crate::elements::Text;
use crate::record::Record;
use crate::rules::{Example, Mapping};
use crate::write::Event;
use leadstream_model::tree::Value;
use leadstream_model::{Fault, FileFault, Place};

impl Mapping {
    /// The examples that don't come out as the file says.
    #[must_use]
    pub fn wrong_examples(&self, origin: &str) -> Vec<FileFault> {
        let wrong = |(n, example): (usize, &Example)| {
            let message = self.differs(example)?;
            let place = Place { line: example.line, path: format!("example#{}", n + 1) };
            Some(FileFault { origin: origin.to_owned(), fault: Fault { place, message } })
        };
        self.examples.iter().enumerate().filter_map(wrong).collect()
    }

    fn differs(&self, example: &Example) -> Option<String> {
        let record = Record {
            topic: "example",
            key: example.key.as_deref().map(str::as_bytes),
            value: Some(example.value.as_bytes()),
            headers: example.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
        };
        let mut events: Vec<Event> = Vec::new();
        let text = Text { json: self.format.json(&example.value), schema: example.schema.as_deref().map(Into::into) };
        for outcome in self.apply_to(&text, &record) {
            match outcome.what {
                What::Event(event) => events.push(event),
                What::Skipped => {}
                What::Dead { reason, detail, .. } => return Some(format!("becomes a dead letter: {}: {detail}", reason.name())),
            }
        }
        if events.len() != example.out.len() {
            let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).collect();
            return Some(format!("becomes {} events ({}), and not {}", events.len(), names.join(", "), example.out.len()));
        }
        for (n, (event, wanted)) in events.iter().zip(&example.out).enumerate() {
            for (key, value) in wanted {
                let found = said(event, key);
                let want = words(value);
                if found.as_deref() != want.as_deref() {
                    let say = |text: &Option<String>| text.as_deref().unwrap_or("nothing").to_owned();
                    return Some(format!("event {}: {key} is {}, and not {}", n + 1, say(&found), say(&want)));
                }
            }
        }
        None
    }
}

/// What an event says under a name of an example.
fn said(event: &Event, key: &str) -> Option<String> {
    let id = |kind: &str| event.ids.iter().find(|(known, _)| known == kind).map(|(_, id)| id.clone());
    match key {
        "name" => Some(event.name.clone()),
        "time" => event.time.as_ref().map(|json| crate::value::plain(json.as_str().into()).map_or_else(String::new, Into::into)),
        "id" => event.id.clone(),
        "prospect" => event.prospect.as_ref().map(|(_, id)| id.clone()),
        "products" => event.products.as_ref().map(|all| all.len().to_string()),
        _ => match key.strip_prefix("ids.") {
            Some(kind) => id(kind),
            None => event.field(key).map(Into::into),
        },
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if text == "none" => None,
        Value::Text(text) | Value::Date(text) => Some(text.clone()),
        other => Some(leadstream_model::tree::written(other)),
    }
}
