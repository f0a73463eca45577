//! What the engine has read of the events that routers wrote can go.

/// Deletes read events, in the background. Nothing here waits for the broker.
pub trait Purge {
    /// Asks for it. What is not committed as read stays.
    fn purge(&mut self);

    /// How it has ended, once: how far the topic's beginning has moved in all, in offsets; or why it can't be, and what to do.
    fn purged(&mut self) -> Option<Result<u64, String>>;
}
