//! `leadstream` as a process of its own, to be killed.

use crate::rig::Rig;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The program under test.
pub fn leadstream() -> Command {
    Command::new(env!("CARGO_BIN_EXE_leadstream"))
}

/// A running instance; killed when dropped.
pub struct Instance {
    child: Child,
    log: PathBuf,
}

impl Instance {
    /// Starts `leadstream run` on the topics of a rig; `set` on top of what the rig needs.
    pub fn run(rig: &Rig, name: &str, dir: &Path, set: &[&str]) -> Self {
        static STARTS: AtomicU32 = AtomicU32::new(0);
        let log = dir.join(format!("{name}-{}.log", STARTS.fetch_add(1, Ordering::Relaxed)));
        let file = File::options().create(true).append(true).open(&log).expect("a log");
        let mut command = leadstream();
        command.arg("run");
        for pair in
            rig.settings().iter().map(String::as_str).chain([&*format!("engine.instance_id={name}")]).chain(set.iter().copied())
        {
            command.args(["--set", pair]);
        }
        let child =
            command.stdin(Stdio::null()).stdout(file.try_clone().expect("a log")).stderr(file).spawn().expect("leadstream");
        Self { child, log }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill").success());
    }

    /// SIGTERM; waits for the end.
    pub fn terminate(&mut self, within: Duration) -> ExitStatus {
        self.signal("TERM");
        self.wait(within)
    }

    /// Waits for the end.
    pub fn wait(&mut self, within: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            assert!(begun.elapsed() < within, "still running after {within:?}:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until it has said something.
    pub fn wait_for_log(&mut self, text: &str) {
        let begun = Instant::now();
        while !self.log().contains(text) {
            self.assert_runs();
            assert!(begun.elapsed() < Duration::from_secs(60), "{text:?} is not in the log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Fails with the log when the process has ended.
    pub fn assert_runs(&mut self) {
        if let Some(status) = self.child.try_wait().expect("a status") {
            panic!("ended with {status}:\n{}", self.log());
        }
    }

    /// The most memory that it had in use at one time.
    pub fn peak_memory_bytes(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a running process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
        line.trim().trim_end_matches("kB").trim().parse::<usize>().expect("kilobytes") * 1024
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- {}\n{}", self.log.display(), self.log());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
