//! Export of the conversation: Markdown for people, JSON for programs.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use super::turn::{Outgoing, Turn};
use crate::protocol::iso8601;

#[derive(Serialize)]
struct Export<'a> {
    conversation: Vec<ExportedTurn<'a>>,
}

#[derive(Serialize)]
struct ExportedTurn<'a> {
    role: &'static str,
    time: String,
    text: &'a str,
    tools: Vec<ExportedTool<'a>>,
    errors: &'a [String],
    message: Option<ExportedMessage>,
    complete: bool,
}

#[derive(Serialize)]
struct ExportedTool<'a> {
    name: &'a str,
    parameters: Option<&'a Value>,
    outcome: String,
    seconds: Option<f64>,
}

/// Outcome of a text from the user.
#[derive(Serialize)]
struct ExportedMessage {
    state: &'static str,
    note: String,
}

/// Exports the conversation as Markdown.
pub fn export_markdown<'a>(title: &str, turns: impl Iterator<Item = &'a Turn>) -> String {
    let mut text = format!("# {title}\n");
    for turn in turns {
        let who = turn.author();
        let _ = write!(text, "\n## {who}, {}\n\n", iso8601(turn.time));
        for tool in &turn.tools {
            let _ = write!(text, "*Used the tool {}: {}*\n\n", tool.name, tool.outcome.exported());
        }
        if !turn.text.is_empty() {
            text.push_str(turn.text.trim_end());
            text.push('\n');
        }
        for note in notes(turn) {
            let _ = write!(text, "\n*{note}*\n");
        }
        for error in &turn.errors {
            let _ = write!(text, "\n> Error: {error}\n");
        }
    }
    text
}

/// Notes on an entry that is incomplete, or was not processed as it stands.
fn notes(turn: &Turn) -> Vec<String> {
    let own = turn.outgoing.as_ref().filter(|own| !own.is_taken_up()).map(Outgoing::words);
    let cut_off = turn.cut_off.map(|cut_off| cut_off.words().trim_end_matches('.').to_owned());
    let open = turn.is_open.then(|| "Not complete yet".to_owned());
    [own, cut_off, open].into_iter().flatten().collect()
}

/// Exports the conversation as JSON.
pub fn export_json<'a>(turns: impl Iterator<Item = &'a Turn>) -> String {
    let conversation = turns.map(exported).collect();
    // Cannot fail: strings, numbers and maps with string keys always have a JSON form.
    serde_json::to_string_pretty(&Export { conversation }).unwrap_or_default()
}

fn exported(turn: &Turn) -> ExportedTurn<'_> {
    let tools = turn.tools.iter().map(|tool| ExportedTool {
        name: &tool.name,
        parameters: tool.parameters.as_ref(),
        outcome: tool.outcome.exported(),
        seconds: tool.seconds,
    });
    let message = turn.outgoing.as_ref().map(|own| ExportedMessage { state: own.state.name(), note: own.words() });
    ExportedTurn {
        role: turn.role.name(),
        time: iso8601(turn.time),
        text: &turn.text,
        tools: tools.collect(),
        errors: &turn.errors,
        message,
        complete: !turn.is_open && turn.cut_off.is_none(),
    }
}
