//! Parser of the filter language: terms and how they combine. The values within terms are in `query_value`.

use std::str::FromStr;

use crate::history::query::error::{ParseError, ParseErrorKind};
use crate::history::query::{Comparison, Query, Test};

/// All term names.
const NAMES: [&str; 11] = ["type", "dir", "state", "conn", "id", "rtt", "size", "after", "before", "text", "is"];
/// Limit on nested groups: parsing, matching and dropping a filter recurse, and the text comes from the address bar.
const MAX_DEPTH: usize = 32;

const SIDE_BY_SIDE: &str = "terms side by side must all hold";
/// Operators of other languages, and what to write here instead.
const FOREIGN: [(&str, &str); 6] = [
    ("and", SIDE_BY_SIDE),
    ("&&", SIDE_BY_SIDE),
    ("&", SIDE_BY_SIDE),
    ("||", "write “or”"),
    ("|", "write “or”"),
    ("not", "write “!” right before the term"),
];

/// A filter that the user may still be typing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryDraft {
    Complete(Query),
    /// The text ends within its last term, which further typing can complete.
    Unfinished {
        /// The filter before that term.
        complete: Query,
        /// Why the term is not complete.
        error: ParseError,
    },
    /// The text is wrong, and further typing cannot fix it.
    Wrong(ParseError),
}

impl QueryDraft {
    /// Parses a text that may end within a term.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut parser = Parser::new(text);
        match parser.filter() {
            Ok(query) => Self::Complete(query),
            Err(error) if parser.is_unfinished => {
                // The text up to the end of any top-level term is a valid filter.
                let complete = text.get(..parser.complete).unwrap_or_default().parse().unwrap_or_default();
                Self::Unfinished { complete, error }
            }
            Err(error) => Self::Wrong(error),
        }
    }

    /// The filter to apply; `None` if the text is wrong.
    #[must_use]
    pub const fn query(&self) -> Option<&Query> {
        match self {
            Self::Complete(query) | Self::Unfinished { complete: query, .. } => Some(query),
            Self::Wrong(_) => None,
        }
    }

    /// The error to show. While the user is typing, an unfinished term is not an error.
    #[must_use]
    pub fn error(&self, is_being_typed: bool) -> Option<ParseError> {
        match self {
            Self::Complete(_) => None,
            Self::Unfinished { error, .. } => (!is_being_typed).then_some(*error),
            Self::Wrong(error) => Some(*error),
        }
    }
}

impl FromStr for Query {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Parser::new(text).filter()
    }
}

/// Recursive-descent parser.
#[derive(Clone, Copy)]
pub(in crate::history) struct Parser<'a> {
    pub(in crate::history) text: &'a str,
    /// Byte offset of the next character to read.
    pub(in crate::history) at: usize,
    /// Number of open groups.
    depth: usize,
    /// The text up to this byte offset is a filter of its own.
    complete: usize,
    /// Whether the error is at the end of the text, so that further typing can fix it.
    is_unfinished: bool,
}

impl<'a> Parser<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, complete: 0, is_unfinished: false }
    }

    pub(in crate::history) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Skips white space; returns whether anything follows.
    fn skip_space(&mut self) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        !self.rest().is_empty()
    }

    pub(in crate::history) fn take(&mut self, letter: char) -> bool {
        let found = self.rest().starts_with(letter);
        self.at += if found { letter.len_utf8() } else { 0 };
        found
    }

    /// Converts a byte offset to a character position, counted from 1.
    pub(in crate::history) fn char_position(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).chars().count() + 1
    }

    /// Fails at byte `at`. The error counts as unfinished if it `may_go_on` and nothing follows; text after it proves
    /// it wrong.
    pub(in crate::history) fn fail<T>(
        &mut self,
        at: usize,
        kind: ParseErrorKind,
        may_go_on: bool,
    ) -> Result<T, ParseError> {
        self.is_unfinished = may_go_on && self.rest().trim_start().is_empty();
        Err(ParseError { position: self.char_position(at), kind })
    }

    fn filter(&mut self) -> Result<Query, ParseError> {
        if !self.skip_space() {
            return Ok(Query::default());
        }
        let query = self.alternatives()?;
        if self.rest().is_empty() { Ok(query) } else { self.fail(self.at, ParseErrorKind::GroupNotOpened, false) }
    }

    /// Parses terms separated by `or`, up to the end of the text or group.
    fn alternatives(&mut self) -> Result<Query, ParseError> {
        let mut parts = vec![self.terms(ParseErrorKind::NoTerm)?];
        while self.is_or_next() {
            self.at += 2;
            parts.push(self.terms(ParseErrorKind::NothingAfterOr)?);
        }
        Ok(Query::any_of(parts))
    }

    /// Parses one or more adjacent terms; fails with `missing` if there are none.
    fn terms(&mut self, missing: ParseErrorKind) -> Result<Query, ParseError> {
        let mut terms = Vec::new();
        let mut follows_term = false;
        while self.skip_space() && !self.rest().starts_with(')') && !self.is_or_next() {
            let start = self.at;
            let term = self.term()?;
            self.reject_foreign_operator(start, follows_term)?;
            follows_term = !matches!(term, Query::Test(Test::Word(_))) || self.text[start..].starts_with('"');
            terms.push(term);
            if self.depth == 0 {
                self.complete = self.at;
            }
        }
        if !terms.is_empty() {
            return Ok(Query::all_of(terms));
        }
        let start = self.at;
        if self.is_or_next() {
            self.at += 2;
            return self.fail(start, ParseErrorKind::NothingBeforeOr, true);
        }
        self.fail(start, missing, true)
    }

    fn is_or_next(&self) -> bool {
        let Some((word, after)) = self.rest().split_at_checked(2) else { return false };
        let is_end = |next: char| next.is_whitespace() || matches!(next, '(' | ')');
        word.eq_ignore_ascii_case("or") && after.chars().next().is_none_or(is_end)
    }

    fn term(&mut self) -> Result<Query, ParseError> {
        if !self.take('!') && !self.take('-') {
            return self.operand();
        }
        if self.rest().starts_with(['!', '-']) {
            return self.fail(self.at, ParseErrorKind::NegatedTwice, false);
        }
        Ok(Query::Not(Box::new(self.operand()?)))
    }

    fn operand(&mut self) -> Result<Query, ParseError> {
        let opening = self.at;
        if !self.take('(') {
            return self.test();
        }
        if self.depth == MAX_DEPTH {
            return self.fail(opening, ParseErrorKind::TooDeep { limit: MAX_DEPTH }, false);
        }
        self.depth += 1;
        let query = self.alternatives()?;
        self.depth -= 1;
        if self.take(')') {
            return Ok(query);
        }
        self.fail(self.at, ParseErrorKind::GroupNotClosed { opened: self.char_position(opening) }, true)
    }

    /// Rejects the word since `start` if it is meant as an operator. Between plain words, `and` and `not` are words.
    fn reject_foreign_operator(&mut self, start: usize, follows_term: bool) -> Result<(), ParseError> {
        let word = &self.text[start..self.at];
        let Some((operator, instead)) = FOREIGN.into_iter().find(|(operator, _)| operator.eq_ignore_ascii_case(word))
        else {
            return Ok(());
        };
        let is_meant = match operator {
            "and" => follows_term || self.is_term_next(),
            "not" => self.is_term_next(),
            _ => true,
        };
        // Further typing can turn `and` into another word.
        let may_go_on = operator == "and";
        if is_meant {
            self.fail(start, ParseErrorKind::ForeignOperator { operator, instead }, may_go_on)
        } else {
            Ok(())
        }
    }

    /// Whether a group, negation, quote or named term follows, rather than a bare word.
    fn is_term_next(&self) -> bool {
        let mut ahead = *self;
        ahead.skip_space() && (ahead.rest().starts_with(['(', '!', '-', '"']) || ahead.head().is_some())
    }

    /// The name and sign at the start of a term; `None` before a bare word.
    fn head(&self) -> Option<(&'a str, char)> {
        let ends_name = |letter: char| !letter.is_ascii_alphabetic() && !matches!(letter, '_' | '-' | '.');
        let rest = self.rest();
        let (name, after) = rest.split_at_checked(rest.find(ends_name)?)?;
        let mut signs = after.chars();
        let (sign, next) = (signs.next()?, signs.next());
        let is_known = NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
        let is_term = match sign {
            ':' => !name.is_empty(),
            '=' => is_known,
            '!' => is_known && next == Some('='),
            '<' | '>' => is_known || (!name.is_empty() && next.is_some_and(|next| next.is_ascii_digit())),
            _ => false,
        };
        is_term.then_some((name, sign))
    }

    fn test(&mut self) -> Result<Query, ParseError> {
        let start = self.at;
        let Some((name, sign)) = self.head() else { return self.word().map(Query::Test) };
        let name = name.to_ascii_lowercase();
        let place = start + name.len();
        self.at = place + sign.len_utf8();
        match (name.as_str(), sign) {
            ("rtt", '>') => self.round_trip(Comparison::Above).map(Query::Test),
            ("rtt", '<') => self.round_trip(Comparison::Below).map(Query::Test),
            ("size", '>') => self.size(Comparison::Above).map(Query::Test),
            ("size", '<') => self.size(Comparison::Below).map(Query::Test),
            ("rtt" | "size", _) => self.fail(place, ParseErrorKind::NoComparison, false),
            (name, ':') => self.named(name, start),
            (name, _) if NAMES.contains(&name) => self.fail(place, ParseErrorKind::NoColon, false),
            _ => self.fail(start, ParseErrorKind::UnknownTerm, false),
        }
    }

    fn named(&mut self, name: &str, start: usize) -> Result<Query, ParseError> {
        let test = match name {
            "type" => return self.list(Self::wire_type),
            "dir" => return self.list(Self::direction),
            "state" => return self.list(Self::state),
            "conn" => return self.list(Self::connection),
            "id" => return self.list(Self::id),
            "text" => self.text()?,
            "is" => self.property()?,
            "after" => Test::After(self.time_of_day()?),
            "before" => Test::Before(self.time_of_day()?),
            _ => return self.fail(start, ParseErrorKind::UnknownTerm, false),
        };
        Ok(Query::Test(test))
    }

    /// Parses values separated by commas, any of which may hold.
    fn list(&mut self, value: fn(&mut Self) -> Result<Test, ParseError>) -> Result<Query, ParseError> {
        let mut tests = vec![Query::Test(value(self)?)];
        while self.rest().starts_with(',') {
            if self.depth == 0 {
                self.complete = self.at;
            }
            self.at += 1;
            tests.push(Query::Test(value(self)?));
        }
        Ok(Query::any_of(tests))
    }
}
