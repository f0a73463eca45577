//! A real broker for the tests: the one at `LEADSTREAM_TEST_KAFKA`, else one of our own that ends with the test process.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

static BROKER: OnceLock<Result<String, String>> = OnceLock::new();

/// `host:port` of the broker, or `None` after saying why there is none. With `LEADSTREAM_TESTS_MUST_RUN=1` that is a failure.
pub fn broker() -> Option<&'static str> {
    match BROKER.get_or_init(find_or_start) {
        Ok(address) => Some(address),
        Err(why) => {
            assert!(std::env::var("LEADSTREAM_TESTS_MUST_RUN").is_err(), "no broker: {why}");
            eprintln!("SKIPPED, no broker: {why}");
            None
        }
    }
}

/// Whether the broker speaks the group protocol of KIP-848 as the client library does: since Kafka 4.0. Says so where it doesn't.
pub fn has_consumer_protocol() -> bool {
    let old = std::env::var("LEADSTREAM_TEST_KAFKA_VERSION").ok().filter(|version| version.starts_with("3."));
    if let Some(version) = &old {
        eprintln!("SKIPPED: Kafka {version} has no `consumer` group protocol");
    }
    old.is_none()
}

fn find_or_start() -> Result<String, String> {
    if let Ok(address) = std::env::var("LEADSTREAM_TEST_KAFKA") {
        return Ok(address);
    }
    let dir = std::env::temp_dir().join(format!("leadstream-broker-{}", std::process::id()));
    let port = free_ports()?;
    start(&dir, port)?;
    Ok(format!("127.0.0.1:{port}"))
}

fn start(dir: &Path, port: u16) -> Result<(), String> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
    let output = Command::new(script)
        .args(["start", &dir.to_string_lossy(), &port.to_string(), &std::process::id().to_string()])
        .output()
        .map_err(|e| e.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()) }
}

/// A broker of one test's own, to be killed.
pub struct OwnBroker {
    dir: PathBuf,
    port: u16,
}

impl OwnBroker {
    /// `None`, after saying why, when there can be none.
    pub fn start(name: &str) -> Option<Self> {
        // The shared one says whether brokers can be started here at all.
        broker()?;
        let dir = std::env::temp_dir().join(format!("leadstream-broker-{name}-{}", std::process::id()));
        let own = Self { dir, port: free_ports().expect("ports") };
        own.start_again();
        Some(own)
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub fn start_again(&self) {
        // A busy machine may need longer than the script waits.
        for _ in 0..2 {
            match start(&self.dir, self.port) {
                Ok(()) => return,
                Err(why) => eprintln!("{why}: once more"),
            }
            self.kill();
        }
        start(&self.dir, self.port).unwrap_or_else(|why| panic!("{why}"));
    }

    /// What an operator does whom the service asks for it: ends transactions that hang.
    pub fn end_hanging_transactions(&self) {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
        let output = Command::new(script).args(["end-hanging", &self.port.to_string()]).output().expect("a broker.sh");
        eprintln!("{}", String::from_utf8_lossy(&output.stdout));
    }

    /// The oldest segment of a partition, as it lies on the broker's disk.
    pub fn segment(&self, topic: &str, partition: i32) -> PathBuf {
        self.dir.join(format!("data/{topic}-{partition}/00000000000000000000.log"))
    }

    /// `kill -9`.
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.dir.join("pid")).expect("a pid");
        let _ = Command::new("kill").args(["-9", pid.trim()]).status();
    }
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that is free together with the next one.
pub fn free_ports() -> Result<u16, String> {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let port = first.local_addr().map_err(|e| e.to_string())?.port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return Ok(port);
        }
    }
    Err("no two free ports in a row".to_owned())
}
