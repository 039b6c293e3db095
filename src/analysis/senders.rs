//! Who sent a message that the server echoes: this page, or another client.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::history::scan;
use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageId};
use crate::protocol::{Control, Instant};

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
    raw: VecDeque<(Instant, Arc<str>)>,
}

impl Senders {
    /// To be told of every row.
    pub(super) fn on_row(&mut self, row: &Row) {
        match &row.kind {
            RowKind::FrameIn { class: FrameClass::Control(control), .. } => {
                if let Control::AuthResult { result: Ok(client_id) } = &**control {
                    self.own.insert(client_id.clone());
                }
            }
            RowKind::FrameOut { text, purpose: FramePurpose::Raw(_), .. } => {
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
        let RowKind::FrameIn { kind, text, answers: None, class: FrameClass::Event, .. } = &row.kind else {
            return None;
        };
        if &**kind != "client_message" {
            return None;
        }
        let client = scan::data_member(text, "client_id").and_then(scan::string)?;
        // Without authentication there is no telling who we are.
        let is_own = self.own.is_empty() || self.own.contains(&*client) || is_recorded(text, recorder);
        (!is_own && !self.is_raw(row.at.mono, text)).then_some(client)
    }

    fn is_raw(&self, at: Instant, echo: &str) -> bool {
        let kind = scan::data_member(echo, "message_type").and_then(scan::string);
        let said = scan::data_member(echo, "message_data").and_then(parsed);
        let mut recent = self.raw.iter().rev().take_while(|(written, _)| at.duration_since(*written) < RAW_PATIENCE);
        recent.any(|(_, text)| {
            scan::head(text).kind == kind && scan::member(text, "data").map_or_else(|| parsed("{}"), parsed) == said
        })
    }
}

/// Whether the echo's message is one of the record's own.
fn is_recorded(echo: &str, recorder: &Recorder) -> bool {
    let data = scan::data_member(echo, "message_data");
    let id = data.and_then(|data| scan::member(data, "message_id")).and_then(scan::string);
    id.and_then(|id| MessageId::parse(&id)).is_some_and(|id| recorder.rows_of(id).next().is_some())
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
