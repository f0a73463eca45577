//! Floor 2: drivers around the engine; ports, not adapters.

pub mod lookup;
pub mod ports;
pub mod snapshot;
