//! What the record of a prospect holds: plain data. What an event does to it stands in `rules`.

pub mod account;
pub mod acquisition;
pub mod bots;
pub mod cart;
pub mod checkout;
pub mod consensus;
pub mod consent;
pub mod contact;
pub mod decisions;
pub mod erasure;
pub mod few;
pub mod group;
pub mod identity;
pub mod internal;
pub mod lead;
pub mod limits;
pub mod orders;
pub mod past_carts;
pub mod prospect;
pub mod seen;
pub mod sparse;
pub mod timers;
pub mod track;
pub mod traits;
pub mod triggers;
pub mod weight;
