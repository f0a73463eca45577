//! The options of a simulated shop.

use super::sources::Sources;
use crate::domain::Ms;

/// How a shop is to be simulated.
#[derive(Debug, Clone)]
pub struct ShopOptions {
    pub seed: u64,
    pub prospects: u32,
    /// Absolute time (Unix ms) of the shop's first moment.
    pub start_ms: Ms,
    /// Share of events that arrive late, and by how much at most.
    pub late: f64,
    pub late_by_ms: Ms,
    /// Share of records that are corrupted or come twice.
    pub corrupt_share: f64,
    /// Values are padded to at least this many bytes.
    pub pad_bytes: usize,
    /// Whose formats events are written in; only the shop of people knows others than Segment's.
    pub sources: Sources,
    /// People have several ids: they browse without a name until they log in, on two devices, and mails know their address only. Else
    /// who has an account is known by it at once. Only of the shop of people, and in Segment's format.
    pub several_ids: bool,
}

impl Default for ShopOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            prospects: 10_000,
            start_ms: 0,
            late: 0.0,
            late_by_ms: 10 * 60_000,
            corrupt_share: 0.0,
            pad_bytes: 0,
            sources: Sources::default(),
            several_ids: false,
        }
    }
}
