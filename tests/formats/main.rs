//! From bytes to bytes, through the library alone: records decoded and taken in, outputs and dead letters written; and `tidy`, which
//! reads the sources and the pages as text.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::let_underscore_must_use,
    clippy::type_complexity,
    reason = "a test may measure time, read its environment, say what it skips, and fail loudly"
)]

mod bounds;
mod decode;
mod outputs;
mod shipped_models;
mod task_record;
mod task_runner;
mod tidy;
