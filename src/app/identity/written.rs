//! Ids of the command line, as keys and outputs have them.

use super::{advice, faulty, naming, secret};
use crate::app::exit::UsageError;
use crate::config::Settings;
use crate::domain::Text;
use anyhow::{anyhow, bail};

/// Digits of a hashed id.
const HASH_DIGITS: usize = 32;

/// An id as it is written: in its one form, hashed where its type is.
///
/// # Errors
/// Identity is off, it can't be an id, or there is no secret for an address: with what to do.
pub(super) fn id(text: &str, settings: &Settings) -> anyhow::Result<Text> {
    let identity = &settings.identity;
    let types = identity.id_types().map_err(faulty)?;
    let parsed = types.parse(text.trim()).map_err(|fault| anyhow!(UsageError(format!("{text:?} is no id: it {fault}"))))?;
    let kind = parsed.kind();
    let is_hashed = identity.hashed(&types).contains(&kind);
    if is_hashed && is_hash(parsed.value()) {
        return Ok(types.text(&parsed));
    }
    let kind_name = types.name(kind).to_owned();
    let secret = if is_hashed { Some(secret(identity, &kind_name)?) } else { None };
    let hashed = if is_hashed { vec![kind] } else { Vec::new() };
    let naming = naming(identity, types, hashed, secret)?;
    match naming.name(kind, parsed.value()) {
        Ok(id) => Ok(naming.types().text(&id)),
        // What is no id by these settings may have been one before.
        Err(_) if !is_hashed => Ok(naming.types().text(&parsed)),
        Err(why) => bail!(UsageError(format!("{text:?} is no id of type {kind_name}: it {why}{}", advice(&why)))),
    }
}

fn is_hash(value: &str) -> bool {
    value.len() == HASH_DIGITS && value.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Where identity is off no id points to another, and none is blocked.
///
/// # Errors
/// It is off.
pub(super) fn needs_identity(settings: &Settings) -> Result<(), UsageError> {
    if settings.identity.enabled {
        return Ok(());
    }
    let why = "identity.enabled is false in these settings, so no id points to another and none is blocked: give the settings of the \
               service (--config, or --set identity.enabled=true)";
    Err(UsageError(why.to_owned()))
}
