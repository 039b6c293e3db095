//! Reading typed fields out of a JSON object, with errors that name the field.
//!
//! Hand-written getters instead of derived deserializers: forty derived types cost a large part of the page's
//! size, and their errors do not name the field.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

/// A field that is missing or has the wrong type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Where: names and positions joined by dots, as in `data.results.0.id`.
    pub field: String,
    /// What was expected there.
    pub expected: &'static str,
    /// What was found instead, in JSON's words.
    pub found: &'static str,
}

impl FieldError {
    fn new(expected: &'static str, found: Option<&Value>) -> Self {
        Self { field: String::new(), expected, found: found.map_or("nothing", json_type) }
    }

    /// The same error seen from one level further out.
    pub(super) fn inside(mut self, outer: impl fmt::Display) -> Self {
        self.field = if self.field.is_empty() { outer.to_string() } else { format!("{outer}.{}", self.field) };
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.field.is_empty() {
            write!(f, "field `{}`: ", self.field)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

const fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A JSON object whose fields are taken out one by one.
pub(super) struct Fields {
    object: Map<String, Value>,
    /// The first that went wrong of those that were read.
    error: Option<FieldError>,
}

impl Fields {
    pub(super) fn new(value: Value) -> Result<Self, FieldError> {
        match value {
            Value::Object(object) => Ok(Self { object, error: None }),
            other => Err(FieldError::new("an object", Some(&other))),
        }
    }

    /// Takes the field `name`, or else remembers what is wrong with it and gives an empty value: [`Self::finish`] tells.
    /// Forty types that each gave up at each of their fields would make the program a good deal larger.
    pub(super) fn read<T: FromJson + Default>(&mut self, name: &str) -> T {
        self.take(name).unwrap_or_else(|error| {
            self.error.get_or_insert(error);
            T::default()
        })
    }

    /// What was read, unless something was wrong with it.
    pub(super) fn finish<T>(self, read: T) -> Result<T, FieldError> {
        self.error.map_or(Ok(read), Err)
    }

    /// Takes the field `name`; an `Option` takes a missing or null one as `None`.
    pub(super) fn take<T: FromJson>(&mut self, name: &str) -> Result<T, FieldError> {
        T::from_json(self.object.remove(name)).map_err(|error| error.inside(name))
    }
}

/// A type that can be read from a JSON value, or from its absence.
pub(super) trait FromJson: Sized {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError>;
}

impl FromJson for Value {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        value.ok_or(FieldError::new("a value", None))
    }
}

impl FromJson for String {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        match value {
            Some(Value::String(text)) => Ok(text),
            other => Err(FieldError::new("text", other.as_ref())),
        }
    }
}

impl FromJson for bool {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        let read = value.as_ref().and_then(Value::as_bool);
        read.ok_or_else(|| FieldError::new("true or false", value.as_ref()))
    }
}

impl FromJson for f64 {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        let read = value.as_ref().and_then(Value::as_f64);
        read.ok_or_else(|| FieldError::new("a number", value.as_ref()))
    }
}

/// Counts: Python may send `3` or `3.0`.
impl FromJson for u64 {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
        let whole = |number: f64| (number.fract() == 0.0 && (0.0..=LARGEST_EXACT).contains(&number)).then_some(number);
        let read = value.as_ref().and_then(|value| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive, below 2^53")]
            value.as_u64().or_else(|| value.as_f64().and_then(whole).map(|number| number as Self))
        });
        read.ok_or_else(|| FieldError::new("a whole number from 0", value.as_ref()))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        match value {
            None | Some(Value::Null) => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        match value {
            Some(Value::Array(items)) => {
                let read = |(at, item)| T::from_json(Some(item)).map_err(|error| error.inside(at));
                items.into_iter().enumerate().map(read).collect()
            }
            other => Err(FieldError::new("a list", other.as_ref())),
        }
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        match value {
            Some(Value::Object(map)) => {
                // One by one: collecting would bring a sort of its own for each type.
                let mut read = Self::new();
                for (key, item) in map {
                    match T::from_json(Some(item)) {
                        Ok(item) => drop(read.insert(key, item)),
                        Err(error) => return Err(error.inside(key)),
                    }
                }
                Ok(read)
            }
            other => Err(FieldError::new("an object", other.as_ref())),
        }
    }
}

/// An identifier of the server's: text or a number on the wire, compared as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub String);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromJson for Id {
    fn from_json(value: Option<Value>) -> Result<Self, FieldError> {
        match value {
            Some(Value::String(text)) => Ok(Self(text)),
            Some(Value::Number(number)) => Ok(Self(number.to_string())),
            other => Err(FieldError::new("an identifier", other.as_ref())),
        }
    }
}
