//! `[[personas]]`, `[fit]`, `[grades]`, `for_personas`, `[carry_over]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::people::PeopleSpec;

pub(super) fn people(_fields: &mut Fields<'_>, _faults: &mut Faults) -> PeopleSpec {
    PeopleSpec {}
}
