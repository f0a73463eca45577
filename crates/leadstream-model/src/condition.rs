//! `on` and `where`: which events a rule is about, and what must hold of their properties.

pub mod canonical;
pub mod check;
pub mod compile;
pub mod describe;
pub mod parse;
pub mod spec;
