//! `route.*`: inputs whose records don't lie where their prospect's task reads.

use super::section::section;
use std::time::Duration;

section! {
    /// `route.*`
    #[derive(PartialEq)]
    Route "route" {
        topics: Vec<String> = [],
            "Input topics (names without the prefix, each also in one of `topics.clickstream`, `email` and `cart`) whose records have \
             no key or another one than the prospect, another count of partitions, or several events each. A router writes their \
             events under the prospect's key to `leadstream.events`, exactly once. Their partitions and partitioner don't matter.";
        workers: usize = 1 in 1..=256,
            "Threads that route. Each takes a share of the partitions of `route.topics`.";
        max_ahead: Option<Duration> = "30s",
            "How far a router may be ahead of the slowest other router in a backlog, by the records' times (and by a second for each \
             hour that the slowest is back, where that is more). Less keeps events in a better order and takes longer; `off`: \
             routers don't wait for each other. Live nobody waits.";
        purge_every: Option<Duration> = "30s",
            "How often records of `leadstream.events` that the engine has read are deleted; `off`: never, the topic's retention removes \
             them. Needs DELETE on the topic.";
    }
}
