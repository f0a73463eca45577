//! Stages that nothing leads to.

use super::spec::AxisSpec;
use crate::common::check::stage_index;
use crate::fault::Faults;

/// How the fault of such a stage begins.
pub(crate) const UNREACHABLE: &str = "nothing leads to this stage";

/// Stages that nothing leads to, from no stage on.
pub(super) fn check(spec: &AxisSpec, faults: &mut Faults) {
    let index = |name: &str| stage_index(spec, name);
    let mut reached = vec![false; spec.stages.len()];
    loop {
        let before = reached.clone();
        for rule in &spec.moves {
            let Some(to) = rule.value.to.as_ref().and_then(|to| index(&to.value)) else { continue };
            let open = rule.value.from.is_empty();
            if open || rule.value.from.iter().any(|f| index(&f.value).is_some_and(|f| reached[f])) {
                reached[to] = true;
            }
        }
        for (stage, stale) in &spec.stale_by_stage {
            if let (Some(from), Some(to)) = (index(&stage.value), index(&stale.to.value)) {
                reached[to] |= reached[from];
            }
        }
        if let Some(lapse) = &spec.lapse
            && let Some(to) = index(&lapse.value.stale.to.value)
        {
            reached[to] |= lapse.value.from.iter().any(|f| index(&f.value).is_some_and(|f| reached[f]));
        }
        if let Some(all) = &spec.stale_all
            && let Some(to) = index(&all.value.stale.to.value)
        {
            reached[to] |= reached.iter().skip(to + 1).any(|r| *r);
        }
        if reached == before {
            break;
        }
    }
    let first = |name: &str, n: usize| index(name) == Some(n);
    for (_, stage) in spec.stages.iter().enumerate().filter(|(n, stage)| !reached[*n] && first(&stage.value, *n)) {
        faults.add(&stage.place, format!("{UNREACHABLE}, {:?}: add a move to it, or leave the stage out", stage.value));
    }
}
