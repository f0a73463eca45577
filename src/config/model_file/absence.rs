//! `[[triggers]]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::absence::AbsenceSpec;

pub(super) fn absence(_fields: &mut Fields<'_>, _faults: &mut Faults) -> AbsenceSpec {
    AbsenceSpec {}
}
