//! Command templates, and the parser of their data.

use serde_json::{Map, Value};

use crate::protocol::{Command, Template, with_quotes};

/// The templates of all commands, with the wire type that each is for.
pub fn templates() -> impl Iterator<Item = (&'static str, &'static Template)> {
    Command::RULES.iter().flat_map(|rules| rules.templates.iter().map(|template| (rules.kind, template)))
}

/// A parse error of `data`, with its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Line {line}, column {column}: {problem}.")]
pub struct DataError {
    line: usize,
    column: usize,
    problem: String,
}

/// Parses `data`. Empty text is an empty object.
pub fn read_data(text: &str) -> Result<Map<String, Value>, DataError> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(data)) => Ok(data),
        Ok(_) => {
            Err(DataError { line: 1, column: 1, problem: "expected an object, as in {\"text\": \"Hello\"}".to_owned() })
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let problem = with_quotes(&error).replace(&format!(" at line {line} column {column}"), "");
            Err(DataError { line, column, problem })
        }
    }
}
