//! Runs the token command: within a time, with bounded output, and nothing of it is left behind.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

/// How long the command may take, and the most that it may print. A token has a few kilobytes.
pub(super) const LIMITS: Limits = Limits { deadline: Duration::from_secs(10), output_bytes: 1024 * 1024 };
/// How long output is still waited for when the command has ended: what it left in the background may hold the pipe open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);
const NAP: Duration = Duration::from_millis(5);
/// What is kept of the end of its stderr, and shown of the last line.
const STDERR_BYTES: usize = 4 * 1024;
const SHOWN_CHARS: usize = 200;

/// Bounds of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub deadline: Duration,
    pub output_bytes: usize,
}

/// Why a command gave no output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Error {
    #[error("there is no command")]
    Missing,
    /// In words, with what it said last.
    #[error("{0}")]
    Failed(String),
}

/// A piece of output.
enum Piece {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

/// Runs a command (words, no shell) and gives its output.
pub(super) fn output(command: &str, limits: Limits) -> Result<String, Error> {
    let mut words = command.split_whitespace();
    let program = words.next().ok_or(Error::Missing)?;
    let mut child = Command::new(program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own, so that what it starts can be ended with it.
        .process_group(0)
        .spawn()
        .map_err(|e| Error::Failed(format!("{program}: {e}")))?;
    let (sender, pieces) = sync_channel(16);
    if let Some(stdout) = child.stdout.take() {
        read(stdout, sender.clone(), Piece::Out);
    }
    if let Some(stderr) = child.stderr.take() {
        read(stderr, sender, Piece::Err);
    }
    let mut collected = Collected { out: Vec::new(), err: Vec::new(), program, limits };
    let ended = collected.wait(&mut child, &pieces);
    if ended.is_err() {
        end(&mut child);
    }
    let status = ended?;
    if !status.success() {
        return Err(Error::Failed(format!("{program} ended with {status}{}", collected.last_line())));
    }
    Ok(String::from_utf8_lossy(&collected.out).into_owned())
}

/// Reads a pipe on a thread of its own until it is closed or no one listens any more.
fn read(mut pipe: impl Read + Send + 'static, into: SyncSender<Piece>, piece: fn(Vec<u8>) -> Piece) {
    std::thread::spawn(move || {
        let mut buffer = [0; 8 * 1024];
        while let Ok(count @ 1..) = pipe.read(&mut buffer) {
            if into.send(piece(buffer[..count].to_vec())).is_err() {
                break;
            }
        }
    });
}

/// Ends a command and its children.
fn end(child: &mut Child) {
    // The standard library can't signal a group; where there is no `kill`, at least the command itself goes.
    let group = format!("-{}", child.id());
    let kill = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    if !kill.is_ok_and(|status| status.success()) {
        child.kill().unwrap_or_default();
    }
    // Killed, it ends at once.
    if let Err(error) = child.wait() {
        tracing::debug!("the token command: {error}");
    }
}

/// What a command has printed so far.
struct Collected<'a> {
    out: Vec<u8>,
    err: Vec<u8>,
    program: &'a str,
    limits: Limits,
}

impl Collected<'_> {
    /// Collects until the command has ended.
    #[allow(clippy::disallowed_methods, reason = "adapters may measure time: the bound of a wait")]
    fn wait(&mut self, child: &mut Child, pieces: &Receiver<Piece>) -> Result<ExitStatus, Error> {
        let begun = Instant::now();
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            let closed = match pieces.recv_timeout(NAP) {
                Ok(piece) => {
                    self.take(piece)?;
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            if ended.is_none() {
                let status = child.try_wait().map_err(|e| Error::Failed(format!("{}: {e}", self.program)))?;
                ended = status.map(|status| (status, Instant::now()));
            }
            if let Some((status, at)) = ended
                && (closed || at.elapsed() > LAST_WORDS)
            {
                return Ok(status);
            }
            if begun.elapsed() > self.limits.deadline {
                let (program, deadline) = (self.program, self.limits.deadline);
                return Err(Error::Failed(format!(
                    "{program} did not end within {deadline:?} and was killed{}",
                    self.last_line()
                )));
            }
            if closed {
                std::thread::sleep(NAP);
            }
        }
    }

    fn take(&mut self, piece: Piece) -> Result<(), Error> {
        match piece {
            Piece::Out(bytes) => {
                self.out.extend(bytes);
                if self.out.len() > self.limits.output_bytes {
                    let most = self.limits.output_bytes;
                    return Err(Error::Failed(format!("{} printed more than {most} bytes and was killed", self.program)));
                }
            }
            Piece::Err(bytes) => {
                self.err.extend(bytes);
                let too_many = self.err.len().saturating_sub(STDERR_BYTES);
                self.err.drain(..too_many);
            }
        }
        Ok(())
    }

    /// What it said last on stderr, to be put behind a sentence.
    fn last_line(&self) -> String {
        let text = String::from_utf8_lossy(&self.err);
        let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let shown: String = line.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect();
        if shown.is_empty() { shown } else { format!(": {shown}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const SHORT: Limits = Limits { deadline: Duration::from_millis(700), output_bytes: 64 * 1024 };

    /// A shell script in a folder.
    fn script(dir: &tempfile::TempDir, text: &str) -> String {
        let path: PathBuf = dir.path().join("token.sh");
        std::fs::write(&path, text).unwrap();
        format!("sh {}", path.display())
    }

    #[allow(clippy::disallowed_methods, reason = "the test is about time")]
    fn run(text: &str) -> (Result<String, Error>, Duration) {
        let dir = tempfile::tempdir().unwrap();
        let begun = Instant::now();
        (output(&script(&dir, text), SHORT), begun.elapsed())
    }

    fn error(result: Result<String, Error>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_command_that_hangs_is_killed_with_its_children() {
        let dir = tempfile::tempdir().unwrap();
        let marker = dir.path().join("marker");
        let text = format!("echo asking >&2\n(sleep 2; echo late > {}) &\nsleep 600\n", marker.display());
        let (result, took) = run(&text);
        let error = error(result);
        assert!(error.contains("did not end within 700ms") && error.ends_with(": asking"), "{error}");
        assert!(took < Duration::from_millis(1_900), "{took:?}");
        std::thread::sleep(Duration::from_millis(2_100));
        assert!(!marker.exists(), "its child went on");
    }

    #[test]
    fn endless_output_is_cut_off() {
        let (result, took) = run("while :; do echo 0123456789012345678901234567890123456789; done");
        assert!(error(result).contains("more than 65536 bytes"));
        assert!(took < SHORT.deadline, "{took:?}");
    }

    #[test]
    fn endless_stderr_is_no_reason_to_fail_and_is_not_kept() {
        let (result, _) =
            run("i=0; while [ $i -lt 20000 ]; do echo 'a warning that nobody reads' >&2; i=$((i+1)); done; echo token");
        assert_eq!(result.as_deref(), Ok("token\n"));
    }

    #[test]
    fn the_last_line_of_stderr_says_why_it_failed() {
        let (result, _) = run("echo first >&2; printf 'no \\033[31mcredentials\\n\\n' >&2; exit 3");
        let error = error(result);
        assert!(error.contains("exit status: 3") && error.ends_with(": no [31mcredentials"), "{error}");
    }

    #[test]
    fn what_is_left_in_the_background_does_not_hold_the_token_back() {
        let (result, took) = run("sleep 30 & echo token");
        assert_eq!(result.as_deref(), Ok("token\n"));
        assert!(took < SHORT.deadline, "{took:?}");
    }

    #[test]
    fn it_reads_nothing_of_ours_and_a_missing_program_is_named() {
        assert_eq!(run("cat; echo token").0.as_deref(), Ok("token\n"));
        assert!(error(output("/nowhere/kafka-token --x", SHORT)).contains("/nowhere/kafka-token"));
    }
}
