//! Whether the consumer is still a member of its group: positions are committed for a member only.
//!
//! After its generation *and* its member id were taken from it, the library hands out an empty membership, and Kafka commits
//! the positions of an empty one without looking who owns the partitions.

#![allow(unsafe_code, reason = "generation and member id of the group metadata are not wrapped")]

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, ConsumerGroupMetadata};
use rdkafka_sys as sys;
use std::ffi::{CStr, CString};

/// A consumer's place in its group.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Membership {
    generation: i32,
    member: CString,
}

impl Membership {
    fn of<X: ConsumerContext>(consumer: &BaseConsumer<X>) -> Option<Self> {
        // SAFETY: the client is valid while `consumer` lives; the answer is ours, its texts live as long, and it is destroyed once.
        unsafe {
            let metadata = sys::rd_kafka_consumer_group_metadata(consumer.client().native_ptr());
            if metadata.is_null() {
                return None;
            }
            let generation = sys::rd_kafka_consumer_group_metadata_generation_id(metadata);
            let member = sys::rd_kafka_consumer_group_metadata_member_id(metadata);
            let member = if member.is_null() { CString::default() } else { CStr::from_ptr(member).to_owned() };
            sys::rd_kafka_consumer_group_metadata_destroy(metadata);
            Some(Self { generation, member })
        }
    }

    fn is_fenced(&self) -> bool {
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

/// The group metadata for a commit, by which the broker checks that the partitions are still ours.
///
/// # Errors
/// Why there is none.
pub fn group_metadata<X: ConsumerContext>(consumer: &BaseConsumer<X>) -> Result<ConsumerGroupMetadata, NotAMember> {
    let before = Membership::of(consumer).ok_or(NotAMember::NoGroup)?;
    let metadata = consumer.group_metadata().ok_or(NotAMember::NoGroup)?;
    // Generations never come back: what is the same before and after was the same in between.
    check_unchanged(&before, &Membership::of(consumer).ok_or(NotAMember::NoGroup)?)?;
    Ok(metadata)
}

fn check_unchanged(before: &Membership, after: &Membership) -> Result<(), NotAMember> {
    if !before.is_fenced() || !after.is_fenced() {
        return Err(NotAMember::NotNow);
    }
    if before == after { Ok(()) } else { Err(NotAMember::GroupMovedOn) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(generation: i32, member: &str) -> Membership {
        Membership { generation, member: CString::new(member).expect("no NUL") }
    }

    #[test]
    fn positions_of_nobody_are_never_committed() {
        let member = membership(3, "m");
        assert_eq!(check_unchanged(&member, &member), Ok(()));
        assert_eq!(check_unchanged(&membership(0, "m"), &membership(0, "m")), Ok(()), "the first epoch of the newer protocol");
        for nobody in [membership(-1, ""), membership(-1, "m"), membership(3, "")] {
            assert!(check_unchanged(&nobody, &nobody).is_err(), "{nobody:?}");
            assert!(check_unchanged(&member, &nobody).is_err() && check_unchanged(&nobody, &member).is_err(), "{nobody:?}");
        }
        assert!(check_unchanged(&member, &membership(4, "m")).is_err());
        assert!(check_unchanged(&member, &membership(3, "n")).is_err());
    }

    #[test]
    fn a_consumer_that_never_joined_is_nobody() {
        let config = crate::kafka::options::Options::new("127.0.0.1:1", "g", "i").consumer_config(0, 1 << 20);
        let consumer = crate::kafka::context::consumer(&config).expect("a consumer");
        assert_eq!(Membership::of(&consumer), Some(membership(-1, "")));
        assert!(group_metadata(&consumer).is_err());
    }
}
