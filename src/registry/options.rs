//! What settings say of a registry.

use super::address::Address;
use std::path::PathBuf;
use std::time::Duration;

/// A registry, and how to ask it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Tried in this order.
    pub addresses: Vec<Address>,
    pub username: Option<String>,
    /// Read anew for each request: passwords and tokens change while we run.
    pub password_file: Option<PathBuf>,
    pub token_file: Option<PathBuf>,
    /// Whom to trust; without it whom the system trusts.
    pub ca_file: Option<PathBuf>,
    pub certificate_file: Option<PathBuf>,
    pub key_file: Option<PathBuf>,
    /// Of one request.
    pub timeout: Duration,
    /// Where schemas are kept; `None`: in memory only.
    pub cache: Option<PathBuf>,
}

impl Options {
    /// A registry at these addresses, asked as anybody.
    #[must_use]
    pub fn of(addresses: Vec<Address>) -> Self {
        Self {
            addresses,
            username: None,
            password_file: None,
            token_file: None,
            ca_file: None,
            certificate_file: None,
            key_file: None,
            timeout: Duration::from_secs(10),
            cache: None,
        }
    }
}
