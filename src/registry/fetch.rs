//! A schema with those that it refers to, of the first address that answers.

use super::address::Address;
use super::answer::{self, Found, Missing, Outcome, Reference};
use super::http;
use super::options::Options;
use crate::telemetry::Telemetry;
use leadstream_mapping::{SchemaId, SchemaText};

/// Schemas that one refers to, all in all.
const MOST_REFERENCES: usize = 256;

/// Asks for schemas.
pub struct Fetch<'a> {
    pub options: &'a Options,
    pub telemetry: &'a Telemetry,
}

impl Fetch<'_> {
    /// A schema; of several addresses those that have trouble are passed over. That there is none is only said by one that answers.
    ///
    /// # Errors
    /// No address has it: the word of the last one that knew, or every trouble.
    pub async fn schema(&self, id: SchemaId) -> Result<SchemaText, Missing> {
        let mut troubles = Vec::new();
        let mut last = Outcome::Away;
        for address in &self.options.addresses {
            match self.of(address, id).await {
                Err(Missing::Trouble(outcome, trouble)) => {
                    last = outcome;
                    troubles.push(format!("{address}: {trouble}"));
                }
                found => return found,
            }
        }
        Err(Missing::Trouble(last, troubles.join("; ")))
    }

    async fn of(&self, address: &Address, id: SchemaId) -> Result<SchemaText, Missing> {
        let found = self.get(address, &answer::path_of(id)).await?;
        let language = found.language()?;
        let references = self.references(address, &found).await?;
        Ok(SchemaText { language, text: found.schema, references })
    }

    /// Names and texts of all that a schema refers to, each after those that it needs itself.
    async fn references(&self, address: &Address, of: &Found) -> Result<Vec<(String, String)>, Missing> {
        let mut all: Vec<(String, String)> = Vec::new();
        let mut seen: Vec<Reference> = Vec::new();
        // What is to be asked for, and what has been and waits for those that it needs.
        let mut stack: Vec<Step> = of.references().iter().rev().cloned().map(Step::Ask).collect();
        while let Some(step) = stack.pop() {
            match step {
                Step::Add(name, text) => all.push((name, text)),
                Step::Ask(reference) if seen.contains(&reference) => {}
                Step::Ask(reference) => {
                    if seen.len() >= MOST_REFERENCES {
                        return Err(Missing::Unusable(format!("it refers to more than {MOST_REFERENCES} others")));
                    }
                    let found = self.get(address, &reference.path()).await?;
                    let needed: Vec<Step> = found.references().iter().rev().cloned().map(Step::Ask).collect();
                    stack.push(Step::Add(reference.name.clone(), found.schema));
                    stack.extend(needed);
                    seen.push(reference);
                }
            }
        }
        Ok(all)
    }

    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: how long a request took")]
    async fn get(&self, address: &Address, path: &str) -> Result<Found, Missing> {
        let began = std::time::Instant::now();
        let read = answer::read(http::get(self.options, address, path).await);
        let outcome = match &read {
            Ok(_) => Outcome::Ok,
            Err(Missing::Unknown(_) | Missing::Unusable(_)) => Outcome::Unknown,
            Err(Missing::Trouble(outcome, _)) => *outcome,
        };
        self.telemetry.registry_asked(outcome.name(), began.elapsed().as_secs_f64());
        read
    }
}

enum Step {
    Ask(Reference),
    Add(String, String),
}
