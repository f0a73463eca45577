//! What few prospects have takes no room in the others.

use std::fmt::{self, Debug, Formatter};
use std::ops::{Deref, DerefMut};

/// A part of a record that is empty for most: then nothing is kept of it. It reads like the part itself; to change it makes it.
#[derive(Clone)]
pub struct Sparse<T>(Option<Box<T>>);

/// A part that may be [`Sparse`].
pub trait Emptiable: Default + PartialEq + 'static {
    /// The empty part.
    fn nothing() -> &'static Self;
}

impl<T: Emptiable> Sparse<T> {
    /// The part, unless it is empty: then it takes no bytes in the record either.
    #[must_use]
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref().filter(|part| *part != T::nothing())
    }

    /// Changes the part, if there is one.
    pub fn change(&mut self, change: impl FnOnce(&mut T)) {
        if let Some(part) = &mut self.0 {
            change(part);
            if **part == *T::nothing() {
                self.0 = None;
            }
        }
    }
}

impl<T> Default for Sparse<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Sparse<T> {
    fn from(part: T) -> Self {
        Self(Some(Box::new(part)))
    }
}

impl<T: Emptiable> Deref for Sparse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::nothing())
    }
}

impl<T: Emptiable> DerefMut for Sparse<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }
}

/// Made and empty is the same as never made.
impl<T: Emptiable> PartialEq for Sparse<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Emptiable + Debug> Debug for Sparse<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}

/// Makes types parts: what is like new is empty.
macro_rules! parts {
    ($($part:ty),+) => {
        $(
            impl $crate::domain::state::sparse::Emptiable for $part {
                fn nothing() -> &'static Self {
                    static NOTHING: std::sync::LazyLock<$part> = std::sync::LazyLock::new(<$part>::default);
                    &NOTHING
                }
            }
        )+
    };
}

pub(crate) use parts;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::lead::Lead;

    #[test]
    fn made_and_empty_is_the_same_as_never_made() {
        let never = Sparse::<Lead>::default();
        let mut lead = never.clone();
        lead.due_ms = Some(1);
        assert!(lead != never && lead.get().is_some());
        lead.due_ms = None;
        assert!(lead == never && lead.get().is_none() && lead.0.is_some());
        lead.change(|_| {});
        assert!(lead.0.is_none(), "what is empty after a change takes no room");
        lead.change(|_| panic!("there is nothing to change"));
    }
}
