//! The filter's language: how terms are combined. What stands within a term is in `query_value`.

use std::str::FromStr;

use super::query::{Comparison, Query, Test};
use super::query_error::{ParseError, Problem};

/// The names of all terms.
const NAMES: [&str; 11] = ["type", "dir", "state", "conn", "id", "rtt", "size", "after", "before", "text", "is"];
/// Reading, matching and dropping a filter are recursive, and an address can hold any number of parentheses.
const MAX_DEPTH: usize = 32;

const SIDE_BY_SIDE: &str = "terms side by side must all hold";
/// What other languages have, and what to write here.
const FOREIGN: [(&str, &str); 6] = [
    ("and", SIDE_BY_SIDE),
    ("&&", SIDE_BY_SIDE),
    ("&", SIDE_BY_SIDE),
    ("||", "write “or”"),
    ("|", "write “or”"),
    ("not", "write “!” right before the term"),
];

/// The text of a filter that may still be being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryDraft {
    /// The whole text is a filter.
    Complete(Query),
    /// The text ends within its last term, which more letters can complete.
    Unfinished {
        /// The part before that term.
        complete: Query,
        /// What is missing.
        error: ParseError,
    },
    /// No more letters make it a filter.
    Wrong(ParseError),
}

impl QueryDraft {
    /// Reads a text as far as it goes.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut parser = Parser::new(text);
        match parser.filter() {
            Ok(query) => Self::Complete(query),
            Err(error) if parser.is_unfinished => {
                // The text up to the end of a term on the top level is a filter.
                let complete = text.get(..parser.complete).unwrap_or_default().parse().unwrap_or_default();
                Self::Unfinished { complete, error }
            }
            Err(error) => Self::Wrong(error),
        }
    }

    /// The filter that rows are to be held against; none if the text is wrong.
    #[must_use]
    pub const fn query(&self) -> Option<&Query> {
        match self {
            Self::Complete(query) | Self::Unfinished { complete: query, .. } => Some(query),
            Self::Wrong(_) => None,
        }
    }

    /// What to tell the user. An unfinished term is not an error as long as it is being typed.
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

/// Reads a text from left to right.
#[derive(Clone, Copy)]
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    /// The next byte to read.
    pub(super) at: usize,
    /// How many groups are open.
    depth: usize,
    /// Up to this byte the text is a filter by itself.
    complete: usize,
    /// Whether the error is at the end of the text, and more letters can mend it.
    is_unfinished: bool,
}

impl<'a> Parser<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, complete: 0, is_unfinished: false }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether something follows the white space.
    fn skip_space(&mut self) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        !self.rest().is_empty()
    }

    pub(super) fn take(&mut self, class: char) -> bool {
        let found = self.rest().starts_with(class);
        self.at += if found { class.len_utf8() } else { 0 };
        found
    }

    /// The number of the character at this byte, counted from 1.
    pub(super) fn character(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(self.text).chars().count() + 1
    }

    /// An error at this byte. Only at the end of the text it `may_go_on`: whatever follows settles that it is wrong.
    pub(super) fn fail<T>(&mut self, at: usize, problem: Problem, may_go_on: bool) -> Result<T, ParseError> {
        self.is_unfinished = may_go_on && self.rest().trim_start().is_empty();
        Err(ParseError { position: self.character(at), problem })
    }

    fn filter(&mut self) -> Result<Query, ParseError> {
        if !self.skip_space() {
            return Ok(Query::default());
        }
        let query = self.alternatives()?;
        if self.rest().is_empty() { Ok(query) } else { self.fail(self.at, Problem::GroupNotOpened, false) }
    }

    /// Terms with `or` between them, up to the end of the text or of the group.
    fn alternatives(&mut self) -> Result<Query, ParseError> {
        let mut parts = vec![self.terms(Problem::NoTerm)?];
        while self.is_or_next() {
            self.at += 2;
            parts.push(self.terms(Problem::NothingAfterOr)?);
        }
        Ok(Query::any_of(parts))
    }

    /// Terms side by side, at least one; `missing` is the problem where there is none.
    fn terms(&mut self, missing: Problem) -> Result<Query, ParseError> {
        let mut terms = Vec::new();
        let mut follows_term = false;
        while self.skip_space() && !self.rest().starts_with(')') && !self.is_or_next() {
            let start = self.at;
            let term = self.term()?;
            self.refuse_foreign_operator(start, follows_term)?;
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
            return self.fail(start, Problem::NothingBeforeOr, true);
        }
        self.fail(start, missing, true)
    }

    /// Whether the next word is `or`.
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
            return self.fail(self.at, Problem::NegatedTwice, false);
        }
        Ok(Query::Not(Box::new(self.operand()?)))
    }

    fn operand(&mut self) -> Result<Query, ParseError> {
        let opening = self.at;
        if !self.take('(') {
            return self.test();
        }
        if self.depth == MAX_DEPTH {
            return self.fail(opening, Problem::TooDeep { limit: MAX_DEPTH }, false);
        }
        self.depth += 1;
        let query = self.alternatives()?;
        self.depth -= 1;
        if self.take(')') {
            return Ok(query);
        }
        self.fail(self.at, Problem::GroupNotClosed { opened: self.character(opening) }, true)
    }

    /// Refuses the word since `start` where it is meant as an operator. `and` and `not` between words are words.
    fn refuse_foreign_operator(&mut self, start: usize, follows_term: bool) -> Result<(), ParseError> {
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
        // More letters can make another word of `and`.
        let may_go_on = operator == "and";
        if is_meant { self.fail(start, Problem::ForeignOperator { operator, instead }, may_go_on) } else { Ok(()) }
    }

    /// Whether more than a bare word follows.
    fn is_term_next(&self) -> bool {
        let mut ahead = *self;
        ahead.skip_space() && (ahead.rest().starts_with(['(', '!', '-', '"']) || ahead.head().is_some())
    }

    /// The name and the sign that a term begins with; none before a word.
    fn head(&self) -> Option<(&'a str, char)> {
        let ends_name = |letter: char| !letter.is_ascii_alphabetic() && !matches!(letter, '_' | '-');
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
            ("rtt" | "size", _) => self.fail(place, Problem::NoComparison, false),
            (name, ':') => self.named(name, start),
            (name, _) if NAMES.contains(&name) => self.fail(place, Problem::NoColon, false),
            _ => self.fail(start, Problem::UnknownTerm, false),
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
            "is" => self.error()?,
            "after" => Test::After(self.time_of_day()?),
            "before" => Test::Before(self.time_of_day()?),
            _ => return self.fail(start, Problem::UnknownTerm, false),
        };
        Ok(Query::Test(test))
    }

    /// Values with commas between them, any of which may hold.
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
