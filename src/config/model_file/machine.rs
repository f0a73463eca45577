//! `[machines]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::machine::MachineSpec;

pub(super) fn machine(_fields: &mut Fields<'_>, _faults: &mut Faults) -> MachineSpec {
    MachineSpec {}
}
