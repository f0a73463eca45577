//! What a task or a router links ids by.

use super::rules::{Blocked, Limits, Rules};
use super::types::IdTypes;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The rules' own, kept together.
#[derive(Debug, Clone, Default)]
pub struct Linking {
    pub types: IdTypes,
    pub limits: Limits,
    pub blocked: Blocked,
    /// Outputs say all ids of their prospect.
    pub ids_in_outputs: bool,
}

impl Linking {
    #[must_use]
    pub fn rules(&self) -> Rules<'_> {
        Rules { types: &self.types, limits: &self.limits, blocked: &self.blocked }
    }
}

/// The same while the service runs: ids are blocked, by whichever instance, and unblocked.
#[derive(Debug, Default)]
pub struct LiveLinking {
    version: AtomicU64,
    current: RwLock<Arc<Linking>>,
}

impl LiveLinking {
    #[must_use]
    pub fn new(linking: Linking) -> Self {
        Self { version: AtomicU64::new(1), current: RwLock::new(Arc::new(linking)) }
    }

    /// Another number than before: [`LiveLinking::get`] gives something new.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    #[must_use]
    pub fn get(&self) -> Arc<Linking> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// An id is nobody's from now on, or somebody's again.
    pub fn set_blocked(&self, id: &str, is_blocked: bool) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.blocked.has(id) == is_blocked {
            return;
        }
        let mut next = (**current).clone();
        if is_blocked {
            next.blocked.block(id);
        } else {
            next.blocked.unblock(id);
        }
        *current = Arc::new(next);
        self.version.fetch_add(1, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_blocked_is_seen_by_whoever_looks_again() {
        let live = LiveLinking::new(Linking::default());
        let (before, version) = (live.get(), live.version());
        live.set_blocked("7", false);
        assert_eq!(live.version(), version, "nothing new");
        live.set_blocked("7", true);
        assert!(live.version() != version && live.get().blocked.has("7") && !before.blocked.has("7"));
        live.set_blocked("7", false);
        assert!(!live.get().blocked.has("7"));
    }
}
