//! The shop's own people and its tests, which no figure counts: `[internal]`.

mod network;

pub use network::Network;

/// What steps run on.
#[derive(Debug, Clone, Default)]
pub struct InternalModel {
    /// Mail domains in small letters.
    pub domains: Vec<String>,
    pub networks: Vec<Network>,
    /// Marks of an event; of an event about orders only; of a person.
    pub marks: u64,
    pub order_marks: u64,
    pub person_marks: u64,
}
