//! What is in force: what the file says, over the defaults.

use super::defaults;
use super::spec::{HandOverSpec, LevelSpec, ReEntrySpec, ResetSpec};
use crate::condition::spec::ConditionSpec;
use crate::fault::Spanned;
use leadstream_core::domain::Ms;
use leadstream_core::domain::model::sales::{ANSWERS, ReEntryScore, ReEntryStage, ReturnReason};
use leadstream_core::domain::terms::sales::Answer;

pub(super) fn or_default(length: Option<&Spanned<Ms>>, default: Ms) -> Ms {
    length.map_or(default, |l| l.value)
}

/// Label, SLA, grace, age of both, with the defaults.
pub(super) struct Levels<'s> {
    pub(super) mql: &'s str,
    pub(super) sla_ms: Ms,
    pub(super) grace_ms: Ms,
    pub(super) sql: Option<&'s str>,
    pub(super) sql_sla_ms: Ms,
    pub(super) age_ms: Option<Ms>,
}

impl<'s> Levels<'s> {
    pub(super) fn of(spec: &'s HandOverSpec) -> Self {
        let (mql, sql) = (spec.mql.as_ref().map(|l| &l.value), spec.sql.as_ref().map(|l| &l.value));
        let label = |level: Option<&'s LevelSpec>| Some(level?.label.as_ref()?.value.as_str());
        let sla_ms = or_default(mql.and_then(|l| l.sla_ms.as_ref()), defaults::SLA_MS);
        Self {
            mql: label(mql).unwrap_or_default(),
            sla_ms,
            grace_ms: or_default(mql.and_then(|l| l.grace_ms.as_ref()), defaults::GRACE_MS),
            sql: label(sql),
            sql_sla_ms: or_default(sql.and_then(|l| l.sla_ms.as_ref()), sla_ms),
            age_ms: sql.and_then(|l| l.age_ms.as_ref()).map_or(Some(defaults::AGE_MS), |a| a.value),
        }
    }
}

/// The property in which answers say why.
pub(super) fn reason_of(spec: &HandOverSpec) -> &str {
    spec.reason.as_ref().map_or(defaults::REASON, |r| &r.value)
}

/// Events that say an answer: as the model has it, else the usual one.
pub(crate) fn answers(spec: &HandOverSpec) -> Vec<(Answer, ConditionSpec)> {
    let said = |(answer, event): &(Answer, &str)| {
        let own = spec.answers.iter().find(|(a, _)| a == answer).map(|(_, when)| when.value.clone());
        let usual = || ConditionSpec { on: vec![Spanned::nowhere((*event).to_owned())], tests: Vec::new() };
        (*answer, own.unwrap_or_else(usual))
    };
    ANSWERS.iter().map(said).collect()
}

/// What becomes of the points, by why the lead goes back.
pub(super) fn reset_of(spec: &HandOverSpec, why: ReturnReason) -> ResetSpec {
    let own = spec.reset_by.iter().find(|(b, _)| *b == why).map(|(_, reset)| reset);
    // Silence of sales says nothing of the lead: it costs points only where the model says so.
    let usual = ResetSpec::Keep(if why.is_silence() { 1.0 } else { defaults::KEEP });
    own.or(spec.reset.as_ref()).map_or(usual, |reset| reset.value.clone())
}

/// Where somebody comes back to, and with which points.
pub(super) fn policy(spec: &ReEntrySpec) -> (ReEntryStage, ReEntryScore) {
    (spec.to.as_ref().map(|t| t.value).unwrap_or_default(), spec.score.as_ref().map(|s| s.value).unwrap_or_default())
}
