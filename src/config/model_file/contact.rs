//! `[contact]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::contact::ContactSpec;

pub(super) fn contact(_fields: &mut Fields<'_>, _faults: &mut Faults) -> ContactSpec {
    ContactSpec {}
}
