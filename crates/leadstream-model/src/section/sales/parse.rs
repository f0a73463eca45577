//! `[hand_over]`, `[disqualify]`, `[re_entry]`.

use super::spec::{DisqualifyRuleSpec, DisqualifySpec, HandOverSpec, LevelSpec, OfficeSpec, ReEntrySpec, ResetSpec, SalesSpec};
use crate::common::parse::{hours, weekdays};
use crate::condition::parse::{condition, events};
use crate::fault::{Faults, Spanned};
use crate::fields::{Fields, number_of};
use leadstream_core::domain::model::sales::{ANSWERS, ReEntryScore, ReEntryStage, ReturnReason};

pub(super) fn sales(fields: &mut Fields<'_>, faults: &mut Faults) -> SalesSpec {
    SalesSpec {
        hand_over: fields.table("hand_over", faults).map(|f| hand_over(f, faults)),
        disqualify: fields.table("disqualify", faults).map(|f| disqualify(f, faults)),
        re_entry: fields.table("re_entry", faults).map(|f| re_entry(f, faults)),
    }
}

fn hand_over(mut fields: Fields<'_>, faults: &mut Faults) -> HandOverSpec {
    let mut spec = HandOverSpec {
        place: fields.place.clone(),
        mql: fields.table("mql", faults).map(|f| level(f, true, faults)),
        sql: fields.table("sql", faults).map(|f| level(f, false, faults)),
        again_after_ms: fields.duration("again_after", faults),
        again_rise: fields.number_or_off("again_rise", faults),
        hand_raise_waits: fields.bool("hand_raise_waits", faults),
        customers: fields.bool("customers", faults),
        disqualified_accounts: fields.bool("disqualified_accounts", faults),
        office: office(&mut fields, faults),
        reason: fields.text("reason", faults),
        ..HandOverSpec::default()
    };
    if let Some((node, place)) = fields.node("hand_raise")
        && let Some(when) = events(node, &place, faults)
    {
        spec.hand_raise = Some(Spanned { value: when, place });
    }
    if let Some(table) = fields.table("reset", faults) {
        resets(table, &mut spec, faults);
    }
    if let Some(mut table) = fields.table("answers", faults) {
        for (answer, _) in ANSWERS {
            if let Some((node, place)) = table.node(answer.name())
                && let Some(when) = events(node, &place, faults)
            {
                spec.answers.push((answer, Spanned { value: when, place }));
            }
        }
        table.finish(faults);
    }
    fields.finish(faults);
    spec
}

fn office(fields: &mut Fields<'_>, faults: &mut Faults) -> OfficeSpec {
    OfficeSpec {
        hours: hours("office_hours", "09:00", "17:30", fields, faults),
        weekdays: weekdays(fields, faults),
        time_zone: fields.text("time_zone", faults),
        holidays: fields.texts("holidays", faults).unwrap_or_default(),
    }
}

fn level(mut fields: Fields<'_>, is_mql: bool, faults: &mut Faults) -> Spanned<LevelSpec> {
    let place = fields.place.clone();
    let value = LevelSpec {
        label: fields.text("label", faults),
        sla_ms: fields.duration("sla", faults),
        grace_ms: if is_mql { fields.duration("grace", faults) } else { None },
        age_ms: if is_mql { None } else { fields.duration_or_off("age", faults) },
    };
    fields.finish(faults);
    Spanned { value, place }
}

/// `{ keep = 0.5 }`, and for single reasons something else: `{ keep = 0.5, rejected = { keep = 0 } }`.
fn resets(mut fields: Fields<'_>, spec: &mut HandOverSpec, faults: &mut Faults) {
    for why in ReturnReason::ALL {
        if let Some(mut own) = fields.table(why.name(), faults) {
            let reset = one_reset(&mut own, faults);
            if reset.is_none() {
                faults.add(&own.place, "says nothing: write { keep = 0.5 }, { to = 20 } or { groups = { buying = 0 } }");
            }
            own.finish(faults);
            spec.reset_by.extend(reset.map(|reset| (why, reset)));
        }
    }
    spec.reset = one_reset(&mut fields, faults);
    fields.finish(faults);
}

fn one_reset(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Spanned<ResetSpec>> {
    let keep = fields.number("keep", faults).map(|n| Spanned { value: ResetSpec::Keep(n.value), place: n.place });
    let to = fields.number("to", faults).map(|n| Spanned { value: ResetSpec::To(n.value), place: n.place });
    let groups = fields.table("groups", faults).map(|table| {
        let shares = table.entries().filter_map(|(name, node, place)| {
            let share = number_of(node, &place, faults)?;
            Some((Spanned { value: name.to_owned(), place }, share))
        });
        Spanned { value: ResetSpec::Groups(shares.collect()), place: table.place.clone() }
    });
    let mut said: Vec<_> = [keep, to, groups].into_iter().flatten().collect();
    if let [_, second, ..] = said.as_slice() {
        faults.add(&second.place, "is one of several ways to reset the score: write only one of `keep`, `to` and `groups`");
    }
    if said.is_empty() { None } else { Some(said.swap_remove(0)) }
}

fn disqualify(mut fields: Fields<'_>, faults: &mut Faults) -> DisqualifySpec {
    let mut spec = DisqualifySpec { place: fields.place.clone(), ..DisqualifySpec::default() };
    for mut rule in fields.tables("rules", faults) {
        let place = rule.place.clone();
        let value = DisqualifyRuleSpec {
            when: condition(&mut rule, faults),
            reason: rule.text("reason", faults),
            reason_from: rule.text("reason_from", faults),
        };
        rule.finish(faults);
        spec.rules.push(Spanned { value, place });
    }
    fields.finish(faults);
    spec
}

fn re_entry(mut fields: Fields<'_>, faults: &mut Faults) -> ReEntrySpec {
    let mut spec = ReEntrySpec { place: fields.place.clone(), ..ReEntrySpec::default() };
    for mut rule in fields.tables("rules", faults) {
        let place = rule.place.clone();
        let value = condition(&mut rule, faults);
        rule.finish(faults);
        spec.rules.push(Spanned { value, place });
    }
    spec.after_ms = fields.duration_or_off("after", faults);
    spec.to = fields.choice("to", &[("resume", ReEntryStage::Resume), ("anew", ReEntryStage::Anew)], faults);
    spec.score = fields.choice("score", &[("keep", ReEntryScore::Keep), ("reset", ReEntryScore::Reset)], faults);
    fields.finish(faults);
    spec
}
