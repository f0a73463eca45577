//! What the brain decides, through the engine that production runs: carts, movement, scores, and laws that hold for any input.

#[path = "domain/carts.rs"]
mod carts;
#[path = "domain/harness.rs"]
mod harness;
#[path = "domain/movement.rs"]
mod movement;
#[path = "domain/properties.rs"]
mod properties;
#[path = "domain/scores.rs"]
mod scores;
