//! The lead score: points in groups that decay by half-life, labels, and the exact instant at which a label changes by itself.

pub mod crossing;
pub mod label;
pub mod points;
