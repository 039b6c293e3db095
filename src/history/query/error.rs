//! Errors of the filter parser, each with a hint what to write instead.

use crate::history::shown::STATES;

/// Why a text is not a filter, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: {kind}")]
pub struct ParseError {
    /// Character position, counted from 1.
    pub position: usize,
    pub kind: ParseErrorKind,
}

/// The problems of a filter text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// A group or a negation is empty.
    #[error("expected a word or a term")]
    NoTerm,
    /// `or` has no left side.
    #[error("expected a word or a term before “or”; to search for the word, write “\"or\"”")]
    NothingBeforeOr,
    /// `or` has no right side.
    #[error("expected a word or a term after “or”; to search for the word, write “\"or\"”")]
    NothingAfterOr,
    /// As in `!!a`.
    #[error("expected a word or a term after one “!” or “-”; a text that begins with them needs quotes")]
    NegatedTwice,
    /// A `(` without its `)`.
    #[error("expected “)” for the “(” at {opened}")]
    GroupNotClosed {
        /// Character position of the `(`, counted from 1.
        opened: usize,
    },
    /// A `)` without its `(`.
    #[error("expected “(” before this “)”; a text with parentheses needs quotes")]
    GroupNotOpened,
    /// Too many nested groups.
    #[error("expected at most {limit} groups inside each other")]
    TooDeep {
        /// Maximum depth.
        limit: usize,
    },
    /// As in `type:(a or b)`.
    #[error("expected a value without parentheses: commas join several, as in “type:a,b”; other texts need quotes")]
    GroupAsValue,
    /// A quote is not closed.
    #[error("expected a closing quote for the one at {opened}")]
    QuoteNotClosed {
        /// Character position of the opening quote, counted from 1.
        opened: usize,
    },
    /// As in `"a"b`.
    #[error("expected a space after the quotes")]
    NoSpaceAfterQuotes,
    /// As in `type:a ,b`.
    #[error("expected a value right before the comma, as in “type:a,b”; a text that begins with a comma needs quotes")]
    StrayComma,
    /// As in `/a.*b/`.
    #[error("regular expressions are not supported; write the words, or \"…\" in quotes")]
    RegularExpression,
    /// As in `type:a and type:b`.
    #[error("“{operator}” is not an operator: {instead}; to search for it, put it in quotes")]
    ForeignOperator {
        /// The word as in the other language.
        operator: &'static str,
        /// Hint for the error message.
        instead: &'static str,
    },
    /// As in `typ:a`.
    #[error(
        "expected “type:”, “dir:”, “state:”, “conn:”, “id:”, “rtt>”, “size>”, “after:”, “before:”, “text:” or “is:”; \
         a text with a colon needs quotes"
    )]
    UnknownTerm,
    /// As in `type=a`.
    #[error("expected “:”, as in “type:stt*” or “!type:stt*”; a text with this sign needs quotes")]
    NoColon,
    /// As in `rtt:200`.
    #[error("expected “>” or “<”")]
    NoComparison,
    /// Invalid value of `type:`.
    #[error("expected a wire type, as in “stt*”")]
    WireType,
    /// Invalid value of `text:`.
    #[error("expected a text, as in “\"two words\"”")]
    Text,
    /// Invalid value of `dir:`.
    #[error("expected “in” or “out”")]
    Direction,
    /// Invalid value of `state:`.
    #[error("expected {}", state_names())]
    State,
    /// Invalid value of `conn:`.
    #[error("expected the number of a connection, as in “3”")]
    Connection,
    /// Invalid value of `id:`.
    #[error("expected the beginning of a message's id, as in “3f2a”")]
    Id,
    /// Invalid value of `is:`.
    #[error("expected “error”, “bookmarked”, “noted” or “synthetic”")]
    Is,
    /// Invalid value of `rtt>` or `rtt<`.
    #[error("expected a time, as in “200” (milliseconds) or “1.5s”")]
    RoundTrip,
    /// Invalid value of `size>` or `size<`.
    #[error("expected a size, as in “200” (bytes), “10kB” or “1MB”")]
    Size,
    /// Invalid value of `after:` or `before:`.
    #[error("expected a time of day, as in “10:32” or “10:32:05”")]
    TimeOfDay,
}

fn state_names() -> String {
    STATES.map(|(name, _)| name).join(", ")
}
