//! What stands beside a committed offset: the task's time. By it a changelog is known for older than the offsets also where only timers
//! were at work, which move no offset.

use crate::domain::Ms;

const TASK_TIME_MS: &str = "task-time-ms=";

pub(super) fn of_time(time_ms: Ms) -> String {
    format!("{TASK_TIME_MS}{time_ms}")
}

/// `None`: somebody else has committed it.
pub(super) fn time_ms(metadata: &str) -> Option<Ms> {
    metadata.strip_prefix(TASK_TIME_MS)?.parse().ok()
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
}
