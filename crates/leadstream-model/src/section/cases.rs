//! What a section says of itself for a test: lines of a model file, and what must come of them.

/// Lines that are added to a small model, and what must come of them. Keys of the top stand before the first table.
#[derive(Debug)]
pub enum Case {
    /// Lines, the place of the one fault that is found, and what its message says.
    Fault(&'static str, &'static str, &'static str),
    /// What holds anyway, or what changes nothing that leaves: the model keeps its hash.
    SameModel(&'static str),
    /// Another meaning: another hash.
    OtherModel(&'static str),
}
