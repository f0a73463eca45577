//! `consent` of `[contact]`: whether it has to be given first, and by which traits it is given and refused.

use crate::fault::{Faults, Spanned};
use leadstream_core::domain::model::consent::ConsentModel;
use leadstream_core::domain::names::{Flags, Vocabulary};

/// Traits by which somebody agrees to be mailed: those of Segment's users, Shopify, and what people make up.
const AGREEING: [&str; 13] = [
    "marketing_consent",
    "marketing_consent.email",
    "marketing_opt_in",
    "accepts_marketing",
    "buyer_accepts_marketing",
    "email_consent",
    "email_opt_in",
    "email_opted_in",
    "email_marketing",
    "email_marketing_consent",
    "email_marketing_consent.state",
    "consent.email",
    "consent.marketing",
];
/// Traits by which somebody refuses it: those of `HubSpot`, Salesforce, Intercom, Customer.io.
const REFUSING: [&str; 9] = [
    "email_opt_out",
    "email_opted_out",
    "marketing_opt_out",
    "opted_out_of_email",
    "has_opted_out_of_email",
    "hs_email_optout",
    "unsubscribed",
    "unsubscribed_from_emails",
    "do_not_email",
];
/// Most traits of one kind that a model may name.
const MAX_TRAITS: usize = 16;
const MAX_TRAIT_BYTES: usize = 64;

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct ConsentSpec {
    /// True: `"opt-in"`.
    pub opt_in: Option<Spanned<bool>>,
    pub agreeing: Option<Vec<Spanned<String>>>,
    pub refusing: Option<Vec<Spanned<String>>>,
}

impl ConsentSpec {
    /// No mail is sent before consent was given.
    #[must_use]
    pub fn is_opt_in(&self) -> bool {
        self.opt_in.as_ref().is_some_and(|opt_in| opt_in.value)
    }

    fn agreeing(&self) -> Vec<&str> {
        names(self.agreeing.as_deref(), &AGREEING)
    }

    fn refusing(&self) -> Vec<&str> {
        names(self.refusing.as_deref(), &REFUSING)
    }
}

fn names<'a>(said: Option<&'a [Spanned<String>]>, default: &'static [&'static str]) -> Vec<&'a str> {
    said.map_or_else(|| default.to_vec(), |said| said.iter().map(|name| name.value.trim()).collect())
}

pub(super) fn check(spec: &ConsentSpec, faults: &mut Faults) {
    for (list, key) in [(&spec.agreeing, "consent_traits"), (&spec.refusing, "opt_out_traits")] {
        let list = list.as_deref().unwrap_or_default();
        if let Some(one_too_many) = list.get(MAX_TRAITS) {
            faults.add(&one_too_many.place, format!("is one trait too many: at most {MAX_TRAITS} fit into {key}"));
        }
        for (n, name) in list.iter().enumerate() {
            let text = name.value.trim();
            if text.is_empty() || text.len() > MAX_TRAIT_BYTES {
                faults.add(
                    &name.place,
                    format!("can't name a trait: write 1 to {MAX_TRAIT_BYTES} bytes, such as \"email_opt_in\""),
                );
            } else if list[..n].iter().any(|other| other.value.trim() == text) {
                faults.add(&name.place, format!("{text:?} is there twice: leave one out"));
            }
        }
    }
    for name in spec.refusing.iter().flatten() {
        if spec.agreeing().contains(&name.value.trim()) {
            let message = format!("{:?} is a trait of consent too: yes to it can't be both", name.value);
            faults.add(&name.place, message);
        }
    }
}

pub(super) fn compile(spec: &ConsentSpec, vocabulary: &mut Vocabulary) -> ConsentModel {
    let mut bits =
        |names: Vec<&str>| names.into_iter().fold(0, |bits, name| bits | vocabulary.intern_flag(&format!("traits.{name}")));
    let (agreeing, refusing) = (bits(spec.agreeing()), bits(spec.refusing()));
    vocabulary.intern_withdrawing(Flags { yes: refusing, no: agreeing });
    ConsentModel { opt_in: spec.is_opt_in(), agreeing, refusing }
}

/// Lines of the canonical text: none for what is as it would be anyway.
pub(super) fn lines(spec: &ConsentSpec) -> Vec<String> {
    let sorted = |mut names: Vec<&str>| {
        names.sort_unstable();
        format!("{names:?}")
    };
    let lines = [
        spec.is_opt_in().then(|| "contact consent first".to_owned()),
        spec.agreeing.as_ref().map(|_| format!("contact consent by {}", sorted(spec.agreeing()))),
        spec.refusing.as_ref().map(|_| format!("contact refused by {}", sorted(spec.refusing()))),
    ];
    lines.into_iter().flatten().collect()
}

pub(super) fn describe(spec: &ConsentSpec, say: &mut dyn FnMut(&str, String)) {
    let first = if spec.is_opt_in() { "is mailed nothing (no-consent)" } else { "is mailed" };
    say("contact: who said neither yes nor no", first.to_owned());
    let or_none = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    say("contact: traits by which somebody agrees to mail", or_none(spec.agreeing()));
    say("contact: traits by which somebody refuses it", or_none(spec.refusing()));
}
