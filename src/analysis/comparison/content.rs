//! What of a value counts when two recordings are compared: ids, times and measurements vary by nature.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::history::{Difference, diff};
use crate::link::MessageId;
use crate::protocol::parse_iso8601;

/// The arguments of a tool, in which every value counts.
const ARGUMENTS: &str = "parameters";
/// Members with ids, times and measurements, besides those whose names end as such names do.
const VARYING: [&str; 19] = [
    "audio_durations",
    "char_count",
    "component_times",
    "confidence",
    "cpu_percent",
    "date",
    "duration",
    "id",
    "last_update",
    "latency",
    "memory_mb",
    "percent_complete",
    "prompt_tokens",
    "seq",
    "similarity",
    "time",
    "timestamp",
    "total_tokens",
    "uuid",
];
const VARYING_ENDS: [&str; 7] = ["_at", "_id", "_ids", "_ms", "_seconds", "_time", "_timestamp"];

/// Which values of an event's data count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rules {
    /// All but ids.
    Exact,
    /// Those that do not vary by nature, without these outermost members.
    Event(&'static [&'static str]),
}

impl Rules {
    /// The rules inside a member; `None` if it does not count.
    fn inside(self, name: &str) -> Option<Self> {
        match self {
            Self::Exact => (name != "message_id").then_some(self),
            Self::Event(ignored) => {
                let varies = VARYING.contains(&name) || VARYING_ENDS.iter().any(|end| name.ends_with(end));
                if varies || ignored.contains(&name) {
                    None
                } else if name == ARGUMENTS {
                    Some(Self::Exact)
                } else {
                    Some(Self::Event(&[]))
                }
            }
        }
    }

    fn is_varying(self, text: &str) -> bool {
        MessageId::parse(text).is_some() || (self != Self::Exact && parse_iso8601(text).is_some())
    }
}

/// Equal for values whose differences do not count.
pub(super) fn fingerprint(name: &[&str], value: &Value, rules: Rules) -> u64 {
    // Its keys are fixed, so fingerprints of two records can be compared.
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    add(value, rules, &mut hasher);
    hasher.finish()
}

fn add(value: &Value, rules: Rules, hasher: &mut DefaultHasher) {
    match value {
        Value::Null => 0_u8.hash(hasher),
        Value::Bool(is_set) => (1_u8, is_set).hash(hasher),
        // Python writes a count as 3 or 3.0.
        Value::Number(number) => (2_u8, number.as_f64().map(f64::to_bits)).hash(hasher),
        Value::String(text) if rules.is_varying(text) => 3_u8.hash(hasher),
        Value::String(text) => {
            4_u8.hash(hasher);
            text.split_whitespace().for_each(|word| word.hash(hasher));
        }
        Value::Array(items) => {
            (5_u8, items.len()).hash(hasher);
            for item in items {
                add(item, rules, hasher);
            }
        }
        Value::Object(members) => {
            6_u8.hash(hasher);
            for (name, member) in members {
                // A field may be missing or null.
                if let Some(inner) = rules.inside(name).filter(|_| !member.is_null()) {
                    name.hash(hasher);
                    add(member, inner, hasher);
                }
            }
            7_u8.hash(hasher);
        }
    }
}

/// The differences that count.
pub(super) fn changes(left: &Value, right: &Value, rules: Rules) -> Vec<Difference> {
    let mut found = diff(&stable(left, rules), &stable(right, rules));
    found.retain(|difference| {
        let is_argument = difference.path.split('.').any(|name| name == ARGUMENTS);
        let rules = if is_argument { Rules::Exact } else { rules };
        !is_same(difference.left.as_ref(), difference.right.as_ref(), rules)
    });
    found
}

/// The value without what does not count.
fn stable(value: &Value, rules: Rules) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| stable(item, rules)).collect(),
        Value::Object(members) => {
            let kept = |(name, member): (&String, &Value)| Some((name.clone(), stable(member, rules.inside(name)?)));
            Value::Object(members.iter().filter(|(_, member)| !member.is_null()).filter_map(kept).collect())
        }
        other => other.clone(),
    }
}

fn is_same(left: Option<&Value>, right: Option<&Value>, rules: Rules) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left.as_f64() == right.as_f64(),
        (Some(Value::String(left)), Some(Value::String(right))) => {
            left.split_whitespace().eq(right.split_whitespace()) || (rules.is_varying(left) && rules.is_varying(right))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RULES: Rules = Rules::Event(&["content"]);

    #[test]
    fn ids_times_and_measurements_do_not_count() {
        let value = |n: u64| {
            json!({
                "memory_id": n, "timestamp": n, "duration_seconds": n, "created_at": n, "confidence": n, "content": n,
                "count": 3, "metadata": { "id": n, "kind": "fact", "when": format!("2026-11-2{n}T10:00:00Z") },
                "owner": format!("614a15ef-9067-4617-abcd-7ccd176c668{n}"),
            })
        };
        let (left, right) = (value(1), value(2));
        assert_eq!(fingerprint(&["x"], &left, RULES), fingerprint(&["x"], &right, RULES));
        assert_eq!(changes(&left, &right, RULES), []);
        assert_ne!(fingerprint(&["x"], &left, RULES), fingerprint(&["y"], &left, RULES));
    }

    #[test]
    fn everything_else_counts() {
        let (left, right) = (json!({"a": {"b": [1, 2.0]}}), json!({"a": {"b": [1.0, 3]}}));
        assert_ne!(fingerprint(&[], &left, RULES), fingerprint(&[], &right, RULES));
        let found = changes(&left, &right, RULES);
        assert_eq!(found, [Difference { path: "a.b.1".into(), left: Some(json!(2.0)), right: Some(json!(3)) }]);
    }

    #[test]
    fn every_argument_of_a_tool_counts() {
        let call = |date: &str| json!({"tool_name": "calendar", "parameters": {"date": date}});
        let (left, right) = (call("2026-11-20T10:00:00"), call("2026-11-21T10:00:00"));
        assert_ne!(fingerprint(&[], &left, RULES), fingerprint(&[], &right, RULES));
        assert_eq!(changes(&left, &right, RULES).len(), 1);
    }
}
