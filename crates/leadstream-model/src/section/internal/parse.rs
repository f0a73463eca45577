//! `[internal]`.

use super::spec::InternalSpec;
use crate::fault::Faults;
use crate::fields::Fields;

pub(super) fn internal(fields: &mut Fields<'_>, faults: &mut Faults) -> InternalSpec {
    let Some(mut fields) = fields.table("internal", faults) else { return InternalSpec::default() };
    let spec = InternalSpec {
        domains: fields.texts("domains", faults).unwrap_or_default(),
        networks: fields.texts("networks", faults).unwrap_or_default(),
        marked: fields.texts("marked", faults),
    };
    fields.finish(faults);
    spec
}
