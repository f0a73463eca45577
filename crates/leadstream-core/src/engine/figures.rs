//! What a task counts for reports: plain sums under keys, so that figures of tasks, instances and files can be added up in any
//! order and any grouping, and always come out the same.
//!
//! Two kinds of sums. **Standings** are kept by difference, as [`population`] is: who stands where, who bought, how much;
//! they are those of all records that the task holds. **Flows** (moves, times, carts, orders, hand-overs) count what was
//! committed since the task began to count. [`Tally`] keeps both beside a task.

mod before;
pub mod buckets;
pub mod cell;
mod key;
mod leads;
mod moves;
mod observe_step;
pub mod opportunity;
mod packed;
pub mod population;
mod sums;
mod tally;

pub use crate::domain::model::axis::Pipeline;
pub use before::Before;
pub use key::{
    AccountState, CartFact, Key, LeadBy, LeadFact, NO_NAME, OTHER, OpportunityFact, Origin, PeopleCount, Touch, Way, week_of,
    week_start_ms,
};
pub use observe_step::Contribution;
pub use sums::{Figures, MAX_NAMES, MAX_WEEKS, ModelNames};
pub use tally::{Tally, TouchPlace};
