//! The model's own rules, each in a named scenario.

mod groups;
mod logs;
mod protocol_848;
mod rig;
mod transactions;
