//! Rules of the settings of identity.

use crate::config::settings::Settings;
use crate::domain::identity::block_list::{BlockFault, BlockList};
use crate::domain::identity::secret::IdSecret;
use leadstream_model::fields::unknown;

/// Everything that is wrong, each with its key.
pub(super) fn faults(settings: &Settings) -> Vec<(String, String)> {
    let identity = &settings.identity;
    let mut found = Vec::new();
    let mut add = |key: &str, message: String| found.push((key.to_owned(), message));
    if identity.secret.is_some() && identity.secret_file.is_some() {
        add("identity.secret", "stands beside identity.secret_file: leave one of them out".to_owned());
    }
    if let Some(Err(fault)) = identity.secret.as_ref().map(|secret| IdSecret::new(secret.reveal())) {
        add("identity.secret", fault.to_string());
    }
    if identity.ids_in_outputs && !identity.enabled {
        let message = "needs identity.enabled beside it: without identity a prospect has no other ids";
        add("identity.ids_in_outputs", message.to_owned());
    }
    let types = match identity.id_types() {
        Ok(types) => types,
        Err(faults) => {
            found.extend(faults);
            return found;
        }
    };
    let hash = identity.hash.as_deref().unwrap_or_default();
    let known: Vec<&str> = types.all().map(|kind| types.name(kind)).collect();
    for name in hash.iter().filter(|name| types.find(name).is_none()) {
        add("identity.hash", unknown(name, "type of ids", &known));
    }
    if identity.enabled && settings.identity.hash.is_none() && !identity.hashed(&types).is_empty() {
        let has_secret = identity.secret.is_some() || identity.secret_file.is_some();
        if !has_secret {
            let message = "needs identity.secret_file beside it, a file with the output of `openssl rand -hex 32`: addresses and numbers are \
                           hashed; identity.hash = [] keeps them as they are in keys and topics";
            add("identity.enabled", message.to_owned());
        }
    }
    let is_hashed = hash.iter().any(|name| types.find(name).is_some());
    if is_hashed && identity.secret.is_none() && identity.secret_file.is_none() {
        let message = "needs identity.secret_file (or identity.secret) beside it: a hash without a secret can be undone";
        add("identity.hash", message.to_owned());
    }
    let block = BlockList::new(&types, identity.email_options(), &identity.block, &identity.block_patterns);
    for fault in block.err().into_iter().flatten() {
        let key = if matches!(fault, BlockFault::TooManyWords(_)) { "identity.block" } else { "identity.block_patterns" };
        add(key, fault.to_string());
    }
    found
}
