//! `http.*`: the admin server.

use super::section::section;
use crate::http::Limits;
use std::net::SocketAddr;
use std::path::PathBuf;

section! {
    /// `http.*`
    #[derive(PartialEq)]
    Http "http" besides {
        /// What connections may take.
        limits: Limits,
    } {
        listen: Option<SocketAddr> = "127.0.0.1:9464",
            "Address of metrics, health and pages; `\"off\"` for none. Loopback by default, because it serves personal data.";
        token_file: Option<PathBuf>,
            "File with the token that `/` and `/api` require when the address is reachable from outside.";
        allow_anonymous: bool = false, "Let anyone who can reach the address see `/` and `/api`.";
    }
}
