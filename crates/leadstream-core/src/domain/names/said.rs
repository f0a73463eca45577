//! Consent that is withdrawn, and complaints about mail, in names that no standard defines: `Contact Unsubscribed`, `Opted out
//! of all email`, `Reported as Spam`.
//!
//! To overhear one is to mail somebody who said no. To hear too much is no better: a name counts only if each of its words
//! belongs to it, so that "Spam Filter Tested" and "Complaint Form Viewed" say nothing. Another way named than mail (SMS, push)
//! says nothing of mail.

use crate::domain::names::spelling::{MAX_NORMAL_BYTES, words};

/// One word that says that no more mail is wanted.
const LEFT: &str = "unsubscribe|unsubscribed|unsubscribes|unsubscription|unsub|optout|optedout|abbestellt|abgemeldet|désabonnement|\
     désabonné|désabonnée|désinscription|désinscrit|désinscrite";
/// What says that one of several mailings is left.
const ONE_LIST_LEFT: &str = "Unsubscribed from List";
/// One mailing of several.
const LISTS: &str = "list|group|topic|category|series|publication|digest|blog|segment|audience";
const MAIL: &str = "email|emails|mail|mails|mailing|mailings|e";
/// What may stand beside them.
const BESIDE_LEFT: &str = "from|of|all|every|everything|any|the|our|my|to|by|via|as|was|has|been|is|newsletter|newsletters|marketing|promotional|\
     promotion|promotions|commercial|communication|communications|message|messages|contact|profile|subscriber|user|customer|lead|person|\
     recipient|member|prospect|global|globally|hard|completely|received|requested|request|confirmed|completed|event|lists";
const BESIDE_NEVER: &str =
    "set|added|add|list|flag|flagged|marked|enabled|requested|request|true|as|to|contact|person|lead|me|by|us|email|mail|again";
/// What a mail was called, and by whom.
const BESIDE_SPAM: &str = "reported|report|reports|received|marked|marks|flagged|complaint|complaints|complained|as|was|by|feedback|loop|recipient|\
     subscriber|isp|marketing|newsletter|campaign|a|for|abuse|spam|junk|fbl|event";

/// The canonical name of what a name of these words says; `None`: nothing of the kind.
#[must_use]
fn consent_in(words: &[String]) -> Option<&'static str> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let has = |meant: &str| words.iter().any(|word| is_one_of(meant, word));
    let only = |meant: &[&str]| words.iter().all(|word| meant.iter().any(|list| is_one_of(list, word)));
    if is_complaint(&words, &has, &only) {
        return Some("Email Marked as Spam");
    }
    let never = ["contact", "email", "mail"].iter().any(|way| follow(&words, &["do", "not", way]));
    if never && only(&["do|not", BESIDE_NEVER]) {
        return Some("Unsubscribed");
    }
    let out = ["opt", "opts", "opted", "opting"].iter().any(|opt| follow(&words, &[opt, "out"]));
    let ended = has("subscription") && has("cancelled|canceled|ended") && has("newsletter|mailing|email|marketing");
    let objected = has("objection|objected") && has("gdpr|marketing|dsgvo");
    let left =
        has(LEFT) && !has("abbestellt|abgemeldet") || has("abbestellt|abgemeldet") && has("newsletter|mail|email|marketing");
    if left && only(&[LEFT, LISTS, MAIL, BESIDE_LEFT]) || out && only(&["opt|opts|opted|opting|out", LISTS, MAIL, BESIDE_LEFT]) {
        let one = has(LISTS) && !has("all|every|everything|global|globally");
        return Some(if one { ONE_LIST_LEFT } else { of_mail(has(MAIL)) });
    }
    let is_ended = ended && only(&["subscription|cancelled|canceled|ended", MAIL, BESIDE_LEFT]);
    let is_objected = objected && only(&["objection|objected|gdpr|dsgvo|direct|processing", MAIL, BESIDE_LEFT]);
    (is_ended || is_objected).then(|| of_mail(has(MAIL)))
}

fn of_mail(is_of_mail: bool) -> &'static str {
    if is_of_mail { "Email Unsubscribed" } else { "Unsubscribed" }
}

/// A complaint about goods is none about mail: that has to be said, by "spam", "abuse" or the mail itself, or by the one word
/// that mail tools say.
fn is_complaint(words: &[&str], has: &dyn Fn(&str) -> bool, only: &dyn Fn(&[&str]) -> bool) -> bool {
    if matches!(words, ["complained" | "complaint"]) {
        return true;
    }
    let complains =
        has("complaint|complaints|complained") && has("email|emails|mail|spam|abuse|fbl|isp|recipient|subscriber|feedback");
    let reports = has("spam|abuse|junk") && has("reported|report|reports|marked|marks|flagged|email|mail");
    (complains || reports) && only(&[MAIL, BESIDE_SPAM])
}

fn follow(words: &[&str], wanted: &[&str]) -> bool {
    words.windows(wanted.len()).any(|window| window == wanted)
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split('|').any(|one| one == word)
}

/// The canonical name of what an unknown name says of consent by its words.
#[must_use]
pub fn consent_said(name: &str) -> Option<&'static str> {
    (name.len() <= MAX_NORMAL_BYTES).then(|| words(name)).and_then(|words| consent_in(&words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> Option<&'static str> {
        let words: Vec<String> =
            name.to_lowercase().split([' ', '_']).filter(|word| !word.is_empty()).map(str::to_owned).collect();
        consent_in(&words)
    }

    #[test]
    fn who_wants_no_more_is_heard_in_any_words() {
        for (name, want) in [
            ("Unsubscribed from Marketing", "Unsubscribed"),
            ("Unsubscribed from Marketing Emails", "Email Unsubscribed"),
            ("Marketing Email Unsubscribed", "Email Unsubscribed"),
            ("Contact Unsubscribed", "Unsubscribed"),
            ("Subscriber Unsubscribed", "Unsubscribed"),
            ("Opted out of all email", "Email Unsubscribed"),
            ("Customer Opted Out", "Unsubscribed"),
            ("Do Not Contact", "Unsubscribed"),
            ("do_not_email", "Unsubscribed"),
            ("Added to Do Not Contact List", "Unsubscribed"),
            ("Email Subscription Cancelled", "Email Unsubscribed"),
            ("Unsubscribed from All Lists", "Unsubscribed"),
            ("Newsletter abbestellt", "Unsubscribed"),
            ("Désabonnement", "Unsubscribed"),
            ("GDPR Objection", "Unsubscribed"),
            ("Unsubscribed from Topic", ONE_LIST_LEFT),
            ("Complained", "Email Marked as Spam"),
            ("Email Complaint", "Email Marked as Spam"),
            ("Reported as Spam", "Email Marked as Spam"),
            ("Email Reported as Spam", "Email Marked as Spam"),
            ("Abuse Report", "Email Marked as Spam"),
            ("Spam Report Received", "Email Marked as Spam"),
            ("FBL Complaint", "Email Marked as Spam"),
            ("Marketing Email Reported Spam", "Email Marked as Spam"),
        ] {
            assert_eq!(said(name), Some(want), "{name}");
        }
    }

    #[test]
    fn what_only_speaks_of_it_says_nothing() {
        for name in [
            "Spam Filter Tested",
            "Complaint Form Viewed",
            "Complaint Received",
            "Customer Complaint Submitted",
            "Lead Marked as Spam",
            "Comment Reported as Spam",
            "Email Not Spam",
            "Resubscribed",
            "Unsubscribe Page Viewed",
            "Unsubscribe Survey Answered",
            "Unsubscribe Email Sent",
            "SMS Unsubscribed",
            "Unsubscribed from Push",
            "Opted Out of SMS",
            "Do Not Call",
            "Do Not Contact Removed",
            "Subscription Cancelled",
            "Account Subscription Cancelled",
            "Opted In",
            "Undo Unsubscribe",
            "",
        ] {
            assert_eq!(said(name), None, "{name}");
        }
    }
}
