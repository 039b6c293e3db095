//! The plan of a replay: the frames of a recording that can be resent.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::options::ORIGIN;
use crate::history::{Direction, Entry, scan};
use crate::protocol::{Command, with_quotes};

/// Messages of a recording, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub steps: Vec<PlanStep>,
    /// Frames that cannot or need not be sent.
    pub skipped: Skipped,
}

/// A message to resend.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanStep {
    /// Time after the first message of the plan.
    pub offset: Duration,
    /// The command, without its message id.
    pub command: Command,
    /// The recorded bytes.
    pub text: Arc<str>,
    /// The server's deduplication key: type and data.
    pub(super) key: String,
}

/// Frames that are not resent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Answers to challenges, each valid only on its own connection.
    pub answers: usize,
    /// Heartbeat pings.
    pub pings: usize,
    /// Messages that an earlier replay sent: they are in the recording a first time.
    pub replayed: usize,
    /// Frames that the server would drop: position in the recording, counted from 1, and reason.
    pub unreadable: Vec<(usize, String)>,
}

impl Plan {
    /// Collects the resendable frames of a recording.
    #[must_use]
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut plan = Self::default();
        let mut first = None;
        for (place, entry) in entries.into_iter().enumerate() {
            if entry.direction != Direction::Out {
                continue;
            }
            match read(&entry.text) {
                Err(why) => plan.skipped.unreadable.push((place + 1, why)),
                Ok((kind, _)) if kind == "auth_response" => plan.skipped.answers += 1,
                Ok((kind, _)) if kind == "ping" => plan.skipped.pings += 1,
                Ok(_) if entry.meta.component.as_deref() == Some(&*ORIGIN.component) => plan.skipped.replayed += 1,
                Ok((kind, mut data)) => {
                    let key = dedup_key(&entry.text);
                    data.remove("message_id");
                    let start = *first.get_or_insert(entry.micros);
                    let passed = u64::try_from(entry.micros.saturating_sub(start)).unwrap_or_default();
                    plan.steps.push(PlanStep {
                        offset: Duration::from_micros(passed),
                        command: Command::from_wire(&kind, data),
                        text: entry.text.as_str().into(),
                        key,
                    });
                }
            }
        }
        // A foreign recording may not be sorted.
        plan.steps.sort_by_key(|step| step.offset);
        plan
    }
}

fn read(text: &str) -> Result<(String, Map<String, Value>), String> {
    let Value::Object(mut frame) =
        serde_json::from_str(text).map_err(|error| format!("not readable as JSON: {}", with_quotes(&error)))?
    else {
        return Err("no JSON object".to_owned());
    };
    let Some(Value::String(kind)) = frame.remove("type") else { return Err("it has no type".to_owned()) };
    match frame.remove("data") {
        Some(Value::Object(data)) => Ok((kind, data)),
        None => Ok((kind, Map::new())),
        Some(_) => Err("its data is no object".to_owned()),
    }
}

/// Coda 0.1.2's deduplication key: the type, and the data without white space, in its original order.
pub(super) fn dedup_key(text: &str) -> String {
    let kind = scan::head(text).kind.unwrap_or_default();
    let data = scan::member(text, "data").unwrap_or("{}");
    let (mut is_string, mut is_escaped) = (false, false);
    let kept = data.chars().filter(|letter| {
        let is_kept = is_string || !letter.is_whitespace();
        if !is_escaped && *letter == '"' {
            is_string = !is_string;
        }
        is_escaped = is_string && !is_escaped && *letter == '\\';
        is_kept
    });
    kind.chars().chain([':']).chain(kept).collect()
}
