//! The instance's id: configured, or kept and locked in `state.dir`, or random.
//!
//! `transactional.id` is built from it, so two processes with the same id would fence each other for ever: the lock refuses the
//! second one on a host.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Half a second in all.
const LOCK_TRIES: u32 = 25;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// An instance's id, and the lock that keeps others from using it.
#[derive(Debug)]
pub struct Instance {
    pub id: String,
    /// Held while the process lives.
    _lock: Option<File>,
}

/// Why there is no id.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    #[error("state.dir {0} is used by another process: give each instance its own folder")]
    InUse(PathBuf),
    #[error("state.dir {dir} can't be used ({error}): {}", what_to_do(error))]
    Unusable { dir: PathBuf, error: std::io::Error },
}

fn what_to_do(error: &std::io::Error) -> &'static str {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room there, a few bytes will do",
        _ => "create it and let this user write to it",
    }
}

/// Gives the id; locks `state_dir` when there is one, whatever the id.
///
/// # Errors
/// The folder is in use or can't be used.
pub fn resolve(configured: Option<&str>, state_dir: Option<&Path>) -> Result<Instance, InstanceError> {
    let Some(dir) = state_dir else {
        return Ok(Instance { id: configured.map_or_else(random_id, ToOwned::to_owned), _lock: None });
    };
    let unusable = |error| InstanceError::Unusable { dir: dir.to_owned(), error };
    std::fs::create_dir_all(dir).map_err(unusable)?;
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join("instance-id")).map_err(unusable)?;
    lock(&file, dir)?;
    let mut kept = String::new();
    file.read_to_string(&mut kept).map_err(unusable)?;
    let kept = kept.trim();
    let id = match configured {
        Some(id) => id.to_owned(),
        None if is_id(kept) => kept.to_owned(),
        None => {
            let id = random_id();
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(format!("{id}\n").as_bytes()))
                .and_then(|()| file.sync_all())
                .map_err(unusable)?;
            id
        }
    };
    Ok(Instance { id, _lock: Some(file) })
}

/// Locks the folder. A lock that was just released may still be seen for a moment: a child process has a copy of it between `fork`
/// and `exec`, as the command that gives a token does.
fn lock(file: &File, dir: &Path) -> Result<(), InstanceError> {
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(InstanceError::Unusable { dir: dir.to_owned(), error }),
        }
    }
    Err(InstanceError::InUse(dir.to_owned()))
}

fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn random_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_kept_over_a_restart() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = resolve(None, Some(dir.path())).expect("an id").id;
        assert_eq!(resolve(None, Some(dir.path())).expect("an id").id, first);
    }

    #[test]
    fn a_second_process_is_refused_the_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        let held = resolve(None, Some(dir.path())).expect("an id");
        assert!(matches!(resolve(None, Some(dir.path())), Err(InstanceError::InUse(_))));
        assert!(
            matches!(resolve(Some("a"), Some(dir.path())), Err(InstanceError::InUse(_))),
            "a configured id shares the state too"
        );
        drop(held);
        assert!(resolve(None, Some(dir.path())).is_ok());
    }

    #[test]
    fn without_a_folder_ids_differ_and_a_configured_one_is_taken() {
        assert_ne!(resolve(None, None).expect("an id").id, resolve(None, None).expect("an id").id);
        assert_eq!(resolve(Some("shop-1"), None).expect("an id").id, "shop-1");
    }

    #[test]
    fn a_full_disk_is_not_a_missing_right() {
        let advice = |kind| InstanceError::Unusable { dir: "/state".into(), error: std::io::Error::from(kind) }.to_string();
        assert!(advice(ErrorKind::StorageFull).contains("make room"), "{}", advice(ErrorKind::StorageFull));
        assert!(advice(ErrorKind::PermissionDenied).contains("let this user write to it"));
    }

    #[test]
    fn a_damaged_id_is_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("instance-id"), "no id at all!\n").expect("written");
        let id = resolve(None, Some(dir.path())).expect("an id").id;
        assert_eq!(std::fs::read_to_string(dir.path().join("instance-id")).expect("read").trim(), id);
    }
}
