//! Attributes echoes to their sender: this page or another client.

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::history::scan;
use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageId};
use crate::protocol::{Control, Instant};

/// Maximum number of raw frames whose echoes are still expected.
const RAW: usize = 64;
/// How long the echo of a raw frame is expected.
const RAW_ECHO_TIMEOUT: Duration = Duration::from_secs(10);

/// Identities of this page, and its recent raw frames.
#[derive(Debug, Default)]
pub(super) struct Senders {
    /// Client ids of this page on all its connections, because an echo may arrive on the next one.
    own: BTreeSet<String>,
    /// The most recent raw frames.
    raw: VecDeque<(Instant, Arc<str>)>,
}

impl Senders {
    /// Call it for every row.
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

    /// The other client whose message the row echoes. Recorded messages are this page's own under any client id,
    /// because a repeated echo answers nothing the second time.
    pub(super) fn other_client<'a>(&self, row: &'a Row, recorder: &Recorder) -> Option<Cow<'a, str>> {
        let RowKind::FrameIn { kind, text, answers: None, class: FrameClass::Event, .. } = &row.kind else {
            return None;
        };
        if &**kind != "client_message" {
            return None;
        }
        let client = scan::data_member(text, "client_id").and_then(scan::string)?;
        // Without authentication, this page does not know its own client id.
        let is_own = self.own.is_empty() || self.own.contains(&*client) || is_recorded(text, recorder);
        (!is_own && !self.is_raw(row.at.mono, text)).then_some(client)
    }

    fn is_raw(&self, at: Instant, echo: &str) -> bool {
        let kind = scan::data_member(echo, "message_type").and_then(scan::string);
        let said = scan::data_member(echo, "message_data").and_then(parsed);
        let mut recent =
            self.raw.iter().rev().take_while(|(written, _)| at.duration_since(*written) < RAW_ECHO_TIMEOUT);
        recent.any(|(_, text)| {
            scan::head(text).kind == kind && scan::member(text, "data").map_or_else(|| parsed("{}"), parsed) == said
        })
    }
}

/// Whether the echoed message is in the record.
fn is_recorded(echo: &str, recorder: &Recorder) -> bool {
    let data = scan::data_member(echo, "message_data");
    let id = data.and_then(|data| scan::member(data, "message_id")).and_then(scan::string);
    id.and_then(|id| MessageId::parse(&id)).is_some_and(|id| recorder.rows_of(id).next().is_some())
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
