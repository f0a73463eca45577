//! What the brain decides, through the engine that production runs: carts, movement, scores, and laws that hold for any input; the
//! language of its models, and the format of its state. Nothing here needs a JSON decoder, a program or a broker.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::let_underscore_must_use,
    clippy::type_complexity,
    reason = "a test may measure time, read its environment, say what it skips, and fail loudly"
)]

mod accounts;
mod carts;
mod company_leads;
mod contact;
mod erasure;
mod figures;
mod forgetting;
mod golden_state;
mod harness;
mod identity;
mod internal;
mod leads;
mod ledger;
mod machines;
mod merging;
mod model;
mod movement;
mod opportunities;
mod people;
mod properties;
mod scenarios;
mod scores;
