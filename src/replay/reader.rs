//! Reads a recording and emits the events that the link would have emitted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::pending_writes::PendingWrites;
use crate::history::{Entry, NoteBody, Recording};
use crate::link::receiver::{Incoming, Receiver, echoed_id};
use crate::link::{
    Acknowledgement, AuthStep, ConnId, FrameId, FrameKind, FramePurpose, LinkEvent, MessageId, MessageState,
    MessageStatus, OrderedEvents, Origin, Outage, Phase, PhaseKind,
};
use crate::protocol::{Command, Control, Event, Moment};

/// Connection of foreign recordings, which do not name one.
const CONN: ConnId = ConnId(0);
/// Origin of messages whose component is unknown.
const ORIGIN: Origin = Origin::new("recording", "play");

pub(super) struct RecordingReader {
    pub(super) events: Vec<LinkEvent>,
    receiver: Receiver,
    statuses: HashMap<MessageId, MessageStatus>,
    pending_writes: PendingWrites<MessageId>,
    /// Counter for the ids of messages without their own.
    generated_ids: u64,
    /// Messages whose states come from notes.
    messages_with_notes: HashSet<MessageId>,
    /// Whether the file is this program's: it has monotonic times, and notes of all phases and resumptions that the
    /// page saw.
    is_own: bool,
    /// Connection of the last frame.
    conn: ConnId,
    /// Index of the last frame's event in `events`.
    pub(super) frame: usize,
}

impl RecordingReader {
    pub(super) fn new(recording: &Recording) -> Self {
        let id = |events: &NoteBody| match events {
            NoteBody::Message(status) => Some(status.id),
            _ => None,
        };
        Self {
            events: Vec::new(),
            receiver: Receiver::new(),
            statuses: HashMap::new(),
            pending_writes: PendingWrites::after(HashMap::new()),
            generated_ids: 0,
            messages_with_notes: recording.notes.iter().filter_map(|note| id(&note.told)).collect(),
            is_own: recording.entries.iter().any(|entry| entry.meta.mono.is_some()),
            conn: CONN,
            frame: 0,
        }
    }

    fn ready(&mut self, now: Moment, client_id: Option<String>) {
        self.receiver.begin_connection();
        self.phase(Phase::Ready { conn: CONN, since: now, client_id }, now);
    }

    fn phase(&mut self, phase: Phase, at: Moment) {
        if !self.is_own {
            self.events.push(LinkEvent::Phase { phase, outage: None, at });
        }
    }

    /// Converts a note; notices are not events of the link.
    pub(super) fn note(&mut self, events: &NoteBody, at: Moment) {
        self.events.push(match events {
            NoteBody::Message(status) => LinkEvent::Message(status.clone()),
            NoteBody::Phase { phase, conn, reason } => {
                let outage = reason.clone().map(|reason| Outage { reason, since: at });
                LinkEvent::Phase { phase: phase_of(*phase, conn.unwrap_or(CONN), at), outage, at }
            }
            NoteBody::Resumed(resumed) => LinkEvent::Resumed { resumed: *resumed, at },
            NoteBody::Protections { on } => LinkEvent::Protections { on: *on, at },
            NoteBody::Binary { conn, bytes } => self.receiver.skip(*conn, "".into(), FrameKind::Binary(*bytes), at),
            NoteBody::Notice { .. } | NoteBody::Synthetic { .. } => return,
        });
    }

    pub(super) fn out(&mut self, entry: &Entry, now: Moment) {
        let conn = self.conn_of(entry);
        let text: Arc<str> = entry.text.as_str().into();
        let frame = serde_json::from_str(&entry.text).unwrap_or(Value::Null);
        let kind = frame.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let data = frame.get("data").cloned().unwrap_or_default();
        let meta = entry.meta.message.as_deref().and_then(MessageId::parse);
        let from = entry.meta.component.as_deref().map(|component| {
            let action = entry.meta.action.as_deref().unwrap_or_default();
            Origin::recorded(component, action)
        });
        let purpose = match (meta, from.clone()) {
            (Some(id), _) => FramePurpose::Message(id),
            (None, Some(origin)) => FramePurpose::Raw(origin),
            (None, None) if kind == "auth_response" || self.is_own => FramePurpose::ChallengeAnswer,
            (None, None) if kind.is_empty() => FramePurpose::Raw(ORIGIN),
            (None, None) => FramePurpose::Message(self.id_in(&data)),
        };
        let status = purpose.message().filter(|id| !self.messages_with_notes.contains(id)).map(|id| {
            let mut fields = data.as_object().cloned().unwrap_or_default();
            fields.remove("message_id");
            let command = Arc::new(Command::from_wire(&kind, fields));
            let origin = from.unwrap_or(ORIGIN);
            MessageStatus { id, command, origin, created: now, resend_of: None, at: now, state: MessageState::Queued }
        });
        let mut attempt = 1;
        if let Some(status) = status {
            if let Some(MessageState::Written { attempt: last, .. }) = self.state_of(status.id) {
                attempt = last + 1;
            } else {
                self.statuses.insert(status.id, status.clone());
                self.events.push(LinkEvent::Message(status));
            }
        }
        self.frame = self.events.len();
        let message = purpose.message();
        self.events.push(LinkEvent::FrameOut { conn, text, purpose, at: now });
        if let Some(id) = message {
            self.set_state(id, MessageState::Written { conn, attempt }, now);
            self.pending_writes.add(id, &entry.text, now.mono);
        } else {
            self.pending_writes.note(&entry.text, now.mono);
        }
    }

    /// The message id in the data; generates one if it is missing or of another form.
    fn id_in(&mut self, data: &Value) -> MessageId {
        let named = data.get("message_id").and_then(Value::as_str).and_then(MessageId::parse);
        named.unwrap_or_else(|| {
            self.generated_ids += 1;
            MessageId::numbered(self.generated_ids)
        })
    }

    /// The frame's connection; a change of connection resets the receiver.
    fn conn_of(&mut self, entry: &Entry) -> ConnId {
        let conn = entry.meta.conn.map_or(CONN, ConnId);
        if conn != self.conn && !entry.meta.is_stale {
            self.conn = conn;
            self.receiver.begin_connection();
        }
        conn
    }

    fn state_of(&self, id: MessageId) -> Option<&MessageState> {
        self.statuses.get(&id).map(|status| &status.state)
    }

    fn set_state(&mut self, id: MessageId, state: MessageState, now: Moment) {
        if let Some(status) = self.statuses.get_mut(&id)
            && !status.state.is_final()
        {
            status.state = state;
            status.at = now;
            self.events.push(LinkEvent::Message(status.clone()));
        }
    }

    pub(super) fn frame_in(&mut self, entry: &Entry, now: Moment) {
        let conn = self.conn_of(entry);
        let text: Arc<str> = entry.text.as_str().into();
        let delivery = self.receiver.tick(now);
        self.deliver(delivery, None, now);
        self.frame = self.events.len();
        if entry.meta.is_stale {
            let event = self.receiver.skip(conn, text, FrameKind::Stale, now);
            self.events.push(event);
            return;
        }
        let id = entry.meta.message.as_deref().and_then(MessageId::parse);
        let incoming = self.receiver.read(conn, text.clone(), now, |event| self.events.push(event));
        if let Incoming::Control(frame, control) = incoming {
            self.control(frame, control, id, &text, now);
            return;
        }
        let answers = incoming.event().and_then(|event| self.answered_by(event, id, &text));
        if let (Some(message), Incoming::Event(frame, _)) = (answers, &incoming) {
            self.events.push(LinkEvent::Reply { frame: *frame, message });
        }
        let delivery = self.receiver.take(now, incoming, answers);
        self.deliver(delivery, entry.meta.run, now);
        if let Some(id) = answers {
            self.set_state(id, MessageState::Delivered(Acknowledgement::Echo), now);
        }
    }

    fn control(&mut self, frame: FrameId, control: Control, id: Option<MessageId>, text: &str, now: Moment) {
        match control {
            Control::Challenge { .. } => self.phase(phase_of(PhaseKind::Authenticating, CONN, now), now),
            Control::AuthResult { result: Ok(client_id) } if !self.is_own => self.ready(now, Some(client_id)),
            Control::AuthResult { result: Ok(_) } => {}
            Control::AuthResult { result: Err(reason) } => self.phase(Phase::Refused { reason }, now),
            Control::Duplicate { .. } => {
                let answered = match id {
                    Some(id) => self.pending_writes.take(&id).then_some(id),
                    None if self.is_own => None,
                    None => self.pending_writes.dropped(text),
                };
                if let Some(id) = answered {
                    self.events.push(LinkEvent::Reply { frame, message: id });
                    self.set_state(id, MessageState::Delivered(Acknowledgement::Duplicate), now);
                }
            }
        }
    }

    /// The message that an echo answers: as recorded by the page, by its id, or by its content.
    fn answered_by(&mut self, event: &Event, id: Option<MessageId>, text: &str) -> Option<MessageId> {
        if !matches!(event, Event::ClientMessage(_)) {
            return None;
        }
        let named = id.or_else(|| echoed_id(event).filter(|id| !self.is_own && self.statuses.contains_key(id)));
        match named {
            Some(id) => {
                self.pending_writes.take(&id);
                Some(id)
            }
            None if self.is_own => None,
            None => self.pending_writes.echoed(text),
        }
    }

    /// Emits events; `run` is the recorded server run, if there is one.
    fn deliver(&mut self, delivery: OrderedEvents, run: Option<u32>, at: Moment) {
        if !self.is_own {
            self.events.extend(delivery.resumed.into_iter().map(|resumed| LinkEvent::Resumed { resumed, at }));
        }
        self.events.extend(delivery.events.into_iter().map(|mut event| {
            event.epoch = run.unwrap_or(event.epoch);
            LinkEvent::Event(event)
        }));
    }
}

/// A phase of this kind, with its unknown details set to defaults.
fn phase_of(kind: PhaseKind, conn: ConnId, now: Moment) -> Phase {
    let at = now.mono;
    match kind {
        PhaseKind::Offline => Phase::Offline,
        PhaseKind::Waiting => Phase::Waiting { attempt: 0, retry_at: at },
        PhaseKind::Opening => Phase::Opening { conn, give_up_at: at },
        PhaseKind::Authenticating => {
            Phase::Authenticating { conn, give_up_at: at, step: AuthStep::AwaitingChallenge { probe_at: at } }
        }
        PhaseKind::Ready => Phase::Ready { conn, since: now, client_id: None },
        PhaseKind::Refused => Phase::Refused { reason: String::new() },
    }
}
