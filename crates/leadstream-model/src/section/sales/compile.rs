//! From what the file says to what steps run on.

use super::defaults;
use super::describe;
use super::in_force::{self, Levels, answers, or_default, reason_of, reset_of};
use super::office;
use super::spec::{DisqualifyRuleSpec, HandOverSpec, ReEntrySpec, ResetSpec, SalesSpec};
use crate::condition::compile::condition;
use crate::condition::spec::ConditionSpec;
use crate::fault::Spanned;
use crate::section::view::ModelView;
use leadstream_core::domain::ids::name_hash;
use leadstream_core::domain::model::sales::{
    DisqualifyRule, HandOverModel, ReEntryModel, Reset, ResetHow, ReturnReason, SalesModel,
};
use leadstream_core::domain::names::{Vocabulary, canonical};

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &SalesSpec, model: &ModelView<'_>, vocabulary: &mut Vocabulary) -> SalesModel {
    SalesModel {
        hand_over: spec.hand_over.as_ref().map(|h| Box::new(hand_over(h, model, vocabulary))),
        disqualify: spec.disqualify.iter().flat_map(|d| &d.rules).map(|r| disqualify(&r.value, vocabulary)).collect(),
        re_entry: spec.re_entry.as_ref().map(|r| re_entry(r, vocabulary)).unwrap_or_default(),
    }
}

/// What sales says is no activity of the prospect, whatever the event is called; unless a move names it, too: then it is
/// something that the buyer does.
fn heard_from_sales(when: &ConditionSpec, model: &ModelView<'_>, vocabulary: &mut Vocabulary) {
    for name in &when.on {
        let is_same = |other: &Spanned<String>| canonical(&other.value) == canonical(&name.value);
        if !model.axes.iter().flat_map(|axis| &axis.moves).any(|one| one.value.when.on.iter().any(is_same)) {
            vocabulary.intern_sales(&name.value);
        }
    }
}

fn reset(spec: &ResetSpec, why: &str) -> Reset {
    let words = format!("{why}: {}", describe::reset(spec));
    let how = match spec {
        ResetSpec::Keep(keep) => ResetHow::Keep(*keep),
        ResetSpec::To(points) => ResetHow::To(*points),
        ResetSpec::Groups(groups) => {
            ResetHow::Groups(groups.iter().map(|(name, keep)| (name_hash(&name.value), *keep)).collect())
        }
    };
    Reset { how, words }
}

fn hand_over(spec: &HandOverSpec, model: &ModelView<'_>, vocabulary: &mut Vocabulary) -> HandOverModel {
    let Levels { mql, sla_ms, grace_ms, sql, sql_sla_ms, age_ms } = Levels::of(spec);
    let label = |name: &str| model.score.labels.iter().position(|(label, _)| label.value == name);
    let answers = answers(spec);
    for (_, when) in &answers {
        heard_from_sales(when, model, vocabulary);
    }
    HandOverModel {
        mql: label(mql).unwrap_or_default(),
        sql: sql.and_then(label),
        sla_ms,
        sql_sla_ms,
        grace_ms,
        age_ms,
        again_after_ms: or_default(spec.again_after_ms.as_ref(), defaults::AGAIN_AFTER_MS),
        again_rise: match &spec.again_rise {
            Some(said) => said.value,
            None => label(mql).and_then(|n| model.score.labels.get(n)).map(|(_, score)| score * defaults::AGAIN_RISE),
        },
        hand_raise: spec.hand_raise.as_ref().map(|when| condition(&when.value, vocabulary)),
        hand_raise_waits: spec.hand_raise_waits.as_ref().is_none_or(|waits| waits.value),
        customers: spec.customers.as_ref().is_some_and(|yes| yes.value),
        disqualified_accounts: spec.disqualified_accounts.as_ref().is_some_and(|yes| yes.value),
        office: office::compile(&spec.office),
        answers: answers.iter().map(|(answer, when)| (*answer, condition(when, vocabulary))).collect(),
        reason: vocabulary.intern_property(reason_of(spec)),
        resets: ReturnReason::ALL.map(|why| reset(&reset_of(spec, why), why.name())),
    }
}

fn disqualify(spec: &DisqualifyRuleSpec, vocabulary: &mut Vocabulary) -> DisqualifyRule {
    DisqualifyRule {
        condition: condition(&spec.when, vocabulary),
        reason: spec.reason.as_ref().map(|r| r.value.as_str().into()),
        reason_from: vocabulary.intern_property(spec.reason_from.as_ref().map_or(defaults::REASON, |r| &r.value)),
    }
}

fn re_entry(spec: &ReEntrySpec, vocabulary: &mut Vocabulary) -> ReEntryModel {
    let (to, score) = in_force::policy(spec);
    ReEntryModel {
        rules: spec.rules.iter().map(|r| condition(&r.value, vocabulary)).collect(),
        after_ms: spec.after_ms.as_ref().and_then(|a| a.value),
        to,
        score,
    }
}
