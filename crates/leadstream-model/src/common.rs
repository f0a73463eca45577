//! What several sections read, check, compile and put into words alike.

pub mod check;
pub mod compile;
pub mod describe;
pub mod parse;
