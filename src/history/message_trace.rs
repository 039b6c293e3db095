//! The trace of one message, from the click to the end of the turn that it began.

use std::sync::Arc;
use std::time::Duration;

use super::recorder::Recorder;
use super::row::{FrameClass, Row, RowKind, TOKEN};
use super::scan;
use crate::link::{ConnId, Hold, MessageId, MessageState, Origin};
use crate::protocol::{Activity, Command, Effect, Event, Moment, Place};

/// How many rows after the answer are searched for the turn.
const TURN_ROWS: u64 = 10_000;

/// Everything that the record knows of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageTrace {
    pub id: MessageId,
    pub command: Arc<Command>,
    /// The component and action that created it.
    pub origin: Origin,
    pub created: Moment,
    /// The states and frames of the message, in order.
    pub steps: Vec<TraceStep>,
    /// For a suppressed message, the one that it duplicated.
    pub original: Option<MessageId>,
    /// Messages that were suppressed as duplicates of this one.
    pub duplicates: Vec<MessageId>,
    /// The message that the user resent as this one.
    pub resend_of: Option<MessageId>,
    /// The message as which the user resent this one.
    pub resent_by: Option<MessageId>,
    /// The first row that answered it: its echo, or a `duplicate_message`.
    pub answer: Option<u64>,
    /// The events of the turn that it began.
    pub turn: Vec<WaterfallBar>,
}

/// An entry of a message's trace.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceStep {
    pub stage: TraceStage,
    /// Number of the row, for a write the frame's; `None` for the creation.
    pub row: Option<u64>,
    pub at: Moment,
    /// Time since the creation.
    pub offset: Duration,
    /// Time since the previous step.
    pub delta: Duration,
}

/// A stage in a message's life.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceStage {
    /// The user's action created it.
    Created,
    /// It waits in the queue.
    Queued,
    /// It was written.
    Written {
        conn: ConnId,
        /// Counts writes of the same bytes, from 1.
        attempt: u32,
    },
    /// The server answered with its echo or a `duplicate_message`.
    Answered,
    /// It is unknown whether the server read it.
    Unconfirmed,
    /// It waits for more than its place in the queue.
    Held(Hold),
    /// Its final state.
    Settled(MessageState),
}

/// Events of a turn as one bar of a waterfall chart.
#[derive(Clone, Debug, PartialEq)]
pub struct WaterfallBar {
    /// Number of the row, or of the first of several.
    pub row: u64,
    pub kind: Arc<str>,
    /// Number of rows: consecutive tokens share a bar.
    pub count: usize,
    /// Time from the message's creation to the event.
    pub offset: Duration,
    /// Time until the next bar; zero for the last.
    pub length: Duration,
}

/// The trace of message `id`; `None` if no row of it is kept.
#[must_use]
pub fn message_trace(recorder: &Recorder, id: MessageId) -> Option<MessageTrace> {
    let mut rows = recorder.rows_of(id);
    let mut trace = rows.find_map(|row| match &row.kind {
        RowKind::Message { command, origin, created, resend_of, .. } => Some(MessageTrace {
            id,
            command: command.clone(),
            origin: origin.clone(),
            created: *created,
            steps: Vec::new(),
            original: None,
            duplicates: Vec::new(),
            resend_of: *resend_of,
            resent_by: None,
            answer: recorder.answer_to(id).map(|row| row.number),
            turn: Vec::new(),
        }),
        _ => None,
    })?;
    trace.add_steps(recorder);
    for row in recorder.rows_referring_to(id) {
        let RowKind::Message { id: other, state, resend_of, .. } = &row.kind else { continue };
        if matches!(state, MessageState::Suppressed { original } if *original == id) {
            trace.duplicates.push(*other);
        }
        if *resend_of == Some(id) {
            trace.resent_by = Some(*other);
        }
    }
    trace.turn = turn(recorder, &trace);
    Some(trace)
}

impl MessageTrace {
    fn add_steps(&mut self, recorder: &Recorder) {
        self.step(TraceStage::Created, None, self.created);
        // The link reports a written frame before the state that it leads to.
        let mut frame = None;
        for row in recorder.rows_of(self.id) {
            match &row.kind {
                RowKind::FrameOut { .. } => frame = Some(row.number),
                RowKind::FrameIn { .. } => self.step(TraceStage::Answered, Some(row.number), row.at),
                RowKind::Message { state, .. } => {
                    if let MessageState::Suppressed { original } = state {
                        self.original = Some(*original);
                    }
                    let (stage, number) = match state {
                        MessageState::Queued => (TraceStage::Queued, row.number),
                        MessageState::Held(hold) => (TraceStage::Held(hold.clone()), row.number),
                        MessageState::Written { conn, attempt } => {
                            let written = TraceStage::Written { conn: *conn, attempt: *attempt };
                            (written, frame.take().unwrap_or(row.number))
                        }
                        MessageState::Unconfirmed => (TraceStage::Unconfirmed, row.number),
                        state => (TraceStage::Settled(state.clone()), row.number),
                    };
                    self.step(stage, Some(number), row.at);
                }
                RowKind::Phase { .. }
                | RowKind::Resumed(_)
                | RowKind::Protections { .. }
                | RowKind::Notice { .. }
                | RowKind::Synthetic { .. } => {}
            }
        }
    }

    fn step(&mut self, stage: TraceStage, row: Option<u64>, at: Moment) {
        let before = self.steps.last().map_or(self.created, |step| step.at);
        let (offset, delta) = (at.mono.duration_since(self.created.mono), at.mono.duration_since(before.mono));
        self.steps.push(TraceStep { stage, row, at, offset, delta });
    }
}

/// The events after the answer, until the user's next turn or until the assistant has answered and spoken.
fn turn(recorder: &Recorder, trace: &MessageTrace) -> Vec<WaterfallBar> {
    let begins_turn = matches!(trace.command.effect(), Effect::Turn | Effect::Microphone);
    let Some(answer) = trace.answer.filter(|_| begins_turn) else { return Vec::new() };
    let epoch = recorder.epoch_of(answer);
    let mut bars: Vec<WaterfallBar> = Vec::new();
    let (mut asked, mut answered) = (false, false);
    for row in recorder.rows(answer + 1..=answer.saturating_add(TURN_ROWS)) {
        if recorder.epoch_of(row.number) != epoch || (!asked && repeats_text(recorder, trace, row)) {
            break;
        }
        let Some((kind, text)) = event_frame(row) else { continue };
        let role = (&**kind == "conversation_turn").then(|| scan::data_member(text, "role").and_then(scan::string));
        match role.flatten().as_deref() {
            Some("user") if asked => break,
            Some("user") if is_own(trace, text) => {
                asked = true;
                if trace.command.text().is_some() {
                    // A text begins with its user's turn; the events before it ended another turn.
                    bars.clear();
                }
            }
            Some("assistant") if asked => answered = true,
            _ => {}
        }
        let offset = row.at.mono.duration_since(trace.created.mono);
        match bars.last_mut() {
            Some(bar) if &**kind == TOKEN && bar.kind == *kind => bar.count += 1,
            _ => bars.push(WaterfallBar {
                row: row.number,
                kind: kind.clone(),
                count: 1,
                offset,
                length: Duration::ZERO,
            }),
        }
        if answered && Event::place(kind) == Place::Ends(Activity::Speaking) {
            break;
        }
    }
    // Coda drops a text that it reads during another turn, so these events belong to the other turn.
    if trace.command.text().is_some() && !asked {
        return Vec::new();
    }
    let ends: Vec<Duration> = bars.iter().skip(1).map(|bar| bar.offset).collect();
    for (bar, end) in bars.iter_mut().zip(ends) {
        bar.length = end.saturating_sub(bar.offset);
    }
    bars
}

/// The type and text of an event that may belong to a turn.
fn event_frame(row: &Row) -> Option<(&Arc<str>, &str)> {
    match &row.kind {
        RowKind::FrameIn { kind, text, class: FrameClass::Event, .. } if Event::place(kind) != Place::Outside => {
            Some((kind, text))
        }
        _ => None,
    }
}

/// Whether a user's turn has the message's text. Spoken input and demos have no text to compare, so any turn matches.
fn is_own(trace: &MessageTrace, frame: &str) -> bool {
    let content = scan::data_member(frame, "content").and_then(scan::string);
    trace.command.text().is_none_or(|text| content.is_some_and(|content| content.trim() == text.trim()))
}

/// Whether Coda read another message with this text, which then owns a turn with it.
fn repeats_text(recorder: &Recorder, trace: &MessageTrace, row: &Row) -> bool {
    let RowKind::FrameIn { answers: Some(other), .. } = &row.kind else { return false };
    let says_the_same = |row: &Row| match &row.kind {
        RowKind::Message { command, .. } => command.text().is_some() && command.text() == trace.command.text(),
        _ => false,
    };
    *other != trace.id && recorder.rows_of(*other).any(says_the_same)
}
