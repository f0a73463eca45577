//! The one unsafe module: batches from split partition queues, which rust-rdkafka does not wrap, and producing to one topic
//! without looking its name up for every record.
//!
//! The batch call costs a third of `poll` per message. Rules (measured, and from librdkafka's introduction):
//! * split before `assign`, one user per queue;
//! * a queue handle must be destroyed before its consumer, or `rd_kafka_destroy` waits for ever: handles and messages hold the
//!   consumer by `Arc`, and a handle is destroyed in its own drop first;
//! * the partition-EOF message carries the true end in `offset`, past commit markers.

#![allow(unsafe_code, reason = "the client library's batch calls are not wrapped; the rules above hold them")]

mod calls;

use super::client::Taken;
use super::records::OwnedRecord;
use super::reports::opaque_of;
use crate::runtime::ports::OutRecord;
pub use calls::{flush, known_end, membership, set_token};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::producer::{BaseProducer, Producer, ProducerContext};
use rdkafka::types::RDKafkaErrorCode;
use rdkafka_sys as sys;
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_void};
use std::ptr;
use std::sync::Arc;
use std::thread::Thread;

/// The queue of one partition, split from the consumer's own.
pub struct PartitionQueue<X: ConsumerContext> {
    queue: *mut sys::rd_kafka_queue_t,
    /// What wakes the worker; its address is with librdkafka until the drop.
    _wake: Box<Thread>,
    consumer: Arc<BaseConsumer<X>>,
}

/// Owned messages; borrowed views live as long as this.
pub struct Messages<X: ConsumerContext> {
    raw: Vec<*mut sys::rd_kafka_message_t>,
    // Dropped after the messages: they belong to the consumer.
    _consumer: Arc<BaseConsumer<X>>,
}

/// Called on a thread of librdkafka when a queue stops being empty: nothing but `unpark`, which can't panic.
unsafe extern "C" fn wake_up(_: *mut sys::rd_kafka_t, thread: *mut c_void) {
    // SAFETY: `thread` is the boxed `Thread` of a `PartitionQueue`, which clears this callback before it is dropped.
    unsafe { (*thread.cast::<Thread>()).unpark() }
}

impl<X: ConsumerContext> PartitionQueue<X> {
    /// Splits a partition off; `wake` is unparked when its queue stops being empty. `None`: no such topic name or partition.
    pub fn split(consumer: &Arc<BaseConsumer<X>>, topic: &str, partition: i32, wake: Thread) -> Option<Self> {
        let topic = CString::new(topic).ok()?;
        let wake = Box::new(wake);
        // SAFETY: the client pointer is valid while `consumer` lives, which the returned value holds; the topic is a C string.
        let queue = unsafe { sys::rd_kafka_queue_get_partition(consumer.client().native_ptr(), topic.as_ptr(), partition) };
        if queue.is_null() {
            return None;
        }
        // SAFETY: `queue` is valid until destroyed in the drop; the callback's argument is boxed and outlives the callback.
        unsafe {
            sys::rd_kafka_queue_forward(queue, ptr::null_mut());
            sys::rd_kafka_queue_cb_event_enable(queue, Some(wake_up), ptr::from_ref::<Thread>(&wake).cast_mut().cast());
        }
        Some(Self { queue, _wake: wake, consumer: Arc::clone(consumer) })
    }

    /// Takes at most `max` messages, without waiting.
    pub fn take(&self, max: usize) -> Taken<Messages<X>> {
        let mut raw: Vec<*mut sys::rd_kafka_message_t> = Vec::with_capacity(max);
        // SAFETY: the buffer has room for `max` pointers; the call says how many it has written.
        unsafe {
            let n = sys::rd_kafka_consume_batch_queue(self.queue, 0, raw.as_mut_ptr(), max);
            raw.set_len(usize::try_from(n).unwrap_or(0));
        }
        let (mut end, mut error) = (None, None);
        raw.retain(|&message| {
            // SAFETY: a valid message of the call above, destroyed here or in the drop of `Messages`, never twice.
            let (code, offset) = unsafe { ((*message).err, (*message).offset) };
            if error.is_none() && code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                end = None;
                // Another thread made it: its time and headers lie behind what was just looked at, and are asked for next.
                branches::prefetch_read_data::<u8, 0>(message.cast::<u8>().wrapping_add(64));
                branches::prefetch_read_data::<u8, 0>(message.cast::<u8>().wrapping_add(128));
                return true;
            }
            if error.is_none() && code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR__PARTITION_EOF {
                end = Some(offset);
            } else if error.is_none() {
                // SAFETY: as above; the text is a C string that lives as long as the message.
                let text = unsafe { CStr::from_ptr(sys::rd_kafka_message_errstr(message)).to_string_lossy().into_owned() };
                (end, error) = (None, Some((code.into(), text)));
            }
            // SAFETY: not used after this.
            unsafe { sys::rd_kafka_message_destroy(message) };
            false
        });
        Taken { records: Messages { raw, _consumer: Arc::clone(&self.consumer) }, end, error }
    }
}

impl<X: ConsumerContext> Drop for PartitionQueue<X> {
    fn drop(&mut self) {
        // SAFETY: the handle is destroyed once, after the callback that points to `_wake` is taken away.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(self.queue, None, ptr::null_mut());
            sys::rd_kafka_queue_destroy(self.queue);
        }
    }
}

impl<X: ConsumerContext> Messages<X> {
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    fn get(&self, n: usize) -> &sys::rd_kafka_message_t {
        // SAFETY: every pointer in `raw` is a valid message until the drop of `self`.
        unsafe { &*self.raw[n] }
    }

    pub fn offset(&self, n: usize) -> i64 {
        self.get(n).offset
    }

    /// Bytes of all keys, values and headers.
    pub fn bytes(&self) -> usize {
        (0..self.len()).map(|n| self.get(n).key_len + self.get(n).len + self.header_bytes(n)).sum()
    }

    fn header_bytes(&self, n: usize) -> usize {
        let Some(headers) = headers_in(self.get(n)) else { return 0 };
        let (mut bytes, mut at) = (0, 0);
        loop {
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            // SAFETY: the headers live as long as the message; the call fails past the last one, and the name is a C string.
            unsafe {
                let code = sys::rd_kafka_header_get_all(headers, at, &raw mut name, &raw mut value, &raw mut size);
                if code != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                    return bytes;
                }
                bytes += size + CStr::from_ptr(name).count_bytes();
            }
            at += 1;
        }
    }

    pub fn key(&self, n: usize) -> Option<&[u8]> {
        let message = self.get(n);
        // SAFETY: pointer and length describe bytes that live as long as the message.
        unsafe { slice(message.key, message.key_len) }
    }

    pub fn value(&self, n: usize) -> Option<&[u8]> {
        let message = self.get(n);
        // SAFETY: as above.
        unsafe { slice(message.payload, message.len) }
    }

    /// The record's timestamp; `None` when it has none (Kafka writes -1).
    pub fn timestamp_ms(&self, n: usize) -> Option<i64> {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: a valid message.
        let time = unsafe { sys::rd_kafka_message_timestamp(self.get(n), &raw mut kind) };
        (kind != sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && time != -1).then_some(time)
    }

    /// The last header of a name.
    pub fn header(&self, n: usize, name: &CStr) -> Option<&[u8]> {
        let headers = headers_in(self.get(n))?;
        let (mut value, mut size) = (ptr::null(), 0);
        // SAFETY: the headers live as long as the message; the name is a C string.
        unsafe {
            let code = sys::rd_kafka_header_get_last(headers, name.as_ptr(), &raw mut value, &raw mut size);
            if code != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                return None;
            }
            slice(value, size)
        }
    }

    /// All headers.
    pub fn headers(&self, n: usize) -> Vec<(String, Option<Vec<u8>>)> {
        copied_headers(self.get(n))
    }
}

/// A copy. The library's own way to headers panics at a name that is not UTF-8, which anybody may send.
pub fn copied(message: &BorrowedMessage<'_>) -> OwnedRecord {
    OwnedRecord {
        partition: message.partition(),
        offset: message.offset(),
        timestamp_ms: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        // SAFETY: the message is valid while it is borrowed.
        headers: copied_headers(unsafe { &*message.ptr() }),
    }
}

fn copied_headers(message: &sys::rd_kafka_message_t) -> Vec<(String, Option<Vec<u8>>)> {
    let mut all = Vec::new();
    let Some(headers) = headers_in(message) else { return all };
    loop {
        let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the headers live as long as the message, names are C strings, and the call fails past the last header.
        unsafe {
            let code = sys::rd_kafka_header_get_all(headers, all.len(), &raw mut name, &raw mut value, &raw mut size);
            if code != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
                return all;
            }
            all.push((CStr::from_ptr(name).to_string_lossy().into_owned(), slice(value, size).map(<[u8]>::to_vec)));
        }
    }
}

fn headers_in(message: &sys::rd_kafka_message_t) -> Option<*mut sys::rd_kafka_headers_t> {
    let mut headers = ptr::null_mut();
    // SAFETY: a valid message; the headers are parsed once and stay with it.
    let code = unsafe { sys::rd_kafka_message_headers(message, &raw mut headers) };
    (code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && !headers.is_null()).then_some(headers)
}

impl<X: ConsumerContext> Drop for Messages<X> {
    fn drop(&mut self) {
        for message in self.raw.drain(..) {
            // SAFETY: each is destroyed once; views can't outlive `self`.
            unsafe { sys::rd_kafka_message_destroy(message) };
        }
    }
}

/// One topic of a producer: its name is looked up once, not for every record, and headers cost no copy of their names.
pub struct TopicProducer<X: ProducerContext> {
    topic: *mut sys::rd_kafka_topic_t,
    producer: Arc<BaseProducer<X>>,
}

// SAFETY: librdkafka's handles may be used and destroyed from any thread; the producer is `Send` itself.
unsafe impl<X: ProducerContext + Send + Sync> Send for TopicProducer<X> {}

impl<X: ProducerContext> TopicProducer<X> {
    /// `compression`: another one than the client's. `None`: the name is no topic name.
    pub fn new(producer: &Arc<BaseProducer<X>>, topic: &str, compression: Option<&CStr>) -> Option<Self> {
        let topic = CString::new(topic).ok()?;
        let client = producer.client().native_ptr();
        // SAFETY: a valid client and C strings; settings made here are the library's once it takes them, and a compression that it
        // doesn't know is left as it was. Without settings of its own the topic has the client's.
        let topic = unsafe {
            let settings = compression.map_or(ptr::null_mut(), |compression| {
                let settings = sys::rd_kafka_default_topic_conf_dup(client);
                sys::rd_kafka_topic_conf_set(settings, c"compression.codec".as_ptr(), compression.as_ptr(), ptr::null_mut(), 0);
                settings
            });
            sys::rd_kafka_topic_new(client, topic.as_ptr(), settings)
        };
        (!topic.is_null()).then(|| Self { topic, producer: Arc::clone(producer) })
    }

    /// Puts records of one partition into the client's queue, in one go; everything is copied. Says how many of the first it took,
    /// and why not the next.
    pub fn send_all(&self, partition: i32, records: &[(&[u8], Option<&[u8]>)]) -> (usize, Option<RDKafkaErrorCode>) {
        let message = |(key, value): &(&[u8], Option<&[u8]>)| {
            let ((key, key_len), (payload, len)) = (pointer(Some(key)), pointer(*value));
            sys::rd_kafka_message_t {
                err: sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR,
                rkt: ptr::null_mut(),
                partition,
                payload,
                len,
                key,
                key_len,
                offset: 0,
                _private: ptr::without_provenance_mut(opaque_of(partition)),
            }
        };
        let mut messages: Vec<_> = records.iter().map(message).collect();
        let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
        // SAFETY: the topic is valid until the drop; keys and values are copied before the call returns, which says of each message
        // in place what became of it.
        let taken = unsafe {
            let flags = sys::RD_KAFKA_MSG_F_COPY;
            sys::rd_kafka_produce_batch(self.topic, partition, flags, messages.as_mut_ptr(), count)
        };
        if taken == count {
            return (records.len(), None);
        }
        let is_refused = |message: &sys::rd_kafka_message_t| message.err != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR;
        let refused = messages.iter().position(is_refused);
        (refused.unwrap_or(records.len()), refused.map(|n| messages[n].err.into()))
    }

    /// Puts a record into the client's queue; everything is copied.
    ///
    /// # Errors
    /// As `BaseProducer::send`: the queue is full, or the record is refused.
    pub fn send(&self, record: &OutRecord<'_>) -> Result<(), RDKafkaErrorCode> {
        let partition = record.partition.unwrap_or(-1); // -1: the partitioner decides.
        let ((key, key_len), (value, value_len)) = (pointer(record.key), pointer(record.value));
        let timestamp_ms = record.timestamp_ms.filter(|t| *t > 0);
        let task: *mut c_void = ptr::without_provenance_mut(opaque_of(record.task));
        if record.headers.is_empty() && timestamp_ms.is_none() {
            // SAFETY: the topic is valid until the drop; key and value are copied before the call returns.
            let result = unsafe {
                let flags = sys::RD_KAFKA_MSG_F_COPY;
                sys::rd_kafka_produce(self.topic, partition, flags, value, value_len, key, key_len, task)
            };
            // SAFETY: says what the last call on this thread met.
            return if result == 0 { Ok(()) } else { Err(unsafe { sys::rd_kafka_last_error() }.into()) };
        }
        let headers = raw_headers(record.headers);
        // SAFETY: tags and arguments go in pairs as librdkafka's manual says; everything is copied but the headers, which are the
        // library's once the call succeeds and ours to destroy when it doesn't.
        let code = unsafe {
            use sys::rd_kafka_vtype_t as tag;
            let code = sys::rd_kafka_producev(
                self.producer.client().native_ptr(),
                tag::RD_KAFKA_VTYPE_RKT,
                self.topic,
                tag::RD_KAFKA_VTYPE_PARTITION,
                partition,
                tag::RD_KAFKA_VTYPE_MSGFLAGS,
                sys::RD_KAFKA_MSG_F_COPY,
                tag::RD_KAFKA_VTYPE_VALUE,
                value,
                value_len,
                tag::RD_KAFKA_VTYPE_KEY,
                key,
                key_len,
                tag::RD_KAFKA_VTYPE_TIMESTAMP,
                timestamp_ms.unwrap_or(0),
                tag::RD_KAFKA_VTYPE_HEADERS,
                headers,
                tag::RD_KAFKA_VTYPE_OPAQUE,
                task,
                tag::RD_KAFKA_VTYPE_END,
            );
            if code != sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && !headers.is_null() {
                sys::rd_kafka_headers_destroy(headers);
            }
            code
        };
        if code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR { Ok(()) } else { Err(code.into()) }
    }
}

/// Where bytes begin and how many there are; null for none.
fn pointer(bytes: Option<&[u8]>) -> (*mut c_void, usize) {
    bytes.map_or((ptr::null_mut(), 0), |b| (b.as_ptr().cast_mut().cast(), b.len()))
}

/// Headers in the library's own form; null for none.
fn raw_headers(headers: &[(Cow<'static, str>, Option<Vec<u8>>)]) -> *mut sys::rd_kafka_headers_t {
    if headers.is_empty() {
        return ptr::null_mut();
    }
    // SAFETY: names and values are copied with their lengths; the list is handed on or destroyed by the caller.
    unsafe {
        let list = sys::rd_kafka_headers_new(headers.len());
        for (name, value) in headers {
            let (value, size) = pointer(value.as_deref());
            sys::rd_kafka_header_add(list, name.as_ptr().cast(), name.len() as isize, value, size as isize);
        }
        list
    }
}

impl<X: ProducerContext> Drop for TopicProducer<X> {
    fn drop(&mut self) {
        // SAFETY: destroyed once, before its producer, which `self` still holds.
        unsafe { sys::rd_kafka_topic_destroy(self.topic) }
    }
}

/// # Safety
/// `pointer` is null, or points to `len` bytes that live as long as `'a`.
unsafe fn slice<'a>(pointer: *const c_void, len: usize) -> Option<&'a [u8]> {
    // SAFETY: what the caller promises.
    (!pointer.is_null()).then(|| unsafe { std::slice::from_raw_parts(pointer.cast(), len) })
}
