//! Simulated records as files: one a topic, one JSON event a line, in the order of record times.

use super::record::{Record, Topic};
use crate::app::cli::FileCompression;
use anyhow::Context;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

pub(super) struct Files {
    outs: Vec<Out>,
}

enum Out {
    Plain(BufWriter<File>),
    Gz(BufWriter<GzEncoder<File>>),
    Zst(BufWriter<zstd::Encoder<'static, File>>),
}

const BUFFER_BYTES: usize = 256 * 1024;

impl Files {
    pub(super) fn create(dir: &Path, compression: FileCompression) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let ending = match compression {
            FileCompression::None => "",
            FileCompression::Gz => ".gz",
            FileCompression::Zst => ".zst",
        };
        let open = |topic: Topic| {
            let path = dir.join(format!("{}.jsonl{ending}", topic.name()));
            let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(match compression {
                FileCompression::None => Out::Plain(BufWriter::with_capacity(BUFFER_BYTES, file)),
                FileCompression::Gz => {
                    Out::Gz(BufWriter::with_capacity(BUFFER_BYTES, GzEncoder::new(file, flate2::Compression::fast())))
                }
                FileCompression::Zst => Out::Zst(BufWriter::with_capacity(BUFFER_BYTES, zstd::Encoder::new(file, 1)?)),
            })
        };
        Ok(Self { outs: Topic::ALL.into_iter().map(open).collect::<anyhow::Result<_>>()? })
    }

    pub(super) fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        let out: &mut dyn Write = match &mut self.outs[record.topic.index()] {
            Out::Plain(out) => out,
            Out::Gz(out) => out,
            Out::Zst(out) => out,
        };
        out.write_all(&record.value).and_then(|()| out.write_all(b"\n")).with_context(|| cannot(record.topic))
    }

    pub(super) fn finish(self) -> anyhow::Result<()> {
        self.flush().context("cannot finish the files: is the disk full?")
    }

    fn flush(self) -> anyhow::Result<()> {
        for out in self.outs {
            match out {
                Out::Plain(mut out) => out.flush()?,
                Out::Gz(out) => drop(out.into_inner().map_err(|e| e.into_error())?.finish()?),
                Out::Zst(out) => drop(out.into_inner().map_err(|e| e.into_error())?.finish()?),
            }
        }
        Ok(())
    }
}

fn cannot(topic: Topic) -> String {
    format!("cannot continue the file of {}: is the disk full?", topic.name())
}
