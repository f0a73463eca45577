//! Byte logs that live in memory while they are small and in one unnamed temporary file when they are not.
//!
//! A log only grows until it is read. So dealing records to tasks never waits for a task, however differently the inputs
//! advance: no queue can be full, and memory stays bounded.

use crate::app::files::create_temporary;
use anyhow::Context;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Bytes that all logs together keep in memory.
const MEMORY_BYTES: u64 = 256 << 20;

/// Where the blocks of all logs go.
pub(super) struct Spill {
    dir: std::path::PathBuf,
    file: OnceLock<File>,
    file_bytes: AtomicU64,
    memory_bytes: AtomicU64,
    max_memory_bytes: u64,
}

/// One log: blocks, and the part that is still being written.
#[derive(Default)]
pub(super) struct Log {
    blocks: Vec<Block>,
    tail: Vec<u8>,
}

#[derive(Clone)]
enum Block {
    Memory(Arc<Vec<u8>>),
    File { offset: u64, bytes: usize },
}

impl Spill {
    pub(super) fn new(dir: &Path) -> Self {
        Self::with_memory(dir, MEMORY_BYTES)
    }

    pub(super) fn with_memory(dir: &Path, max_memory_bytes: u64) -> Self {
        let (file_bytes, memory_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { dir: dir.to_owned(), file: OnceLock::new(), file_bytes, memory_bytes, max_memory_bytes }
    }

    fn file(&self) -> anyhow::Result<&File> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let made = create_temporary(&self.dir, "replay");
        let (file, path) = made.with_context(|| format!("cannot create a temporary file in {}", self.dir.display()))?;
        // A second thread may have been faster: its file is used, and this one goes.
        let file = self.file.get_or_init(|| file);
        // Without a name it is gone with the process, however that ends.
        let _gone = std::fs::remove_file(&path);
        Ok(file)
    }

    fn keep(&self, bytes: Vec<u8>) -> anyhow::Result<Block> {
        let len = bytes.len() as u64;
        if self.memory_bytes.fetch_add(len, Ordering::Relaxed) < self.max_memory_bytes {
            return Ok(Block::Memory(Arc::new(bytes)));
        }
        self.memory_bytes.fetch_sub(len, Ordering::Relaxed);
        let file = self.file()?;
        let offset = self.file_bytes.fetch_add(len, Ordering::Relaxed);
        file.write_all_at(&bytes, offset).context("cannot write the temporary file")?;
        Ok(Block::File { offset, bytes: bytes.len() })
    }
}

impl Log {
    /// The part that is being written; whole records only.
    pub(super) fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.tail
    }

    /// Puts the tail away when it is at least this long.
    pub(super) fn settle(&mut self, spill: &Spill, at_bytes: usize) -> anyhow::Result<()> {
        if self.tail.len() >= at_bytes.max(1) {
            let tail = std::mem::take(&mut self.tail);
            self.blocks.push(spill.keep(tail)?);
        }
        Ok(())
    }

    /// The same log once more, to be read again.
    pub(super) fn again(&self) -> Self {
        Self { blocks: self.blocks.clone(), tail: self.tail.clone() }
    }

    /// Takes the log apart, oldest block first.
    pub(super) fn into_blocks(self) -> Blocks {
        Blocks { blocks: self.blocks.into_iter(), tail: Some(self.tail).filter(|t| !t.is_empty()) }
    }
}

/// The blocks of a log that are still to be read.
pub(super) struct Blocks {
    blocks: std::vec::IntoIter<Block>,
    tail: Option<Vec<u8>>,
}

impl Blocks {
    /// The next block: whole records.
    pub(super) fn next(&mut self, spill: &Spill) -> anyhow::Result<Option<Vec<u8>>> {
        match self.blocks.next() {
            None => Ok(self.tail.take()),
            Some(Block::Memory(bytes)) => {
                let len = bytes.len() as u64;
                // Another reader may still need it.
                let mine = Arc::try_unwrap(bytes).inspect(|_| {
                    spill.memory_bytes.fetch_sub(len, Ordering::Relaxed);
                });
                Ok(Some(mine.unwrap_or_else(|shared| shared.to_vec())))
            }
            Some(Block::File { offset, bytes }) => {
                let mut buffer = vec![0; bytes];
                spill.file()?.read_exact_at(&mut buffer, offset).context("cannot read the temporary file")?;
                Ok(Some(buffer))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_into_memory_comes_back_from_the_file_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let spill = Spill::with_memory(dir.path(), 40);
        let mut logs = [Log::default(), Log::default()];
        for n in 0..100_u8 {
            for log in &mut logs {
                log.tail().extend([n; 10]);
                log.settle(&spill, 20).unwrap();
            }
        }
        logs[1].tail().push(7);
        assert!(spill.file.get().is_some(), "it really went to the file");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "which has no name");
        let want: Vec<u8> = (0..100_u8).flat_map(|n| [n; 10]).collect();
        let [one, two] = logs.map(|log| {
            let (mut blocks, mut bytes) = (log.into_blocks(), Vec::new());
            while let Some(block) = blocks.next(&spill).unwrap() {
                bytes.extend(block);
            }
            bytes
        });
        assert_eq!(one, want);
        assert_eq!(two, [want, vec![7]].concat());
        assert_eq!(spill.memory_bytes.load(Ordering::Relaxed), 0);
    }
}
