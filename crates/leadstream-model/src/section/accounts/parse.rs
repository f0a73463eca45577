//! `[accounts]`.

use super::spec::{AccountsSpec, ConsensusSpec, RoleSpec};
use crate::condition::parse::condition;
use crate::condition::spec::ConditionSpec;
use crate::fault::{Faults, Spanned};
use crate::fields::{Fields, text_of};
use crate::tree::Value;
use leadstream_core::domain::company_names::Join;
use leadstream_core::domain::model::accounts::ScoreOf;

const SCORES: [(&str, ScoreOf); 2] = [("sum", ScoreOf::Sum), ("highest", ScoreOf::Highest)];

pub(super) fn accounts(fields: &mut Fields<'_>, faults: &mut Faults) -> AccountsSpec {
    let Some(mut fields) = fields.table("accounts", faults) else { return AccountsSpec::default() };
    let spec = AccountsSpec {
        place: Some(fields.place.clone()),
        consensus: fields.table("consensus", faults).map(|f| consensus(f, faults)),
        score: fields.choice("score", &SCORES, faults),
        free_mail: fields.texts("free_mail", faults).unwrap_or_default(),
        roles: fields.tables("roles", faults).into_iter().map(|f| role(f, faults)).collect(),
        disqualified: fields.table("disqualified", faults).map(|f| event(f, faults)),
        reopened: fields.table("reopened", faults).map(|f| event(f, faults)),
        join: fields.choice("join", &Join::ALL, faults),
        aliases: aliases(&mut fields, faults),
    };
    fields.finish(faults);
    spec
}

fn consensus(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<ConsensusSpec> {
    let place = fields.place.clone();
    let value = ConsensusSpec {
        stage: fields.text("stage", faults),
        of: fields.integer("of", faults),
        roles: fields.texts("roles", faults).unwrap_or_default(),
        deciders: fields.texts("deciders", faults).unwrap_or_default(),
    };
    fields.finish(faults);
    Spanned { value, place }
}

/// `"acme" = ["acme-holding.com", "Acme Holding"]`, or one text.
fn aliases(fields: &mut Fields<'_>, faults: &mut Faults) -> Vec<(Spanned<String>, Vec<Spanned<String>>)> {
    let Some(table) = fields.table("aliases", faults) else { return Vec::new() };
    let mut all = Vec::new();
    for (account, node, place) in table.entries() {
        let items = if let Value::Array(items) = &node.value { items.as_slice() } else { std::slice::from_ref(node) };
        let others =
            items.iter().filter_map(|item| Some(Spanned { value: text_of(item, &place, faults)?, place: place.clone() }));
        let others = others.collect();
        all.push((Spanned { value: account.to_owned(), place }, others));
    }
    all
}

fn role(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<RoleSpec> {
    let place = fields.place.clone();
    let name = fields.text("name", faults);
    let mut when = condition(&mut fields, faults);
    if let Some(on) = when.on.first() {
        faults.add(&on.place, "a role goes by what is known of somebody, whatever the event: leave `on` out");
        when.on.clear();
    }
    fields.finish(faults);
    Spanned { value: RoleSpec { name, when }, place }
}

fn event(mut fields: Fields<'_>, faults: &mut Faults) -> Spanned<ConditionSpec> {
    let place = fields.place.clone();
    let value = condition(&mut fields, faults);
    fields.finish(faults);
    Spanned { value, place }
}
