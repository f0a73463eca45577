//! The version of the record.

/// The newest version that this build reads and writes; it reads all before it, and writes a record under the oldest version that has
/// all of its fields, from [`USUAL`] on: what doesn't use what came later stays as it is, to the byte, and older builds still read it.
///
/// * 7: other ids of a prospect (`identity`), records of ids that point to others (`forward`), and what was begun under another name
///   (`armed_under`, `origin`), and the addresses that were named (`address`).
/// * 6: money and outcomes (contracts, how a recovery came about, what was handed over).
/// * 5: what real shops send (orders known by their ids, carts by what is in them).
/// * 4: lines of a cart for which there was no room (`lines_left_out`); that a user was named (`identified`); what stays of an erasure
///   (`erasure`).
/// * 3: what only some prospects have (`more`), persona, fit, grade, disqualification and ledger of a track.
/// * 2: ids seen have their times in seconds (`seen_seconds`). 1 had them in milliseconds (`seen_times`).
pub const VERSION: u32 = 7;

/// The version of records that have no fields of a later one.
pub(super) const USUAL: u32 = 6;
