//! Parser of the filter language: the values within terms.

use std::time::Duration;

use crate::history::query::error::{ParseError, ParseErrorKind};
use crate::history::query::find::Needle;
use crate::history::query::parse::Parser;
use crate::history::query::{Comparison, Test, TimeOfDay};
use crate::history::row::Direction;
use crate::history::shown::STATES;

/// Separates the values of a list.
const COMMA: Option<char> = Some(',');

impl<'a> Parser<'a> {
    pub(in crate::history) fn word(&mut self) -> Result<Test, ParseError> {
        if self.rest().starts_with(',') {
            return self.fail(self.at, ParseErrorKind::StrayComma, false);
        }
        self.any_text(ParseErrorKind::NoTerm, None).map(|word| Test::Word(Needle::new(&word)))
    }

    pub(in crate::history) fn text(&mut self) -> Result<Test, ParseError> {
        self.any_text(ParseErrorKind::Text, None).map(|text| Test::Text(Needle::new(&text)))
    }

    pub(in crate::history) fn wire_type(&mut self) -> Result<Test, ParseError> {
        let start = self.at;
        let glob = self.any_text(ParseErrorKind::WireType, COMMA)?;
        if self.is_unquoted(start) && glob.contains('|') {
            let kind = ParseErrorKind::ForeignOperator { operator: "|", instead: "write “type:a,b”" };
            return self.fail(start, kind, false);
        }
        Ok(Test::Type(glob))
    }

    pub(in crate::history) fn direction(&mut self) -> Result<Test, ParseError> {
        self.name(ParseErrorKind::Direction, COMMA, &[("in", Direction::In), ("out", Direction::Out)])
            .map(Test::Direction)
    }

    pub(in crate::history) fn state(&mut self) -> Result<Test, ParseError> {
        self.name(ParseErrorKind::State, COMMA, &STATES.map(|(name, _)| (name, name))).map(Test::State)
    }

    pub(in crate::history) fn property(&mut self) -> Result<Test, ParseError> {
        let names = [
            ("error", Test::Error),
            ("bookmarked", Test::Bookmarked),
            ("noted", Test::Noted),
            ("synthetic", Test::Synthetic),
        ];
        self.name(ParseErrorKind::Is, None, &names)
    }

    pub(in crate::history) fn connection(&mut self) -> Result<Test, ParseError> {
        let read = |value: &str| value.trim_start_matches('#').parse::<u32>().ok();
        self.parse_value(ParseErrorKind::Connection, COMMA, &["0"], read).map(Test::Conn)
    }

    pub(in crate::history) fn id(&mut self) -> Result<Test, ParseError> {
        let is_of_id = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        let read = |value: &str| value.bytes().all(is_of_id).then(|| value.to_ascii_lowercase());
        self.parse_value(ParseErrorKind::Id, COMMA, &[], read).map(Test::Id)
    }

    pub(in crate::history) fn round_trip(&mut self, comparison: Comparison) -> Result<Test, ParseError> {
        self.parse_value(ParseErrorKind::RoundTrip, None, &["0", "s"], round_trip)
            .map(|bound| Test::RoundTrip(comparison, bound))
    }

    pub(in crate::history) fn size(&mut self, comparison: Comparison) -> Result<Test, ParseError> {
        self.parse_value(ParseErrorKind::Size, None, &[], bytes).map(|bound| Test::Size(comparison, bound))
    }

    pub(in crate::history) fn time_of_day(&mut self) -> Result<TimeOfDay, ParseError> {
        self.parse_value(ParseErrorKind::TimeOfDay, None, &[":00", "00", "0"], time_of_day)
    }

    /// Parses one of `names`.
    fn name<T: Clone>(
        &mut self,
        kind: ParseErrorKind,
        separator: Option<char>,
        names: &[(&str, T)],
    ) -> Result<T, ParseError> {
        let start = self.at;
        let value = self.value(kind, separator)?;
        if let Some((_, meaning)) = names.iter().find(|(name, _)| *name == value) {
            return Ok(meaning.clone());
        }
        let is_unfinished = self.is_unquoted(start) && names.iter().any(|(name, _)| name.starts_with(&value));
        self.fail(start, kind, is_unfinished)
    }

    /// Parses a value with `read`. A value that `read` rejects counts as unfinished if one of the `outcomes`, appended,
    /// makes it valid.
    fn parse_value<T>(
        &mut self,
        kind: ParseErrorKind,
        separator: Option<char>,
        outcomes: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ParseError> {
        let start = self.at;
        let value = self.value(kind, separator)?;
        if let Some(parse_value) = read(&value) {
            return Ok(parse_value);
        }
        let is_unfinished = outcomes.iter().any(|ending| read(&format!("{value}{ending}")).is_some());
        let is_unfinished = is_unfinished && self.is_unquoted(start);
        self.fail(start, kind, is_unfinished)
    }

    /// Parses a text. Without quotes, it must not look like a regular expression.
    fn any_text(&mut self, kind: ParseErrorKind, separator: Option<char>) -> Result<String, ParseError> {
        let start = self.at;
        let text = self.value(kind, separator)?;
        if self.is_unquoted(start) && is_regular_expression(&text) {
            return self.fail(start, ParseErrorKind::RegularExpression, false);
        }
        Ok(text)
    }

    /// Whether the value at `start` is not quoted.
    fn is_unquoted(&self, start: usize) -> bool {
        !self.text[start..].starts_with('"')
    }

    /// Parses a quoted value, or one that ends at white space, `separator` or the end of the group. Rejects an empty
    /// one.
    fn value(&mut self, kind: ParseErrorKind, separator: Option<char>) -> Result<String, ParseError> {
        let start = self.at;
        if self.rest().starts_with('(') {
            return self.fail(start, ParseErrorKind::GroupAsValue, false);
        }
        let value = if self.take('"') { self.quoted(start, separator)? } else { self.unquoted(separator).to_owned() };
        if value.is_empty() {
            let is_awaited = self.is_unquoted(start);
            return self.fail(start, kind, is_awaited);
        }
        Ok(value)
    }

    /// Balanced parentheses within the value belong to it, as in `f(x)`.
    fn unquoted(&mut self, separator: Option<char>) -> &'a str {
        let rest = self.rest();
        let mut open = 0_usize;
        let end = rest.char_indices().find(|(_, letter)| match letter {
            '(' => {
                open += 1;
                false
            }
            ')' if open > 0 => {
                open -= 1;
                false
            }
            letter => *letter == ')' || letter.is_whitespace() || Some(*letter) == separator,
        });
        let end = end.map_or(rest.len(), |(at, _)| at);
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn quoted(&mut self, quote: usize, separator: Option<char>) -> Result<String, ParseError> {
        let mut value = String::new();
        let mut letters = self.rest().char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            match (letter, next) {
                ('"', next) => {
                    self.at += at + 1;
                    let is_end = |next: char| next.is_whitespace() || next == ')' || Some(next) == separator;
                    return if next.is_none_or(is_end) {
                        Ok(value)
                    } else {
                        self.fail(self.at, ParseErrorKind::NoSpaceAfterQuotes, false)
                    };
                }
                ('\\', Some(escaped @ ('"' | '\\'))) => {
                    value.push(escaped);
                    letters.next();
                }
                _ => value.push(letter),
            }
        }
        self.at = self.text.len();
        self.fail(self.at, ParseErrorKind::QuoteNotClosed { opened: self.char_position(quote) }, true)
    }
}

/// Whether the word is like `/a.*b/` or `/a.*b/i`; a path such as `/a/b` is not.
fn is_regular_expression(word: &str) -> bool {
    let parts = word.strip_prefix('/').and_then(|word| word.rsplit_once('/'));
    parts.is_some_and(|(pattern, flags)| !pattern.is_empty() && matches!(flags, "" | "i" | "g" | "gi" | "ig"))
}

/// Parses a size in bytes: `200`, `10k` or `10kB`, `1m` or `1MB`.
fn bytes(value: &str) -> Option<u64> {
    let value = value.to_ascii_lowercase();
    let value = value.strip_suffix('b').unwrap_or(&value);
    let (digits, unit) = match value.strip_suffix('k') {
        Some(digits) => (digits, 1_024),
        None => value.strip_suffix('m').map_or((value, 1), |digits| (digits, 1_048_576)),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Parses a round trip: `200` or `200ms` in milliseconds, `1.5s` in seconds.
fn round_trip(value: &str) -> Option<Duration> {
    if let Some(seconds) = value.strip_suffix('s').filter(|rest| !rest.ends_with('m')) {
        return decimal(seconds).map(Duration::from_millis);
    }
    decimal(value.strip_suffix("ms").unwrap_or(value)).map(Duration::from_micros)
}

/// Parses `10:32`, `10:32:05` or `10:32:05.5`.
fn time_of_day(value: &str) -> Option<TimeOfDay> {
    let mut parts = value.splitn(3, ':');
    let mut part = |limit: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part < limit);
    let minutes = part(24)? * 60 + part(60)?;
    let millis = match parts.next() {
        None => 0,
        Some(seconds) => u32::try_from(decimal(seconds)?).ok().filter(|millis| *millis < 60_000)?,
    };
    Some(TimeOfDay(minutes * 60_000 + millis))
}

/// Parses a number with up to three decimals; returns thousandths.
fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}
