//! Files that hold personal data or stand in a folder that others can write to.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Only for who runs the command.
const PRIVATE: u32 = 0o600;
/// Names are drawn from 2^64: without an attacker a second try is never needed.
const TRIES: u32 = 8;

/// A new file under an unpredictable name, for its owner alone; what is there already (a planted link above all) is
/// neither followed nor written over.
///
/// # Errors
/// The folder can't be written to.
pub(super) fn create_temporary(dir: &Path, stem: &str) -> io::Result<(File, PathBuf)> {
    let mut tries = 1;
    loop {
        let path = dir.join(format!(".{stem}-{:016x}.tmp", rand::random::<u64>()));
        match File::options().read(true).write(true).create_new(true).mode(PRIVATE).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < TRIES => tries += 1,
            result => return result.map(|file| (file, path)),
        }
    }
}

/// A result with personal data: created for its owner alone; an existing file keeps its permissions.
///
/// # Errors
/// It can't be written.
pub(super) fn create_result(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(PRIVATE).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_temporary_file_is_new_private_and_follows_no_link() {
        let dir = tempfile::tempdir().expect("a folder");
        let victim = dir.path().join("victim");
        std::fs::write(&victim, "precious").expect("written");
        // What a name made of the process's number alone would have met.
        for name in ["replay", "check"] {
            std::os::unix::fs::symlink(&victim, dir.path().join(format!(".{name}-{}.tmp", std::process::id()))).expect("planted");
        }
        let (mut file, path) = create_temporary(dir.path(), "replay").expect("made");
        file.write_all(b"personal").expect("written");
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, PRIVATE);
        assert!(!std::fs::symlink_metadata(&path).expect("there").is_symlink());
        assert_eq!(std::fs::read_to_string(&victim).expect("there"), "precious");
        let (_, other) = create_temporary(dir.path(), "replay").expect("made");
        assert_ne!(path, other, "nobody can foresee it");
    }
}
