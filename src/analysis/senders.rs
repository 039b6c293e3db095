//! Who sent a message that the server echoes: this page, or another client.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::history::skim;
use crate::history::{Recorder, Row, RowKind, What};
use crate::link::{Carries, MessageId};
use crate::protocol::Timestamp;

/// Frames past the queue whose echoes are looked for,
const RAW: usize = 64;
/// and for how long.
const RAW_PATIENCE: Duration = Duration::from_secs(10);

/// What is known of who this page is.
#[derive(Debug, Default)]
pub(super) struct Senders {
    /// What the server has called this page, on all its connections: an echo may come on the next one.
    own: BTreeSet<String>,
    /// The last frames that were written past the queue.
    raw: VecDeque<(Timestamp, Arc<str>)>,
}

impl Senders {
    /// To be told of every row.
    pub(super) fn see(&mut self, row: &Row) {
        match &row.kind {
            RowKind::FrameIn { kind, text, what: What::Control, .. } if &**kind == "auth_result" => {
                self.own.extend(skim::data_member(text, "client_id").and_then(skim::string).map(Cow::into_owned));
            }
            RowKind::FrameOut { text, carries: Carries::Raw(_), .. } => {
                if self.raw.len() == RAW {
                    self.raw.pop_front();
                }
                self.raw.push_back((row.at.mono, text.clone()));
            }
            _ => {}
        }
    }

    /// The other client whose message the row echoes. It is none of ours, by whatever name the server calls us: an echo
    /// that comes twice answers nothing the second time.
    pub(super) fn other_client<'a>(&self, row: &'a Row, recorder: &Recorder) -> Option<Cow<'a, str>> {
        let RowKind::FrameIn { kind, text, answers: None, what: What::Event, .. } = &row.kind else { return None };
        if &**kind != "client_message" {
            return None;
        }
        let client = skim::data_member(text, "client_id").and_then(skim::string)?;
        // Without authentication there is no telling who we are.
        let is_own = self.own.is_empty() || self.own.contains(&*client) || is_recorded(text, recorder);
        (!is_own && !self.is_raw(row.at.mono, text)).then_some(client)
    }

    fn is_raw(&self, at: Timestamp, echo: &str) -> bool {
        let kind = skim::data_member(echo, "message_type").and_then(skim::string);
        let said = skim::data_member(echo, "message_data").and_then(parsed);
        let mut recent = self.raw.iter().rev().take_while(|(written, _)| at.since(*written) < RAW_PATIENCE);
        recent.any(|(_, text)| {
            skim::head(text).kind == kind && skim::member(text, "data").map_or_else(|| parsed("{}"), parsed) == said
        })
    }
}

/// Whether the echo's message is one of the record's own.
fn is_recorded(echo: &str, recorder: &Recorder) -> bool {
    let data = skim::data_member(echo, "message_data");
    let id = data.and_then(|data| skim::member(data, "message_id")).and_then(skim::string);
    id.and_then(|id| MessageId::parse(&id)).is_some_and(|id| recorder.rows_of(id).next().is_some())
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
