//! Command templates, and the parser of their data.

use serde_json::{Map, Value};

use crate::protocol::with_quotes;

/// A command to start from.
pub struct Template {
    pub name: &'static str,
    pub kind: &'static str,
    /// JSON text of `data`.
    pub data: &'static str,
}

const fn template(name: &'static str, kind: &'static str, data: &'static str) -> Template {
    Template { name, kind, data }
}

/// Every command of Coda's, and an empty one.
pub const TEMPLATES: [Template; 8] = [
    template("text_input: run a turn on a text", "text_input", "{\"text\": \"Hello\"}"),
    template("demo_flow: run a turn on Coda's own prompt", "demo_flow", "{}"),
    template("stt_start: listen until stt_stop", "stt_start", "{\"mode\": \"push_to_talk\", \"continuous\": true}"),
    template("stt_start: listen for some seconds", "stt_start", "{\"mode\": \"push_to_talk\", \"duration\": 5.0}"),
    template("stt_stop: stop listening", "stt_stop", "{}"),
    template("tts_stop: stop speaking", "tts_stop", "{}"),
    template("ping: only to see an echo", "ping", "{}"),
    template("custom: anything else", "custom", "{}"),
];

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
