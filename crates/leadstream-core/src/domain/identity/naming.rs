//! From what events say to ids: one form for each value, blocked ones left out, addresses hashed. A pure function of the value and
//! the settings.

use super::block_list::{BlockFault, BlockList};
use super::id::{Id, MAX_VALUE_BYTES};
use super::normal::{EmailOptions, Hashed, email, hashed, hex, phone};
use super::secret::{IdSecret, sha256};
use super::types::{IdType, IdTypes};
use crate::domain::Text;
use crate::domain::placeholder_ids::{IdOf, is_id};
use smallvec::SmallVec;
use std::borrow::Cow;

/// Types whose values have a form of their own.
const EMAIL: &str = "email";
const PHONE: &str = "phone";

/// Most ids of one event; the weakest go first.
pub const MAX_IDS_OF_EVENT: usize = 16;

/// Digits of a hashed value.
const HASHED_DIGITS: usize = 32;

/// Shortest hash of a telephone number: of MD5.
const MIN_PHONE_HASH_DIGITS: usize = 32;

/// How ids are made.
#[derive(Debug, Clone, Default)]
pub struct NamingOptions {
    pub types: IdTypes,
    /// Types whose values are hashed; `None`: addresses and numbers, where another type is the strongest.
    pub hashed: Option<Vec<IdType>>,
    pub secret: Option<IdSecret>,
    pub email: EmailOptions,
    pub block: Vec<String>,
    pub block_patterns: Vec<String>,
}

/// Why ids can't be made so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingFault {
    #[error("ids of type {0} are hashed, and there is no secret to do it with")]
    NoSecret(String),
    #[error(transparent)]
    Block(#[from] BlockFault),
}

/// Why a value is no id. Such a value is as if it were absent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoId {
    #[error("says of nobody who it is: a word, a template or a number that stands for everybody")]
    Placeholder,
    #[error("is blocked by a word of the settings")]
    BlockedWord,
    #[error("is blocked by the expression {0:?} of the settings")]
    BlockedPattern(String),
    #[error("is no address that one person reads: it wants a name, `@` and a domain with a dot")]
    NoAddress,
    #[error("is no telephone number with its country: it begins with `+` or `00`, and has 7 to 15 digits")]
    NoPhone,
    #[error("has {0} bytes, and an id has at most {MAX_VALUE_BYTES}")]
    TooLong(usize),
    #[error("is of a type that the settings don't know")]
    UnknownType,
    #[error("is one too many: an event has at most {MAX_IDS_OF_EVENT}")]
    TooMany,
}

impl NoId {
    /// All names, in the order in which they are shown.
    pub const NAMES: [&'static str; 7] =
        ["placeholder", "blocked", "no-address", "no-phone", "too-long", "unknown-type", "too-many"];

    /// The reason that it is counted under.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Placeholder => "placeholder",
            Self::BlockedWord | Self::BlockedPattern(_) => "blocked",
            Self::NoAddress => "no-address",
            Self::NoPhone => "no-phone",
            Self::TooLong(_) => "too-long",
            Self::UnknownType => "unknown-type",
            Self::TooMany => "too-many",
        }
    }
}

/// What form the values of a type have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Email,
    Phone,
    /// Without blanks around it.
    AsItIs,
}

/// The ids of one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventIds {
    /// From the strongest to the weakest, each once.
    pub ids: SmallVec<[Id; 4]>,
    /// Of each value that is no id its type and why.
    pub refused: SmallVec<[(Text, NoId); 2]>,
}

impl EventIds {
    /// What its prospect is called; `None`: it is nobody's.
    #[must_use]
    pub fn strongest(&self) -> Option<&Id> {
        self.ids.first()
    }
}

/// Makes ids.
#[derive(Debug, Clone)]
pub struct IdNaming {
    types: IdTypes,
    /// By type: its form, and whether it is hashed.
    forms: SmallVec<[(Form, bool); 8]>,
    /// There where anything is hashed.
    secret: Option<IdSecret>,
    email: EmailOptions,
    block: BlockList,
}

/// A value in its one form, and what its hash is made of.
struct Normal<'v> {
    text: Cow<'v, str>,
    hash: Option<Hashed<'v>>,
}

impl IdNaming {
    /// # Errors
    /// Everything that is wrong with the options.
    pub fn new(options: NamingOptions) -> Result<Self, Vec<NamingFault>> {
        let NamingOptions { types, hashed, secret, email, block, block_patterns } = options;
        let is_hashed = |kind: IdType, form: Form| match &hashed {
            Some(hashed) => hashed.contains(&kind),
            None => form != Form::AsItIs && kind != IdType::TOP,
        };
        let of = |kind| {
            let form = match types.name(kind) {
                EMAIL => Form::Email,
                PHONE => Form::Phone,
                _ => Form::AsItIs,
            };
            (form, is_hashed(kind, form))
        };
        let forms: SmallVec<[(Form, bool); 8]> = types.all().map(of).collect();
        let mut faults = Vec::new();
        if secret.is_none() {
            let hashed = types.all().zip(&forms).filter(|(_, (_, is_hashed))| *is_hashed);
            faults.extend(hashed.map(|(kind, _)| NamingFault::NoSecret(types.name(kind).to_owned())));
        }
        let block = BlockList::new(&types, email, &block, &block_patterns).unwrap_or_else(|found| {
            faults.extend(found.into_iter().map(NamingFault::from));
            BlockList::default()
        });
        if faults.is_empty() { Ok(Self { types, forms, secret, email, block }) } else { Err(faults) }
    }

    #[must_use]
    pub fn types(&self) -> &IdTypes {
        &self.types
    }

    /// Whether ids of a type hold a hash in place of the value.
    #[must_use]
    pub fn is_hashed(&self, kind: IdType) -> bool {
        self.forms.get(kind.index()).is_some_and(|(_, is_hashed)| *is_hashed)
    }

    /// The id that a value of a type stands for.
    ///
    /// # Errors
    /// It is no id.
    pub fn name(&self, kind: IdType, said: &str) -> Result<Id, NoId> {
        let said = said.trim();
        if !is_id(said, IdOf::Person) {
            return Err(NoId::Placeholder);
        }
        if self.block.has_word(kind, said) {
            return Err(NoId::BlockedWord);
        }
        let (form, is_hashed) = self.forms.get(kind.index()).copied().unwrap_or((Form::AsItIs, false));
        let value = match self.secret.as_ref().filter(|_| is_hashed) {
            Some(_) if form != Form::AsItIs && self.is_named_already(kind, said) => {
                Text::from(&said[self.types.name(kind).len() + 1..])
            }
            Some(secret) => {
                let normal = self.normal(kind, form, said)?;
                Text::from(match normal.hash {
                    Some(Hashed::Sha256(hash)) => secret.of_hash(&hash),
                    Some(Hashed::Other(hash)) => secret.of_hash(hash.to_ascii_lowercase().as_bytes()),
                    None => secret.of_hash(&sha256(&normal.text)),
                })
            }
            None => Text::from(self.normal(kind, form, said)?.text),
        };
        if self.block.has_word(kind, &value) {
            return Err(NoId::BlockedWord);
        }
        // `normal` has looked at both: it is neither empty nor too long.
        Id::new(kind, value).map_err(|_| NoId::Placeholder)
    }

    /// It is an id of ours that came back (`email:9f86…`), as outputs have it.
    fn is_named_already(&self, kind: IdType, said: &str) -> bool {
        let value = said.strip_prefix(self.types.name(kind)).and_then(|rest| rest.strip_prefix(':'));
        value.is_some_and(|value| {
            value.len() == HASHED_DIGITS && value.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
    }

    fn normal<'v>(&self, kind: IdType, form: Form, said: &'v str) -> Result<Normal<'v>, NoId> {
        let hash = match form {
            Form::AsItIs => None,
            Form::Email => hashed(said),
            // Numbers of a telephone are hexadecimal digits, too.
            Form::Phone => hashed(said).filter(|_| said.len() >= MIN_PHONE_HASH_DIGITS),
        };
        let text = match (&hash, form) {
            (Some(Hashed::Sha256(hash)), _) if self.block.has_sha256(hash) => return Err(NoId::Placeholder),
            (Some(Hashed::Sha256(hash)), _) => Cow::Owned(hex(hash)),
            (Some(Hashed::Other(hash)), _) if BlockList::is_hash_of_nothing(hash) => return Err(NoId::Placeholder),
            (Some(Hashed::Other(hash)), _) => Cow::Owned(hash.to_ascii_lowercase()),
            (None, Form::Email) => Cow::Owned(email(said, self.email).ok_or(NoId::NoAddress)?),
            (None, Form::Phone) => Cow::Owned(phone(said).ok_or(NoId::NoPhone)?),
            (None, Form::AsItIs) => Cow::Borrowed(said),
        };
        if text.len() > MAX_VALUE_BYTES {
            return Err(NoId::TooLong(text.len()));
        }
        if self.block.has_word(kind, &text) {
            return Err(NoId::BlockedWord);
        }
        if let Some(pattern) = self.block.pattern(&text) {
            return Err(NoId::BlockedPattern(pattern.to_owned()));
        }
        Ok(Normal { text, hash })
    }

    /// The ids of an event, of the types and values that it says.
    #[must_use]
    pub fn of_event<'s>(&self, said: impl IntoIterator<Item = (&'s str, &'s str)>) -> EventIds {
        let mut event = EventIds::default();
        for (name, value) in said {
            let id = self.types.find(name).ok_or(NoId::UnknownType).and_then(|kind| self.name(kind, value));
            match id {
                Ok(id) => {
                    if let Err(place) = event.ids.binary_search(&id) {
                        event.ids.insert(place, id);
                    }
                }
                Err(why) => event.refused.push((name.into(), why)),
            }
            if event.ids.len() > MAX_IDS_OF_EVENT
                && let Some(weakest) = event.ids.pop()
            {
                event.refused.push((self.types.name(weakest.kind()).into(), NoId::TooMany));
            }
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::{IdClass, IdTypeSpec};
    use super::*;
    use proptest::prelude::*;

    const SECRET: &str = "0123456789abcdef-secret\n";

    fn hashing() -> IdNaming {
        IdNaming::new(NamingOptions { secret: IdSecret::new(SECRET).ok(), ..NamingOptions::default() }).unwrap()
    }

    fn plain() -> IdNaming {
        IdNaming::new(NamingOptions { hashed: Some(Vec::new()), ..NamingOptions::default() }).unwrap()
    }

    /// The id's text, or the reason why it is none.
    fn named(naming: &IdNaming, name: &str, value: &str) -> String {
        let id = naming.name(naming.types().find(name).unwrap(), value);
        id.map_or_else(|why| format!("({})", why.name()), |id| naming.types().text(&id).to_string())
    }

    #[test]
    fn an_address_and_its_hash_are_one_id_that_does_not_hold_the_address() {
        // HMAC-SHA256 of the SHA-256, its first half, by Python's hmac and hashlib.
        const ADA: &str = "email:c257ae322dcd80631b25a2a2b99e00ae";
        const NUMBER: &str = "phone:d665ab6800631bb761fc970b4681a65f";
        let naming = hashing();
        for (name, value, want) in [
            ("email", " Ada@MAIL.example ", ADA),
            ("email", "5b48ec4e1914e24663c2fe34b93e3e93062530ae5f5c7ea128cfe9a08bdbcc85", ADA),
            ("email", "5B48EC4E1914E24663C2FE34B93E3E93062530AE5F5C7EA128CFE9A08BDBCC85", ADA),
            ("email", ADA, ADA),
            ("phone", "+49 (0)30 901820", NUMBER),
            ("phone", "4db5829924ee5c466cbd9ac69b2a6af527f758614fa3b3aec8c89b16a709a678", NUMBER),
            ("phone", NUMBER, NUMBER),
            // MD5 of Ada's address can be compared with no other form.
            ("email", "9FE95A083306ef62d4294f926cf0d6d8", "email:76b23188e1236ced2820e340151d5df5"),
            ("user", "ada@mail.example", "ada@mail.example"),
            ("anon", " v-1 ", "anon:v-1"),
            ("cart", "C7", "cart:C7"),
        ] {
            assert_eq!(named(&naming, name, value), want, "{name} {value}");
        }
        assert!(naming.is_hashed(naming.types().find("email").unwrap()) && !naming.is_hashed(IdType::TOP));
        assert!(!format!("{naming:?}").contains("0123456789abcdef"));
        let other = NamingOptions { secret: IdSecret::new("another-secret-0123456789").ok(), ..NamingOptions::default() };
        assert_ne!(named(&IdNaming::new(other).unwrap(), "email", "ada@mail.example"), ADA);
    }

    #[test]
    fn without_hashing_an_address_is_its_own_id() {
        let naming = plain();
        for (name, value, want) in [
            ("email", " Ada@BÜCHER.example ", "email:ada@xn--bcher-kva.example"),
            ("email", "9FE95A083306ef62d4294f926cf0d6d8", "email:9fe95a083306ef62d4294f926cf0d6d8"),
            ("phone", "0049 30 901820", "phone:+4930901820"),
            ("phone", "0049301234567890", "phone:+49301234567890"),
            ("phone", "030 901820", "(no-phone)"),
            ("email", "ada", "(no-address)"),
            ("user", "email:ada@mail.example", "user:email:ada@mail.example"),
        ] {
            assert_eq!(named(&naming, name, value), want, "{name} {value}");
        }
    }

    #[test]
    fn addresses_are_hashed_only_where_another_type_is_stronger_or_it_is_said() {
        let own = [IdTypeSpec::new("email", 1, IdClass::Address), IdTypeSpec::new("user", 2, IdClass::Exclusive)];
        let types = IdTypes::with(&own).unwrap();
        let secret = IdSecret::new(SECRET).ok();
        let by_address = NamingOptions { types: types.clone(), secret: secret.clone(), ..NamingOptions::default() };
        assert_eq!(named(&IdNaming::new(by_address).unwrap(), "email", "Ada@mail.example"), "ada@mail.example");
        let hashed = Some(vec![types.find("email").unwrap(), types.find("user").unwrap()]);
        let all = IdNaming::new(NamingOptions { types, hashed, secret, ..NamingOptions::default() }).unwrap();
        assert_eq!(named(&all, "email", "Ada@mail.example"), "c257ae322dcd80631b25a2a2b99e00ae");
        assert_eq!(named(&all, "user", "ada@mail.example"), "user:c257ae322dcd80631b25a2a2b99e00ae");
        let faults = IdNaming::new(NamingOptions::default()).expect_err("no secret");
        let says = |name| NamingFault::NoSecret(name);
        assert_eq!(faults, [says("email".to_owned()), says("phone".to_owned())]);
        assert_eq!(IdSecret::new(" short-secret ").map(|_| ()).map_err(|fault| fault.to_string()), {
            Err("has 12 bytes, and needs at least 16: take the output of `openssl rand -hex 32`".to_owned())
        });
    }

    #[test]
    fn what_stands_for_nobody_or_everybody_is_no_id_of_any_type() {
        // Section 2 of the design, each bare, quoted and in capitals.
        let words = [
            "",
            "-",
            "0",
            "000-000",
            "00000000-0000-0000-0000-000000000000",
            "xxxxxxxx",
            "-1",
            "null",
            "none",
            "nan",
            "undefined",
            "anonymous",
            "anon",
            "guest",
            "user",
            "test",
            "unknown",
            "n/a",
            "true",
            "false",
            "id",
            "email",
            "distinctid",
            "distinct_id",
            "not_authenticated",
            "[object object]",
            "void",
        ];
        for naming in [plain(), hashing()] {
            for name in ["user", "email", "phone", "anon", "cart"] {
                for word in words {
                    for text in [word.to_owned(), word.to_uppercase(), format!("\"{word}\""), format!(" '{word}' ")] {
                        assert_eq!(named(&naming, name, &text), "(placeholder)", "{name} {text:?}");
                    }
                }
            }
            for address in ["ada@example.com", "ada@EXAMPLE.org", "ada@test.de", "ada@localhost", "noreply@a.example"] {
                assert_eq!(named(&naming, "email", address), "(no-address)", "{address}");
            }
            for address in ["test@shop.example", "guest@shop.example", "ada", "ada@shop"] {
                assert_eq!(named(&naming, "email", address), "(no-address)", "{address}");
            }
            for of in ["", "null", "undefined", "guest", "test@test.com"] {
                assert_eq!(named(&naming, "email", &hex(&sha256(of))), "(placeholder)", "the hash of {of:?}");
            }
            assert_eq!(named(&naming, "email", "d41d8cd98f00b204e9800998ecf8427e"), "(placeholder)", "MD5 of nothing");
        }
    }

    #[test]
    fn a_shop_blocks_what_is_nobody_there_also_under_its_hash() {
        let block = ["Office@Shop.example".to_owned(), "email:76b23188e1236ced2820e340151d5df5".to_owned()].to_vec();
        let block_patterns = vec!["^kiosk-".to_owned(), "@till\\.shop\\.example$".to_owned()];
        let secret = IdSecret::new(SECRET).ok();
        let naming = IdNaming::new(NamingOptions { secret, block, block_patterns, ..NamingOptions::default() }).expect("good");
        for (name, value, want) in [
            ("email", "office@SHOP.example", "(blocked)"),
            ("email", &hex(&sha256("office@shop.example")), "(placeholder)"),
            ("email", "9FE95A083306ef62d4294f926cf0d6d8", "(blocked)"),
            ("email", "email:76b23188e1236ced2820e340151d5df5", "(blocked)"),
            ("email", "7@till.shop.example", "(blocked)"),
            ("anon", "KIOSK-3", "(blocked)"),
            ("anon", "k-3", "anon:k-3"),
        ] {
            assert_eq!(named(&naming, name, value), want, "{name} {value}");
        }
        let why = naming.name(naming.types().find("anon").unwrap(), "kiosk-3").expect_err("blocked");
        assert_eq!(why.to_string(), "is blocked by the expression \"^kiosk-\" of the settings");
    }

    #[test]
    fn the_ids_of_an_event_stand_from_the_strongest_to_the_weakest_and_what_is_none_is_told() {
        let naming = plain();
        let long = "x".repeat(201);
        let event = naming.of_event([
            ("cart", "C7"),
            ("anon", "v-1"),
            ("user", "null"),
            ("email", "Ada@mail.example"),
            ("email", "ada@MAIL.example"),
            ("phone", "110"),
            ("anon", &long),
            ("loyalty", "L1"),
            ("user", "42"),
        ]);
        let ids: Vec<_> = event.ids.iter().map(|id| naming.types().text(id).to_string()).collect();
        assert_eq!(ids, ["42", "email:ada@mail.example", "anon:v-1", "cart:C7"]);
        assert_eq!(event.strongest().map(Id::value), Some("42"));
        let refused: Vec<_> = event.refused.iter().map(|(name, why)| format!("{name} {}", why.name())).collect();
        assert_eq!(refused, ["user placeholder", "phone no-phone", "anon too-long", "loyalty unknown-type"]);
        assert_eq!(naming.of_event([]), EventIds::default());
    }

    #[test]
    fn an_event_has_no_more_ids_than_there_is_room_for_and_the_weakest_go() {
        let naming = plain();
        let values: Vec<String> = (10..30).rev().map(|n| format!("v-{n}")).collect();
        let event = naming.of_event(values.iter().map(|value| ("anon", value.as_str())).chain([("user", "42")]));
        assert_eq!((event.ids.len(), event.strongest().map(Id::value)), (MAX_IDS_OF_EVENT, Some("42")));
        assert_eq!(event.ids.last().map(Id::value), Some("v-24"));
        assert_eq!(event.refused.iter().map(|(_, why)| why.name()).collect::<Vec<_>>(), ["too-many"; 5]);
    }

    #[test]
    fn every_reason_has_a_name() {
        let all = [
            NoId::Placeholder,
            NoId::BlockedWord,
            NoId::BlockedPattern(String::new()),
            NoId::NoAddress,
            NoId::NoPhone,
            NoId::TooLong(201),
            NoId::UnknownType,
            NoId::TooMany,
        ];
        let mut names: Vec<_> = all.iter().map(NoId::name).collect();
        names.dedup();
        assert_eq!(names, NoId::NAMES);
    }

    proptest! {
        #[test]
        fn whatever_is_said_its_id_is_made_once_and_for_all(
            name in prop::sample::select(vec!["user", "email", "phone", "anon", "cart"]),
            said in "[ -~]{0,30}|.{0,80}|[a-zA-Z.+]{1,10}@[a-zA-ZäöüßÄ-]{1,10}\\.[a-z]{2,3}|(\\+|00)[0-9 ()-]{5,18}|[0-9a-fA-F]{32}|[0-9a-f]{64}",
        ) {
            let (plain, hashing) = (plain(), hashing());
            let kind = plain.types().find(name).unwrap();
            let id = plain.name(kind, &said);
            if let Ok(id) = &id {
                prop_assert_eq!(plain.name(kind, id.value()), Ok(id.clone()), "its own form");
                prop_assert!(id.value().len() <= MAX_VALUE_BYTES);
            }
            // Whether it is an id, and which values are the same one, doesn't depend on hashing.
            let hashed = hashing.name(kind, &said);
            prop_assert_eq!(id.is_ok(), hashed.is_ok());
            if let (Ok(id), Ok(hashed)) = (id, hashed) {
                prop_assert_eq!(hashing.name(kind, id.value()), Ok(hashed.clone()));
                let text = hashing.types().text(&hashed);
                prop_assert_eq!(hashing.types().parse(&text), Ok(hashed.clone()));
                if hashing.is_hashed(kind) {
                    prop_assert_eq!(hashing.name(kind, &text), Ok(hashed.clone()), "what outputs say comes back");
                    let sha256 = hex(&sha256(id.value()));
                    if !said.trim().bytes().all(|b| b.is_ascii_hexdigit()) {
                        prop_assert_eq!(hashing.name(kind, &sha256), Ok(hashed));
                    }
                }
            }
        }
    }
}
