//! What the routers of a group know of each other: each commits a short text beside the offsets of its partitions, which the others
//! read.

use super::position::{InputPartition, Mark};

/// What the group's offsets say of a partition that is routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerLane {
    pub at: InputPartition,
    /// `None`: nothing is committed, or by hand, or by an older version.
    pub mark: Option<Mark>,
    /// The transactional id of the router that reads it.
    pub router: Option<String>,
}

/// The other routers of the group. Nothing here waits for the broker: questions are asked in the background.
pub trait Peers {
    /// Asks what stands beside the offsets of all partitions that are routed, whatever transactions are open.
    fn ask(&mut self);

    /// The answer, once.
    fn answer(&mut self) -> Option<Result<Vec<PeerLane>, String>>;

    /// Begins under the transactional id of another router: what that has left open is aborted at once, and should it still live, it
    /// has to begin anew.
    fn take_over(&mut self, router: &str);

    /// How a take-over has ended, once: the id, and why it failed.
    fn taken_over(&mut self) -> Option<(String, Result<(), String>)>;
}
