//! Reads typed values from JSON, with errors that name the field by its path.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Number, Value};

/// A field that is missing or of the wrong type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", in_front(.field))]
pub struct FieldError {
    /// Path of the field, as in `data.results[0].id`. If a field is missing, the path of the enclosing object.
    /// Empty for the whole value.
    pub field: String,
    /// Description of the problem.
    pub problem: String,
}

fn in_front(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("field “{field}”: ") }
}

impl FieldError {
    pub(crate) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        let problem: String = problem.into();
        Self { field: field.into(), problem: with_quotes(&problem) }
    }

    /// Returns the same error with the path prefixed by the enclosing field.
    pub(crate) fn inside(self, outer: &str) -> Self {
        let field = match self.field.as_str() {
            "" => outer.to_owned(),
            inner if inner.starts_with('[') => format!("{outer}{inner}"),
            inner => format!("{outer}.{inner}"),
        };
        Self { field, ..self }
    }
}

/// Replaces the backticks in messages of `serde` and `serde_json` by quotation marks, since
/// users read them as plain text.
pub(crate) fn with_quotes(text: &impl ToString) -> String {
    let mut is_open = false;
    let text = text.to_string();
    let quoted = text.chars().map(|letter| {
        if letter != '`' {
            return letter;
        }
        is_open = !is_open;
        if is_open { '“' } else { '”' }
    });
    quoted.collect()
}

/// Deserializes a value. An error carries the path of the field.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        FieldError::new(path, without_value(&error.inner().to_string()))
    })
}

/// Strips the offending value from a serde message: it may be a token, or a megabyte long.
fn without_value(problem: &str) -> String {
    let quote = problem.find(['"', '`']).filter(|_| problem.starts_with("invalid "));
    match quote.zip(problem.rfind(", expected ")) {
        Some((from, to)) if from < to => format!("{}{}", problem[..from].trim_end(), &problem[to..]),
        _ => problem.to_owned(),
    }
}

/// Deserializes a JSON object. Rejects arrays, which serde accepts as the fields of a struct in order.
pub(super) fn object<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    if value.is_array() {
        return Err(FieldError::new("", "invalid type: array, expected an object"));
    }
    from_value(value)
}

/// Removes a field from an object and deserializes it. A missing field reads as `null`.
pub(crate) fn take<T: DeserializeOwned>(object: &mut Map<String, Value>, name: &str) -> Result<T, FieldError> {
    from_value(object.remove(name).unwrap_or_default()).map_err(|error| error.inside(name))
}

/// Serializes a value to the fields of an object. Returns none if it is not an object.
pub(crate) fn to_object(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Names a JSON value's type for error messages.
pub(crate) const fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Deserializes a field leniently: an unreadable value counts as missing and does not invalidate the rest.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned + Default,
{
    Ok(T::deserialize(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// A non-negative integer. Python may send `3` or `3.0`.
#[derive(Deserialize)]
#[serde(try_from = "Number")]
pub(super) struct Count(pub(super) u64);

impl TryFrom<Number> for Count {
    type Error = &'static str;

    fn try_from(number: Number) -> Result<Self, Self::Error> {
        const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
        let is_whole = |number: &f64| number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive, at most 2^53")]
        let whole = number.as_u64().or_else(|| number.as_f64().filter(is_whole).map(|number| number as u64));
        whole.map(Self).ok_or("expected a whole number from 0")
    }
}

pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(Option::deserialize(deserializer)?.map(|Count(count)| count))
}

pub(super) fn counts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<String, u64>>, D::Error> {
    let counts: Option<BTreeMap<String, Count>> = Option::deserialize(deserializer)?;
    Ok(counts.map(|counts| counts.into_iter().map(|(key, Count(count))| (key, count)).collect()))
}

/// An identifier from the server: a string or a number on the wire, compared as a string.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            other => Err(D::Error::custom(format_args!("expected a string or a number, found {}", json_type(&other)))),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
