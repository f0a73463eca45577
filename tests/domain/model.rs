//! The language of models: what is wrong with a file, where, and what to do; and one meaning has one hash.

mod faults;
mod persona_faults;
