//! Companies in words.

use super::spec::{AccountsSpec, DISQUALIFIED, REOPENED};
use crate::condition::describe;
use crate::fault::Spanned;
use leadstream_core::domain::company_names::Join;
use leadstream_core::domain::model::accounts::ScoreOf;

/// What it says, in words.
pub(super) fn describe(spec: &AccountsSpec, say: &mut dyn FnMut(&str, String)) {
    let Some(consensus) = spec.place.as_ref().and(spec.consensus.as_ref()) else { return };
    let consensus = &consensus.value;
    let list = |names: &[Spanned<String>]| names.iter().map(|n| n.value.as_str()).collect::<Vec<_>>().join(", ");
    let stage = consensus.stage.as_ref().map_or("", |s| s.value.as_str());
    let of = consensus.of.as_ref().map_or(0, |of| of.value);
    let asked = if consensus.deciders.is_empty() {
        format!("{of} members have come")
    } else {
        format!("all who decide ({}), at least {of}, have come", list(&consensus.deciders))
    };
    let among = if consensus.roles.is_empty() { String::new() } else { format!(", among them {}", list(&consensus.roles)) };
    say("accounts: a group agrees when", format!("{asked} to {stage} or further{among}"));
    let join = match spec.join.as_ref().map(|j| j.value).unwrap_or_default() {
        Join::Exact => "what is written alike, but for case and blanks",
        Join::Names => "names that differ in legal form, case and punctuation, and domains below one registered domain",
        Join::NamesAndDomains => "names that differ in legal form, case, blanks and punctuation, and domains of that name",
    };
    say("accounts: one company are", join.to_owned());
    for (account, aliases) in &spec.aliases {
        say(&format!("accounts: {} is also", account.value), list(aliases));
    }
    let score = match spec.score.as_ref().map_or(ScoreOf::Sum, |s| s.value) {
        ScoreOf::Sum => "the sum of its members' scores",
        ScoreOf::Highest => "the highest score of its members",
    };
    say("accounts: the score is", score.to_owned());
    if !spec.free_mail.is_empty() {
        say("accounts: further mail domains that are no company", list(&spec.free_mail));
    }
    for role in &spec.roles {
        let name = role.value.name.as_ref().map_or("", |n| n.value.as_str());
        let tests = role.value.when.tests.iter().map(|(p, tests)| format!("{p} {}", describe::tests_in_words(&tests.value)));
        say(&format!("accounts: role {name}"), tests.collect::<Vec<_>>().join(" and "));
    }
    for (what, said, otherwise) in [("disqualified", &spec.disqualified, DISQUALIFIED), ("reopened", &spec.reopened, REOPENED)] {
        let when = said.as_ref().map_or_else(|| otherwise.to_owned(), |s| describe::condition(&s.value));
        say(&format!("accounts: the group is {what} by"), when);
    }
}
