//! SASL/OAUTHBEARER: the token comes from a file or from a command, so that any identity provider will do.
//!
//! `kafka.properties."sasl.oauthbearer.config"` says which: `token_file=/run/secrets/kafka-token` (read anew at each refresh;
//! something else keeps it fresh) or `token_command=/usr/local/bin/kafka-token --audience kafka` (its first line is the token).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long a token without `exp` is taken to be good: it is fetched again before that.
const DEFAULT_LIFETIME_MS: i64 = 5 * 60 * 1_000;
/// The name of the principal when the token doesn't tell: brokers take it from the token anyway.
const DEFAULT_PRINCIPAL: &str = "leadstream";

/// Why there is no token. The token itself is never shown.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    #[error("set kafka.properties.sasl.oauthbearer.config to token_file=PATH or token_command=COMMAND (it is {0})")]
    Config(&'static str),
    #[error("the token file {path} can't be read: {why}")]
    File { path: String, why: String },
    #[error("the token command failed: {0}")]
    Command(String),
    #[error("the token from {0} is empty")]
    Empty(&'static str),
}

/// Fetches a token as `sasl.oauthbearer.config` says.
///
/// # Errors
/// What is missing and where.
pub fn token(config: Option<&str>) -> Result<OAuthToken, Error> {
    let (token, from) = match config.map(str::trim) {
        None | Some("") => return Err(Error::Config("empty")),
        Some(config) => match config.split_once('=') {
            Some(("token_file", path)) => (read(path.trim().as_ref())?, "the file"),
            Some(("token_command", command)) => (run(command.trim())?, "the command"),
            _ => return Err(Error::Config("something else")),
        },
    };
    let token = token.lines().next().unwrap_or_default().trim().to_owned();
    if token.is_empty() {
        return Err(Error::Empty(from));
    }
    let claims = claims(&token);
    let now_ms = now_ms();
    Ok(OAuthToken {
        lifetime_ms: claims.expires_ms.unwrap_or(now_ms + DEFAULT_LIFETIME_MS),
        principal_name: claims.subject.unwrap_or_else(|| DEFAULT_PRINCIPAL.to_owned()),
        token,
    })
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|e| Error::File { path: path.display().to_string(), why: e.to_string() })
}

fn run(command: &str) -> Result<String, Error> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or(Error::Config("token_command= without a command"))?;
    let output = Command::new(program).args(words).output().map_err(|e| Error::Command(format!("{program}: {e}")))?;
    if !output.status.success() {
        return Err(Error::Command(format!("{program} ended with {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[derive(Default)]
struct Claims {
    expires_ms: Option<i64>,
    subject: Option<String>,
}

/// `exp` and `sub` of a JWT; nothing of any other token.
fn claims(token: &str) -> Claims {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok());
    let Some(json) = payload.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok()) else {
        return Claims::default();
    };
    Claims {
        expires_ms: json.get("exp").and_then(serde_json::Value::as_i64).and_then(|s| s.checked_mul(1_000)),
        subject: json.get("sub").and_then(serde_json::Value::as_str).map(str::to_owned),
    }
}

#[allow(clippy::disallowed_methods, reason = "the lifetime of a token is a matter of the world's time, not of a task's")]
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(claims: &str) -> String {
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(claims), "signature")
    }

    #[test]
    fn a_token_file_is_read_with_its_lifetime_and_subject() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{}\n", jwt(r#"{"sub":"shop","exp":4102444800}"#))).unwrap();
        let token = token(Some(&format!("token_file={}", file.path().display()))).unwrap();
        assert_eq!((token.principal_name.as_str(), token.lifetime_ms), ("shop", 4_102_444_800_000));
        assert!(!token.token.ends_with('\n'));
    }

    #[test]
    fn a_command_prints_a_token_that_need_not_be_a_jwt() {
        let token = token(Some("token_command=echo opaque")).unwrap();
        assert_eq!((token.token.as_str(), token.principal_name.as_str()), ("opaque", DEFAULT_PRINCIPAL));
        assert!(token.lifetime_ms > now_ms());
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(token(None).err(), Some(Error::Config("empty")));
        assert_eq!(token(Some("scope=x")).err(), Some(Error::Config("something else")));
        assert_eq!(token(Some("token_command=true")).err(), Some(Error::Empty("the command")));
        assert!(matches!(token(Some("token_command=false")), Err(Error::Command(_))));
        assert!(matches!(token(Some("token_file=/nowhere/token")), Err(Error::File { .. })));
    }
}
