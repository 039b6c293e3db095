//! The filter's language, the other way: from terms to a text that is read as the same terms.

use std::fmt;

use super::query::{Comparison, Query, Term, Test, TimeOfDay};

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negated {
            f.write_str("!")?;
        }
        match &self.test {
            Test::Word(needle) => write!(f, "{}", Quoted(needle.text())),
            Test::Text(needle) => write!(f, "text:{}", Quoted(needle.text())),
            Test::Type(glob) => write!(f, "type:{}", Quoted(glob)),
            Test::Direction(direction) => write!(f, "dir:{}", direction.name()),
            Test::State(state) => write!(f, "state:{state}"),
            Test::Conn(conn) => write!(f, "conn:{conn}"),
            Test::Id(prefix) => write!(f, "id:{prefix}"),
            Test::RoundTrip(comparison, bound) => {
                write!(f, "rtt{comparison}{}", Decimal(u64::try_from(bound.as_micros()).unwrap_or(u64::MAX)))
            }
            Test::Size(comparison, bytes) if *bytes > 0 && bytes % 1_048_576 == 0 => {
                write!(f, "size{comparison}{}m", bytes / 1_048_576)
            }
            Test::Size(comparison, bytes) if *bytes > 0 && bytes % 1_024 == 0 => {
                write!(f, "size{comparison}{}k", bytes / 1_024)
            }
            Test::Size(comparison, bytes) => write!(f, "size{comparison}{bytes}"),
            Test::After(time) => write!(f, "after:{time}"),
            Test::Before(time) => write!(f, "before:{time}"),
            Test::Error => f.write_str("is:error"),
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

/// Thousandths as a number with as many decimals as it needs.
struct Decimal(u64);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// A text in quotes, where it needs them.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_safe = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | '*' | '/');
        if !self.0.is_empty() && self.0.chars().all(is_safe) {
            return f.write_str(self.0);
        }
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
