//! How a router stands, for health, metrics and people.

use crate::runtime::trouble::Trouble;

/// One router, as it last published itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RouterSnapshot {
    /// Its number among the workers of this instance: after those with tasks.
    pub worker: usize,
    /// Input partitions that it reads.
    pub partitions: usize,
    /// It has heard from its group, and has begun with what that gave it (which may be nothing).
    pub has_joined: bool,
    /// Why it doesn't read all its partitions yet. No personal data.
    pub waits_for: Option<String>,
    /// Everything that is there is routed.
    pub is_at_end: bool,
    /// Records of its partitions that are not routed yet, as far as is known.
    pub lag: u64,
    /// What is wrong with it.
    pub troubles: Vec<Trouble>,
}

impl RouterSnapshot {
    /// One that has not begun.
    #[must_use]
    pub fn starting(worker: usize, waits_for: String) -> Self {
        Self { worker, waits_for: Some(waits_for), ..Self::default() }
    }

    /// The name in health answers, as of a task's state.
    #[must_use]
    pub fn state(&self) -> &'static str {
        let is_stuck = self.troubles.iter().any(|trouble| trouble.kind.is_stuck());
        match (is_stuck, self.has_joined, &self.waits_for) {
            (true, _, _) => "stuck",
            (false, false, _) => "starting",
            (false, true, Some(_)) => "waiting",
            (false, true, None) => "ready",
        }
    }

    /// Why it isn't ready, and what to do.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.troubles.first().map(|trouble| trouble.text.as_str()).or(self.waits_for.as_deref())
    }
}
