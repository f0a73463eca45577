//! What routers, and workers with identity, say of themselves.

use crate::domain::Ms;

/// How far a router is, or the tasks of a worker. Whoever reads it has all that was written before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// By its clock.
    pub wall_ms: Ms,
    /// Partitions of all topics that are routed, whoever reads them; tasks of all workers.
    pub lanes: u32,
    /// Topic and partition of each that it reads, and its level: 0 is behind.
    pub own: Vec<(String, i32, u8)>,
}
