//! Attributes echoes to their sender: this page or another client.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::link::{FramePurpose, MessageId};
use crate::protocol::{ClientMessage, Control, Event, Instant};

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
    raw: VecDeque<RawFrame>,
}

/// A raw frame that was JSON, which Coda may echo.
#[derive(Debug)]
struct RawFrame {
    written: Instant,
    kind: String,
    data: Value,
}

impl RawFrame {
    fn of(text: &str, written: Instant) -> Option<Self> {
        let frame: Value = serde_json::from_str(text).ok()?;
        let data = frame.get("data").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        Some(Self { written, kind: frame.get("type")?.as_str()?.to_owned(), data })
    }
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
                self.raw.extend(RawFrame::of(text, row.at.mono));
            }
            _ => {}
        }
    }

    /// Adds names of this browser's other tabs.
    pub(super) fn add_own(&mut self, names: impl IntoIterator<Item = String>) {
        self.own.extend(names);
    }

    /// Another client's message, if the row echoes one. Recorded messages are this page's own under any client id,
    /// because a repeated echo answers nothing the second time.
    pub(super) fn other_client<'a>(
        &self,
        row: &Row,
        event: Option<&'a Event>,
        recorder: &Recorder,
    ) -> Option<&'a ClientMessage> {
        let (RowKind::FrameIn { answers: None, .. }, Some(Event::ClientMessage(echo))) = (&row.kind, event) else {
            return None;
        };
        // Without authentication, this page does not know its own client id.
        let is_own = self.own.is_empty() || self.own.contains(&echo.client_id.0) || is_recorded(echo, recorder);
        (!is_own && !self.is_raw(row.at.mono, echo)).then_some(echo)
    }

    fn is_raw(&self, at: Instant, echo: &ClientMessage) -> bool {
        let mut recent = self.raw.iter().rev().take_while(|raw| at.duration_since(raw.written) < RAW_ECHO_TIMEOUT);
        recent.any(|raw| raw.kind == echo.message_type && raw.data == echo.message_data)
    }
}

/// Whether the echoed message is in the record.
fn is_recorded(echo: &ClientMessage, recorder: &Recorder) -> bool {
    let id = echo.message_data.get("message_id").and_then(Value::as_str).and_then(MessageId::parse);
    id.is_some_and(|id| recorder.rows_of(id).next().is_some())
}
