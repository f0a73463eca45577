//! Places in events that say yes or no: consent, and marks of what is nobody's. The decoder reads them as bits, so that an event
//! without any costs nothing.

/// Most such places of all loaded models together: a bit for each.
pub const MAX_FLAGS: usize = 64;

/// What an event says at the places that the models look at: a bit for each, by [`crate::domain::names::vocabulary::Vocabulary::intern_flag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    pub yes: u64,
    pub no: u64,
}

impl Flags {
    /// Nothing is said.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.yes | self.no == 0
    }
}

/// Every such place that the loaded models look at.
#[derive(Debug, Clone, Default)]
pub struct FlagPlaces {
    pub(super) paths: Vec<String>,
    /// Saying so withdraws consent: it is believed of trusted inputs alone.
    pub(super) withdrawing: Flags,
    pub(super) networks: bool,
}

impl FlagPlaces {
    /// Their paths, `traits.` before those of traits; the n-th has the n-th bit.
    #[must_use]
    pub fn paths(&self) -> &[String] {
        &self.paths
    }

    /// What withdraws consent, if it is said.
    #[must_use]
    pub fn withdrawing(&self) -> Flags {
        self.withdrawing
    }

    /// Whether any model asks from which network an event came.
    #[must_use]
    pub fn wants_networks(&self) -> bool {
        self.networks
    }
}
