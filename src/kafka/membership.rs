//! Whether the consumer is still a member of its group: positions are committed for a member only.
//!
//! After its generation *and* its member id were taken from it, the library hands out an empty membership, and Kafka commits
//! the positions of an empty one without looking who owns the partitions.

use crate::planted;

/// A consumer's place in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Negative: none.
    pub generation: i32,
    /// Empty: none.
    pub member: String,
}

impl Membership {
    /// Whether the broker can tell it from others.
    #[must_use]
    pub fn is_fenced(&self) -> bool {
        self.generation >= 0 && !self.member.is_empty()
    }
}

/// Why a consumer's positions can't be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAMember {
    #[error("the consumer is in no group")]
    NoGroup,
    #[error("the consumer is not a member of its group at the moment: the broker could not tell whose positions these are")]
    NotNow,
    #[error("the group has moved on during the commit")]
    GroupMovedOn,
}

/// Judges group metadata by the memberships before and after it was asked for: with it the broker must be able to tell whether the
/// partitions are still ours. Generations never come back: what is the same before and after was the same in between.
///
/// # Errors
/// Why nothing may be committed.
pub fn check_unchanged(before: &Membership, after: &Membership) -> Result<(), NotAMember> {
    if !before.is_fenced() || !after.is_fenced() {
        if planted!(EmptyMembershipAccepted) {
            return Ok(());
        }
        return Err(NotAMember::NotNow);
    }
    if before == after || planted!(MembershipMayMoveOn) { Ok(()) } else { Err(NotAMember::GroupMovedOn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(generation: i32, member: &str) -> Membership {
        Membership { generation, member: member.to_owned() }
    }

    #[test]
    fn positions_of_nobody_are_never_committed() {
        let member = membership(3, "m");
        assert_eq!(check_unchanged(&member, &member), Ok(()));
        assert_eq!(check_unchanged(&membership(0, "m"), &membership(0, "m")), Ok(()), "the first epoch of the newer protocol");
        for nobody in [membership(-1, ""), membership(-1, "m"), membership(3, "")] {
            assert!(check_unchanged(&nobody, &nobody).is_err(), "{nobody:?}");
            assert_eq!(check_unchanged(&member, &nobody), Err(NotAMember::NotNow), "{nobody:?}");
            assert_eq!(check_unchanged(&nobody, &member), Err(NotAMember::NotNow), "{nobody:?}");
        }
        assert_eq!(check_unchanged(&member, &membership(4, "m")), Err(NotAMember::GroupMovedOn));
        assert_eq!(check_unchanged(&member, &membership(3, "n")), Err(NotAMember::GroupMovedOn));
    }
}
