//! Which company an event says that somebody belongs to: a group call, a trait, or the mail address.

use crate::domain::Text;
use crate::domain::company_names::MAX_ACCOUNT_BYTES;
use crate::domain::event::{Event, Value};
use crate::domain::free_mail::is_free_mail;
use crate::domain::model::accounts::Accounts;
use crate::domain::names::Kind;
use crate::domain::state::account::Source;

/// Longest of what a company is called that an account keeps.
const MAX_CALLED_BYTES: usize = 64;

/// What an event says of somebody's company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub account: Text,
    pub source: Source,
    /// The id of the group call, where there is one.
    pub group_id: Option<Text>,
    /// What the company is called there, where that is not the account's name.
    pub known_as: Option<Text>,
}

/// The company that an event names, and how surely.
#[must_use]
pub fn said_by(event: &Event<'_>, accounts: &Accounts) -> Option<Said> {
    let at = &accounts.fields;
    let text = |id| match event.property(id)? {
        Value::Text(text) => plain(text),
        // Ids of groups may be numbers.
        Value::Number(number) => plain(&number.to_string()),
        Value::Bool(_) => None,
    };
    let names = &accounts.names;
    let called = |raw: &str, account: &Text| (raw.to_lowercase() != **account).then(|| Text::from(cut(raw)));
    let by_name = |raw: Text, source| {
        let account = names.of_name(&raw)?;
        Some(Said { known_as: called(&raw, &account), account, source, group_id: None })
    };
    if event.kind == Kind::Group {
        // What a group call says of traits, it says of the group.
        let (id, name) = (text(at.group_id), text(at.group_name));
        let by_id =
            || id.as_ref().map(|id| Said { account: names.of_id(id), source: Source::GroupCall, group_id: None, known_as: None });
        let named = || name.clone().and_then(|raw| by_name(raw, Source::GroupCall));
        let mut said = if names.go_before_ids() { named().or_else(by_id) } else { by_id().or_else(named) }?;
        said.group_id = id.as_deref().map(|id| cut(id).into());
        if said.known_as.is_none() {
            said.known_as = name.filter(|name| name.to_lowercase() != *said.account).map(|name| cut(&name).into());
        }
        return Some(said);
    }
    if let Some(said) = text(at.company).or_else(|| text(at.company_name)).and_then(|raw| by_name(raw, Source::Trait)) {
        return Some(said);
    }
    let domain = event.signals.mail_domain()?.trim_end_matches('.').to_lowercase();
    let is_company = domain.contains('.') && plain(&domain).is_some() && !is_free_mail(&domain, &accounts.free_mail);
    let account = is_company.then(|| names.of_domain(&domain, &accounts.free_mail)).flatten()?;
    Some(Said { known_as: called(&domain, &account), account, source: Source::MailDomain, group_id: None })
}

/// Without space around or twice; nothing that is too long to be a name.
fn plain(text: &str) -> Option<Text> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ");
    let fits = !name.is_empty() && name.len() <= MAX_ACCOUNT_BYTES && !name.chars().any(char::is_control);
    fits.then(|| name.into())
}

/// As much of what a company is called as an account keeps.
fn cut(text: &str) -> &str {
    let end = (0..=MAX_CALLED_BYTES.min(text.len())).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::company_names::MAX_ACCOUNT_BYTES;
    use crate::domain::free_mail::is_free_mail;

    #[test]
    fn addresses_that_everybody_may_have_say_no_company() {
        for domain in ["gmail.com", "web.de", "yahoo.co.uk", "hotmail.fr", "gmx.net", "proton.me"] {
            assert!(is_free_mail(domain, &[]), "{domain}");
        }
        for domain in ["acme.com", "live.acme-events.com", "gmail.acme.com", "mail.acme.com"] {
            assert!(!is_free_mail(domain, &[]), "{domain}");
        }
        assert!(is_free_mail("isp.example", &["isp.example".to_owned()]));
    }

    #[test]
    fn names_are_compared_as_people_do() {
        assert_eq!(plain("  ACME  Inc. ").as_deref(), Some("ACME Inc."));
        assert_eq!(plain(" \t"), None);
        assert_eq!(plain(&"x".repeat(MAX_ACCOUNT_BYTES + 1)), None);
        assert!(cut(&"é".repeat(60)).len() <= MAX_CALLED_BYTES);
    }
}
