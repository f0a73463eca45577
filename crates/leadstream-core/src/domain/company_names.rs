//! One company under its many names: `acme.com`, `mail.acme.com`, `Acme`, `ACME Inc.`. What is one is decided from the name alone (and what
//! the model lists), so that every instance, on whatever partition, comes to the same account.

use crate::domain::Text;
use crate::domain::free_mail::is_free_mail;

/// What counts as one company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Names and domains as they are written, but for case and blanks.
    Exact,
    /// Names without legal form and punctuation; domains without what stands before the part that can be registered.
    #[default]
    Names,
    /// And a domain is the company whose name it is: `acme.com` is Acme.
    NamesAndDomains,
}

impl Join {
    /// Each with its name in model files.
    pub const ALL: [(&'static str, Self); 3] =
        [("exact", Self::Exact), ("names", Self::Names), ("names-and-domains", Self::NamesAndDomains)];
}

/// How a model's accounts are named.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub join: Join,
    /// What the model lists: another name (as it is compared), and the account.
    pub aliases: Vec<(Text, Text)>,
}

/// What forms say where there is no company; each stands for itself only.
const NO_COMPANY: &str = "none|na|n a|null|nil|no|self|self employed|selfemployed|freelance|freelancer|private|privat|private person|\
     privatperson|personal|home|student|test|company|my company|mycompany|my workspace|workspace|default|team|my team|unknown|other|\
     no company|individual|independent|unemployed|retired|xxx|abc|asdf|tbd|keine|aucune|particulier|undefined";

/// Legal forms, behind a name; of several words first.
const LEGAL_PHRASES: [&str; 12] =
    ["sp z oo", "sp z o o", "z o o", "s a s", "s r o", "s r l", "s p a", "s a", "a s", "b v", "n v", "private limited"];

const LEGAL: &str = "inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|pllc|gmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|ev|eg|\
     se|sa|sas|sasu|sarl|srl|spa|snc|sl|slu|sau|lda|ltda|bv|nv|vof|ab|as|asa|aps|oy|oyj|sro|kft|zrt|doo|oü|pty|pte|pvt|kk|\
     haftungsbeschränkt|gesmbh|cv|sc|scs|bvba|sprl|and|und|et";

/// What stands before a country's ending where many may register: `acme.co.uk`.
const SECOND_LEVEL: &str =
    "co|com|org|net|ac|edu|gov|gob|gouv|gv|or|ne|go|ltd|plc|me|sch|nhs|mil|nom|id|asn|gen|firm|ind|web|info|biz|k12";

/// Other endings below which many register.
const SHARED_ENDINGS: [&str; 12] = [
    "onmicrosoft.com",
    "myshopify.com",
    "uk.com",
    "us.com",
    "eu.com",
    "de.com",
    "gb.net",
    "co.com",
    "blogspot.com",
    "wordpress.com",
    "github.io",
    "herokuapp.com",
];

fn has(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

impl Names {
    /// Whether a group call's name goes before its id: only so is it the company that others name.
    #[must_use]
    pub fn go_before_ids(&self) -> bool {
        self.join == Join::NamesAndDomains
    }

    /// The account of a company's name; `None` where the text names none.
    #[must_use]
    pub fn of_name(&self, raw: &str) -> Option<Text> {
        let lower = raw.to_lowercase();
        if self.join == Join::Exact {
            return Some(self.known(lower.into()));
        }
        let lower = lower.trim_matches(|c: char| !c.is_alphanumeric());
        let plain = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if lower.is_empty() || has(NO_COMPANY, &plain) {
            return None;
        }
        if let Some(domain) = as_domain(lower) {
            return self.of_domain(domain, &[]);
        }
        let words = without_legal_form(lower);
        Some(self.known(self.joined(&words)))
    }

    /// The account of a mail domain in lower case.
    #[must_use]
    pub fn of_domain(&self, domain: &str, free_mail: &[String]) -> Option<Text> {
        if self.join == Join::Exact {
            return Some(self.known(domain.into()));
        }
        // What a model lists may be a part of a larger company.
        if let Some(account) = self.alias(domain) {
            return Some(account);
        }
        let (label, whole) = registrable(domain);
        if is_free_mail(whole, free_mail) {
            return None;
        }
        if let Some(account) = self.alias(whole) {
            return Some(account);
        }
        if self.join == Join::Names {
            return Some(whole.into());
        }
        Some(self.known(self.joined(&without_legal_form(label))))
    }

    /// The account of a group's id. An id without digits may be a name.
    #[must_use]
    pub fn of_id(&self, raw: &str) -> Text {
        let lower = raw.to_lowercase();
        let is_name = self.join == Join::NamesAndDomains && !lower.contains(|c: char| c.is_ascii_digit());
        let named = if is_name { self.of_name(&lower) } else { None };
        named.unwrap_or_else(|| self.known(lower.into()))
    }

    /// Every account that somebody may mean who writes this.
    #[must_use]
    pub fn meant_by(&self, raw: &str) -> Vec<Text> {
        let lower = raw.trim().to_lowercase();
        let domain = as_domain(&lower).and_then(|domain| self.of_domain(domain, &[]));
        let all = [Some(self.known(lower.as_str().into())), self.of_name(&lower), Some(self.of_id(&lower)), domain];
        let mut meant: Vec<Text> = Vec::new();
        for one in all.into_iter().flatten().filter(|one| !one.is_empty()) {
            if !meant.contains(&one) {
                meant.push(one);
            }
        }
        meant
    }

    /// Words as one name.
    fn joined(&self, words: &[String]) -> Text {
        if self.join == Join::NamesAndDomains {
            // A domain has no blanks and hardly letters with marks.
            let name = words.concat();
            return name.chars().map(plain_letter).collect::<String>().into();
        }
        words.join(" ").into()
    }

    /// The account, if a model lists the name as another's.
    fn known(&self, name: Text) -> Text {
        self.alias(&name).unwrap_or(name)
    }

    fn alias(&self, name: &str) -> Option<Text> {
        self.aliases.iter().find(|(alias, _)| alias == name).map(|(_, account)| account.clone())
    }

    /// What a model lists as another name, as it is compared.
    #[must_use]
    pub fn listed(&self, raw: &str) -> Text {
        let bare = Self { join: self.join, aliases: Vec::new() };
        let lower = raw.trim().to_lowercase();
        if self.join == Join::Exact || as_domain(&lower).is_some() {
            return lower.into();
        }
        // An id keeps its digits and hyphens, as in a group call.
        if lower.contains(|c: char| c.is_ascii_digit()) && !lower.contains(' ') {
            return lower.into();
        }
        bare.of_name(&lower).unwrap_or_else(|| lower.into())
    }
}

/// A text that is a domain or an address on the web.
fn as_domain(text: &str) -> Option<&str> {
    let text = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let host = text.split(['/', '?', ':']).next()?;
    let (_, ending) = host.rsplit_once('.')?;
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let is_ending = ending.len() >= 2 && ending.chars().all(char::is_alphabetic) && !has(LEGAL_ENDINGS, ending);
    (host.chars().all(fits) && is_ending && host.split('.').all(|label| !label.is_empty())).then_some(host)
}

/// Legal forms that are no endings of domains in use by companies of the name: "Acme.Inc" is a name.
const LEGAL_ENDINGS: &str = "inc|corp|llc|ltd|gmbh|limited|company";

/// The part of a domain that was registered, and of that the name: `mail.acme.co.uk` is `acme.co.uk`, and `acme`.
fn registrable(domain: &str) -> (&str, &str) {
    let starts: Vec<usize> = std::iter::once(0).chain(domain.match_indices('.').map(|(at, _)| at + 1)).collect();
    let ending_labels = ending_labels(domain, starts.len());
    let start = starts.len().checked_sub(ending_labels + 1).and_then(|n| starts.get(n)).copied().unwrap_or(0);
    let whole = &domain[start..];
    (whole.split('.').next().unwrap_or(whole), whole)
}

fn ending_labels(domain: &str, labels: usize) -> usize {
    let shared = |ending: &str| domain.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.'));
    if SHARED_ENDINGS.iter().any(|ending| shared(ending)) {
        return 2;
    }
    let mut from_behind = domain.rsplit('.');
    let (last, second) = (from_behind.next().unwrap_or_default(), from_behind.next().unwrap_or_default());
    if last.len() == 2 && has(SECOND_LEVEL, second) && labels > 2 { 2 } else { 1 }
}

/// The words of a name without punctuation and the legal form behind it; at least one is left.
fn without_legal_form(lower: &str) -> Vec<String> {
    let plain: String = lower.replace(['.', '\'', '’'], "").replace('&', " and ");
    let mut words: Vec<String> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    if words.is_empty() {
        return vec![lower.to_owned()];
    }
    loop {
        let phrase = LEGAL_PHRASES.iter().map(|phrase| phrase.split(' ').collect::<Vec<_>>()).find(|phrase| {
            words.len() > phrase.len() && words.iter().rev().zip(phrase.iter().rev()).all(|(word, of)| word == of)
        });
        let is_legal = words.len() > 1 && words.last().is_some_and(|word| has(LEGAL, word));
        let left = match phrase {
            Some(phrase) => words.len() - phrase.len(),
            None if is_legal => words.len() - 1,
            None => break,
        };
        words.truncate(left);
    }
    if words.len() > 1 && words.first().is_some_and(|word| word == "the") {
        words.remove(0);
    }
    words
}

/// A letter without its mark, as domains write it.
fn plain_letter(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ę' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' | 'ć' | 'č' => 'c',
        'ñ' | 'ń' => 'n',
        'š' | 'ś' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        'ł' => 'l',
        other => other,
    }
}

/// Longest name of an account.
pub const MAX_ACCOUNT_BYTES: usize = 200;

/// What the keys of accounts' records begin with. No prospect's key does: such records are refused.
pub const ACCOUNT_KEY: &str = "\u{1}account:";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Text;

    fn names(join: Join) -> Names {
        Names { join, aliases: Vec::new() }
    }

    #[test]
    fn one_company_under_its_usual_names_is_one() {
        let all = names(Join::NamesAndDomains);
        for name in [
            "Acme",
            "ACME",
            "Acme Inc.",
            "Acme, Inc",
            "acme GmbH & Co. KG",
            "Acme S.A.",
            "Acme Corp",
            "Acme Ltd.",
            "The Acme Company",
            "Acme Sp. z o.o.",
            "acme.com",
            "https://www.acme.com/about",
            "Acme B.V.",
            "Acmé",
        ] {
            assert_eq!(all.of_name(name).as_deref(), Some("acme"), "{name}");
        }
        for domain in
            ["acme.com", "mail.acme.com", "eu.mail.acme.co.uk", "acme.de", "acme.com.au", "acme.onmicrosoft.com", "acme-gmbh.de"]
        {
            assert_eq!(all.of_domain(domain, &[]).as_deref(), Some("acme"), "{domain}");
        }
        assert_eq!(all.of_id("acme-inc"), "acme");
        assert_eq!(all.of_name("Globex Industries").as_deref(), Some("globexindustries"));
        assert_eq!(all.of_domain("globex-industries.com", &[]).as_deref(), Some("globexindustries"));
    }

    #[test]
    fn what_only_sounds_alike_is_another_company() {
        let all = names(Join::NamesAndDomains);
        for name in ["Acme Labs", "Acmee", "Acme Holding", "Not Acme", "acme-events.com", "Delta Faucet"] {
            assert_ne!(all.of_name(name).as_deref(), Some("acme"), "{name}");
            assert_ne!(all.of_name(name).as_deref(), Some("delta"), "{name}");
        }
        assert_eq!(all.of_id("g-42"), "g-42");
        for domain in ["acme.example.com", "co.uk", "acme-events.com"] {
            assert_ne!(all.of_domain(domain, &[]).as_deref(), Some("acme"), "{domain}");
        }
        for none in ["None", "n/a", "self-employed", "Freelancer", "-", "My Workspace", "Student"] {
            assert_eq!(all.of_name(none), None, "{none}");
        }
    }

    #[test]
    fn by_default_a_domain_is_no_name() {
        let safe = names(Join::Names);
        assert_eq!(safe.of_name("Acme, Inc.").as_deref(), Some("acme"));
        assert_eq!(safe.of_name("Globex Industries GmbH").as_deref(), Some("globex industries"));
        assert_eq!(safe.of_domain("mail.acme.com", &[]).as_deref(), Some("acme.com"));
        assert_eq!(safe.of_domain("mail.acme.co.uk", &[]).as_deref(), Some("acme.co.uk"));
        assert_eq!(safe.of_id("acme-1"), "acme-1");
        assert_eq!(safe.of_name("AG").as_deref(), Some("ag"));
        let exact = names(Join::Exact);
        assert_eq!(exact.of_name("Acme Inc.").as_deref(), Some("acme inc."));
        assert_eq!(exact.of_domain("mail.acme.com", &[]).as_deref(), Some("mail.acme.com"));
        assert_eq!(safe.of_domain("mail.yahoo.com", &[]), None, "everybody may have an address there");
    }

    #[test]
    fn what_a_model_lists_is_that_account() {
        for join in [Join::Names, Join::NamesAndDomains, Join::Exact] {
            let bare = names(join);
            let listed = ["IBM Deutschland GmbH", "ibm.de", "g-42", "International Business Machines"];
            let aliases = listed.iter().map(|raw| (bare.listed(raw), Text::from("ibm"))).collect();
            let all = Names { join, aliases };
            assert_eq!(all.of_name("IBM Deutschland GmbH").as_deref(), Some("ibm"));
            assert_eq!(all.of_name("international business machines").as_deref(), Some("ibm"));
            assert_eq!(all.of_domain("ibm.de", &[]).as_deref(), Some("ibm"));
            assert_eq!(all.of_id("G-42"), "ibm");
            assert_ne!(all.of_name("Deutschland GmbH").as_deref(), Some("ibm"));
        }
    }
}
