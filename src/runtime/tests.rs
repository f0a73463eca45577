//! The loop and the supervisor on ports in memory: what they do when nothing outside is real.

mod memory;
mod refusals;
mod routers;
mod supervising;
mod waiting;
mod working;
