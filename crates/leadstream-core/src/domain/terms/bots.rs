//! Kinds of visitors and events that are no buyer's.

/// What gave a bot away: a closed set, also the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BotKind {
    /// Its sender marked it.
    Marked,
    /// The program calls itself so.
    Bot,
    /// An open by the proxy of a mailbox, or within seconds of the delivery.
    Proxy,
    /// A click within seconds of the delivery, or several links at once.
    Scanner,
    /// More views in a minute than a person makes.
    Flood,
}

impl BotKind {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Marked, Self::Bot, Self::Proxy, Self::Scanner, Self::Flood];

    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::Bot => "bot",
            Self::Proxy => "proxy",
            Self::Scanner => "scanner",
            Self::Flood => "flood",
        }
    }
}

/// How an event was recognised as internal: a closed set, also the metric label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InternalKind {
    /// An address of the shop's own domain, or a trait; then everything of that person.
    Person,
    /// It came from the shop's own network.
    Network,
    /// Its sender marked it, or it is about an order that was marked.
    Marked,
}

impl InternalKind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Person, Self::Network, Self::Marked];

    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Network => "network",
            Self::Marked => "marked",
        }
    }
}
