//! What is wrong with a model spec: every fault with its place.
