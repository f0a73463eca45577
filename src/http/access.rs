//! Who may see what: loopback, tokens, and the headers that keep a browser out of trouble.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::Engine;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;

/// Shortest token that is accepted: 128 bits as hex digits need 32 characters, words need more.
pub const MIN_TOKEN_CHARS: usize = 16;

/// A token that `/` and `/api` want. It never shows in logs.
#[derive(Clone)]
pub struct Token {
    digest: [u8; 32],
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// The token can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token has {chars} characters and must have at least {MIN_TOKEN_CHARS}: make one with `openssl rand -hex 32`")]
pub struct WeakToken {
    chars: usize,
}

impl Token {
    /// A token as it stands in its file; blanks and line ends around it don't count.
    ///
    /// # Errors
    /// It is too short to keep anybody out.
    pub fn new(text: &str) -> Result<Self, WeakToken> {
        let text = text.trim();
        let chars = text.chars().count();
        if chars < MIN_TOKEN_CHARS {
            return Err(WeakToken { chars });
        }
        Ok(Self { digest: Sha256::digest(text).into() })
    }

    /// Compares in a time that does not depend on where the two differ: digests of equal length, every byte looked at.
    fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        let difference = self.digest.iter().zip(given).fold(0, |all, (a, b)| all | (a ^ b));
        std::hint::black_box(difference) == 0
    }
}

/// What the guarded pages want from a caller.
#[derive(Debug, Clone)]
pub enum Guard {
    /// The token, as `Authorization: Bearer …`, or as the password of HTTP basic authentication (for browsers).
    Token(Token),
    /// Nothing but that the caller asked for this machine by a name of its own: a page on the internet whose name was
    /// pointed at 127.0.0.1 is turned away.
    Local,
    /// Nothing: `http.allow_anonymous`.
    Anonymous,
}

/// Why a caller is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// 401.
    NoToken,
    /// 403.
    ForeignHost,
}

impl Guard {
    /// Whether the caller may see guarded pages.
    ///
    /// # Errors
    /// The caller may not.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match self {
            Self::Anonymous => Ok(()),
            Self::Local if is_local_host(headers) => Ok(()),
            Self::Local => Err(Refusal::ForeignHost),
            Self::Token(token) if given_token(headers).is_some_and(|given| token.is(&given)) => Ok(()),
            Self::Token(_) => Err(Refusal::NoToken),
        }
    }
}

fn given_token(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(rest.trim()).ok()?).ok()?;
    pair.split_once(':').map(|(_user, password)| password.to_owned())
}

fn is_local_host(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|h| h.to_str().ok()) else {
        // HTTP/1.0: no browser.
        return true;
    };
    let name = match host.parse::<SocketAddr>() {
        Ok(address) => return address.ip().is_loopback(),
        Err(_) => host.rsplit_once(':').map_or(host, |(name, port)| if port.parse::<u16>().is_ok() { name } else { host }),
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Headers of every answer: no script but the dashboard's own (known by the digest of its text), no frames, no guessing of types, nothing kept.
pub const SECURITY_HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'sha256-/NLkfj36jwxrTkKtuygnAZ2vPwhODWgqGLUx2qs2UNA='; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    fn guard() -> Guard {
        Guard::Token(Token::new("0123456789abcdef\n").unwrap())
    }

    #[test]
    fn the_token_opens_as_bearer_and_as_password_of_a_browser() {
        assert_eq!(guard().check(&headers(header::AUTHORIZATION, "Bearer 0123456789abcdef")), Ok(()));
        let basic = base64::engine::general_purpose::STANDARD.encode("anybody:0123456789abcdef");
        assert_eq!(guard().check(&headers(header::AUTHORIZATION, &format!("Basic {basic}"))), Ok(()));
    }

    #[test]
    fn anything_else_does_not() {
        assert_eq!(guard().check(&HeaderMap::new()), Err(Refusal::NoToken));
        for value in ["Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer ", "0123456789abcdef", "Basic !!!", "Digest x"]
        {
            assert_eq!(guard().check(&headers(header::AUTHORIZATION, value)), Err(Refusal::NoToken), "{value}");
        }
    }

    #[test]
    fn a_short_token_is_refused_and_none_shows_in_debug_output() {
        assert_eq!(
            Token::new(" secret ").unwrap_err().to_string().split(':').next(),
            Some("the token has 6 characters and must have at least 16")
        );
        assert!(!format!("{:?}", guard()).contains("0123"));
    }

    #[test]
    fn a_foreign_name_that_points_at_loopback_is_turned_away() {
        for host in ["localhost:9464", "127.0.0.1:9464", "[::1]:9464", "127.0.0.1", "LOCALHOST", "[::1]", "127.8.8.8:1"] {
            assert_eq!(Guard::Local.check(&headers(header::HOST, host)), Ok(()), "{host}");
        }
        for host in ["evil.example", "evil.example:9464", "localhost.evil.example", "10.0.0.1:9464", "127.0.0.1.evil.example"] {
            assert_eq!(Guard::Local.check(&headers(header::HOST, host)), Err(Refusal::ForeignHost), "{host}");
        }
    }
}
