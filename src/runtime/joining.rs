//! Whether a worker's group has answered: until then its instance is not ready.

use std::time::Duration;

/// A member that has been given nothing for so long is a stand-by. The classic protocol says so at once; the consumer protocol says only
/// what changes, and nothing for a member that has nothing to begin with. It gives by heartbeats, every 5 s by default
/// (`group.consumer.heartbeat.interval.ms`), and what others have only after they have given it back: three of them.
const STAND_BY_AFTER: Duration = Duration::from_secs(15);

/// How far a worker is with joining its group.
#[derive(Debug, Default)]
pub struct Joining {
    has_joined: bool,
    member_since: Option<Duration>,
}

impl Joining {
    #[must_use]
    pub fn has_joined(&self) -> bool {
        self.has_joined
    }

    /// The group has answered; whether for the first time.
    pub fn answered(&mut self) -> bool {
        !std::mem::replace(&mut self.has_joined, true)
    }

    /// The group has said nothing so far: whether that means that there is nothing for this member.
    pub fn is_stand_by(&mut self, is_member: impl FnOnce() -> bool, now: Duration) -> bool {
        if self.has_joined {
            return false;
        }
        if !is_member() {
            self.member_since = None;
            return false;
        }
        now.saturating_sub(*self.member_since.get_or_insert(now)) >= STAND_BY_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_gets_nothing_for_long_is_a_stand_by_and_one_that_is_none_never_is() {
        let at = Duration::from_secs;
        let mut joining = Joining::default();
        assert!(!joining.is_stand_by(|| false, at(0)) && !joining.is_stand_by(|| false, at(60)));
        assert!(!joining.is_stand_by(|| true, at(61)) && !joining.is_stand_by(|| true, at(75)));
        assert!(!joining.is_stand_by(|| false, at(76)) && !joining.is_stand_by(|| true, at(77)), "it begins anew");
        assert!(!joining.is_stand_by(|| true, at(91)) && joining.is_stand_by(|| true, at(92)));
        assert!(joining.answered() && !joining.answered() && joining.has_joined());
        assert!(!joining.is_stand_by(|| true, at(99)), "it is known");
    }
}
