//! `mapping new`: a mapping file proposed from samples. The file goes to stdout, what it makes of the samples to stderr.

use super::sample;
use super::share::Share;
use crate::app::cli::MappingNewArgs;
use crate::app::exit::UsageError;
use leadstream_mapping::propose::{Samples, propose};
use leadstream_mapping::{Format, NoSchemas};
use std::io::Write;
use std::path::Path;

/// Records of all samples that are read; of more, some are looked at.
const MOST_READ: u64 = 200_000;

/// Writes the file to `out` and what is left to do to `err`.
///
/// # Errors
/// A sample can't be read, or holds no record; the result can't be written.
pub fn run(out: &mut impl Write, err: &mut impl Write, args: &MappingNewArgs) -> anyhow::Result<()> {
    let mut samples = Samples::default();
    for path in &args.samples {
        sample::each(path, &Format::Json, |sample| {
            samples.add(&sample.record());
            Ok(samples.seen().0 < MOST_READ)
        })?;
    }
    if samples.is_empty() {
        let names: Vec<String> = args.samples.iter().map(|path| path.display().to_string()).collect();
        return Err(UsageError(format!("no record to learn from in {}", names.join(", "))).into());
    }
    let proposal = propose(&samples, args.name.as_deref());
    out.write_all(proposal.text.as_bytes())?;
    out.flush()?;
    match proposal.source {
        Some(source) => writeln!(err, "these are records of `{source}`: the file is the mapping that is shipped, to edit")?,
        None => writeln!(err, "no shipped mapping is of these records: the file holds guesses, each with how sure it is")?,
    }
    if let Ok(mapping) = leadstream_mapping::parse("proposal", &proposal.text) {
        let mut share = Share::default();
        for (n, record) in (1..).zip(samples.records()) {
            share.add(n, &mapping.apply(&record, &NoSchemas)?);
        }
        let (seen, _) = samples.seen();
        let of = if seen > samples.len() as u64 { format!("some of {seen}") } else { "all".to_owned() };
        share.write(err, Path::new(&of), &mapping)?;
    }
    let is_to_edit = |line: &str| line.contains(" = ") && line.contains("to edit");
    let to_edit: Vec<usize> = (1..).zip(proposal.text.lines()).filter(|(_, line)| is_to_edit(line)).map(|(n, _)| n).collect();
    for note in &proposal.notes {
        writeln!(err, "  {:<9} {note}", "to edit")?;
    }
    if !to_edit.is_empty() {
        let lines: Vec<String> = to_edit.iter().take(20).map(ToString::to_string).collect();
        let more = to_edit.len().saturating_sub(20);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(err, "  {:<9} lines {}{more}", "to edit", lines.join(", "))?;
    }
    Ok(())
}
