//! What routers say of themselves.

use crate::domain::Ms;

/// How far a router is. Whoever reads it has all that the router has written before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// By the router's clock.
    pub wall_ms: Ms,
    /// Partitions of all topics that are routed, whoever reads them.
    pub lanes: u32,
    /// Topic and partition of each that this router reads, and whether it is caught up with it.
    pub own: Vec<(String, i32, bool)>,
}
