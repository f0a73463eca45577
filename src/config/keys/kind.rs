//! The kinds of values that settings have.

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Choice(&'static [&'static str]),
    Bool,
    Integer,
    Number,
    Duration,
    /// A duration, or `"off"`.
    DurationOrOff,
    /// A whole number, or `"off"`.
    IntegerOrOff,
    /// A number, or `"off"`.
    NumberOrOff,
    Texts,
    Durations,
}

impl Kind {
    /// How the reference names it.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Choice(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" or "),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Integer => "whole number".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Duration => "duration".to_owned(),
            Self::DurationOrOff => "duration or `\"off\"`".to_owned(),
            Self::IntegerOrOff => "whole number or `\"off\"`".to_owned(),
            Self::NumberOrOff => "number or `\"off\"`".to_owned(),
            Self::Texts => "list of texts".to_owned(),
            Self::Durations => "list of durations".to_owned(),
        }
    }

    /// Whether a bare word is taken as it stands, without being read as TOML.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Choice(_) | Self::Duration | Self::DurationOrOff)
    }

    /// Whether a bare word may hold several values, with commas between.
    #[must_use]
    pub fn is_list(self) -> bool {
        matches!(self, Self::Texts | Self::Durations)
    }
}
