//! A stand-in for a registry: it speaks the part of the API that we ask, and fails as it is told. A real one is asked in
//! `tests/kafka/schemas.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to a request instead of an answer, once.
#[derive(Debug, Clone)]
pub enum Fault {
    Status(u16, &'static str),
    /// The connection is closed before a word.
    Closed,
    /// It says how long its answer is, and closes within.
    CutOff,
    /// It takes this long.
    Late(Duration),
    Text(&'static str),
    /// An answer that is far too long.
    Endless,
}

/// A schema: language, text, and references as name, subject and version.
type Schema = (&'static str, String, Vec<(&'static str, &'static str, i64)>);

#[derive(Default)]
pub struct State {
    pub ids: BTreeMap<String, Schema>,
    pub versions: BTreeMap<(String, i64), Schema>,
    /// Before the path of each request.
    pub base: &'static str,
    /// Wanted of each request.
    pub authorization: Option<String>,
    /// Struck one after the other.
    pub faults: VecDeque<Fault>,
    /// Paths that were asked for.
    pub asked: Vec<String>,
}

/// A registry on a port of this machine.
pub struct StandIn {
    pub state: Arc<Mutex<State>>,
    pub port: u16,
}

/// How connections begin: as they are, or with TLS.
pub type Accept = Arc<dyn Fn(TcpStream) -> Option<Box<dyn Stream>> + Send + Sync>;

pub trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl StandIn {
    pub fn start() -> Self {
        Self::start_as(0, Arc::new(|connection| Some(Box::new(connection))))
    }

    pub fn start_as(port: u16, accept: Accept) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::new(Mutex::new(State::default()));
        let own = Arc::downgrade(&state);
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let Some(state) = own.upgrade() else { return };
                let accept = Arc::clone(&accept);
                std::thread::spawn(move || {
                    if let Some(stream) = accept(connection) {
                        // Whoever hangs up has heard enough.
                        drop(serve(&state, stream));
                    }
                });
            }
        });
        Self { state, port }
    }

    pub fn with(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no panic"));
    }

    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().expect("no panic").asked)
    }
}

fn serve(state: &Mutex<State>, stream: Box<dyn Stream>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let (mut request, mut authorization) = (String::new(), None);
    reader.read_line(&mut request)?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            assert!(!name.is_empty());
            authorization = Some(value.trim().to_owned());
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let (fault, (status, body)) = {
        let mut state = state.lock().expect("no panic");
        state.asked.push(path.clone());
        (state.faults.pop_front(), answer(&state, &path, authorization.as_deref()))
    };
    let stream = reader.get_mut();
    match fault {
        Some(Fault::Closed) => Ok(()),
        Some(Fault::CutOff) => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"schema\":"),
        Some(Fault::Text(text)) => stream.write_all(text.as_bytes()),
        Some(Fault::Endless) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            (0..1_000).try_for_each(|_| stream.write_all(&[b' '; 100_000]))
        }
        Some(Fault::Status(status, body)) => write(stream, status, body),
        Some(Fault::Late(by)) => {
            std::thread::sleep(by);
            write(stream, status, &body)
        }
        None => write(stream, status, &body),
    }
}

fn write(stream: &mut Box<dyn Stream>, status: u16, body: &str) -> std::io::Result<()> {
    let kind = "application/vnd.schemaregistry.v1+json";
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())?;
    stream.flush()
}

fn refusal(status: u16, code: i64, message: &str) -> (u16, String) {
    (status, serde_json::json!({ "error_code": code, "message": message }).to_string())
}

fn answer(state: &State, path: &str, authorization: Option<&str>) -> (u16, String) {
    if state.authorization.as_deref().is_some_and(|wanted| authorization != Some(wanted)) {
        return refusal(401, 401, "Unauthorized");
    }
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.strip_prefix(state.base).unwrap_or_default().trim_start_matches('/').split('/').collect();
    let schema = |of: Option<&Schema>, code, what: &str| match of {
        Some((language, text, references)) => {
            let references: Vec<_> = references
                .iter()
                .map(|(name, subject, version)| serde_json::json!({ "name": name, "subject": subject, "version": version }))
                .collect();
            let mut body = serde_json::json!({ "schema": text });
            // Avro without references is told by leaving both out.
            if *language != "AVRO" {
                body["schemaType"] = (*language).into();
            }
            if !references.is_empty() {
                body["references"] = references.into();
            }
            (200, body.to_string())
        }
        None => refusal(404, code, &format!("{what} not found")),
    };
    match parts.as_slice() {
        ["schemas", "ids" | "guids", id] => schema(state.ids.get(*id), 40403, "Schema"),
        ["subjects", subject, "versions", version] => {
            let key = (subject.replace("%20", " "), version.parse().unwrap_or_default());
            schema(state.versions.get(&key), 40402, "Version")
        }
        _ => refusal(404, 404, "HTTP 404 Not Found"),
    }
}
