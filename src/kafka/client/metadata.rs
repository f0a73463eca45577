//! What stands beside a committed offset, as its metadata. Of a task: its time, by which a changelog is known for older than the offsets
//! also where only timers were at work, which move no offset. Of a router: what other routers have to know of it.

use crate::domain::Ms;
use crate::runtime::ports::{Mark, Reached};

const TASK_TIME_MS: &str = "task-time-ms=";
const SAID_MS: &str = "router-said-ms=";
const REACHED_MS: &str = " reached-ms=";
const NOW: &str = "now";
const UNKNOWN: &str = "unknown";
/// The last one, as an id may hold anything.
const ROUTER: &str = " router=";

pub(super) fn of_time(time_ms: Ms) -> String {
    format!("{TASK_TIME_MS}{time_ms}")
}

/// `None`: somebody else has committed it.
pub(super) fn time_ms(metadata: &str) -> Option<Ms> {
    metadata.strip_prefix(TASK_TIME_MS)?.parse().ok()
}

/// `id`: the transactional id of the router that says it.
pub(super) fn of_mark(mark: &Mark, id: &str) -> String {
    let Mark { said_ms, reached, is_held } = mark;
    let reached = match reached {
        Reached::Unknown => UNKNOWN.to_owned(),
        Reached::Until(ms) => ms.to_string(),
        Reached::Now => NOW.to_owned(),
    };
    let router = if *is_held { format!("{ROUTER}{id}") } else { String::new() };
    format!("{SAID_MS}{said_ms}{REACHED_MS}{reached}{router}")
}

/// What a router has said, and its transactional id while it reads the partition; `None`: somebody else has committed it.
pub(in crate::kafka) fn mark(metadata: &str) -> Option<(Mark, Option<String>)> {
    let (said, rest) = metadata.strip_prefix(SAID_MS)?.split_once(REACHED_MS)?;
    let (reached, router) = rest.split_once(ROUTER).map_or((rest, None), |(reached, id)| (reached, Some(id.to_owned())));
    let reached = match reached {
        UNKNOWN => Reached::Unknown,
        NOW => Reached::Now,
        ms => Reached::Until(ms.parse().ok()?),
    };
    Some((Mark { said_ms: said.parse().ok()?, reached, is_held: router.is_some() }, router))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

    #[test]
    fn a_time_is_read_as_it_was_written_and_what_others_write_is_none() {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset("cart", 1, Offset::Offset(7)).unwrap();
        assert_eq!(time_ms(list.find_partition("cart", 1).unwrap().metadata()), None);
        for time in [Ms::MIN, 0, 1_795_000_000_000] {
            list.find_partition("cart", 1).unwrap().set_metadata(of_time(time));
            assert_eq!(time_ms(list.find_partition("cart", 1).unwrap().metadata()), Some(time));
        }
        assert_eq!(["", "7", "task-time-ms=", "by hand"].map(time_ms), [None; 4]);
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_what_others_write_is_none() {
        for reached in [Reached::Unknown, Reached::Until(-1), Reached::Until(1_795_000_000_000), Reached::Now] {
            let held = Mark { said_ms: 1_795_000_000_001, reached, is_held: true };
            let id = "a shop router=.router-a~b-3";
            assert_eq!(mark(&of_mark(&held, id)), Some((held, Some(id.to_owned()))));
            let given_back = Mark { is_held: false, ..held };
            assert_eq!(mark(&of_mark(&given_back, id)), Some((given_back, None)));
        }
        let others = ["", "7", "task-time-ms=3", "router-said-ms=3", "router-said-ms=x reached-ms=now"];
        assert!(others.iter().all(|other| mark(other).is_none()));
    }
}
