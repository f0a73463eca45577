//! `[hand_over]`, `[disqualify]`, `[re_entry]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::sales::SalesSpec;

pub(super) fn sales(_fields: &mut Fields<'_>, _faults: &mut Faults) -> SalesSpec {
    SalesSpec {}
}
