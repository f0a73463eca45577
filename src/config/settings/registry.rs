//! `registry.*`: who knows the schemas of records that are no JSON.

use super::section::section;
use crate::registry::address::Address;
use crate::registry::options::Options;
use std::path::{Path, PathBuf};
use std::time::Duration;

section! {
    /// `registry.*`
    #[derive(PartialEq)]
    Registry "registry" {
        urls: Vec<String> = [],
            "Addresses of the schema registry (Confluent's API: Karapace, Redpanda and Apicurio speak it too), tried in this order: \
             `https://registry.example:8081`. Mappings with `format = \"avro\"` or `\"protobuf\"` and no file ask it for the schemas \
             of records. What it has answered is kept in `state.dir`, if that is set, and never asked for again.";
        username: Option<String>, "Name for basic authentication; of Confluent's cloud, the key.";
        password_file: Option<PathBuf>,
            "File with the password for basic authentication, read for each request. Give it mode 0600.";
        token_file: Option<PathBuf>, "File with a bearer token, instead of a name and a password; read for each request.";
        ca_file: Option<PathBuf>, "Certificates (PEM) of whom to trust. Default: those that the system trusts.";
        certificate_file: Option<PathBuf>, "Our own certificate (PEM), where the registry asks for one.";
        key_file: Option<PathBuf>, "Its private key (PEM, without a password). Default: it stands in `registry.certificate_file`.";
        timeout: Duration = "10s", "Time for one request, with its connection.";
    }
}

/// Below `state.dir`.
const CACHE: &str = "schemas";

impl Registry {
    /// How to ask it; `None`: there is none. Addresses that are wrong are left out: they are faults of the settings.
    #[must_use]
    pub fn options(&self, state_dir: Option<&Path>) -> Option<Options> {
        let addresses: Vec<Address> = self.urls.iter().filter_map(|url| Address::parse(url).ok()).collect();
        (!addresses.is_empty()).then(|| Options {
            addresses,
            username: self.username.clone().filter(|name| !name.is_empty()),
            password_file: self.password_file.clone(),
            token_file: self.token_file.clone(),
            ca_file: self.ca_file.clone(),
            certificate_file: self.certificate_file.clone(),
            key_file: self.key_file.clone(),
            timeout: self.timeout,
            cache: state_dir.map(|dir| dir.join(CACHE)),
        })
    }
}
