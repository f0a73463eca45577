//! Which company an event says that somebody belongs to: a group call, a trait, or the mail address.

use crate::domain::Text;
use crate::domain::event::{Event, Value};
use crate::domain::model::accounts::Accounts;
use crate::domain::names::Kind;

/// Longest name of an account.
pub const MAX_ACCOUNT_BYTES: usize = 200;
/// What the keys of accounts' records begin with. No prospect's key does: such records are refused.
pub const ACCOUNT_KEY: &str = "\u{1}account:";

/// How sure it is that somebody belongs to a company; later ones win over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Source {
    #[default]
    MailDomain,
    Trait,
    GroupCall,
}

/// Mail domains under which everybody may have an address.
const FREE_MAIL: [&str; 96] = [
    "126.com",
    "163.com",
    "139.com",
    "1und1.de",
    "alice.it",
    "aliyun.com",
    "arcor.de",
    "att.net",
    "bellsouth.net",
    "bigpond.com",
    "blueyonder.co.uk",
    "bluewin.ch",
    "bol.com.br",
    "btinternet.com",
    "centrum.cz",
    "charter.net",
    "comcast.net",
    "cox.net",
    "daum.net",
    "duck.com",
    "earthlink.net",
    "email.com",
    "email.cz",
    "email.de",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freemail.hu",
    "freenet.de",
    "frontier.com",
    "gmail.com",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "hushmail.com",
    "icloud.com",
    "ig.com.br",
    "inbox.com",
    "inbox.lv",
    "interia.pl",
    "juno.com",
    "kpnmail.nl",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "neuf.fr",
    "ntlworld.com",
    "o2.pl",
    "onet.pl",
    "op.pl",
    "optonline.net",
    "orange.fr",
    "outlook.com",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rambler.ru",
    "rediffmail.com",
    "rocketmail.com",
    "sbcglobal.net",
    "seznam.cz",
    "sfr.fr",
    "shaw.ca",
    "sina.com",
    "sky.com",
    "t-online.de",
    "talktalk.net",
    "telenet.be",
    "telia.com",
    "terra.com.br",
    "tiscali.it",
    "tuta.io",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "windowslive.com",
    "wp.pl",
    "yeah.net",
    "ziggo.nl",
    "zoho.com",
];
/// Providers with a domain in many countries: `yahoo.co.uk`, `hotmail.fr`.
const FREE_FAMILIES: [&str; 9] = ["yahoo", "ymail", "hotmail", "outlook", "live", "gmx", "aol", "yandex", "msn"];
/// Longest ending of such a domain: `com.au`, `co.uk`.
const MAX_ENDING_BYTES: usize = 6;

/// The company that an event names, and how surely.
#[must_use]
pub fn said_by(event: &Event<'_>, accounts: &Accounts) -> Option<(Text, Source)> {
    let said = &accounts.said;
    let text = |id| match event.property(id)? {
        Value::Text(text) => name(text),
        // Ids of groups may be numbers.
        Value::Number(number) => name(&number.to_string()),
        Value::Bool(_) => None,
    };
    if event.kind == Kind::Group {
        // What a group call says of traits, it says of the group.
        return text(said.group_id).or_else(|| text(said.group_name)).map(|name| (name, Source::GroupCall));
    }
    if let Some(name) = text(said.company).or_else(|| text(said.company_name)) {
        return Some((name, Source::Trait));
    }
    let domain = name(event.signals.mail_domain()?.trim_end_matches('.'))?;
    (domain.contains('.') && !is_free_mail(&domain, &accounts.free_mail)).then_some((domain, Source::MailDomain))
}

/// Names are compared without case, and without space around or twice.
fn name(text: &str) -> Option<Text> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ").to_lowercase();
    let fits = !name.is_empty() && name.len() <= MAX_ACCOUNT_BYTES && !name.chars().any(char::is_control);
    fits.then(|| name.into())
}

/// Whether everybody may have an address under a domain (in lower case).
#[must_use]
pub fn is_free_mail(domain: &str, more: &[String]) -> bool {
    if FREE_MAIL.contains(&domain) || more.iter().any(|d| d == domain) {
        return true;
    }
    let (family, ending) = domain.split_once('.').unwrap_or((domain, ""));
    FREE_FAMILIES.contains(&family) && ending.len() <= MAX_ENDING_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(name("  ACME  Inc. ").as_deref(), Some("acme inc."));
        assert_eq!(name(" \t"), None);
        assert_eq!(name(&"x".repeat(MAX_ACCOUNT_BYTES + 1)), None);
    }
}
