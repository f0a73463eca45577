//! A mapping file proposed from samples: the shipped one where the samples are of its source, else guesses to edit.
//!
//! ```text
//! samples              records, as many as memory shall hold
//! recognise marks      whether a shipped mapping fits
//! envelope             the form of the bytes; where the events stand in them
//! survey seen          all paths, and what stands there
//! guess content names  what is name, time, id, person; products and fields; which of our events
//! words targets        what keys and events are called
//! draft                the file as text
//! ```

mod content;
mod draft;
mod envelope;
mod guess;
mod marks;
mod names;
mod recognise;
mod samples;
mod seen;
mod survey;
mod targets;
mod words;

pub use samples::Samples;

use crate::apply::What;
use crate::schema::NoSchemas;
use draft::Draft;
use envelope::Envelope;
use survey::Survey;

/// Rounds in which lines that can't be read leave the file.
const MOST_ROUNDS: usize = 8;

/// A proposed file.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    pub text: String,
    /// The shipped mapping that the samples are of.
    pub source: Option<&'static str>,
    /// What else there is to say.
    pub notes: Vec<String>,
}

/// Proposes a file that can be loaded, whatever the samples are.
#[must_use]
pub fn propose(samples: &Samples, name: Option<&str>) -> Proposal {
    let (found, nearest) = recognise::recognise(samples);
    if let Some(fit) = &found
        && let Some(text) = recognise::file_of(fit, name)
    {
        return Proposal { text, source: Some(fit.source), notes: recognise::notes(fit) };
    }
    let (text, notes) = guessed(samples, name.unwrap_or("my-source"));
    let near = nearest.map(|fit| {
        format!(
            "# The shipped mapping `{}` comes nearest: it makes events of {} of {} of them, and knows {} names.\n",
            fit.source, fit.events, fit.elements, fit.known
        )
    });
    Proposal { text: format!("{}{text}", near.unwrap_or_default()), source: None, notes }
}

/// The file of guesses, and notes.
fn guessed(samples: &Samples, name: &str) -> (String, Vec<String>) {
    let envelope = Envelope::of(samples);
    let survey = envelope.survey(samples);
    let mut notes: Vec<String> = envelope.note.iter().map(|note| (*note).to_owned()).collect();
    let (seen, too_large) = samples.seen();
    if too_large > 0 {
        notes.push(format!("{too_large} of {seen} records are larger than 1 MiB: they were not looked at"));
    }
    if survey.elements == 0 {
        notes.push("no record could be read: the file is an empty one to fill in".to_owned());
        return (loadable(&skeleton(name), name), notes);
    }
    let (mut draft, mut used) = draft_of(samples, name, envelope, &survey);
    let mut survey = survey;
    // All that counts lies in one member: then that is an envelope.
    while let Some(inner) = draft.envelope.within(&used) {
        survey = inner.survey(samples);
        (draft, used) = draft_of(samples, name, inner, &survey);
    }
    let text = loadable(&draft.written(&survey, &used), name);
    let (events, elements) = outcome(samples, &text);
    let head = format!(
        "# Proposed by `leadstream mapping new` from {} records; with it {events} of {elements} events have a person and a time.\n\
         # Read all of it: what only you can know says \"to edit\". Then `leadstream mapping check FILE --sample FILE`.\n\n",
        samples.len()
    );
    (head + &text, notes)
}

/// All guesses, and the paths that they use.
fn draft_of(samples: &Samples, name: &str, envelope: Envelope, survey: &Survey) -> (Draft, Vec<String>) {
    let mut used: Vec<String> = Vec::new();
    let event = guess::name(survey);
    used.extend(event.iter().flat_map(|event| event.paths.clone()));
    let time = guess::time(survey, &used);
    used.extend(time.iter().flat_map(|time| time.guess.paths.clone()));
    let received = guess::received(survey, &used);
    used.extend(received.iter().flat_map(|time| time.guess.paths.clone()));
    let id = guess::id(survey, &used);
    used.extend(id.iter().flat_map(|id| id.paths.clone()));
    let people = guess::people(survey, &used);
    used.extend(people.iter().flat_map(|(_, guess)| guess.paths.clone()));
    let products = content::products(survey);
    used.extend(products.iter().map(|products| products.path.clone()));
    let fields = content::fields(survey, &mut used, products.as_ref());
    let traits = content::traits(survey, &used);
    let id = id.or_else(|| guess::unique(survey, &used));
    used.extend(id.iter().flat_map(|id| id.paths.clone()));
    let paths = event.as_ref().map(|event| event.paths.clone()).unwrap_or_default();
    let list = products.as_ref().map(|products| products.path.as_str());
    let of_people: Vec<String> =
        people.iter().filter(|(kind, _)| *kind != "cart").flat_map(|(_, guess)| guess.paths.clone()).collect();
    let (names, without_name) = names::names(samples, &envelope, &paths, &of_people, list);
    let is_about_people = names.iter().any(|name| name.ours.is_some_and(|ours| ours.name == "identify"));
    used.extend(traits.iter().filter(|_| is_about_people).flat_map(|field| field.guess.paths.clone()));
    let name = name.to_owned();
    let elements = survey.elements;
    let draft =
        Draft { name, envelope, elements, event, time, received, id, people, names, without_name, fields, traits, products };
    (draft, used)
}

/// A file without guesses.
fn skeleton(name: &str) -> String {
    format!(
        "name  = {}\nabout = \"to edit: what it is of\"\n\nname_from = \"event\"\ntime      = \"timestamp\"\nid        = \"id\"\n\n\
         [ids]\nuser = \"user_id\"\n\n[events]\n\"*\" = \"keep\"\n",
        draft::text(name)
    )
}

/// The text without lines that can't be read, should there be any: a guess more or less, but a file that loads.
fn loadable(text: &str, name: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..MOST_ROUNDS {
        let Err(faults) = crate::parse("proposal", &text) else { return text };
        let lines: Vec<usize> = faults.iter().map(|fault| fault.fault.place.line).collect();
        let kept = text.lines().enumerate().filter(|(n, _)| !lines.contains(&(n + 1)));
        text = kept.flat_map(|(_, line)| [line, "\n"]).collect();
    }
    skeleton(name)
}

/// How many events a file makes of samples, with a person and a time; and of how many elements.
fn outcome(samples: &Samples, text: &str) -> (u64, u64) {
    let Ok(mapping) = crate::parse("proposal", text) else { return (0, 0) };
    let (mut events, mut elements) = (0, 0);
    for record in samples.records() {
        for outcome in mapping.apply(&record, &NoSchemas).unwrap_or_default() {
            elements += 1;
            events += u64::from(matches!(outcome.what, What::Event(event) if event.time.is_some()));
        }
    }
    (events, elements)
}
