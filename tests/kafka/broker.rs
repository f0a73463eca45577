//! A real broker for the tests: the one at `LEADSTREAM_TEST_KAFKA`, else one of our own that ends with the test process.

use std::net::TcpListener;
use std::path::PathBuf;
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

fn find_or_start() -> Result<String, String> {
    if let Ok(address) = std::env::var("LEADSTREAM_TEST_KAFKA") {
        return Ok(address);
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
    let dir = std::env::temp_dir().join(format!("leadstream-broker-{}", std::process::id()));
    let port = free_ports()?;
    let output = Command::new(script)
        .args(["start", &dir.to_string_lossy(), &port.to_string(), &std::process::id().to_string()])
        .output()
        .map_err(|e| e.to_string())?;
    if output.status.success() {
        Ok(format!("127.0.0.1:{port}"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// A port that is free together with the next one.
fn free_ports() -> Result<u16, String> {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let port = first.local_addr().map_err(|e| e.to_string())?.port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return Ok(port);
        }
    }
    Err("no two free ports in a row".to_owned())
}
