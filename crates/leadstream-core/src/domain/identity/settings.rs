//! The settings by which ids are written and ordered, as all instances of a service have to have them: with others the same person has
//! another id, and what is known lies under the old one.

use super::types::{IdClass, IdTypeSpec};

/// What decides how ids are written and where they lie.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentitySettings {
    /// From the strongest to the weakest.
    pub types: Vec<IdTypeSpec>,
    /// Names of the types that are hashed, in the order of types.
    pub hashed: Vec<String>,
    /// Of the secret, where anything is hashed.
    pub secret: Option<u64>,
    pub strip_plus: bool,
    pub gmail_dots: bool,
    pub partitions: u32,
}

impl IdentitySettings {
    /// What differs from those of before, and what that would do; nothing: they are the same. Ranks count by the order that they make.
    #[must_use]
    pub fn differences(&self, before: &Self) -> Vec<String> {
        let Self { types, hashed, secret, strip_plus, gmail_dots, partitions } = self;
        let mut found = Vec::new();
        found.extend(differing_types(types, &before.types));
        let (is, was) = (listed(hashed), listed(&before.hashed));
        if is != was {
            found.push(format!("identity.hash: {is} instead of {was}: whoever is known by such an id has another one"));
        }
        if let (Some(is), Some(was)) = (secret, before.secret)
            && *is != was
        {
            found.push("identity.secret_file: another secret: everybody who is known by a hashed id has another one".to_owned());
        }
        for (key, is, was) in [("strip_plus", *strip_plus, before.strip_plus), ("gmail_dots", *gmail_dots, before.gmail_dots)] {
            if is != was {
                found.push(format!("identity.{key}: {is} instead of {was}: some addresses have another id"));
            }
        }
        if *partitions != before.partitions {
            let was = before.partitions;
            found.push(format!("{partitions} partitions instead of {was}: ids lie where nothing is known of them"));
        }
        found
    }
}

fn differing_types(is: &[IdTypeSpec], was: &[IdTypeSpec]) -> Vec<String> {
    let order = |types: &[IdTypeSpec]| listed(&types.iter().map(|spec| spec.name.clone()).collect::<Vec<_>>());
    let mut found = Vec::new();
    if let (Some(top), Some(was_top)) = (is.first(), was.first())
        && top.name != was_top.name
    {
        let text = format!(
            "identity.types: {} is the strongest type instead of {}: ids without a type are read as ids of {}, and everybody who \
             has one has another id",
            top.name, was_top.name, top.name
        );
        found.push(text);
    } else if order(is) != order(was) {
        let text = format!(
            "identity.types: {} from the strongest to the weakest instead of {}: who has several ids may be known by another one, and \
             ids of a type that is new or gone are others",
            order(is),
            order(was)
        );
        found.push(text);
    }
    let class = |types: &[IdTypeSpec], name: &str| -> Option<IdClass> {
        types.iter().find(|spec| spec.name == name).map(|spec| spec.class)
    };
    for IdTypeSpec { name, class: is, .. } in is {
        if let Some(was) = class(was, name).filter(|was| was != is) {
            found.push(format!("identity.types.{name}.class: {is} instead of {was}: its ids are linked by other rules"));
        }
    }
    found
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::super::secret::IdSecret;
    use super::super::types::IdTypes;
    use super::*;

    fn settings() -> IdentitySettings {
        let types = IdTypes::default().specs().to_vec();
        let secret = IdSecret::new("0123456789abcdef").ok().map(|secret| secret.fingerprint());
        IdentitySettings { types, hashed: vec!["email".to_owned()], secret, partitions: 4, ..IdentitySettings::default() }
    }

    #[test]
    fn what_differs_is_named_with_what_it_would_do() {
        let before = settings();
        assert!(before.differences(&settings()).is_empty());
        let of = |change: fn(&mut IdentitySettings)| {
            let mut now = settings();
            change(&mut now);
            now.differences(&before).join("; ")
        };
        assert_eq!(of(|now| now.types[4].rank = 9), "", "the order is the same");
        assert!(of(|now| now.types.swap(3, 4)).starts_with("identity.types: user, email, phone, cart, anon from"));
        assert!(of(|now| now.types.swap(0, 1)).starts_with("identity.types: email is the strongest type instead of user"));
        assert!(of(|now| _ = now.types.pop()).contains("gone"));
        assert!(of(|now| now.types[1].class = IdClass::Exclusive).contains("email.class: exclusive instead of address"));
        assert!(of(|now| now.hashed.clear()).starts_with("identity.hash: none instead of email"));
        let other = |now: &mut IdentitySettings| now.secret = IdSecret::new("another-0123456789").ok().map(|s| s.fingerprint());
        assert!(of(other).starts_with("identity.secret_file: another secret"));
        assert!(of(|now| now.strip_plus = true).starts_with("identity.strip_plus: true instead of false"));
        assert!(of(|now| now.gmail_dots = true).starts_with("identity.gmail_dots"));
        assert!(of(|now| now.partitions = 8).starts_with("8 partitions instead of 4"));
    }

    #[test]
    fn a_fingerprint_is_of_the_secret_and_not_of_its_line_break() {
        let of = |text| IdSecret::new(text).map(|secret| secret.fingerprint()).ok();
        assert_eq!(of("0123456789abcdef\n"), of("0123456789abcdef"));
        assert_ne!(of("0123456789abcdef"), of("0123456789abcdeg"));
    }
}
