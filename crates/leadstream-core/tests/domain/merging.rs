//! Two prospects turn out to be one. The parts of a record are tried one by one; the cases are those of identity.md, by number.

mod carts;
mod leads;
mod orders;
mod parts;
mod people;
mod properties;
mod rig;
