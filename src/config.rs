//! Settings and model files: text in, typed and checked values out; every fault at once, with its place.

pub mod fields;
pub mod model_file;
pub mod tree;
pub mod units;
