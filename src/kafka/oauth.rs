//! SASL/OAUTHBEARER: the token comes from a file or from a command, so that any identity provider will do.
//!
//! `kafka.properties."sasl.oauthbearer.config"` says which: `token_file=/run/secrets/kafka-token` (read again at each refresh;
//! something else keeps it fresh) or `token_command=/usr/local/bin/kafka-token --audience kafka` (its first line is the token).

//!
//! The request comes from inside a poll, and a poll must not wait for a command that hangs: tokens are fetched on a thread of their own, within
//! a time, and all clients of the process share what it brings.

use super::token_command;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a token without `exp` is taken to be good: it is fetched again before that.
const DEFAULT_LIFETIME_MS: i64 = 5 * 60 * 1_000;
/// How long the first token is waited for: longer than a command may take.
const WAIT_FOR_FIRST: Duration = Duration::from_secs(12);
/// How long a new token is waited for while an older one is there, or was.
const WAIT_FOR_NEXT: Duration = Duration::from_millis(100);
/// A token that is handed on while the next one is being fetched is said to be good for this long: then it is asked for again.
const ASK_AGAIN_MS: i64 = 5_000;
/// The most that is read of a token file.
const FILE_BYTES: u64 = 1024 * 1024;
/// The name of the principal when the token doesn't name one: brokers take it from the token anyway.
const DEFAULT_PRINCIPAL: &str = "leadstream";

/// Why there is no token. The token itself is never shown.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    #[error("set kafka.properties.sasl.oauthbearer.config to token_file=PATH or token_command=COMMAND (it is {0})")]
    Config(&'static str),
    #[error("the token file {path} can't be read: {why}")]
    File { path: String, why: String },
    #[error("the token command failed: {0}")]
    Command(String),
    #[error("the token from {0} is empty")]
    Empty(&'static str),
    #[error("the token from {0} has not arrived yet; it will be requested again")]
    Slow(&'static str),
}

impl From<token_command::Error> for Error {
    fn from(error: token_command::Error) -> Self {
        match error {
            token_command::Error::Missing => Self::Config("token_command= without a command"),
            token_command::Error::Failed(why) => Self::Command(why),
        }
    }
}

/// What is known of the tokens of one `sasl.oauthbearer.config`.
#[derive(Default)]
struct Source {
    state: Mutex<State>,
    /// A fetch has ended.
    ended: Condvar,
}

#[derive(Default)]
struct State {
    token: Option<Fetched>,
    /// Why the last fetch brought none.
    error: Option<Error>,
    is_fetching: bool,
    /// A fetch has ended before.
    has_ended: bool,
}

/// A token, and when it was fetched.
struct Fetched {
    token: OAuthToken,
    at_ms: i64,
}

/// The tokens of this process: its clients log in to the same brokers with the same one.
static SOURCES: Mutex<BTreeMap<String, Arc<Source>>> = Mutex::new(BTreeMap::new());

/// A token as `sasl.oauthbearer.config` says. Waits for the first one, hardly for any other.
///
/// # Errors
/// What is missing and where.
pub fn token(config: Option<&str>) -> Result<OAuthToken, Error> {
    let place = Place::of(config)?;
    let mut sources = SOURCES.lock().unwrap_or_else(PoisonError::into_inner);
    let source = Arc::clone(sources.entry(format!("{place:?}")).or_default());
    drop(sources);
    source.token(place)
}

/// Where tokens come from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    File(String),
    Command(String),
}

impl Place {
    fn of(config: Option<&str>) -> Result<Self, Error> {
        match config.map(str::trim) {
            None | Some("") => Err(Error::Config("empty")),
            Some(config) => match config.split_once('=') {
                Some(("token_file", path)) => Ok(Self::File(path.trim().to_owned())),
                Some(("token_command", command)) => Ok(Self::Command(command.trim().to_owned())),
                _ => Err(Error::Config("something else")),
            },
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "the file",
            Self::Command(_) => "the command",
        }
    }

    fn fetch(&self) -> Result<Fetched, Error> {
        let text = match self {
            Self::File(path) => read(path.as_ref())?,
            Self::Command(command) => token_command::output(command, token_command::LIMITS)?,
        };
        let token = text.lines().next().unwrap_or_default().trim().to_owned();
        if token.is_empty() {
            return Err(Error::Empty(self.name()));
        }
        let claims = claims(&token);
        let at_ms = now_ms();
        let token = OAuthToken {
            lifetime_ms: claims.expires_ms.unwrap_or(at_ms + DEFAULT_LIFETIME_MS),
            principal_name: claims.subject.unwrap_or_else(|| DEFAULT_PRINCIPAL.to_owned()),
            token,
        };
        Ok(Fetched { token, at_ms })
    }
}

impl Fetched {
    /// A copy that is said to be good until then.
    fn until(&self, lifetime_ms: i64) -> OAuthToken {
        OAuthToken { token: self.token.token.clone(), principal_name: self.token.principal_name.clone(), lifetime_ms }
    }

    /// More than half of its life is left.
    fn is_young(&self, now_ms: i64) -> bool {
        now_ms < self.at_ms + (self.token.lifetime_ms - self.at_ms) / 2
    }
}

impl Source {
    fn token(self: Arc<Self>, place: Place) -> Result<OAuthToken, Error> {
        let asked_ms = now_ms();
        let mut state = self.lock();
        // A file is cheap to read, and what keeps it fresh may have withdrawn what was in it.
        if matches!(place, Place::Command(_))
            && let Some(token) = state.token.as_ref().filter(|t| t.is_young(asked_ms))
        {
            return Ok(token.until(token.token.lifetime_ms));
        }
        let name = place.name();
        if !std::mem::replace(&mut state.is_fetching, true) {
            let source = Arc::clone(&self);
            std::thread::spawn(move || source.fetched(place.fetch()));
        }
        let wait = if state.has_ended { WAIT_FOR_NEXT } else { WAIT_FOR_FIRST };
        let waited = self.ended.wait_timeout_while(state, wait, |state| state.is_fetching);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if !state.is_fetching {
            if let Some(error) = state.error.take() {
                return Err(error);
            }
            if let Some(token) = &state.token {
                return Ok(token.until(token.token.lifetime_ms));
            }
        }
        // The last one is still good for a moment, and then this is asked again.
        let good = state.token.as_ref().filter(|t| t.token.lifetime_ms > now_ms());
        good.map(|t| t.until(t.token.lifetime_ms.min(now_ms() + ASK_AGAIN_MS))).ok_or(Error::Slow(name))
    }

    fn fetched(&self, result: Result<Fetched, Error>) {
        let mut state = self.lock();
        (state.is_fetching, state.has_ended) = (false, true);
        match result {
            Ok(token) => (state.token, state.error) = (Some(token), None),
            Err(error) => state.error = Some(error),
        }
        drop(state);
        self.ended.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(path: &Path) -> Result<String, Error> {
    let error = |e: std::io::Error| Error::File { path: path.display().to_string(), why: e.to_string() };
    let mut text = String::new();
    std::fs::File::open(path).map_err(error)?.take(FILE_BYTES).read_to_string(&mut text).map_err(error)?;
    Ok(text)
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

    #[test]
    #[allow(clippy::disallowed_methods, reason = "the test is about time")]
    fn a_command_is_run_once_for_all_clients_and_a_slow_refresh_holds_nobody_up() {
        let dir = tempfile::tempdir().unwrap();
        let (script, runs) = (dir.path().join("token.sh"), dir.path().join("runs"));
        // The first token is good for two seconds; the second one takes three.
        let text = format!(
            "echo run >> {runs}\n[ $(wc -l < {runs}) -gt 1 ] && sleep 3\ncat {token}\n",
            runs = runs.display(),
            token = dir.path().join("token").display()
        );
        std::fs::write(&script, text).unwrap();
        let expires = |s: i64| jwt(&format!(r#"{{"sub":"shop","exp":{}}}"#, now_ms() / 1_000 + s));
        std::fs::write(dir.path().join("token"), expires(4)).unwrap();
        let config = format!("token_command=sh {}", script.display());
        let first = token(Some(&config)).unwrap();
        assert_eq!(token(Some(&config)).unwrap().token, first.token);
        assert_eq!(std::fs::read_to_string(&runs).unwrap().lines().count(), 1);
        std::fs::write(dir.path().join("token"), expires(600)).unwrap();
        std::thread::sleep(Duration::from_millis(2_100));
        let begun = std::time::Instant::now();
        assert_eq!(token(Some(&config)).unwrap().token, first.token, "the old one is still good");
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(2_500));
        // It has expired, and the next one has not come: said, not waited for.
        let begun = std::time::Instant::now();
        assert_eq!(token(Some(&config)).err(), Some(Error::Slow("the command")));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(1_500));
        assert_ne!(token(Some(&config)).unwrap().token, first.token);
    }

    #[test]
    fn an_endless_file_is_not_read_to_its_end() {
        assert!(token(Some("token_file=/dev/zero")).is_ok_and(|t| t.token.len() <= FILE_BYTES as usize));
    }
}
