//! Labels of the memory page.

use serde_json::Value;

use crate::model::{ChangeKind, MemorySource};
use crate::protocol::{parse_iso8601, utc_from_millis};
use crate::ui::format;

pub(super) use crate::ui::format::UNKNOWN;

/// Event that first mentioned a memory.
pub(super) const fn source(source: MemorySource) -> &'static str {
    match source {
        MemorySource::Stored => "store",
        MemorySource::Updated => "update",
        MemorySource::Reinforced => "reinforce",
        MemorySource::Forgotten => "forget",
        MemorySource::Search => "search",
        MemorySource::Retrieval => "retrieve",
    }
}

/// Formats a share from 0 to 1, such as `0.75`.
pub(super) fn share(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map_or_else(
        || UNKNOWN.to_owned(),
        |number| if number.abs() < 1e6 { format!("{number:.2}") } else { format!("{number:e}") },
    )
}

/// Returns `text`, or the placeholder if it is empty.
pub(super) fn told(text: &str) -> String {
    if text.is_empty() { UNKNOWN.to_owned() } else { text.to_owned() }
}

/// Formats a count with its noun, such as “1 memory” or “2 memories”.
pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Describes a change.
pub(super) fn change(what: &ChangeKind) -> String {
    match what {
        ChangeKind::Stored => "Stored".to_owned(),
        ChangeKind::Updated { field, old, new } => {
            let from = old.as_ref().map(|old| format!(" from {}", value(old))).unwrap_or_default();
            let to = new.as_ref().map(|new| format!(" to {}", value(new))).unwrap_or_default();
            format!("Changed {}{from}{to}", field.replace('_', " "))
        }
        ChangeKind::Reinforced(Some(strength)) => format!("Reinforced by {}", rounded(*strength)),
        ChangeKind::Reinforced(None) => "Reinforced".to_owned(),
        ChangeKind::ReinforceFailed => "Reinforcing failed".to_owned(),
        ChangeKind::Forgotten => "Forgotten".to_owned(),
        ChangeKind::ForgetFailed => "Forgetting failed".to_owned(),
        ChangeKind::Found { query, similarity: Some(similarity) } => {
            format!("Found for “{query}”, similarity {}", rounded(*similarity))
        }
        ChangeKind::Found { query, similarity: None } => format!("Found for “{query}”"),
    }
}

/// Formats a free-form value on one line.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("“{text}”"),
        Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), rounded),
        Value::Object(fields) => {
            let words = |(name, value): (&String, &Value)| match value {
                Value::String(text) => format!("{}: {text}", name.replace('_', " ")),
                other => format!("{}: {}", name.replace('_', " "), self::value(other)),
            };
            fields.iter().map(words).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// Formats a number with up to three decimals.
fn rounded(number: f64) -> String {
    if number.abs() >= 1e15 {
        return format!("{number:e}");
    }
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Formats a time from the server: ISO 8601 or seconds since 1970. Anything else is shown as it came.
pub(super) fn moment(value: &Value) -> String {
    const YEAR_10000: f64 = 253_402_300_800.0;
    let time = match value {
        Value::String(text) => parse_iso8601(text),
        #[expect(clippy::cast_possible_truncation, reason = "checked to lie before the year 10000")]
        other => other
            .as_f64()
            .filter(|seconds| (0.0..YEAR_10000).contains(seconds))
            .map(|seconds| utc_from_millis((seconds * 1_000.0) as i64)),
    };
    time.map_or_else(|| self::value(value), format::full_time)
}
