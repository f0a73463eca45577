//! Simulated records as files: one a topic, in the order of record times; a JSON event a line, or a record as `kcat -J` writes it.

use super::record::{Record, Topic};
use super::sources::Sources;
use crate::app::cli::FileCompression;
use anyhow::Context;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

pub(super) struct Files {
    outs: Vec<Out>,
    sources: Sources,
    offsets: [u64; 3],
    line: Vec<u8>,
}

enum Out {
    Plain(BufWriter<File>),
    Gz(BufWriter<GzEncoder<File>>),
    Zst(BufWriter<zstd::Encoder<'static, File>>),
}

const BUFFER_BYTES: usize = 256 * 1024;

impl Files {
    pub(super) fn create(dir: &Path, compression: FileCompression, sources: Sources) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let ending = match compression {
            FileCompression::None => "",
            FileCompression::Gz => ".gz",
            FileCompression::Zst => ".zst",
        };
        let open = |topic: Topic| {
            let name = sources.mapping(topic).map_or(topic.name(), |(_, name)| name);
            let path = dir.join(format!("{name}.jsonl{ending}"));
            let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(match compression {
                FileCompression::None => Out::Plain(BufWriter::with_capacity(BUFFER_BYTES, file)),
                FileCompression::Gz => {
                    Out::Gz(BufWriter::with_capacity(BUFFER_BYTES, GzEncoder::new(file, flate2::Compression::fast())))
                }
                FileCompression::Zst => Out::Zst(BufWriter::with_capacity(BUFFER_BYTES, zstd::Encoder::new(file, 1)?)),
            })
        };
        let outs = Topic::ALL.into_iter().map(open).collect::<anyhow::Result<_>>()?;
        Ok(Self { outs, sources, offsets: [0; 3], line: Vec::new() })
    }

    pub(super) fn write(&mut self, record: &Record) -> anyhow::Result<()> {
        let out: &mut dyn Write = match &mut self.outs[record.topic.index()] {
            Out::Plain(out) => out,
            Out::Gz(out) => out,
            Out::Zst(out) => out,
        };
        let line = match self.sources.mapping(record.topic) {
            None => &record.value,
            Some((_, topic)) => {
                let offset = &mut self.offsets[record.topic.index()];
                dumped(&mut self.line, topic, *offset, record)?;
                *offset += 1;
                &self.line
            }
        };
        out.write_all(line).and_then(|()| out.write_all(b"\n")).with_context(|| cannot(record.topic))
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

/// A record as `kcat -J` writes it.
fn dumped(line: &mut Vec<u8>, topic: &str, offset: u64, record: &Record) -> anyhow::Result<()> {
    let text = |bytes: &[u8]| serde_json::Value::String(String::from_utf8_lossy(bytes).into_owned());
    let headers: Vec<&str> = record.headers.iter().flat_map(|(name, value)| [*name, value.as_str()]).collect();
    line.clear();
    write!(
        line,
        r#"{{"topic":"{topic}","partition":0,"offset":{offset},"tstype":"create","ts":{},"broker":0"#,
        record.record_ms
    )?;
    if !headers.is_empty() {
        write!(line, r#","headers":{}"#, serde_json::to_string(&headers)?)?;
    }
    let key = record.key.as_deref().map_or(serde_json::Value::Null, text);
    write!(line, r#","key":{key},"payload":{}}}"#, text(&record.value))?;
    Ok(())
}

fn cannot(topic: Topic) -> String {
    format!("cannot continue the file of {}: is the disk full?", topic.name())
}
