//! `[machines]`.

use super::spec::BotsSpec;
use crate::fault::{Faults, Spanned};
use crate::fields::{Fields, is_off};

pub(super) fn bots(fields: &mut Fields<'_>, faults: &mut Faults) -> BotsSpec {
    let Some(mut fields) = fields.table("machines", faults) else { return BotsSpec::default() };
    let spec = BotsSpec {
        marked: fields.bool("marked", faults),
        bots: fields.bool("bots", faults),
        bot_names: fields.texts("bot_names", faults),
        proxies: fields.texts("proxies", faults),
        proxy_after_ms: fields.duration_or_off("proxy_after", faults),
        scanner_after_ms: fields.duration_or_off("scanner_after", faults),
        scanner_links: integer_or_off(&mut fields, "scanner_links", faults),
        scanner_within_ms: fields.duration("scanner_within", faults),
        views_per_minute: integer_or_off(&mut fields, "views_per_minute", faults),
    };
    fields.finish(faults);
    spec
}

/// A whole number, or `"off"` (`None` inside).
fn integer_or_off(fields: &mut Fields<'_>, key: &'static str, faults: &mut Faults) -> Option<Spanned<Option<i64>>> {
    let (node, place) = fields.node(key)?;
    if is_off(node) {
        return Some(Spanned { value: None, place });
    }
    fields.integer(key, faults).map(|at| Spanned { value: Some(at.value), place: at.place })
}
