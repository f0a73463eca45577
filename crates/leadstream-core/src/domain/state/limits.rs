//! How large a record, its parts and its outputs may become.

/// Most that a line of a cart weighs; what it says of the product is bounded text by text, and only the picture may not fit.
pub const MAX_LINE_BYTES: usize = 4 * 1024;

/// Most that the lines of one cart weigh.
pub const MAX_CART_BYTES: usize = 40 * 1024;

/// Most that the remembered lines of one order weigh.
pub const MAX_ORDER_BYTES: usize = 16 * 1024;

/// Most that a record weighs; in the changelog it takes no more.
pub const MAX_RECORD_BYTES: usize = 64 * 1024;

/// Most bytes of an output's value. JSON writes a control character as six: a reminder of the fullest cart takes 6 times
/// [`MAX_CART_BYTES`] and the names of its fields, an account with all its members 300 KiB.
pub const MAX_OUTPUT_BYTES: usize = 512 * 1024;

/// Most models that run together: each takes its share of a record.
pub const MAX_MODELS: usize = 8;
