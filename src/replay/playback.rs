//! A recording as what the link would have told: every page can show the state at each of its moments.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::history::{Direction, Entry, Recording, skim};
use crate::link::inbound::{Accepted, Inbound, echoed_id};
use crate::link::{
    AuthStep, Carries, ConnId, LinkEvent, MessageId, MessageState, MessageStatus, Origin, Phase, Proof, Reading,
};
use crate::protocol::{Command, Control, Envelope, Event, Frame, Now, Timestamp, WallTime, decode};

/// A file does not tell which connection it was.
const CONN: ConnId = ConnId(0);
/// Where recorded messages come from, as far as this page knows.
const ORIGIN: Origin = Origin { component: "recording", action: "play" };
/// So much of a text stands on its mark.
const MARK_CHARS: usize = 60;

/// A moment that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// After so many frames.
    pub position: usize,
    /// What happens there.
    pub label: String,
    /// Whether it is an error.
    pub is_error: bool,
}

/// A recording that can be played from any moment to any later one.
#[derive(Debug)]
pub struct Playback {
    events: Vec<LinkEvent>,
    /// For each frame, where its events end.
    ends: Vec<usize>,
    times: Vec<Now>,
    marks: Vec<Mark>,
}

impl Playback {
    /// Prepares a recording.
    #[must_use]
    pub fn new(recording: &Recording) -> Self {
        let mut entries: Vec<&Entry> = recording.entries.iter().collect();
        entries.sort_by_key(|entry| entry.micros);
        let start = entries.first().map_or(0, |entry| entry.micros);
        let mut reader = Reader::new();
        let mut playback = Self { events: Vec::new(), ends: Vec::new(), times: Vec::new(), marks: Vec::new() };
        let has_challenge =
            entries.iter().any(|entry| skim::head(&entry.text).kind.as_deref() == Some("auth_challenge"));
        for entry in entries {
            let passed = u64::try_from(entry.micros.saturating_sub(start)).unwrap_or_default();
            let wall = WallTime::from_unix_millis(entry.micros.div_euclid(1_000));
            // Zero is what nothing has been recorded at.
            let now = Now { mono: Timestamp::from_micros(passed.saturating_add(1)), wall };
            if playback.times.is_empty() && !has_challenge {
                reader.ready(now, None);
            }
            match entry.direction {
                Direction::Out => reader.out(entry, now),
                Direction::In => reader.inside(entry, now),
            }
            let position = playback.times.len() + 1;
            playback.marks.extend(reader.told.iter().filter_map(|event| mark(event, position)));
            playback.events.append(&mut reader.told);
            playback.ends.push(playback.events.len());
            playback.times.push(now);
        }
        playback
    }

    /// How many frames there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// What the link would have told of the frames from one position to another; 0 is before the first.
    #[must_use]
    pub fn events(&self, frames: Range<usize>) -> &[LinkEvent] {
        let place = |position: usize| match position.min(self.len()).checked_sub(1) {
            Some(last) => self.ends.get(last).copied().unwrap_or_default(),
            None => 0,
        };
        let end = place(frames.end);
        self.events.get(place(frames.start).min(end)..end).unwrap_or_default()
    }

    /// When the frame before this position came or went; at 0 the first's time.
    #[must_use]
    pub fn time_at(&self, position: usize) -> Now {
        self.times.get(position.saturating_sub(1)).or(self.times.last()).copied().unwrap_or_default()
    }

    /// How long after the beginning that is.
    #[must_use]
    pub fn offset(&self, position: usize) -> Duration {
        self.time_at(position).mono.since(self.time_at(0).mono)
    }

    /// The position that this much after the beginning has been reached.
    #[must_use]
    pub fn position_at(&self, offset: Duration) -> usize {
        let start = self.time_at(0).mono;
        self.times.partition_point(|time| time.mono.since(start) <= offset)
    }

    /// The moments that stand out, in order.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}

fn mark(event: &LinkEvent, position: usize) -> Option<Mark> {
    let LinkEvent::Event(event) = event else { return None };
    let (label, is_error) = match &event.event {
        Event::ConversationTurn(turn) if turn.role == "user" => (turn.content.clone(), false),
        Event::SystemError(error) => (error.message.clone(), true),
        Event::AnswerError(error) => (error.message.clone(), true),
        Event::ListeningError(error) => (error.message.clone(), true),
        Event::SpeechError(error) => (error.message.clone(), true),
        _ => return None,
    };
    let label = label.chars().take(MARK_CHARS).collect();
    Some(Mark { position, label, is_error })
}

/// A message of the recording that has not been answered.
struct Awaited {
    id: MessageId,
    kind: String,
    data: Value,
}

/// Reads the frames in order.
struct Reader {
    told: Vec<LinkEvent>,
    inbound: Inbound,
    statuses: HashMap<MessageId, MessageStatus>,
    awaited: Vec<Awaited>,
    /// Messages without an id of their own get one.
    unnamed: u64,
}

impl Reader {
    fn new() -> Self {
        let inbound = Inbound::new();
        Self { told: Vec::new(), inbound, statuses: HashMap::new(), awaited: Vec::new(), unnamed: 0 }
    }

    fn ready(&mut self, now: Now, client_id: Option<String>) {
        self.inbound.begin_connection();
        self.phase(Phase::Ready { conn: CONN, since: now, client_id }, now);
    }

    fn phase(&mut self, phase: Phase, at: Now) {
        self.told.push(LinkEvent::Phase { phase, trouble: None, at });
    }

    fn out(&mut self, entry: &Entry, now: Now) {
        let text: Arc<str> = entry.text.as_str().into();
        let frame = serde_json::from_str(&entry.text).unwrap_or(Value::Null);
        let kind = frame.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let data = frame.get("data").cloned().unwrap_or_default();
        if kind.is_empty() || kind == "auth_response" {
            let carries = Carries::ChallengeAnswer;
            self.told.push(LinkEvent::FrameOut { conn: CONN, text, carries, at: now });
            return;
        }
        let named =
            entry.own.message.as_deref().or_else(|| data.get("message_id")?.as_str()).and_then(MessageId::parse);
        let id = named.or_else(|| {
            self.unnamed += 1;
            MessageId::parse(&format!("00000000-0000-4000-8000-{:012}", self.unnamed))
        });
        let Some(id) = id else { return };
        let attempt =
            if let Some(MessageState::Written { attempt, .. }) = self.statuses.get(&id).map(|known| &known.state) {
                attempt + 1
            } else {
                let mut fields = data.as_object().cloned().unwrap_or_default();
                fields.remove("message_id");
                let command = Arc::new(Command::from_wire(&kind, fields));
                let state = MessageState::Queued;
                let status = MessageStatus { id, command, origin: ORIGIN, created: now, again: None, at: now, state };
                self.statuses.insert(id, status.clone());
                self.told.push(LinkEvent::Message(status));
                1
            };
        self.told.push(LinkEvent::FrameOut { conn: CONN, text, carries: Carries::Message(id), at: now });
        self.becomes(id, MessageState::Written { conn: CONN, attempt }, now);
        self.awaited.push(Awaited { id, kind, data });
    }

    fn becomes(&mut self, id: MessageId, state: MessageState, now: Now) {
        if let Some(status) = self.statuses.get_mut(&id)
            && !status.state.is_final()
        {
            status.state = state;
            status.at = now;
            self.told.push(LinkEvent::Message(status.clone()));
        }
    }

    fn inside(&mut self, entry: &Entry, now: Now) {
        let text: Arc<str> = entry.text.as_str().into();
        let accepted = self.inbound.tick(now);
        self.deliver(accepted, now);
        let frame_in = |reading| LinkEvent::FrameIn { conn: CONN, text: text.clone(), reading, at: now };
        match decode(&text) {
            Err(error) => self.told.push(frame_in(Reading::Unreadable(error))),
            Ok(Frame::Control(control)) => {
                self.told.push(frame_in(Reading::Control(control.clone())));
                self.control(control, now);
            }
            Ok(Frame::Replay(entries)) => {
                self.told.push(frame_in(Reading::Events));
                let events: Vec<Envelope> = entries.into_iter().flatten().collect();
                let accepted = self.inbound.replay(now, events);
                self.deliver(accepted, now);
            }
            Ok(Frame::Event(envelope)) => {
                self.told.push(frame_in(Reading::Events));
                let answers = self.answered_by(&envelope.event);
                let accepted = self.inbound.live(now, envelope, answers);
                self.deliver(accepted, now);
                if let Some(id) = answers {
                    self.becomes(id, MessageState::Delivered(Proof::Echo), now);
                }
            }
        }
    }

    fn control(&mut self, control: Control, now: Now) {
        match control {
            Control::Challenge { .. } => {
                let give_up_at = now.mono;
                let step = AuthStep::AwaitingChallenge { probe_at: now.mono };
                self.phase(Phase::Authenticating { conn: CONN, give_up_at, step }, now);
            }
            Control::AuthResult { result: Ok(client_id) } => self.ready(now, Some(client_id)),
            Control::AuthResult { result: Err(reason) } => self.phase(Phase::Refused { reason }, now),
            Control::Duplicate { original_type, .. } => {
                if let Some(at) = self.awaited.iter().position(|awaited| awaited.kind == original_type) {
                    let Awaited { id, .. } = self.awaited.remove(at);
                    self.becomes(id, MessageState::Delivered(Proof::Duplicate), now);
                }
            }
        }
    }

    /// The message that an echo answers: by its id, or, where it had none, by what it says.
    fn answered_by(&mut self, event: &Event) -> Option<MessageId> {
        let Event::ClientMessage(echo) = event else { return None };
        let named = echoed_id(event).filter(|id| self.statuses.contains_key(id));
        let is_it = |awaited: &Awaited| match named {
            Some(id) => awaited.id == id,
            None => awaited.kind == echo.message_type && awaited.data == echo.message_data,
        };
        match self.awaited.iter().position(is_it) {
            Some(at) => Some(self.awaited.remove(at).id),
            None => named,
        }
    }

    fn deliver(&mut self, accepted: Accepted, at: Now) {
        self.told.extend(accepted.resumed.into_iter().map(|resumed| LinkEvent::Resumed { resumed, at }));
        self.told.extend(accepted.events.into_iter().map(LinkEvent::Event));
    }
}
