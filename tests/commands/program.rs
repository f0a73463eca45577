//! The program as the tests here call it, and the files that it reads and writes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The program with these arguments; no setting comes from the environment of whoever runs the tests.
pub fn leadstream<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leadstream"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// Runs it to its end, whatever that is.
pub fn run<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    leadstream(arguments).output().expect("the program starts")
}

/// Runs it to its good end.
#[track_caller]
pub fn succeed<S: AsRef<OsStr>>(arguments: &[S]) -> Output {
    succeeded(&mut leadstream(arguments))
}

#[track_caller]
pub fn succeeded(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}{}", stdout(&output), stderr(&output));
    output
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An answer as JSON, read as its type: which says all of it, for written again it is the same to the byte.
#[track_caller]
pub fn answer<T: Serialize + DeserializeOwned>(output: &Output) -> T {
    let text = stdout(output);
    let answer: T = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
    assert_eq!(serde_json::to_string(&answer).expect("JSON") + "\n", text);
    answer
}

/// A file for the program, and its path as an argument.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

/// A file of lines.
pub fn write_lines(path: impl Into<PathBuf>, lines: &[String]) -> PathBuf {
    let path = path.into();
    std::fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).expect("written");
    path
}

/// What the program wrote to a file, line by line.
pub fn json_lines(path: impl AsRef<Path>) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("a file");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}
