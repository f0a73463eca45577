//! A settings key.

use super::kind::Kind;

/// One settings key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    /// As TOML; empty: no fixed default, `about` says what happens.
    pub default: &'static str,
    pub about: &'static str,
}

/// A key without a fixed default.
pub(in crate::config) const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, default: "", about }
}
