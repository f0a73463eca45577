//! Which settings hold secrets: by their names, so that a new one is hidden before anybody thinks of it.

use super::properties;

/// Whether a setting's value is never shown. Below `kafka.properties` only what is known to be harmless is.
#[must_use]
pub fn is_secret(key: &str) -> bool {
    if let Some(property) = key.strip_prefix(properties::PREFIX) {
        return !crate::kafka::properties::is_shown(property);
    }
    let key = key.to_lowercase();
    let named =
        ["password", "secret", "token", "jaas", "credential", "key.pem", "passphrase"].iter().any(|word| key.contains(word));
    // The path of a file that holds a secret is none.
    named && !key.ends_with("_file") && !key.ends_with(".location") && !key.ends_with("url")
}
