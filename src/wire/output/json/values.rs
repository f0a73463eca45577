//! Single values as JSON: ids, amounts, quantities.

use crate::domain::state::cart::CartLine;
use crate::wire::output::fields::{hex, rounded};
use serde::{Serialize, Serializer};

pub(super) struct Id(pub u128);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(hex(self.0, &mut [0; 32]))
    }
}

pub(super) struct Ids<'a>(pub &'a [u128]);

impl Serialize for Ids<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|id| Id(*id)))
    }
}

pub(super) struct Rounded(pub f64);

impl Serialize for Rounded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(rounded(self.0))
    }
}

/// 2, not 2.0; 0.35 as it is.
pub(super) struct Quantity<'a>(pub &'a CartLine);

impl Serialize for Quantity<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.pieces() {
            Some(pieces) => serializer.serialize_u32(pieces),
            None => serializer.serialize_f64(self.0.quantity),
        }
    }
}
