//! The filter's language: from the text that a user writes to the terms, and back.

use std::str::FromStr;
use std::time::Duration;

use super::find::Needle;
use super::query::{Comparison, Query, Term, Test, TimeOfDay};
use super::row::Direction;
use super::shown::STATES;

const TERMS: &str = "“type:”, “dir:”, “state:”, “conn:”, “id:”, “rtt>”, “size>”, “after:”, “before:”, “text:” or “is:”";

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at character {position}: expected {expected}")]
pub struct ParseError {
    /// Where: the character, counted from 1.
    pub position: usize,
    /// What was expected there.
    pub expected: String,
}

impl FromStr for Query {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser { text, at: 0 };
        let mut terms = Vec::new();
        while parser.skip_space() {
            let is_negated = parser.take('!');
            terms.push(Term { is_negated, test: parser.test()? });
        }
        Ok(Self { terms })
    }
}

struct Parser<'a> {
    text: &'a str,
    /// In bytes.
    at: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether something follows the white space.
    fn skip_space(&mut self) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        !self.rest().is_empty()
    }

    fn take(&mut self, what: char) -> bool {
        let found = self.rest().starts_with(what);
        self.at += if found { what.len_utf8() } else { 0 };
        found
    }

    fn error<T>(&self, at: usize, expected: impl Into<String>) -> Result<T, ParseError> {
        let before = self.text.get(..at).unwrap_or(self.text);
        Err(ParseError { position: before.chars().count() + 1, expected: expected.into() })
    }

    fn test(&mut self) -> Result<Test, ParseError> {
        let start = self.at;
        let rest = self.rest();
        let letters = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        let name = rest.get(..letters).unwrap_or_default().to_ascii_lowercase();
        let follows = rest.get(letters..).and_then(|after| after.chars().next());
        match (name.as_str(), follows) {
            ("rtt" | "size", Some(sign @ ('<' | '>'))) => {
                self.at += letters + 1;
                let comparison = if sign == '<' { Comparison::Below } else { Comparison::Above };
                self.measure(&name, comparison)
            }
            ("rtt" | "size", Some(':')) => self.error(start + letters, "“>” or “<”"),
            ("", _) | (_, None) => self.word(),
            (_, Some(':')) => {
                self.at += letters + 1;
                self.named(&name, start)
            }
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Test, ParseError> {
        let start = self.at;
        let word = self.value("a word or a term")?;
        if word.starts_with('!') && !self.text[start..].starts_with('"') {
            return self.error(start, "a word or a term after one “!”");
        }
        Ok(Test::Word(Needle::new(&word)))
    }

    fn named(&mut self, name: &str, start: usize) -> Result<Test, ParseError> {
        let at = self.at;
        Ok(match name {
            "type" => Test::Type(self.value("a wire type, as in “stt*”")?),
            "text" => Test::Text(Needle::new(&self.value("a text, as in “\"two words\"”")?)),
            "dir" => match self.value("“in” or “out”")?.as_str() {
                "in" => Test::Direction(Direction::In),
                "out" => Test::Direction(Direction::Out),
                _ => return self.error(at, "“in” or “out”"),
            },
            "state" => {
                let names = STATES.map(|(name, _)| name);
                let expected = names.join(", ");
                let wanted = self.value(&expected)?;
                match names.into_iter().find(|name| *name == wanted) {
                    Some(name) => Test::State(name),
                    None => return self.error(at, expected),
                }
            }
            "conn" => {
                const EXPECTED: &str = "the number of a connection, as in “3”";
                let value = self.value(EXPECTED)?;
                match value.trim_start_matches('#').parse() {
                    Ok(conn) => Test::Conn(conn),
                    Err(_) => return self.error(at, EXPECTED),
                }
            }
            "id" => {
                const EXPECTED: &str = "the beginning of a message's id, as in “3f2a”";
                let prefix = self.value(EXPECTED)?.to_ascii_lowercase();
                if !prefix.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
                    return self.error(at, EXPECTED);
                }
                Test::Id(prefix)
            }
            "after" => Test::After(self.time_of_day()?),
            "before" => Test::Before(self.time_of_day()?),
            "is" if self.value("“error”")? == "error" => Test::Error,
            "is" => return self.error(at, "“error”"),
            _ => return self.error(start, format!("{TERMS}; a text with a colon needs quotes")),
        })
    }

    fn measure(&mut self, name: &str, comparison: Comparison) -> Result<Test, ParseError> {
        const TIME: &str = "milliseconds, as in “200” or “0.5”";
        const SIZE: &str = "bytes, as in “200”, “10k” or “1m”";
        let at = self.at;
        if name == "rtt" {
            let value = self.value(TIME)?;
            return match decimal(value.strip_suffix("ms").unwrap_or(&value)) {
                Some(micros) => Ok(Test::RoundTrip(comparison, Duration::from_micros(micros))),
                None => self.error(at, TIME),
            };
        }
        let value = self.value(SIZE)?.to_ascii_lowercase();
        let (digits, unit) = match value.strip_suffix('k') {
            Some(digits) => (digits, 1_024),
            None => value.strip_suffix('m').map_or((value.as_str(), 1), |digits| (digits, 1_048_576)),
        };
        match digits.parse::<u64>().ok().and_then(|count| count.checked_mul(unit)) {
            Some(bytes) => Ok(Test::Size(comparison, bytes)),
            None => self.error(at, SIZE),
        }
    }

    fn time_of_day(&mut self) -> Result<TimeOfDay, ParseError> {
        const EXPECTED: &str = "a time of day, as in “10:32” or “10:32:05”";
        let at = self.at;
        let value = self.value(EXPECTED)?;
        let mut parts = value.splitn(3, ':');
        let mut part = |limit: u32| parts.next()?.parse::<u32>().ok().filter(|part| *part < limit);
        let minutes = part(24).zip(part(60)).map(|(hours, minutes)| hours * 60 + minutes);
        let millis = match parts.next() {
            None => Some(0),
            Some(seconds) => decimal(seconds).and_then(|millis| u32::try_from(millis).ok()).filter(|ms| *ms < 60_000),
        };
        match minutes.zip(millis) {
            Some((minutes, millis)) => Ok(TimeOfDay(minutes * 60_000 + millis)),
            None => self.error(at, EXPECTED),
        }
    }

    /// What follows up to the next white space, or what stands between quotes; never empty.
    fn value(&mut self, expected: &str) -> Result<String, ParseError> {
        let start = self.at;
        let value = if self.take('"') { self.quoted(start)? } else { self.bare() };
        if value.is_empty() { self.error(start, expected) } else { Ok(value) }
    }

    fn bare(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default().to_owned()
    }

    fn quoted(&mut self, quote: usize) -> Result<String, ParseError> {
        let mut value = String::new();
        let mut letters = self.rest().char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            match (letter, next) {
                ('"', None) => {
                    self.at += at + 1;
                    return Ok(value);
                }
                ('"', Some(next)) => {
                    self.at += at + 1;
                    return if next.is_whitespace() {
                        Ok(value)
                    } else {
                        self.error(self.at, "a space after the quotes")
                    };
                }
                ('\\', Some(escaped @ ('"' | '\\'))) => {
                    value.push(escaped);
                    letters.next();
                }
                _ => value.push(letter),
            }
        }
        self.error(
            self.text.len(),
            format!("a closing quote for the one at {}", self.text[..quote].chars().count() + 1),
        )
    }
}

/// Reads a number with up to three decimals, in thousandths.
fn decimal(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 3 {
        return None;
    }
    let thousandths: u64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000)?.checked_add(thousandths)
}
