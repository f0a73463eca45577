//! What others read of the service, as types: the answers of the API, what `explain` and `report` take from them, the summary of a
//! replay, and what the other commands say by `--json`. Each is made from records in one place, serialised once, and read back as the same type.
//!
//! Fields of an answer stand in alphabetical order, as they always have, unless a type says otherwise. Whatever reads an answer
//! leaves out fields that it doesn't know, and takes what is missing as absent: a newer or an older service can be read.

pub mod account;
pub mod carts;
pub mod check;
pub mod dead_letters;
pub mod figures;
pub mod funnel;
pub mod health;
pub mod identity;
pub mod ids;
pub mod model_check;
pub mod model_diff;
pub mod output;
pub mod problem;
pub mod prospect;
pub mod recovery;
pub mod replay;
pub mod sometimes;
pub mod time;
pub mod topics;
