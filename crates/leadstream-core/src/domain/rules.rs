//! What an event, or a deadline, does to a record: one module per subject. They import what lies below and each other one way.

pub mod account;
pub mod acquisition;
pub mod activity;
pub mod bots;
pub mod budget;
pub mod cart;
pub mod checkout;
pub mod contact;
pub mod context;
pub mod decay;
pub mod decisions;
pub mod erasure;
pub mod forget;
pub mod internal;
pub mod journey;
pub mod lead;
pub mod ledger;
pub mod model_change;
pub mod order_news;
pub mod orders;
pub mod personas;
pub mod score;
pub mod tracks;
pub mod traits;
pub mod triggers;
pub mod won;
