//! `[accounts]`.

use crate::config::fields::{Faults, Fields};
use crate::domain::model::accounts::AccountsSpec;

pub(super) fn accounts(_fields: &mut Fields<'_>, _faults: &mut Faults) -> AccountsSpec {
    AccountsSpec {}
}
