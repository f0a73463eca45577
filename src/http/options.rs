//! Where the admin server listens, whom it answers, and why it can't be started.

use super::access::{Guard, Token};
use super::listener::Limits;
use std::net::SocketAddr;

/// Where the admin server listens and whom it answers.
#[derive(Debug, Clone)]
pub struct Options {
    pub listen: SocketAddr,
    /// What stands in `http.token_file`.
    pub token: Option<Token>,
    pub allow_anonymous: bool,
    pub limits: Limits,
}

/// The admin server can't be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "http.listen = \"{0}\" can be reached from other machines: set http.token_file to a file with a token \
         (`openssl rand -hex 32`), listen on 127.0.0.1, or say http.allow_anonymous = true"
    )]
    Open(SocketAddr),
    #[error("can't listen on {address} ({why}): choose another http.listen, or stop what listens there")]
    Bind { address: SocketAddr, why: std::io::Error },
    #[error("can't start the thread of the admin server: {0}")]
    Thread(std::io::Error),
}

impl Options {
    /// The defaults, at this address.
    #[must_use]
    pub fn new(listen: SocketAddr) -> Self {
        Self { listen, token: None, allow_anonymous: false, limits: Limits::default() }
    }

    /// Whom the guarded pages answer.
    ///
    /// # Errors
    /// [`Error::Open`]: reachable from elsewhere, and neither a token nor `allow_anonymous`.
    pub fn guard(&self) -> Result<Guard, Error> {
        match &self.token {
            Some(token) => Ok(Guard::Token(token.clone())),
            None if self.allow_anonymous => Ok(Guard::Anonymous),
            None if self.listen.ip().is_loopback() => Ok(Guard::Local),
            None => Err(Error::Open(self.listen)),
        }
    }
}
