//! What is wrong in `[internal]`.

use super::spec::{InternalSpec, domain_of};
use crate::fault::{Faults, Place};
use leadstream_core::domain::free_mail::is_free_mail;
use leadstream_core::domain::model::internal::Network;

const MAX_DOMAINS: usize = 64;
const MAX_NETWORKS: usize = 64;
const MAX_MARKS: usize = 8;
const MAX_NAME_BYTES: usize = 64;
/// A network that holds more addresses than these prefixes leave is no shop's own.
const MIN_PREFIX: [u8; 2] = [8, 16];

/// Notes what is wrong.
pub(super) fn check(spec: &InternalSpec, faults: &mut Faults) {
    let mut too_many = |place: Option<&Place>, most: usize, what: &str| {
        if let Some(place) = place {
            faults.add(place, format!("is one {what} too many: at most {most} fit"));
        }
    };
    too_many(spec.domains.get(MAX_DOMAINS).map(|at| &at.place), MAX_DOMAINS, "domain");
    too_many(spec.networks.get(MAX_NETWORKS).map(|at| &at.place), MAX_NETWORKS, "network");
    too_many(spec.marked.iter().flatten().nth(MAX_MARKS).map(|at| &at.place), MAX_MARKS, "mark");
    for domain in &spec.domains {
        let name = domain_of(&domain.value);
        let is_name = name.len() <= 253 && name.contains('.') && !name.contains(['@', '/', ' ', ':', '*']);
        if !is_name {
            faults.add(&domain.place, format!("{:?} is no mail domain: write it like \"myshop.com\"", domain.value));
        } else if is_free_mail(&name, &[]) {
            let message = format!("everybody may have an address at {name}: all customers with one would be left out");
            faults.add(&domain.place, message);
        }
    }
    for network in &spec.networks {
        match Network::parse(&network.value) {
            None => {
                let message = format!(
                    "{:?} is no network: write it like \"10.0.0.0/8\", \"203.0.113.7\" or \"2001:db8::/32\"",
                    network.value
                );
                faults.add(&network.place, message);
            }
            Some(parsed) if parsed.prefix < MIN_PREFIX[usize::from(parsed.is_v6())] => {
                let message = format!(
                    "{:?} holds the addresses of half the world: a network of one's own has a prefix of at least {}, or {} with IPv6",
                    network.value, MIN_PREFIX[0], MIN_PREFIX[1]
                );
                faults.add(&network.place, message);
            }
            Some(_) => {}
        }
    }
    for mark in spec.marked.iter().flatten() {
        let name = mark.value.trim();
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            faults.add(&mark.place, format!("can't name a mark: write 1 to {MAX_NAME_BYTES} bytes, such as \"is_test\""));
        }
    }
}
