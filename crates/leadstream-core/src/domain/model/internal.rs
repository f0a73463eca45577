//! The shop's own people and its tests, which no figure counts: `[internal]`.

mod network;

use super::check::Found;
use super::spec::{At, Place};
use crate::domain::company_names::is_free_mail;
use crate::domain::names::Vocabulary;
pub use network::Network;

/// What senders mark tests of theirs with.
const MARKED: [&str; 4] = ["test", "is_test", "test_order", "is_test_order"];
/// A mark of this name is looked at in events about orders only (Shopify's `test`): elsewhere it may be anything.
const OF_ORDERS: &str = "test";

const MAX_DOMAINS: usize = 64;
const MAX_NETWORKS: usize = 64;
const MAX_MARKS: usize = 8;
const MAX_NAME_BYTES: usize = 64;
/// A network that holds more addresses than these prefixes leave is no shop's own.
const MIN_PREFIX: [u8; 2] = [8, 16];

/// What the file says of it.
#[derive(Debug, Clone, Default)]
pub struct InternalSpec {
    pub domains: Vec<At<String>>,
    pub networks: Vec<At<String>>,
    pub marked: Option<Vec<At<String>>>,
}

impl InternalSpec {
    fn marks(&self) -> Vec<&str> {
        self.marked.as_ref().map_or_else(|| MARKED.to_vec(), |marks| marks.iter().map(|mark| mark.value.trim()).collect())
    }

    fn domains(&self) -> Vec<String> {
        let mut domains: Vec<String> = self.domains.iter().map(|domain| domain_of(&domain.value)).collect();
        domains.sort();
        domains.dedup();
        domains
    }

    fn networks(&self) -> Vec<Network> {
        let mut networks: Vec<Network> = self.networks.iter().filter_map(|text| Network::parse(&text.value)).collect();
        networks.sort();
        networks.dedup();
        networks
    }
}

/// People write the at sign, too.
fn domain_of(text: &str) -> String {
    text.trim().trim_start_matches('@').trim_end_matches('.').to_lowercase()
}

/// The same, compiled.
#[derive(Debug, Clone, Default)]
pub struct InternalModel {
    /// Mail domains in small letters.
    pub domains: Vec<String>,
    pub networks: Vec<Network>,
    /// Marks of an event; of an event about orders only; of a person.
    pub marks: u64,
    pub order_marks: u64,
    pub person_marks: u64,
}

/// Notes what is wrong.
pub(super) fn check(spec: &InternalSpec, found: &mut Found) {
    let mut too_many = |place: Option<&Place>, most: usize, what: &str| {
        if let Some(place) = place {
            found.add(place, format!("is one {what} too many: at most {most} fit"));
        }
    };
    too_many(spec.domains.get(MAX_DOMAINS).map(|at| &at.place), MAX_DOMAINS, "domain");
    too_many(spec.networks.get(MAX_NETWORKS).map(|at| &at.place), MAX_NETWORKS, "network");
    too_many(spec.marked.iter().flatten().nth(MAX_MARKS).map(|at| &at.place), MAX_MARKS, "mark");
    for domain in &spec.domains {
        let name = domain_of(&domain.value);
        let is_name = name.len() <= 253 && name.contains('.') && !name.contains(['@', '/', ' ', ':', '*']);
        if !is_name {
            found.add(&domain.place, format!("{:?} is no mail domain: write it like \"myshop.com\"", domain.value));
        } else if is_free_mail(&name, &[]) {
            let message = format!("everybody may have an address at {name}: all customers with one would be left out");
            found.add(&domain.place, message);
        }
    }
    for network in &spec.networks {
        match Network::parse(&network.value) {
            None => {
                let message = format!(
                    "{:?} is no network: write it like \"10.0.0.0/8\", \"203.0.113.7\" or \"2001:db8::/32\"",
                    network.value
                );
                found.add(&network.place, message);
            }
            Some(parsed) if parsed.prefix < MIN_PREFIX[usize::from(parsed.is_v6())] => {
                let message = format!(
                    "{:?} holds the addresses of half the world: a network of one's own has a prefix of at least {}, or {} with IPv6",
                    network.value, MIN_PREFIX[0], MIN_PREFIX[1]
                );
                found.add(&network.place, message);
            }
            Some(_) => {}
        }
    }
    for mark in spec.marked.iter().flatten() {
        let name = mark.value.trim();
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            found.add(&mark.place, format!("can't name a mark: write 1 to {MAX_NAME_BYTES} bytes, such as \"is_test\""));
        }
    }
}

/// From a checked spec to what steps run on.
pub(super) fn compile(spec: &InternalSpec, vocabulary: &mut Vocabulary) -> InternalModel {
    let mut model = InternalModel { domains: spec.domains(), networks: spec.networks(), ..InternalModel::default() };
    for mark in spec.marks() {
        let bit = vocabulary.intern_flag(mark);
        if mark == OF_ORDERS {
            model.order_marks |= bit;
        } else {
            model.marks |= bit;
            model.person_marks |= vocabulary.intern_flag(&format!("traits.{mark}"));
        }
    }
    if !model.networks.is_empty() {
        vocabulary.want_networks();
    }
    model
}

/// Lines of the canonical text: none for what is as it would be anyway, so that a model which says nothing keeps its hash.
pub(super) fn lines(spec: &InternalSpec) -> Vec<String> {
    let networks: Vec<String> = spec.networks().iter().map(ToString::to_string).collect();
    let mut marks = spec.marks();
    marks.sort_unstable();
    marks.dedup();
    let mut default = MARKED.to_vec();
    default.sort_unstable();
    let lines = [
        (!spec.domains.is_empty()).then(|| format!("internal domains {:?}", spec.domains())),
        (!networks.is_empty()).then(|| format!("internal networks {networks:?}")),
        (marks != default).then(|| format!("internal marked {marks:?}")),
    ];
    lines.into_iter().flatten().collect()
}

/// What it says, in words.
pub(super) fn statements(spec: &InternalSpec, say: &mut dyn FnMut(&str, String)) {
    let or_none = |names: Vec<String>| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
    say("internal: left out are people with an address at", or_none(spec.domains()));
    say("internal: left out is what comes from", or_none(spec.networks().iter().map(ToString::to_string).collect()));
    let marks =
        spec.marks().into_iter().map(|mark| if mark == OF_ORDERS { "test (of orders)".to_owned() } else { mark.to_owned() });
    say("internal: left out is what is marked", or_none(marks.collect()));
}
