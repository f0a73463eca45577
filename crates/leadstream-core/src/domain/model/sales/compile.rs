//! From what the file says to what steps run on.

use super::{
    ANSWERS, Back, DEFAULT_AGAIN_AFTER_MS, DEFAULT_AGAIN_RISE, DEFAULT_AGE_MS, DEFAULT_GRACE_MS, DEFAULT_KEEP, DEFAULT_REASON,
    DEFAULT_SLA_MS, DisqualifyRule, DisqualifyRuleSpec, HandOverModel, HandOverSpec, LevelSpec, ReEntryModel, ReEntrySpec, Reset,
    ResetHow, ResetSpec, SalesModel, SalesSpec, office, texts,
};
use crate::domain::ids::name_hash;
use crate::domain::model::compile;
use crate::domain::model::spec::{At, ConditionSpec, ModelSpec};
use crate::domain::names::{Vocabulary, canonical};
use crate::domain::terms::sales::Answer;

/// From a checked spec to what steps run on.
pub(in crate::domain::model) fn compile(spec: &SalesSpec, model: &ModelSpec, vocabulary: &mut Vocabulary) -> SalesModel {
    SalesModel {
        hand_over: spec.hand_over.as_ref().map(|h| Box::new(hand_over(h, model, vocabulary))),
        disqualify: spec.disqualify.iter().flat_map(|d| &d.rules).map(|r| disqualify(&r.value, vocabulary)).collect(),
        re_entry: spec.re_entry.as_ref().map(|r| re_entry(r, vocabulary)).unwrap_or_default(),
    }
}

/// What sales says is no activity of the prospect, whatever the event is called; unless a move names it, too: then it is
/// something that the buyer does.
fn heard_from_sales(when: &ConditionSpec, model: &ModelSpec, vocabulary: &mut Vocabulary) {
    for name in &when.on {
        let is_same = |other: &At<String>| canonical(&other.value) == canonical(&name.value);
        if !model.axes.iter().flat_map(|axis| &axis.moves).any(|one| one.value.when.on.iter().any(is_same)) {
            vocabulary.intern_sales(&name.value);
        }
    }
}

/// Events that say an answer: as the model has it, else the usual one.
pub(in crate::domain::model) fn answers(spec: &HandOverSpec) -> Vec<(Answer, ConditionSpec)> {
    let said = |(answer, event): &(Answer, &str)| {
        let own = spec.answers.iter().find(|(a, _)| a == answer).map(|(_, when)| when.value.clone());
        let usual = || ConditionSpec { on: vec![At::nowhere((*event).to_owned())], tests: Vec::new() };
        (*answer, own.unwrap_or_else(usual))
    };
    ANSWERS.iter().map(said).collect()
}

/// What becomes of the points, by why the lead goes back.
pub(super) fn reset_of(spec: &HandOverSpec, why: Back) -> ResetSpec {
    let own = spec.reset_by.iter().find(|(b, _)| *b == why).map(|(_, reset)| reset);
    // Silence of sales says nothing of the lead: it costs points only where the model says so.
    let usual = ResetSpec::Keep(if why.is_silence() { 1.0 } else { DEFAULT_KEEP });
    own.or(spec.reset.as_ref()).map_or(usual, |reset| reset.value.clone())
}

fn reset(spec: &ResetSpec, why: &str) -> Reset {
    let words = format!("{why}: {}", texts::reset(spec));
    let how = match spec {
        ResetSpec::Keep(keep) => ResetHow::Keep(*keep),
        ResetSpec::To(points) => ResetHow::To(*points),
        ResetSpec::Groups(groups) => {
            ResetHow::Groups(groups.iter().map(|(name, keep)| (name_hash(&name.value), *keep)).collect())
        }
    };
    Reset { how, words }
}

fn hand_over(spec: &HandOverSpec, model: &ModelSpec, vocabulary: &mut Vocabulary) -> HandOverModel {
    let label = |level: Option<&LevelSpec>| {
        let name = level?.label.as_ref()?;
        model.score.labels.iter().position(|(label, _)| label.value == name.value)
    };
    let (mql, sql) = (spec.mql.as_ref().map(|l| &l.value), spec.sql.as_ref().map(|l| &l.value));
    let sla_ms = mql.and_then(|l| l.sla_ms.as_ref()).map_or(DEFAULT_SLA_MS, |s| s.value);
    let answers = answers(spec);
    for (_, when) in &answers {
        heard_from_sales(when, model, vocabulary);
    }
    HandOverModel {
        mql: label(mql).unwrap_or_default(),
        sql: label(sql),
        sla_ms,
        sql_sla_ms: sql.and_then(|l| l.sla_ms.as_ref()).map_or(sla_ms, |s| s.value),
        grace_ms: mql.and_then(|l| l.grace_ms.as_ref()).map_or(DEFAULT_GRACE_MS, |g| g.value),
        age_ms: sql.and_then(|l| l.age_ms.as_ref()).map_or(Some(DEFAULT_AGE_MS), |a| a.value),
        again_after_ms: spec.again_after_ms.as_ref().map_or(DEFAULT_AGAIN_AFTER_MS, |a| a.value),
        again_rise: match &spec.again_rise {
            Some(said) => said.value,
            None => label(mql).and_then(|n| model.score.labels.get(n)).map(|(_, score)| score * DEFAULT_AGAIN_RISE),
        },
        hand_raise: spec.hand_raise.as_ref().map(|when| compile::condition(&when.value, vocabulary)),
        hand_raise_waits: spec.hand_raise_waits.as_ref().is_none_or(|waits| waits.value),
        customers: spec.customers.as_ref().is_some_and(|yes| yes.value),
        disqualified_accounts: spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value),
        office: office::compile(&spec.office),
        answers: answers.iter().map(|(answer, when)| (*answer, compile::condition(when, vocabulary))).collect(),
        reason: vocabulary.intern_property(spec.reason.as_ref().map_or(DEFAULT_REASON, |r| &r.value)),
        resets: Back::ALL.map(|why| reset(&reset_of(spec, why), why.name())),
    }
}

fn disqualify(spec: &DisqualifyRuleSpec, vocabulary: &mut Vocabulary) -> DisqualifyRule {
    DisqualifyRule {
        condition: compile::condition(&spec.when, vocabulary),
        reason: spec.reason.as_ref().map(|r| r.value.as_str().into()),
        reason_from: vocabulary.intern_property(spec.reason_from.as_ref().map_or(DEFAULT_REASON, |r| &r.value)),
    }
}

fn re_entry(spec: &ReEntrySpec, vocabulary: &mut Vocabulary) -> ReEntryModel {
    ReEntryModel {
        rules: spec.rules.iter().map(|r| compile::condition(&r.value, vocabulary)).collect(),
        after_ms: spec.after_ms.as_ref().and_then(|a| a.value),
        to: spec.to.as_ref().map(|t| t.value).unwrap_or_default(),
        score: spec.score.as_ref().map(|s| s.value).unwrap_or_default(),
    }
}
