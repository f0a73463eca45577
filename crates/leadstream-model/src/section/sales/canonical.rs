//! The lines of the hand-over, of who is disqualified and of the way back in the canonical text of their model.

use super::defaults;
use super::in_force::{self, Levels, or_default, reason_of};
use super::spec::{DisqualifyRuleSpec, HandOverSpec, SalesSpec};
use super::{describe, office};
use crate::condition::canonical;
use leadstream_core::domain::model::sales::ReturnReason;

/// Lines of the canonical text: none when the file says nothing of it, so that such a model keeps its hash.
pub(super) fn lines(spec: &SalesSpec) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(hand_over) = &spec.hand_over {
        let Levels { mql, sla_ms, grace_ms, sql, sql_sla_ms, age_ms } = Levels::of(hand_over);
        lines.push(format!("hand-over mql {mql:?} sla {sla_ms} grace {grace_ms}"));
        lines.push(format!("hand-over sql {sql:?} sla {sql_sla_ms} age {age_ms:?}"));
        lines.push(format!("hand-over again after {}", or_default(hand_over.again_after_ms.as_ref(), defaults::AGAIN_AFTER_MS)));
        lines.extend(later_lines(hand_over));
        for why in ReturnReason::ALL {
            lines.push(format!("hand-over back {} {}", why.name(), describe::reset(&in_force::reset_of(hand_over, why))));
        }
        for (answer, when) in in_force::answers(hand_over) {
            lines.push(format!("hand-over answer {answer:?} {}", canonical::condition(&when)));
        }
        lines.push(format!("hand-over reason {:?}", reason_of(hand_over)));
    }
    if let Some(disqualify) = &spec.disqualify {
        // The first rule that holds gives the reason, so their order counts.
        lines.extend(disqualify.rules.iter().map(|rule| disqualify_line(&rule.value)));
    }
    if let Some(re_entry) = &spec.re_entry {
        let mut rules: Vec<String> =
            re_entry.rules.iter().map(|r| format!("re-entry {}", canonical::condition(&r.value))).collect();
        rules.sort();
        lines.extend(rules);
        let after = re_entry.after_ms.as_ref().and_then(|a| a.value);
        let (to, score) = in_force::policy(re_entry);
        lines.push(format!("re-entry after {after:?} to {to:?} score {score:?}"));
    }
    lines
}

/// What came later adds lines only where it is used.
fn later_lines(spec: &HandOverSpec) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(spec.again_rise.as_ref().map(|rise| format!("hand-over again by {:?} points", rise.value)));
    lines.extend(spec.hand_raise.as_ref().map(|when| format!("hand-over again by {}", canonical::condition(&when.value))));
    if spec.hand_raise_waits.as_ref().is_some_and(|waits| !waits.value) {
        lines.push("hand-over again by them at once".to_owned());
    }
    if spec.customers.as_ref().is_some_and(|yes| yes.value) {
        lines.push("hand-over of customers".to_owned());
    }
    if spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value) {
        lines.push("hand-over of disqualified accounts".to_owned());
    }
    lines.extend(office::line(&spec.office));
    lines
}

fn disqualify_line(rule: &DisqualifyRuleSpec) -> String {
    let reason = rule.reason.as_ref().map(|r| r.value.as_str());
    let from = rule.reason_from.as_ref().map_or(defaults::REASON, |r| &r.value);
    format!("disqualify {} reason {reason:?} from {from:?}", canonical::condition(&rule.when))
}
