//! The messages of `proto/leadstream/v1`.

#![allow(clippy::all, clippy::pedantic, missing_docs, reason = "generated")]

include!(concat!(env!("OUT_DIR"), "/leadstream.v1.rs"));
