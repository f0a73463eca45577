//! The rules of linking: what an id's own task does with its record when it is told that the id is somebody's.
//!
//! The task of an id is the only judge of whom it stands for. **An id only ever points to a smaller one**, so chains end and can't
//! close. That two ids are one person's is found out by messages: an id that points to one of them and is told of the other makes the
//! larger of the two point to the smaller. Where ranks were changed, what points to a larger id turns round when it is met.

mod event;
mod leave;
mod link;
mod outcome;
mod take;
mod turn;

pub use event::{OnConsent, OnEvent, Said, goes_back, on_consent, on_event};
pub use leave::{OnErase, erase_names, on_erase, on_unlink};
pub use link::on_link;
pub use take::{OnMove, OnReturn, Taken, on_move, on_return, take_names};
pub use turn::{turn_round, turned, turned_link};
