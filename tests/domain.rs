//! What the brain decides, through the engine that production runs: carts, movement, scores, and laws that hold for any input.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::let_underscore_must_use,
    clippy::type_complexity,
    reason = "a test may measure time, read its environment, say what it skips, and fail loudly"
)]

#[path = "domain/accounts.rs"]
mod accounts;
#[path = "domain/bounds.rs"]
mod bounds;
#[path = "domain/carts.rs"]
mod carts;
#[path = "domain/company_leads.rs"]
mod company_leads;
#[path = "domain/contact.rs"]
mod contact;
#[path = "domain/erasure.rs"]
mod erasure;
#[path = "domain/figures.rs"]
mod figures;
#[path = "domain/forgetting.rs"]
mod forgetting;
#[path = "domain/harness.rs"]
mod harness;
#[path = "domain/internal.rs"]
mod internal;
#[path = "domain/leads.rs"]
mod leads;
#[path = "domain/ledger.rs"]
mod ledger;
#[path = "domain/machines.rs"]
mod machines;
#[path = "domain/movement.rs"]
mod movement;
#[path = "domain/opportunities.rs"]
mod opportunities;
#[path = "domain/people.rs"]
mod people;
#[path = "domain/properties.rs"]
mod properties;
#[path = "domain/scenarios.rs"]
mod scenarios;
#[path = "domain/scores.rs"]
mod scores;
