//! A model of Kafka, seeded disasters, and the very loop of production on top of it.

mod api;
