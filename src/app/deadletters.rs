//! `deadletters list` and `deadletters redrive`.

mod filter;
pub(super) mod table;
mod times;

use super::cli::{DeadLettersListArgs, DeadLettersRedriveArgs};
use super::exit::{DONE, FAILED, UsageError};
use super::load_settings;
use super::service::{SystemClock, connecting};
use super::terminal::{printable, stdout, write_json};
use crate::domain::Ms;
use crate::kafka::dead_letters::{self, DeadLetter, Receipts, Redrive, Redriver};
use crate::kafka::options::Options;
use crate::runtime::ports::{Clock, Failure, OutTopic, credible_ms};
use crate::view::dead_letters::{DeadLetterView, RecordPlace, RedriveView};
use crate::wire::dead_letter::{self, Info};
use filter::Filter;
use std::collections::{BTreeSet, VecDeque};
use std::process::ExitCode;
use table::Table;
use times::time;

/// Records of one transaction.
const BATCH: usize = 500;

/// Shows dead letters.
///
/// # Errors
/// The topic can't be read, or the filter makes no sense.
pub fn list(args: DeadLettersListArgs) -> anyhow::Result<ExitCode> {
    let loaded = load_settings::settings(&args.settings)?;
    let filter = Filter::new(&args.filter, SystemClock::new().now_ms()).map_err(UsageError)?;
    let options = connecting(&loaded.settings, "+deadletters")?;
    // Receipts come after what they are about, so the topic is read before anything is counted.
    let receipts = receipts(&options)?;
    let (mut table, mut newest) = (Table::default(), VecDeque::new());
    scan_matching(&options, &filter, &mut |letter, info| {
        let redriven = receipts.contains(&(letter.partition, letter.offset));
        table.add(&info, letter.timestamp_ms, redriven);
        if args.each {
            newest.push_back(one(&letter, info, redriven));
            if newest.len() > args.limit {
                newest.pop_front();
            }
        }
        Ok(())
    })?;
    let mut out = stdout(args.json);
    if args.each {
        for letter in &newest {
            if args.json {
                write_json(&mut out, letter)?;
            } else {
                writeln!(out, "{}", line(letter))?;
            }
        }
    } else if args.json {
        write_json(&mut out, &table.view())?;
    } else {
        write!(out, "{}", table.text())?;
    }
    Ok(ExitCode::from(DONE))
}

/// Sends dead letters to their topics again; without `--execute` only says what it would do.
///
/// # Errors
/// The topic can't be read, or the records can't be written.
pub fn redrive(args: DeadLettersRedriveArgs) -> anyhow::Result<ExitCode> {
    let loaded = load_settings::settings(&args.settings)?;
    let now_ms = SystemClock::new().now_ms();
    let filter = Filter::new(&args.filter, now_ms).map_err(UsageError)?;
    let options = connecting(&loaded.settings, "+deadletters")?;
    let topics = crate::kafka::admin::Admin::connect(&options)?.topics()?;
    // What goes back goes where this group reads, and nowhere else: a dead letter doesn't decide which topics are written to.
    let inputs = loaded.settings.input_topics().into_iter().map(|topic| topic.name);
    let inputs: BTreeSet<String> =
        inputs.chain([OutTopic::AccountMembers, OutTopic::Events].map(|own| options.output_topic(own))).collect();
    // First fence any other redrive, then look what was sent: nothing can be sent behind our back.
    let redriver = if args.execute { Some(Redriver::open(&options)?) } else { None };
    let receipts = receipts(&options)?;
    let mut done = RedriveView { executed: args.execute, ..RedriveView::default() };
    let mut batch: Vec<Redrive> = Vec::with_capacity(BATCH);
    let dead_letters = options.output_topic(OutTopic::DeadLetters);
    scan_matching(&options, &filter, &mut |letter, info| {
        if receipts.contains(&(letter.partition, letter.offset)) {
            done.already_redriven += 1;
            return Ok(());
        }
        if !info.is_complete() {
            done.truncated += 1;
            return Ok(());
        }
        if !inputs.contains(&info.topic) {
            *done.not_an_input.entry(info.topic).or_default() += 1;
            return Ok(());
        }
        let Some(topic) = topics.get(&info.topic) else {
            done.topic_gone += 1;
            return Ok(());
        };
        batch.push(way_back(letter, &info, topic.partitions, &dead_letters, now_ms));
        if batch.len() >= BATCH {
            send(&batch, redriver.as_ref(), &mut done)?;
            batch.clear();
        }
        Ok(())
    })?;
    send(&batch, redriver.as_ref(), &mut done)?;
    write_redrive(&done, args.json)?;
    Ok(ExitCode::from(if done.not_an_input.is_empty() { DONE } else { FAILED }))
}

fn send(batch: &[Redrive], redriver: Option<&Redriver>, done: &mut RedriveView) -> Result<(), Failure> {
    if let Some(redriver) = redriver {
        redriver.send(batch)?;
    }
    done.redriven += batch.len() as u64;
    Ok(())
}

fn write_redrive(done: &RedriveView, as_json: bool) -> std::io::Result<()> {
    let mut out = stdout(as_json);
    if as_json {
        return write_json(&mut out, done);
    }
    let what = if done.executed { "sent to their topics again" } else { "would be sent to their topics again" };
    writeln!(out, "{} dead letters {what}", done.redriven)?;
    for (count, why) in [
        (done.already_redriven, "were sent before"),
        (done.truncated, "were cut when they were written and can't be sent"),
        (done.topic_gone, "came from a topic that is gone"),
    ] {
        if count > 0 {
            writeln!(out, "{count} {why}")?;
        }
    }
    for (topic, count) in &done.not_an_input {
        let topic = printable(topic);
        writeln!(
            out,
            "{count} came from {topic}, which is no input here and is not written to: add it to topics.clickstream, \
             topics.email or topics.cart, or leave these out with --topic"
        )?;
    }
    if !done.executed && done.redriven > 0 {
        writeln!(out, "nothing was written: add --execute to send them")?;
    }
    Ok(())
}

/// Everything that was sent back so far.
fn receipts(options: &Options) -> Result<Receipts, Failure> {
    let mut receipts = Receipts::new();
    dead_letters::scan(options, &mut |letter| {
        if let Some(offsets) = letter.receipt() {
            receipts.extend(offsets.into_iter().map(|offset| (letter.partition, offset)));
        }
        Ok(())
    })?;
    Ok(receipts)
}

fn scan_matching(
    options: &Options,
    filter: &Filter,
    each: &mut dyn FnMut(DeadLetter, Info) -> Result<(), Failure>,
) -> Result<(), Failure> {
    dead_letters::scan(options, &mut |letter| {
        if letter.receipt().is_some() {
            return Ok(());
        }
        let headers = letter.headers.iter().map(|(name, value)| (name.as_str(), value.as_deref()));
        match dead_letter::parse(headers) {
            Some(info) if filter.fits(&info, letter.timestamp_ms) => each(letter, info),
            Some(_) => Ok(()),
            None => {
                tracing::warn!(
                    partition = letter.partition,
                    offset = letter.offset,
                    "a record of the dead letters is none of ours"
                );
                Ok(())
            }
        }
    })
}

/// The original record, with where it was in the meantime.
/// Its time is no later than `now_ms`: with one ahead of the clock it would only come back.
fn way_back(letter: DeadLetter, info: &Info, partitions: u32, dead_letters: &str, now_ms: Ms) -> Redrive {
    let place = format!("{dead_letters}/{}/{}", letter.partition, letter.offset);
    let mut headers = dead_letter::original_headers(letter.headers);
    headers.extend(info.element.map(|element| (dead_letter::ELEMENT.to_owned(), Some(element.to_string().into_bytes()))));
    headers.push((dead_letter::REDRIVEN.to_owned(), Some(place.into_bytes())));
    // Its own partition again: whatever the producer's partitioner was, the prospect's other events are there.
    let known = u32::try_from(info.partition).is_ok_and(|p| p < partitions);
    Redrive {
        from: (letter.partition, letter.offset),
        topic: info.topic.clone(),
        partition: if known { info.partition } else { info.partition.rem_euclid(i32::try_from(partitions.max(1)).unwrap_or(1)) },
        timestamp_ms: credible_ms(Some(info.timestamp_ms)).map(|ms| ms.min(now_ms)),
        key: letter.key,
        value: letter.value,
        headers,
    }
}

pub(super) fn one(letter: &DeadLetter, info: Info, redriven: bool) -> DeadLetterView {
    DeadLetterView {
        detail: info.detail,
        element: info.element,
        from: RecordPlace { offset: info.offset, partition: info.partition, topic: info.topic },
        headers_left_out: info.headers_left_out,
        key_truncated_from_bytes: info.key_truncated_from_bytes,
        offset: letter.offset,
        partition: letter.partition,
        reason: info.reason,
        redriven,
        time: time(info.timestamp_ms),
        truncated_from_bytes: info.truncated_from_bytes,
        value_bytes: letter.value.as_ref().map_or(0, Vec::len),
    }
}

fn line(letter: &DeadLetterView) -> String {
    format!(
        "{} {:<17} {}/{}/{}{} {} bytes{} {}",
        letter.time,
        printable(&letter.reason),
        printable(&letter.from.topic),
        letter.from.partition,
        letter.from.offset,
        letter.element.map_or(String::new(), |n| format!(" element {n}")),
        letter.value_bytes,
        if letter.redriven { ", redriven" } else { "" },
        printable(&letter.detail),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_goes_back_as_it_came_with_where_it_was() {
        let header = |name: &str, value: &str| (name.to_owned(), Some(value.as_bytes().to_vec()));
        let letter = DeadLetter {
            partition: 2,
            offset: 17,
            timestamp_ms: 5,
            key: Some(b"ann".to_vec()),
            value: Some(b"{".to_vec()),
            headers: vec![
                header("trace", "x"),
                header("original-leadstream-offset", "12"),
                header("leadstream-reason", "unreadable-value"),
                header("leadstream-topic", "cart"),
            ],
        };
        let sent_ms = 1_760_000_000_000;
        let info = Info { topic: "cart".to_owned(), partition: 3, offset: 9, timestamp_ms: sent_ms, ..Info::default() };
        let back = way_back(letter, &info, 4, "shop.leadstream.dead-letters", sent_ms + 1);
        assert_eq!((back.topic.as_str(), back.partition, back.timestamp_ms, back.from), ("cart", 3, Some(sent_ms), (2, 17)));
        assert_eq!((back.key, back.value), (Some(b"ann".to_vec()), Some(b"{".to_vec())));
        let place = header("leadstream-redriven", "shop.leadstream.dead-letters/2/17");
        assert_eq!(back.headers, [header("trace", "x"), header("leadstream-offset", "12"), place]);
    }

    #[test]
    fn a_record_of_the_future_goes_back_with_the_time_of_now_and_one_without_a_time_with_none() {
        let now_ms = 1_760_000_000_000;
        let back = |timestamp_ms| {
            way_back(DeadLetter::default(), &Info { timestamp_ms, ..Info::default() }, 1, "d", now_ms).timestamp_ms
        };
        assert_eq!([now_ms - 1, now_ms + 1, Ms::MAX].map(back), [Some(now_ms - 1), Some(now_ms), Some(now_ms)]);
        assert_eq!([-1, 0, -62_135_596_800_000, 946_684_799_999].map(back), [None; 4]);
    }
}
