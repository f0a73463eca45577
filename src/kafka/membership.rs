//! Whether the consumer still is a member of its group: positions are committed for a member only.
//!
//! After its generation *and* its member id were taken from it, the library hands out an empty membership, and Kafka commits
//! the positions of an empty one without looking who owns the partitions.

/// A consumer's place in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Negative: none.
    pub generation: i32,
    /// Empty: none.
    pub member: String,
}

impl Membership {
    fn is_fenced(&self) -> bool {
        self.generation >= 0 && !self.member.is_empty()
    }
}

/// Judges group metadata by the memberships before and after it was asked for: with it the broker must be able to tell whether the
/// partitions are still ours. Generations never come back: what is the same before and after was the same in between.
///
/// # Errors
/// Why nothing may be committed; for people.
pub fn judge(before: &Membership, after: &Membership) -> Result<(), String> {
    if !before.is_fenced() || !after.is_fenced() {
        return Err("the consumer is no member of its group at the moment: the broker could not tell whose positions these are"
            .to_owned());
    }
    if before != after {
        return Err("the group has moved on during the commit".to_owned());
    }
    Ok(())
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
        assert_eq!(judge(&member, &member), Ok(()));
        assert_eq!(judge(&membership(0, "m"), &membership(0, "m")), Ok(()), "the first epoch of the newer protocol");
        for nobody in [membership(-1, ""), membership(-1, "m"), membership(3, "")] {
            assert!(judge(&nobody, &nobody).is_err(), "{nobody:?}");
            assert!(judge(&member, &nobody).is_err() && judge(&nobody, &member).is_err(), "{nobody:?}");
        }
        assert!(judge(&member, &membership(4, "m")).is_err());
        assert!(judge(&member, &membership(3, "n")).is_err());
    }
}
