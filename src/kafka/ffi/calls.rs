//! Single calls of the client library that rust-rdkafka does not wrap.

use crate::kafka::membership::Membership;
use rdkafka::client::{Client, ClientContext, OAuthToken};
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::producer::{BaseProducer, Producer, ProducerContext};
use rdkafka_sys as sys;
use std::ffi::{CStr, CString, c_char};
use std::ptr;

/// Sends everything that the producer holds, and waits at most this long for it to be written.
pub fn flush<X: ProducerContext>(producer: &BaseProducer<X>, wait_ms: i32) {
    // SAFETY: the client pointer is valid while `producer` lives. What is left after the wait is seen by `in_flight_count`.
    unsafe { sys::rd_kafka_flush(producer.client().native_ptr(), wait_ms) };
}

/// The partition's end as of the latest fetch; nothing is asked.
pub fn known_end<X: ConsumerContext>(consumer: &BaseConsumer<X>, topic: &str, partition: i32) -> Option<i64> {
    let topic = CString::new(topic).ok()?;
    let (mut low, mut high) = (-1, -1);
    // SAFETY: a valid client, a C string, and two places for the answer.
    let code = unsafe {
        let client = consumer.client().native_ptr();
        sys::rd_kafka_get_watermark_offsets(client, topic.as_ptr(), partition, &raw mut low, &raw mut high)
    };
    (code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0).then_some(high)
}

/// Generation and member id of a consumer's group metadata, which rust-rdkafka keeps to itself; `None`: it is in no group.
pub fn membership<X: ConsumerContext>(consumer: &BaseConsumer<X>) -> Option<Membership> {
    // SAFETY: the client is valid while `consumer` lives; the answer is ours, its texts live as long, and it is destroyed once.
    unsafe {
        let metadata = sys::rd_kafka_consumer_group_metadata(consumer.client().native_ptr());
        if metadata.is_null() {
            return None;
        }
        let generation = sys::rd_kafka_consumer_group_metadata_generation_id(metadata);
        let member = sys::rd_kafka_consumer_group_metadata_member_id(metadata);
        let member = if member.is_null() { String::new() } else { CStr::from_ptr(member).to_string_lossy().into_owned() };
        sys::rd_kafka_consumer_group_metadata_destroy(metadata);
        Some(Membership { generation, member })
    }
}

/// Gives a client its OAUTHBEARER token. Only for admin clients: their own thread serves no token request; every other client
/// asks through its context.
///
/// # Errors
/// The library refuses the token.
pub fn set_token<C: ClientContext>(client: &Client<C>, token: &OAuthToken) -> Result<(), String> {
    let text = |s: &str| CString::new(s).map_err(|_| "the token contains a NUL".to_owned());
    let (value, principal) = (text(&token.token)?, text(&token.principal_name)?);
    let mut error = [0 as c_char; 256];
    // SAFETY: the client lives through the call, the strings and the buffer too, and no extension is given.
    let code = unsafe {
        let (value, principal) = (value.as_ptr(), principal.as_ptr());
        let (buffer, size) = (error.as_mut_ptr(), error.len());
        sys::rd_kafka_oauthbearer_set_token(
            client.native_ptr(),
            value,
            token.lifetime_ms,
            principal,
            ptr::null_mut(),
            0,
            buffer,
            size,
        )
    };
    if code == sys::rd_kafka_resp_err_t::RD_KAFKA_RESP_ERR_NO_ERROR {
        return Ok(());
    }
    // SAFETY: the library wrote a NUL-terminated text, or nothing into the zeroed buffer.
    Err(unsafe { CStr::from_ptr(error.as_ptr()) }.to_string_lossy().into_owned())
}
