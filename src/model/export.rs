//! The conversation as a file: Markdown for people, JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::turn::{Outgoing, Role, Turn};

/// The conversation as Markdown. Writing to a `String` cannot fail.
pub fn export_markdown<'a>(turns: impl Iterator<Item = &'a Turn>) -> String {
    let mut text = "# Conversation with Coda\n".to_owned();
    for turn in turns {
        let who = match turn.role {
            Role::User => "You",
            Role::Assistant => "Coda",
            Role::System => "System",
        };
        let _ = write!(text, "\n## {who}, {}\n\n", turn.time);
        for tool in &turn.tools {
            let _ = write!(text, "*Used the tool {}: {}*\n\n", tool.name, tool.outcome());
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

/// What a reader must know of an entry that is not whole, or not said as it stands.
fn notes(turn: &Turn) -> Vec<String> {
    let own = turn.outgoing.as_ref().filter(|own| !own.is_taken_up()).map(Outgoing::words);
    let cut_off = turn.is_cut_off.then(|| "The connection ended before the rest of the answer came".to_owned());
    let open = turn.is_open.then(|| "Not complete yet".to_owned());
    [own, cut_off, open].into_iter().flatten().collect()
}

/// The conversation as JSON.
pub fn export_json<'a>(turns: impl Iterator<Item = &'a Turn>) -> String {
    let turns: Vec<Value> = turns
        .map(|turn| {
            let tools: Vec<Value> = turn
                .tools
                .iter()
                .map(|tool| json!({"name": tool.name, "parameters": tool.parameters, "outcome": tool.outcome(), "seconds": tool.seconds}))
                .collect();
            let message = turn.outgoing.as_ref().map(|own| json!({"state": own.state.name(), "note": own.words()}));
            json!({
                "role": turn.role.name(),
                "time": turn.time.to_string(),
                "text": turn.text,
                "tools": tools,
                "errors": turn.errors,
                "message": message,
                "complete": !turn.is_open && !turn.is_cut_off,
            })
        })
        .collect();
    serde_json::to_string_pretty(&json!({ "conversation": turns })).unwrap_or_default()
}
