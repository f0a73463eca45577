//! Records of other systems, by the mapping of their topic: events as the decoder reads them, each under its prospect.

mod batch;
mod mapper;

pub use batch::{Count, mapped, one, record, routed, want, without_tombstones};
pub use mapper::{MappedEvent, Mapper, Part, Said};
