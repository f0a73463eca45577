//! Lists of which most prospects have few.

use smallvec::SmallVec;

/// A list of which most prospects have few: kept in place, since a copy of a record in many pieces is slow to make, to read
/// and to drop.
pub type InlineVec<T, const N: usize> = SmallVec<[T; N]>;
