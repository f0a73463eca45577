//! What a stage change adds, packed into whole numbers: under load there are thousands of changes in a batch and few different
//! ones, so they are added up here first, cheaply, and become keys once per batch.

use super::key::{Key, Way};
use crate::domain::terms::movement::Axis;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// One figure of a stage change. `stage` is the stage left, but of [`Figure::Week`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Figure {
    Moved { to: u8, way: Way },
    Stayed { onward: bool, bucket: u16 },
    StayedSeconds { onward: bool },
    Week { week: i32, way: Way },
}

/// Sums of the open batch.
#[derive(Debug, Default)]
pub(super) struct Packed(HashMap<u64, i64, FixedState>);

/// Weeks are counted from this many before 1970.
const WEEKS_BEFORE: i32 = 1 << 22;

impl Packed {
    /// `model`: its index.
    pub(super) fn add(&mut self, model: u8, axis: Axis, stage: u8, figure: Figure, count: i64) {
        let (kind, way, number) = match figure {
            Figure::Moved { to, way } => (0, way as u64, u64::from(to)),
            Figure::Stayed { onward, bucket } => (1, u64::from(onward), u64::from(bucket)),
            Figure::StayedSeconds { onward } => (2, u64::from(onward), 0),
            Figure::Week { week, way } => {
                let week = week.clamp(-WEEKS_BEFORE, WEEKS_BEFORE) + WEEKS_BEFORE;
                (3, way as u64, u64::from(week.unsigned_abs()))
            }
        };
        let axis = u64::from(axis == Axis::Funnel);
        let packed = kind | axis << 2 | way << 3 | u64::from(model) << 8 | u64::from(stage) << 16 | number << 24;
        *self.0.entry(packed).or_default() += count;
    }

    /// Takes all sums out, as keys. `models`: their hashes, by index.
    pub(super) fn drain(&mut self, models: &[u64], mut each: impl FnMut(Key, i64)) {
        for (packed, count) in self.0.drain() {
            let byte = |from: u32| u8::try_from(packed >> from & 0xff).unwrap_or(0);
            let Some(&model) = models.get(usize::from(byte(8))) else { continue };
            let axis = if packed >> 2 & 1 == 1 { Axis::Funnel } else { Axis::Journey };
            let (bits, number, stage) = (packed >> 3 & 0x1f, packed >> 24, byte(16));
            let (way, onward) = (Way::ALL.get(usize::try_from(bits).unwrap_or(0)).copied().unwrap_or(Way::Entered), bits == 1);
            let key = match packed & 3 {
                0 => Key::Moved { model, axis, from: stage, to: u8::try_from(number).unwrap_or(0), way },
                1 => Key::Stayed { model, axis, stage, onward, bucket: u16::try_from(number).unwrap_or(0) },
                2 => Key::StayedSeconds { model, axis, stage, onward },
                _ => Key::Week { model, axis, stage, week: i32::try_from(number).unwrap_or(0) - WEEKS_BEFORE, way },
            };
            each(key, count);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_as_its_key() {
        let mut packed = Packed::default();
        let mut want = Vec::new();
        for (at, way) in Way::ALL.into_iter().enumerate() {
            for axis in Axis::ALL {
                let stage = 60 + u8::try_from(at).unwrap();
                let week = -3 + 4_000 * i32::try_from(at).unwrap();
                packed.add(1, axis, stage, Figure::Moved { to: 255, way }, 1);
                packed.add(1, axis, stage, Figure::Week { week, way }, 2);
                want.push((Key::Moved { model: 9, axis, from: stage, to: 255, way }, 1));
                want.push((Key::Week { model: 9, axis, stage, week, way }, 2));
            }
        }
        for onward in [false, true] {
            packed.add(0, Axis::Funnel, 3, Figure::Stayed { onward, bucket: 349 }, 1);
            packed.add(0, Axis::Funnel, 3, Figure::Stayed { onward, bucket: 349 }, 1);
            packed.add(0, Axis::Funnel, 3, Figure::StayedSeconds { onward }, 1 << 40);
            want.push((Key::Stayed { model: 7, axis: Axis::Funnel, stage: 3, onward, bucket: 349 }, 2));
            want.push((Key::StayedSeconds { model: 7, axis: Axis::Funnel, stage: 3, onward }, 1 << 40));
        }
        let mut have = Vec::new();
        packed.drain(&[7, 9], |key, count| have.push((key, count)));
        have.sort();
        want.sort();
        assert_eq!(have, want);
    }
}
