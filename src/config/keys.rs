//! Every settings key, in the order of the reference.

pub mod key;
pub mod kind;
mod owned;

use super::settings::check::Check;
use super::settings::deadletters::DeadLetters;
use super::settings::engine::Engine;
use super::settings::http::Http;
use super::settings::identity::{self, Identity};
use super::settings::inputs::{self, Inputs};
use super::settings::kafka::{self, Kafka};
use super::settings::log::Log;
use super::settings::model::{self, ModelSettings};
use super::settings::output::Output;
use super::settings::registry::Registry;
use super::settings::route::Route;
use super::settings::state::State;
use super::settings::topics::{self, Topics};

pub use key::Key;
pub use kind::Kind;
pub use owned::OWNED_PROPERTIES;

const SECTIONS: [&[Key]; 15] = [
    Kafka::KEYS,
    Topics::KEYS,
    Route::KEYS,
    Registry::KEYS,
    Inputs::KEYS,
    Identity::KEYS,
    Engine::KEYS,
    Output::KEYS,
    DeadLetters::KEYS,
    Http::KEYS,
    Log::KEYS,
    State::KEYS,
    ModelSettings::KEYS,
    &model::CART,
    Check::KEYS,
];

/// Keys below these are free: everything after the prefix is one name.
pub const FREE: [Key; 5] = [kafka::PROPERTIES, topics::MAPPINGS, inputs::TIME_ZONES, inputs::FORMATS, identity::TYPES];

/// Every key but the free ones, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Key> {
    SECTIONS.into_iter().flatten()
}

/// The key of a full name, the free ones included.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    all().find(|k| k.name == name).or_else(|| FREE.iter().find(|k| name.len() > k.name.len() && name.starts_with(k.name)))
}
