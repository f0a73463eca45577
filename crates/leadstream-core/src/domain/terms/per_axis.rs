//! One value for each axis.

use crate::domain::terms::movement::Axis;
use std::ops::{Index, IndexMut};

/// One value for each axis, found by the axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PerAxis<T> {
    pub journey: T,
    pub funnel: T,
}

impl<T> PerAxis<T> {
    /// In the order of [`Axis::ALL`].
    #[must_use]
    pub fn from_fn(mut value: impl FnMut(Axis) -> T) -> Self {
        Self { journey: value(Axis::Journey), funnel: value(Axis::Funnel) }
    }

    /// In the order of [`Axis::ALL`].
    pub fn iter(&self) -> std::array::IntoIter<&T, 2> {
        [&self.journey, &self.funnel].into_iter()
    }

    /// In the order of [`Axis::ALL`].
    pub fn iter_mut(&mut self) -> std::array::IntoIter<&mut T, 2> {
        [&mut self.journey, &mut self.funnel].into_iter()
    }
}

/// In the order of [`Axis::ALL`].
impl<T> IntoIterator for PerAxis<T> {
    type Item = T;
    type IntoIter = std::array::IntoIter<T, 2>;

    fn into_iter(self) -> Self::IntoIter {
        [self.journey, self.funnel].into_iter()
    }
}

impl<'a, T> IntoIterator for &'a PerAxis<T> {
    type Item = &'a T;
    type IntoIter = std::array::IntoIter<&'a T, 2>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut PerAxis<T> {
    type Item = &'a mut T;
    type IntoIter = std::array::IntoIter<&'a mut T, 2>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<T> Index<Axis> for PerAxis<T> {
    type Output = T;

    #[inline]
    fn index(&self, axis: Axis) -> &T {
        match axis {
            Axis::Journey => &self.journey,
            Axis::Funnel => &self.funnel,
        }
    }
}

impl<T> IndexMut<Axis> for PerAxis<T> {
    #[inline]
    fn index_mut(&mut self, axis: Axis) -> &mut T {
        match axis {
            Axis::Journey => &mut self.journey,
            Axis::Funnel => &mut self.funnel,
        }
    }
}
