//! What a model says beyond its stages and points, section by section, in the words of `model diff`.

use crate::domain::model::CartModel;
use crate::domain::model::spec::ModelSpec;
use crate::domain::model::words;

/// How statements of a section begin, and under which word they are read aloud; longer beginnings first. `None`: the summary says it.
const SECTIONS: &[(&str, Option<&str>)] = &[
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
    ("cart: ", Some("cart")),
    ("persona ", Some("persona")),
    ("fit: ", Some("fit")),
    ("sales ", Some("sales")),
    ("an accepted lead", Some("sales")),
    ("a lead ", Some("sales")),
    ("disqualified ", Some("out")),
    ("contact: ", Some("contact")),
    ("trigger ", Some("trigger")),
    ("accounts: ", Some("accounts")),
    ("machines: ", Some("machines")),
    ("internal: ", Some("internal")),
];

/// Beginnings that the word in front of the line says already.
const SAID: [&str; 7] = ["cart: ", "contact: ", "accounts: ", "fit: ", "trigger ", "machines: ", "internal: "];

/// Of contact, what is a name rather than the beginning of a sentence.
const NAMES: [&str; 3] = ["the clock ", "traits ", "days "];

/// Each statement with the word in front of it. Sections that nobody thought of here are read aloud too.
pub(super) fn lines(spec: &ModelSpec, cart: &CartModel) -> Vec<(&'static str, String)> {
    let line = |said: words::Statement| {
        let section = SECTIONS.iter().find(|(begins, _)| said.about.starts_with(begins));
        let word = section.map_or(Some("also"), |(_, word)| *word)?;
        let about = SAID.iter().find_map(|begins| said.about.strip_prefix(begins)).unwrap_or(&said.about);
        let text = match (word, said.says.as_str()) {
            (_, "") => about.to_owned(),
            ("contact", says) if !NAMES.iter().any(|name| about.starts_with(name)) => format!("{about} {says}"),
            (_, says) => format!("{about}: {says}"),
        };
        Some((word, text))
    };
    words::statements(spec, cart).into_iter().filter_map(line).collect()
}
