//! Records as no client library would write them: over the bare protocol, to say what librdkafka refuses to say.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Writes one record with this timestamp, whatever it is (-1: none), as a Produce request of version 3.
pub fn produce(address: &str, topic: &str, partition: i32, timestamp_ms: i64, key: &[u8], value: &[u8]) {
    let batch = batch(timestamp_ms, key, value);
    let mut request = Vec::new();
    // Api 0, version 3, correlation 1, client "raw", no transaction, acks of the leader, 5 s, one topic, one partition.
    for number in [0i16, 3] {
        request.extend(number.to_be_bytes());
    }
    request.extend(1i32.to_be_bytes());
    text(&mut request, "raw");
    request.extend((-1i16).to_be_bytes());
    request.extend(1i16.to_be_bytes());
    request.extend(5_000i32.to_be_bytes());
    request.extend(1i32.to_be_bytes());
    text(&mut request, topic);
    request.extend(1i32.to_be_bytes());
    request.extend(partition.to_be_bytes());
    request.extend(length(&batch).to_be_bytes());
    request.extend(&batch);
    let mut stream = TcpStream::connect(address).expect("a broker");
    stream.write_all(&length(&request).to_be_bytes()).expect("written");
    stream.write_all(&request).expect("written");
    let mut size = [0; 4];
    stream.read_exact(&mut size).expect("an answer");
    let mut answer = vec![0; usize::try_from(i32::from_be_bytes(size)).expect("a size")];
    stream.read_exact(&mut answer).expect("an answer");
    // Correlation, one topic, its name, one partition, its number: then the error.
    let at = 4 + 4 + 2 + topic.len() + 4 + 4;
    assert_eq!(answer[at..at + 2], [0, 0], "the broker refuses it: {answer:?}");
}

/// A record batch (magic 2) of one record.
fn batch(timestamp_ms: i64, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut record = vec![0];
    for number in [0, 0] {
        varint(&mut record, number);
    }
    for bytes in [key, value] {
        varint(&mut record, i64::from(length(bytes)));
        record.extend(bytes);
    }
    varint(&mut record, 0);
    let mut checked = Vec::new();
    checked.extend(0i16.to_be_bytes());
    checked.extend(0i32.to_be_bytes());
    for time in [timestamp_ms, timestamp_ms, -1] {
        checked.extend(time.to_be_bytes());
    }
    checked.extend((-1i16).to_be_bytes());
    checked.extend((-1i32).to_be_bytes());
    checked.extend(1i32.to_be_bytes());
    varint(&mut checked, i64::from(length(&record)));
    checked.extend(record);
    let mut batch = Vec::new();
    batch.extend(0i64.to_be_bytes());
    batch.extend((length(&checked) + 9).to_be_bytes());
    batch.extend((-1i32).to_be_bytes());
    batch.push(2);
    batch.extend(crc32c(&checked).to_be_bytes());
    batch.extend(checked);
    batch
}

fn length(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).expect("a short one")
}

fn text(to: &mut Vec<u8>, text: &str) {
    to.extend(i16::try_from(text.len()).expect("a short one").to_be_bytes());
    to.extend(text.as_bytes());
}

fn varint(to: &mut Vec<u8>, number: i64) {
    let mut left = ((number << 1) ^ (number >> 63)).cast_unsigned();
    while left >= 0x80 {
        to.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    to.push(left as u8);
}

/// Castagnoli's, bit by bit.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg()))
    })
}
