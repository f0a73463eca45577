//! Fields that stand in some answers only, where they may be `null`.

use serde::{Deserialize, Deserializer};

/// `None`: the field is absent. `Some(None)`: it is there, and `null`.
pub type Sometimes<T> = Option<Option<T>>;

/// Reads a field that is there.
///
/// # Errors
/// It is of another type.
pub fn read<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Sometimes<T>, D::Error> {
    Option::deserialize(from).map(Some)
}
