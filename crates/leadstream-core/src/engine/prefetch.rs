//! Memory that is needed soon is asked for now.
//!
//! In a large shop nearly every event is of a prospect that nobody touched for a while: without this, half of a step is spent
//! waiting for memory. Nothing here changes what is computed.

use crate::domain::state::prospect::Prospect;

const LINE_BYTES: usize = 64;
/// More of one list is fetched by the processor itself, once it sees it read.
const MAX_LINES: usize = 16;

/// Asks for the memory of a value, without waiting for it.
pub fn fetch<T>(value: &T) {
    fetch_bytes(std::ptr::from_ref(value).cast(), size_of::<T>());
}

/// The same for a list.
pub fn fetch_all<T>(values: &[T]) {
    fetch_bytes(values.as_ptr().cast(), size_of_val(values));
}

/// What a decoded prospect points to; the prospect itself must have come already.
pub fn fetch_parts(prospect: &Prospect) {
    for ids in [&prospect.seen.changes, &prospect.seen.others] {
        fetch_all(ids.memory());
    }
    fetch_all(&prospect.carts);
    if let Some(extras) = &prospect.extras {
        fetch(&**extras);
    }
}

fn fetch_bytes(start: *const u8, bytes: usize) {
    for line in (0..bytes).step_by(LINE_BYTES).take(MAX_LINES) {
        branches::prefetch_read_data::<u8, 0>(start.wrapping_add(line));
    }
}
