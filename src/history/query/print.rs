//! Prints a filter as text that parses to the same filter.

use std::fmt;

use crate::history::query::{Comparison, Query, Test, TimeOfDay};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => write_parts(f, parts, " ", |part| matches!(part, Self::And(_)) || has_or(part)),
            Self::Or(parts) => match list(parts) {
                Some(list) => f.write_str(&list),
                None => write_parts(f, parts, " or ", has_or),
            },
            Self::Not(part) => {
                f.write_str("!")?;
                write_part(f, part, matches!(**part, Self::And(_) | Self::Not(_)) || has_or(part))
            }
            Self::Test(test) => test.fmt(f),
        }
    }
}

/// Writes the parts with a separator, in parentheses where needed.
fn write_parts(
    f: &mut fmt::Formatter<'_>,
    parts: &[Query],
    separator: &str,
    needs_parens: fn(&Query) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        write_part(f, part, needs_parens(part))?;
    }
    Ok(())
}

fn write_part(f: &mut fmt::Formatter<'_>, part: &Query, needs_parens: bool) -> fmt::Result {
    if needs_parens { write!(f, "({part})") } else { write!(f, "{part}") }
}

/// Whether it prints with an `or` outside parentheses.
fn has_or(query: &Query) -> bool {
    matches!(query, Query::Or(parts) if list(parts).is_none())
}

/// Prints alternatives of the same term as one list, as in `type:a,b`; `None` if their terms differ.
fn list(parts: &[Query]) -> Option<String> {
    let mut list = String::new();
    for part in parts {
        let Query::Test(test) = part else { return None };
        let name = list_name(test)?;
        let term = test.to_string();
        if list.is_empty() {
            list = term;
        } else if list.starts_with(name) {
            list.push(',');
            list.push_str(term.strip_prefix(name)?.strip_prefix(':')?);
        } else {
            return None;
        }
    }
    Some(list)
}

/// The name of a term that accepts a list. No such name is a prefix of another.
const fn list_name(test: &Test) -> Option<&'static str> {
    match test {
        Test::Type(_) => Some("type"),
        Test::Direction(_) => Some("dir"),
        Test::State(_) => Some("state"),
        Test::Conn(_) => Some("conn"),
        Test::Id(_) => Some("id"),
        _ => None,
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(needle) => write!(f, "{}", Quoted(needle.text())),
            Self::Text(needle) => write!(f, "text:{}", Quoted(needle.text())),
            Self::Type(glob) => write!(f, "type:{}", Quoted(glob)),
            Self::Direction(direction) => write!(f, "dir:{}", direction.name()),
            Self::State(state) => write!(f, "state:{state}"),
            Self::Conn(conn) => write!(f, "conn:{conn}"),
            Self::Id(prefix) => write!(f, "id:{prefix}"),
            Self::RoundTrip(comparison, bound) => {
                write!(f, "rtt{comparison}{}", Decimal(u64::try_from(bound.as_micros()).unwrap_or(u64::MAX)))
            }
            Self::Size(comparison, bytes) if *bytes > 0 && bytes % 1_048_576 == 0 => {
                write!(f, "size{comparison}{}m", bytes / 1_048_576)
            }
            Self::Size(comparison, bytes) if *bytes > 0 && bytes % 1_024 == 0 => {
                write!(f, "size{comparison}{}k", bytes / 1_024)
            }
            Self::Size(comparison, bytes) => write!(f, "size{comparison}{bytes}"),
            Self::After(time) => write!(f, "after:{time}"),
            Self::Before(time) => write!(f, "before:{time}"),
            Self::Error => f.write_str("is:error"),
            Self::Bookmarked => f.write_str("is:bookmarked"),
            Self::Synthetic => f.write_str("is:synthetic"),
            Self::Noted => f.write_str("is:noted"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Above => ">",
            Self::Below => "<",
        })
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minutes, millis) = (self.0 / 60_000, self.0 % 60_000);
        write!(f, "{:02}:{:02}", minutes / 60, minutes % 60)?;
        match millis {
            0 => Ok(()),
            _ if millis < 10_000 => write!(f, ":0{}", Decimal(millis.into())),
            _ => write!(f, ":{}", Decimal(millis.into())),
        }
    }
}

/// Prints thousandths with as few decimals as needed.
struct Decimal(u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Prints a text with quotes if it needs them.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_safe = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '*');
        let is_operator = ["or", "and", "not"].iter().any(|operator| operator.eq_ignore_ascii_case(self.0));
        if !self.0.is_empty() && !self.0.starts_with('-') && !is_operator && self.0.chars().all(is_safe) {
            return f.write_str(self.0);
        }
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
