//! What comes from outside is data: secrets are shown nowhere, names act on no terminal, and a reader that has gone is no fault.

use crate::program::leadstream;
use serde_json::json;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

const SECRET: &str = "hunter2-s3cret";

fn output(command: &mut Command) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

/// Runs for a while, is ended, and everything that it said.
fn said_within(command: &mut Command, time: Duration) -> String {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let looks = time.as_millis() / 50;
    for _ in 0..looks {
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().expect("ended");
    let Output { stdout, stderr, .. } = child.wait_with_output().expect("ended");
    format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr))
}

/// Nobody listens there.
const NOWHERE: &str = "kafka.bootstrap_servers=127.0.0.1:1";

#[test]
fn an_unknown_property_is_refused_by_every_command_that_connects_and_its_value_is_not_shown() {
    let dir = tempfile::tempdir().expect("a folder");
    let (properties, config) = (dir.path().join("kafka.properties"), dir.path().join("leadstream.toml"));
    std::fs::write(&properties, format!("sasl.passwrd={SECRET}\n")).expect("written");
    std::fs::write(&config, format!("[kafka.properties]\n\"sasl.passwrd\" = \"{SECRET}\"\n")).expect("written");
    let property = format!("kafka.properties.sasl.passwrd={SECRET}");
    let file = format!("kafka.properties_file={}", properties.display());
    let commands: [&[&str]; 5] =
        [&["run"], &["check"], &["topics", "create"], &["deadletters", "list"], &["deadletters", "redrive"]];
    for command in commands {
        let quiet = ["--set", NOWHERE, "--set", "http.listen=off", "--set", "log.level=trace"];
        let base = || {
            let mut base = leadstream(command);
            base.args(if command == ["run"] { &quiet[..] } else { &quiet[..2] });
            if command == ["check"] {
                base.arg("--offline");
            }
            base
        };
        let mut environment = base();
        environment.env("LEADSTREAM__KAFKA__PROPERTIES__SASL_PASSWRD", SECRET);
        let (mut set, mut named, mut configured) = (base(), base(), base());
        set.args(["--set", &property]);
        named.args(["--set", &file]);
        configured.arg("--config").arg(&config);
        for (how, mut command) in
            [("environment", environment), ("--set", set), ("properties_file", named), ("--config", configured)]
        {
            let (code, said) = output(&mut command);
            assert_eq!(code, Some(2), "{command:?} {how}: {said}");
            assert!(said.contains("sasl.passwrd") && said.contains("did you mean sasl.password"), "{how}: {said}");
            assert!(!said.contains(SECRET), "{command:?} {how}: {said}");
        }
    }
}

#[test]
fn a_value_that_is_not_taken_and_a_setting_that_is_not_read_show_no_secret() {
    for set in [
        format!("kafka.properties.linger.ms={SECRET}"),
        format!("kafka.properties.sasl.password:{SECRET}"),
        format!("kafka.propertis.sasl.password={SECRET}"),
        format!("kafka.properties.sasl.password=[\"{SECRET}\"]"),
        format!("kafka.properties.ssl.key.pem={SECRET}\u{0}"),
    ] {
        let set = set.trim_end_matches('\0');
        let (_, said) = output(leadstream(&["check", "--offline", "--set", NOWHERE, "--set"]).arg(set));
        assert!(!said.contains(SECRET), "{set}: {said}");
        if !set.contains("ssl.key") {
            let (code, said) = output(leadstream(&["run", "--set", NOWHERE, "--set"]).arg(set));
            assert!(code == Some(2) && !said.contains(SECRET), "{set}: {code:?} {said}");
        }
    }
    let (_, said) = output(&mut leadstream(&["simulate", "--help"]));
    assert!(said.contains("simulate"));
}

#[test]
fn good_secrets_are_masked_at_every_level_also_where_the_client_library_logs_its_settings() {
    let token = format!("token_command=/bin/false --client-key {SECRET}");
    let sets: [&[(&str, &str)]; 2] = [
        &[("security.protocol", "sasl_plaintext"), ("sasl.mechanism", "OAUTHBEARER"), ("sasl.oauthbearer.config", &token)],
        &[
            ("security.protocol", "sasl_plaintext"),
            ("sasl.mechanism", "PLAIN"),
            ("sasl.username", SECRET),
            ("sasl.password", SECRET),
            ("ssl.key.password", SECRET),
        ],
    ];
    for properties in sets {
        let mut command = leadstream(&["run", "--set", NOWHERE, "--set", "http.listen=off", "--set", "log.level=trace"]);
        for (name, value) in properties.iter().chain(&[("debug", "conf,security,broker")]) {
            command.arg("--set").arg(format!("kafka.properties.{name}={value:?}"));
        }
        let said = said_within(&mut command, Duration::from_secs(4));
        assert!(said.contains("kafka.properties.security.protocol = \"sasl_plaintext\""), "harmless ones are shown: {said}");
        assert!(said.contains("********") && said.contains("SASL without TLS"), "{said}");
        assert!(!said.contains(SECRET), "{said}");
    }
}

#[test]
fn weak_tls_and_files_that_others_can_read_are_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a folder");
    let properties = dir.path().join("kafka.properties");
    std::fs::write(&properties, "enable.ssl.certificate.verification=false\nssl.endpoint.identification.algorithm=none\n")
        .expect("written");
    let check = |mode| {
        std::fs::set_permissions(&properties, std::fs::Permissions::from_mode(mode)).expect("set");
        let file = format!("kafka.properties_file={}", properties.display());
        output(&mut leadstream(&["check", "--offline", "--set", NOWHERE, "--set", &file]))
    };
    let (code, said) = check(0o644);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("certificates of the brokers are not checked") && said.contains("names of the brokers are not checked")
    );
    assert!(said.contains("can be read by others (mode 644)"), "{said}");
    assert!(!check(0o600).1.contains("can be read by others"));
}

/// One prospect whose every text is hostile.
fn hostile_events(dir: &Path) -> (String, String) {
    let bad = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2028}\u{200b}\u{feff}\r\nforged line\u{7f}";
    let user = format!("ann{bad}");
    let events = [
        json!({"type": "page", "messageId": "1", "userId": user, "timestamp": "2026-03-01T10:00:00Z", "receivedAt": "2026-03-01T10:00:00Z",
            "context": {"campaign": {"name": format!("spring{bad}"), "source": format!("mail{bad}")}}}),
        json!({"type": "track", "event": "Product Added", "messageId": "2", "userId": user, "timestamp": "2026-03-01T10:01:00Z",
            "receivedAt": "2026-03-01T10:01:00Z", "properties": {"cart_id": format!("cart{bad}"), "product_id": format!("p{bad}"),
            "name": format!("Lamp{bad}"), "price": 5, "quantity": 1, "currency": "EUR"}}),
        json!({"type": "track", "event": "Order Completed", "messageId": "3", "userId": "bob", "timestamp": "2026-03-01T10:02:00Z",
            "receivedAt": "2026-03-01T10:02:00Z", "properties": {"order_id": "o1", "total": 5, "currency": format!("E{bad}")},
            "context": {"campaign": {"name": format!("spring{bad}"), "source": format!("mail{bad}")}}}),
    ];
    let file = dir.join("events.jsonl");
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    std::fs::write(&file, lines.join("\n") + "\n").expect("written");
    (user, format!("clickstream={}", file.display()))
}

fn is_harmless(text: &str) -> bool {
    let unseen = "\u{202e}\u{2028}\u{2029}\u{200b}\u{feff}";
    !text.chars().any(|c| (c.is_control() && c != '\n') || unseen.contains(c))
}

#[test]
fn nothing_that_a_prospect_sends_acts_on_a_terminal() {
    let dir = tempfile::tempdir().expect("a folder");
    let (user, input) = hostile_events(dir.path());
    let (code, explained) = output(&mut leadstream(&["explain", &user, "--input", &input]));
    assert_eq!(code, Some(0), "{explained}");
    assert!(is_harmless(&explained) && explained.contains("\\u{1b}[2J"), "{explained:?}");
    assert!(!explained.lines().any(|line| line.starts_with("forged")), "{explained}");
    let (code, reported) = output(&mut leadstream(&["report", "--input", &input]));
    assert_eq!(code, Some(0), "{reported}");
    assert!(is_harmless(&reported) && reported.contains("spring\\u{1b}[2J"), "{reported:?}");
    assert!(!reported.lines().any(|line| line.starts_with("forged")), "{reported}");
    // A fault that names what it was given.
    let (code, said) = output(&mut leadstream(&["model", "check", "no\u{1b}[2J\u{202e}model"]));
    assert!(code != Some(0) && is_harmless(&said), "{said:?}");
    let (code, said) = output(&mut leadstream(&["explain", "nobody\u{9b}31m\u{202e}", "--input", &input]));
    assert!(code == Some(1) && is_harmless(&said), "{said:?}");
    // JSON is for programs: what was sent.
    let (_, raw) = output(&mut leadstream(&["explain", &user, "--input", &input, "--json"]));
    let raw: serde_json::Value = serde_json::from_str(&raw).expect("JSON");
    assert_eq!(raw["prospect"], user);
}

/// A pipe whose reader has gone.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

#[test]
fn a_reader_that_has_gone_is_no_panic_and_changes_no_exit_code() {
    let dir = tempfile::tempdir().expect("a folder");
    let (user, input) = hostile_events(dir.path());
    let out = dir.path().join("out").display().to_string();
    let good: [&[&str]; 5] = [
        &["explain", &user, "--input", &input],
        &["report", "--input", &input],
        &["replay", "--input", &input, "--out", &out],
        &["model", "check", "ecommerce", "--graph"],
        &["check", "--offline", "--set", NOWHERE],
    ];
    for arguments in good {
        for (what, code) in [
            ("stderr", leadstream(arguments).stdout(Stdio::null()).stderr(closed()).status()),
            ("stdout", leadstream(arguments).stdout(closed()).stderr(Stdio::null()).status()),
        ] {
            assert_eq!(code.expect("it runs").code(), Some(0), "{arguments:?} without {what}");
        }
        let shell = "exec \"$0\" \"$@\" >/dev/null 2>&-";
        let status = Command::new("sh").arg("-c").arg(shell).arg(env!("CARGO_BIN_EXE_leadstream")).args(arguments).status();
        assert_eq!(status.expect("it runs").code(), Some(0), "{arguments:?} with stderr closed");
        let (_, said) = output(leadstream(arguments).stdout(closed()));
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
    // Logs that nobody reads: the service says by its exit code what was wrong.
    let run = ["run", "--set", NOWHERE, "--set", "http.listen=off", "--set", "topics.allow_mixed_partitioners=true"];
    let mut child = leadstream(&run).stdout(Stdio::null()).stderr(closed()).spawn().expect("it runs");
    std::thread::sleep(Duration::from_secs(2));
    if let Some(status) = child.try_wait().expect("a child") {
        assert_eq!(status.code(), Some(1), "no panic (101), no abort");
    }
    child.kill().expect("ended");
    child.wait().expect("ended");
}

#[test]
fn a_second_signal_ends_at_once_without_a_core_dump() {
    let run = ["run", "--set", NOWHERE, "--set", "http.listen=off"];
    let mut child = leadstream(&run).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    let id = child.id().to_string();
    let signal = || Command::new("kill").args(["-TERM", &id]).status().expect("sent").success();
    // It stays in its start for a while: nobody answers there.
    let mut first = [0; 1];
    child.stderr.as_mut().expect("piped").read_exact(&mut first).expect("it logs");
    std::thread::sleep(Duration::from_millis(500));
    assert!(signal());
    std::thread::sleep(Duration::from_millis(300));
    assert!(signal());
    let status = child.wait().expect("ended");
    assert_eq!(status.code(), Some(130), "{status}");
}
