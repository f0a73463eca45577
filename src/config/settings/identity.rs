//! `identity.*`: under which ids prospects are known, and what is no id.

use super::secret::Secret;
use super::section::{choice, section};
use crate::config::keys::key::{Key, optional};
use crate::config::keys::kind::Kind;
use crate::domain::Ms;
use crate::domain::identity::naming::NamingOptions;
use crate::domain::identity::normal::EmailOptions;
use crate::domain::identity::rules::{EraseAddress, Limits};
use crate::domain::identity::secret::IdSecret;
use crate::domain::identity::types::{IdClass, IdType, IdTypeSpec, IdTypes, TypesFault};
use leadstream_model::Faults;
use leadstream_model::fields::{self, Fields};
use leadstream_model::tree::{Node, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

section! {
    /// `identity.*`
    #[derive(PartialEq)]
    Identity "identity" besides {
        /// Types of one's own, and usual ones that are changed, by name.
        types: BTreeMap<String, OwnType>,
    } {
        enabled: bool = false,
            "The ids of one person are one prospect, named by the strongest of them ([identity](identity.md)): needs the topics \
             `leadstream.forwards`, `leadstream.identity` and `leadstream.identities`. **Not finished in this version**: see what is not built yet.";
        accept_settings: bool = false,
            "Go on with settings of identity that differ from those that all is known under. Otherwise `run` doesn't start with others: see \
             [turning it on and off](operations.md#identity-on-over-live-state). Take it out again afterwards.";
        hash: Option<Vec<String>>,
            "Types whose ids hold a keyed hash (HMAC-SHA256) in place of the value, so that keys and topics hold no address. What comes \
             as SHA-256 already, as from GA4, is the same id then as the plain value. Default: `email` and `phone`, unless it is the strongest \
             type; `[]` hashes nothing, and mailers that know people only by our ids need that.";
        secret_file: Option<PathBuf>,
            "File with the secret that they are hashed with, at least 16 bytes: `openssl rand -hex 32`. Give it mode 0600, and keep a \
             copy: with another secret everybody has another id.";
        secret: Option<Secret>,
            "The secret itself, for those who keep secrets in the environment (`LEADSTREAM__IDENTITY__SECRET`); never shown.";
        ids_in_outputs: bool = false,
            "Every output about a prospect has `ids`: its other ids, the strongest first, for those who look people up by other names than \
             ours. Needs `identity.enabled`.";
        detach_on: Vec<String> = [],
            "Names of events that end the use of a device, such as `Signed Out`: what it does afterwards without a name is not that person's \
             any more. Default: none, because most people who log out are still who they were.";
        user_aliases: bool = false,
            "An `alias` may say that two user ids are one person's, who is known by the smaller of them then. Off by default: it can't be \
             undone by itself.";
        max_links_per_day: usize = 20 in 1..=10_000,
            "So many ids may come to one person within a day. More say that the id which they share is nobody's: a till, a default \
             address. It is blocked then, nothing leaves for it, and `id.blocked` says so.";
        erase_address: EraseAddress = "all",
            "Whom `User Deleted` erases that names only an address which several people read: `all` of them, or the one linked `newest`.";
        strip_plus: bool = false,
            "`ada+shop@mail.example` is `ada@mail.example`. Off by default, because not every mail service reads it so.";
        gmail_dots: bool = false,
            "`a.da@gmail.com` is `ada@gmail.com` (also at googlemail.com), as Google hashes such addresses.";
        block: Vec<String> = [],
            "Values that are nobody's, besides those that programs write for nobody (`null`, `guest`, zeros, `noreply@…`): a till, an \
             office's address, whatever case they have. `email:office@shop.example` is blocked as an address only. At most 10,000.";
        block_patterns: Vec<String> = [],
            "Regular expressions for such values, without regard to case: `^kiosk-`. At most 100. Values that come hashed can't be looked \
             into.";
    }
}

choice! { EraseAddress: "all" => All, "newest" => Newest }

/// A type of ids.
pub(in crate::config) const TYPES: Key = optional(
    "identity.types.",
    Kind::Text,
    "Types of ids besides `user`, `email`, `phone`, `anon` and `cart` (ranks 1 to 5), or other ranks for these: `identity.types.crm.rank` \
     (1 to 99; the smaller, the stronger: a person is named by the strongest id) and `identity.types.crm.class`: `exclusive` (one person's \
     own), `address` (several may read it), `device` (follows who used it last) or `joining` (proves that both are one). In a file: \
     `[identity.types]` with `crm = { rank = 2, class = \"exclusive\" }`.",
);

/// What is said of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OwnType {
    pub rank: Option<u8>,
    pub class: Option<IdClass>,
}

impl Identity {
    pub(super) fn read_types(&mut self, fields: &Fields<'_>, faults: &mut Faults) {
        for (key, node, place) in fields.entries() {
            match key.rsplit_once('.') {
                Some((name, "rank")) => match rank_of(node) {
                    Some(rank) => self.types.entry(name.to_owned()).or_default().rank = Some(rank),
                    None => faults.add(&place, "must be a whole number, 1 to 99; the smaller, the stronger"),
                },
                Some((name, "class")) => {
                    let Some(word) = fields::text_of(node, &place, faults) else { continue };
                    match IdClass::ALL.into_iter().find(|class| class.name() == word) {
                        Some(class) => self.types.entry(name.to_owned()).or_default().class = Some(class),
                        None => {
                            let known = IdClass::ALL.map(IdClass::name);
                            faults.add(&place, fields::unknown(&word, "class of ids", &known));
                        }
                    }
                }
                _ => faults.add(&place, "says nothing: a type has identity.types.NAME.rank and identity.types.NAME.class"),
            }
        }
    }

    /// All types.
    ///
    /// # Errors
    /// Every fault, with its key.
    pub fn id_types(&self) -> Result<IdTypes, Vec<(String, String)>> {
        let usual = IdTypes::default();
        let mut faults = Vec::new();
        let mut own = Vec::new();
        for (name, said) in &self.types {
            let known = usual.specs().iter().find(|spec| spec.name == *name);
            let rank = said.rank.or(known.map(|spec| spec.rank));
            let class = said.class.or(known.map(|spec| spec.class));
            match (rank, class) {
                (Some(rank), Some(class)) => own.push(IdTypeSpec { name: name.clone(), rank, class }),
                (Some(_), None) => faults.push((format!("identity.types.{name}.rank"), missing(name, "class"))),
                _ => faults.push((format!("identity.types.{name}.class"), missing(name, "rank"))),
            }
        }
        let faulty = |fault: TypesFault| ("identity.types".to_owned(), fault.to_string());
        match IdTypes::with(&own) {
            Ok(types) if faults.is_empty() => Ok(types),
            found => {
                faults.extend(found.err().into_iter().flatten().map(faulty));
                Err(faults)
            }
        }
    }

    /// The types that are hashed.
    #[must_use]
    pub fn hashed(&self, types: &IdTypes) -> Vec<IdType> {
        match &self.hash {
            Some(names) => names.iter().filter_map(|name| types.find(name)).collect(),
            None => {
                ["email", "phone"].into_iter().filter_map(|name| types.find(name)).filter(|kind| *kind != IdType::TOP).collect()
            }
        }
    }

    #[must_use]
    pub fn email_options(&self) -> EmailOptions {
        EmailOptions { strip_plus: self.strip_plus, gmail_dots: self.gmail_dots }
    }

    /// How far ids are linked. `erased_for_ms`: how long an erased id refuses what happened before.
    #[must_use]
    pub fn limits(&self, erased_for_ms: Ms) -> Limits {
        let (user_aliases, links_per_day, erase_address) = (self.user_aliases, self.max_links_per_day, self.erase_address);
        Limits { user_aliases, links_per_day, erase_address, erased_for_ms, ..Limits::default() }
    }

    /// How ids are made. The secret is given, as a file may hold it.
    #[must_use]
    pub fn naming(&self, types: IdTypes, hashed: Vec<IdType>, secret: Option<IdSecret>) -> NamingOptions {
        NamingOptions {
            types,
            hashed: Some(hashed),
            secret,
            email: self.email_options(),
            block: self.block.clone(),
            block_patterns: self.block_patterns.clone(),
        }
    }
}

fn missing(name: &str, what: &str) -> String {
    format!("needs identity.types.{name}.{what} beside it: {name} is a type of your own")
}

/// Outside a file every value is text.
fn rank_of(node: &Node) -> Option<u8> {
    let rank = match &node.value {
        Value::Integer(rank) => u8::try_from(*rank).ok(),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    };
    rank.filter(|rank| (1..=99).contains(rank))
}
