//! The conversation as a file: Markdown for people, JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::turn::{Role, ToolCall, ToolState, Turn};

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
            let _ = write!(text, "*Used the tool {}: {}*\n\n", tool.name, outcome(tool));
        }
        if !turn.text.is_empty() {
            text.push_str(turn.text.trim_end());
            text.push('\n');
        }
        for error in &turn.errors {
            let _ = write!(text, "\n> Error: {error}\n");
        }
    }
    text
}

fn outcome(tool: &ToolCall) -> String {
    match &tool.state {
        ToolState::Running => "no result yet".to_owned(),
        ToolState::Done(None) => "done".to_owned(),
        ToolState::Done(Some(Value::String(result))) => result.clone(),
        ToolState::Done(Some(result)) => result.to_string(),
        ToolState::Failed(words) => format!("failed: {words}"),
    }
}

/// The conversation as JSON.
pub fn export_json<'a>(turns: impl Iterator<Item = &'a Turn>) -> String {
    let turns: Vec<Value> = turns
        .map(|turn| {
            let tools: Vec<Value> = turn
                .tools
                .iter()
                .map(|tool| json!({"name": tool.name, "parameters": tool.parameters, "outcome": outcome(tool), "seconds": tool.seconds}))
                .collect();
            json!({
                "role": turn.role.name(),
                "time": turn.time.to_string(),
                "text": turn.text,
                "tools": tools,
                "errors": turn.errors,
                "complete": !turn.is_open && !turn.is_cut_off,
            })
        })
        .collect();
    serde_json::to_string_pretty(&json!({ "conversation": turns })).unwrap_or_default()
}
