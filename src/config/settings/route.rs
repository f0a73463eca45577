//! `route.*`: inputs whose records don't lie where their prospect's task reads.

use super::section::section;

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
    }
}
