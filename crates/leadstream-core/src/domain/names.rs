//! Names become small integers once: event names, and the properties that the loaded models look at.

mod authority;
pub mod bounces;
pub mod canonical;
mod consent;
mod deeds;
mod dictionary;
mod flags;
pub mod kind;
mod near;
pub mod pages;
pub mod ratings;
mod said;
mod spelling;
mod tools;
mod usual;
pub mod vocabulary;

pub use authority::Authority;
pub use canonical::canonical;
pub use deeds::{is_content, is_sellers, is_told_by_tools};
pub use dictionary::{CALLS, DICTIONARY, OF_MODELS, canonical_names, kind_of_track, usual};
pub use flags::{Flags, MAX_FLAGS};
pub use kind::{Kind, NameId, ONE_LIST_LEFT, PropertyId};
pub use near::{near, nearest};
pub use said::consent_said;
pub use spelling::{Known, MAX_NORMAL_BYTES, all as all_known, known, normal, words};
pub use tools::without_tool;
pub use vocabulary::{TraitName, Vocabulary};
