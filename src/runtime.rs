//! Floor 2: drivers around the engine; ports, not adapters.

pub mod ports;
