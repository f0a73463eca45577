//! The version of the record.

/// Version that this build writes, and the newest that it reads; it reads all before it.
///
/// * 6: money and outcomes (contracts, how a recovery came about, what was handed over).
/// * 5: what real shops send (orders known by their ids, carts by what is in them).
/// * 4: lines of a cart for which there was no room (`lines_left_out`); that a user was named (`identified`); what stays of an erasure
///   (`erasure`).
/// * 3: what only some prospects have (`more`), persona, fit, grade, disqualification and ledger of a track.
/// * 2: ids seen have their times in seconds (`seen_seconds`). 1 had them in milliseconds (`seen_times`).
pub const VERSION: u32 = 6;
