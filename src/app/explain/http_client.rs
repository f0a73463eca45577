//! One HTTP request to an instance: small enough to need no client library.

use anyhow::Context;
use serde::de::DeserializeOwned;
use std::fmt::{self, Write as _};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(10);
/// No answer about one prospect is larger.
const MOST_BYTES: u64 = 16 << 20;

/// Host and port of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Place {
    pub(in crate::app) host: String,
    pub(in crate::app) port: u16,
}

impl Place {
    /// `http://host:port`, `host:port`; a path after it is left out.
    pub(in crate::app) fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://").unwrap_or(url);
        let authority = rest.split('/').next()?;
        let (host, port) = authority.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (!host.is_empty() && !host.contains("://")).then_some(())?;
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A prospect as one segment of a path.
pub(in crate::app) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _never = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Status and body.
pub(in crate::app) fn get(place: &Place, path: &str, token: Option<&str>) -> io::Result<(u16, String)> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (place.host.as_str(), place.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, WAIT) {
            Ok(stream) => return converse(stream, place, path, token),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// What an instance said, as the type that it should be.
pub(in crate::app) fn read<T: DeserializeOwned>(place: &Place, status: u16, body: &str) -> anyhow::Result<T> {
    serde_json::from_str(body).with_context(|| format!("http://{place} answered {status}, but not as leadstream would"))
}

fn converse(mut stream: TcpStream, place: &Place, path: &str, token: Option<&str>) -> io::Result<(u16, String)> {
    stream.set_read_timeout(Some(WAIT))?;
    stream.set_write_timeout(Some(WAIT))?;
    let token = token.map(|t| format!("Authorization: Bearer {t}\r\n")).unwrap_or_default();
    // HTTP/1.0: the answer ends with the connection and comes in one piece.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {place}\r\nAccept: application/json\r\n{token}\r\n")?;
    let mut answer = String::new();
    stream.take(MOST_BYTES).read_to_string(&mut answer)?;
    parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

fn parse(answer: &str) -> Option<(u16, String)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_as_people_write_it() {
        let place = |host: &str, port| Some(Place { host: host.to_owned(), port });
        assert_eq!(Place::parse("http://shop:9464"), place("shop", 9464));
        assert_eq!(Place::parse("shop:9464/api"), place("shop", 9464));
        assert_eq!(Place::parse("http://[::1]:9464/"), place("::1", 9464));
        for wrong in ["shop", "https://shop:1", "http://:1", "http://shop:port"] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn any_prospect_fits_into_a_path() {
        assert_eq!(encoded("ann@example.com/1 ü"), "ann%40example.com%2F1%20%C3%BC");
    }

    #[test]
    fn an_answer_is_status_and_body() {
        assert_eq!(parse("HTTP/1.0 404 Not Found\r\nx: y\r\n\r\n{}"), Some((404, "{}".to_owned())));
        assert_eq!(parse("SSH-2.0"), None);
    }
}
