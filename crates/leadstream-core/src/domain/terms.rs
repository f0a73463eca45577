//! Closed sets that records, outputs, metrics and rules share: each word once.

pub mod account;
pub mod bots;
pub mod cart;
pub mod consent;
pub mod grade;
pub mod limit;
pub mod movement;
pub mod per_axis;
pub mod recovery;
pub mod sales;
pub mod trigger;
