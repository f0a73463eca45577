//! Places in events that say yes or no: consent, and marks of what is nobody's. The decoder reads them as bits, so that an event
//! without any costs nothing.

use super::Vocabulary;

/// Most such places of all loaded models together: a bit for each.
pub const MAX_FLAGS: usize = 64;

/// What an event says at the places that the models look at: a bit for each, by [`Vocabulary::intern_flag`].
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
    paths: Vec<String>,
    /// Saying so withdraws consent: it is believed of trusted inputs alone.
    withdrawing: Flags,
    networks: bool,
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

impl Vocabulary {
    /// The bit of a place; none when there are too many, which the check of the models refuses.
    pub fn intern_flag(&mut self, path: &str) -> u64 {
        let paths = &mut self.flags.paths;
        let at = paths.iter().position(|known| known == path).unwrap_or_else(|| {
            paths.push(path.to_owned());
            paths.len() - 1
        });
        u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or_default()
    }

    /// From now on consent is withdrawn by these flags.
    pub fn intern_withdrawing(&mut self, flags: Flags) {
        self.flags.withdrawing.yes |= flags.yes;
        self.flags.withdrawing.no |= flags.no;
    }

    /// Some model asks from which network an event came.
    pub fn want_networks(&mut self) {
        self.flags.networks = true;
    }

    /// Every place that says yes or no.
    #[must_use]
    pub fn flags(&self) -> &FlagPlaces {
        &self.flags
    }
}
