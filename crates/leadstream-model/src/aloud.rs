//! What a model says beyond its stages and points, each statement with the word under which it is read aloud.

use crate::describe::{Statement, statements};
use crate::section::ModelSpec;

/// How statements begin that are read aloud under a word of their own; longer beginnings first. `None`: the summary of a model says
/// it already. Of other statements, those that begin with one word and a colon (`contact: …`) are read under that word, the rest
/// under `also`.
const WORDS: [(&str, Option<&str>); 16] = [
    ("name", None),
    ("journey: ", None),
    ("funnel: ", None),
    ("the lead score", None),
    ("label ", None),
    ("score group ", None),
    ("grades by", None),
    ("the fit score", None),
    ("only for the personas", None),
    ("cart: reminders after", None),
    ("persona ", Some("persona")),
    ("sales ", Some("sales")),
    ("an accepted lead", Some("sales")),
    ("a lead ", Some("sales")),
    ("disqualified ", Some("out")),
    ("trigger ", Some("trigger")),
];

/// Of contact, what is a name rather than the beginning of a sentence.
const NAMES: [&str; 3] = ["the clock ", "traits ", "days "];

/// Each statement with the word in front of it.
#[must_use]
pub fn lines(spec: &ModelSpec) -> Vec<(String, String)> {
    statements(spec).into_iter().filter_map(|said| line(&said)).collect()
}

fn line(said: &Statement) -> Option<(String, String)> {
    let (word, about) = match WORDS.iter().find(|(begins, _)| said.about.starts_with(begins)) {
        Some((_, word)) => ((*word)?, said.about.strip_prefix("trigger ").unwrap_or(&said.about)),
        None => match said.about.split_once(": ").filter(|(word, _)| !word.contains(' ')) {
            Some((word, about)) => (word, about),
            None => ("also", said.about.as_str()),
        },
    };
    let text = match (word, said.says.as_str()) {
        (_, "") => about.to_owned(),
        ("contact", says) if !NAMES.iter().any(|name| about.starts_with(name)) => format!("{about} {says}"),
        (_, says) => format!("{about}: {says}"),
    };
    Some((word.to_owned(), text))
}
