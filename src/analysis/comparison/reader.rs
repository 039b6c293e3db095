//! Reads the outline of a record, row by row.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;

use super::content::{Rules, fingerprint};
use super::difference::{CallOutcome, ConnectionProblem, TurnOutcome};
use super::lanes::{self, is_stream};
use super::outline::{Call, Item, Lane, Message, Outline, Seen, Segment};
use crate::analysis::error_name::ErrorSignature;
use crate::bounded::push_bounded;
use crate::history::{FrameClass, Recorder, Row, RowKind, Severity};
use crate::link::{Acknowledgement, DisconnectReason, FramePurpose, GapReport, MessageId, MessageState, PhaseKind};
use crate::model::{StageOutcome, StagePart, StageTracker, took};
use crate::protocol::{Command, Event};

/// How many texts wait for their turn.
const TEXTS: usize = 32;
/// How many turns back an answer is searched that is being spoken.
const SPEECH_TURNS: usize = 4;

impl Outline {
    pub(super) fn of(recorder: &Recorder) -> Self {
        let outline = Self {
            segments: vec![Segment { row: recorder.numbers().start, ..Segment::default() }],
            messages: Vec::new(),
            types: BTreeMap::new(),
            errors: BTreeMap::new(),
            problems: Vec::new(),
            is_foreign: recorder.is_foreign(),
        };
        let mut reader = Reader {
            outline,
            stages: StageTracker::default(),
            messages: HashMap::new(),
            raw: HashMap::new(),
            texts: VecDeque::new(),
            calls: Vec::new(),
            speech: 0,
            interjection: None,
            phase: None,
            is_down: false,
        };
        recorder.rows(..).for_each(|row| reader.on_row(row));
        reader.finish()
    }
}

struct Reader {
    outline: Outline,
    /// Each marked with its segment.
    stages: StageTracker<usize>,
    messages: HashMap<MessageId, usize>,
    /// Raw frames without an echo, by fingerprint.
    raw: HashMap<u64, Vec<usize>>,
    /// Texts that Coda has read and not taken up yet: the message, and its text.
    texts: VecDeque<(usize, String)>,
    /// The calls without an end: segment, and place in it.
    calls: Vec<(usize, usize)>,
    /// The segment whose answer is being spoken.
    speech: usize,
    /// Words that came while the model worked, with their row.
    interjection: Option<(String, u64)>,
    phase: Option<PhaseKind>,
    /// Whether an outage has been counted.
    is_down: bool,
}

impl Reader {
    fn on_row(&mut self, row: &Row) {
        match &row.kind {
            RowKind::Message { id, command, state, .. } => self.on_message(row.number, *id, command, state),
            RowKind::FrameOut { kind, text, purpose: FramePurpose::Raw(_), .. } => {
                let frame = serde_json::from_str::<Value>(text).unwrap_or_else(|_| text.trim().into());
                let fingerprint = fingerprint(&[kind], frame.get("data").unwrap_or(&frame), Rules::Exact);
                let place = self.add_message(row.number, kind.clone(), String::new(), fingerprint, None);
                self.raw.entry(fingerprint).or_default().push(place);
            }
            RowKind::Phase { phase, reason, .. } => self.on_phase(row.number, *phase, reason.as_ref()),
            RowKind::Resumed(report) => self.on_resumed(row.number, report),
            RowKind::Notice { level: Severity::Error, text } => {
                self.add_error(row.number, ErrorSignature::named("notice", text));
            }
            RowKind::FrameIn { class: FrameClass::Unreadable(error), .. } => {
                self.add_error(row.number, ErrorSignature::named("unreadable frame", &error.to_string()));
            }
            RowKind::FrameIn { class: FrameClass::Event, kind, .. } => {
                if &**kind != "client_message" {
                    Seen::add(&mut self.outline.types, kind.clone(), row.number);
                }
                // Tokens are half of all frames, so they are not decoded.
                if !row.is_token()
                    && let Some(event) = row.event()
                {
                    self.on_event(row, kind, &event);
                }
            }
            _ => {}
        }
    }

    fn current(&self) -> usize {
        self.outline.segments.len() - 1
    }

    fn segment(&mut self, place: usize) -> Option<&mut Segment> {
        self.outline.segments.get_mut(place)
    }

    fn add_error(&mut self, row: u64, error: ErrorSignature) {
        Seen::add(&mut self.outline.errors, error, row);
    }

    fn add_message(
        &mut self,
        row: u64,
        kind: Arc<str>,
        text: String,
        fingerprint: u64,
        state: Option<&'static str>,
    ) -> usize {
        let segment = self.current();
        let message = Message { row, last_row: row, kind, text, fingerprint, state, segment, begins_turn: false };
        self.outline.messages.push(message);
        self.outline.messages.len() - 1
    }

    fn on_message(&mut self, row: u64, id: MessageId, command: &Command, state: &MessageState) {
        if *command == Command::Ping {
            return;
        }
        let place = self.messages.get(&id).copied().unwrap_or_else(|| {
            let fingerprint = fingerprint(&[command.kind()], &Value::Object(command.data()), Rules::Exact);
            let text = command.text().unwrap_or_default().to_owned();
            let place = self.add_message(row, command.kind().into(), text, fingerprint, None);
            self.messages.insert(id, place);
            place
        });
        if let Some(message) = self.outline.messages.get_mut(place) {
            message.state = Some(state.name());
            message.last_row = row;
        }
    }

    fn on_phase(&mut self, row: u64, phase: PhaseKind, reason: Option<&DisconnectReason>) {
        let before = self.phase.replace(phase);
        if phase == PhaseKind::Ready {
            self.is_down = false;
            return;
        }
        self.stages.reset();
        let problem = match (phase, reason) {
            (PhaseKind::Refused, _) if before != Some(PhaseKind::Refused) => ConnectionProblem::Refused,
            (PhaseKind::Waiting | PhaseKind::Offline, Some(_)) if !self.is_down => {
                self.is_down = true;
                if before == Some(PhaseKind::Ready) { ConnectionProblem::Lost } else { ConnectionProblem::Unreachable }
            }
            _ => return,
        };
        self.outline.problems.push((problem, row));
    }

    fn on_resumed(&mut self, row: u64, report: &GapReport) {
        if report.restarted {
            self.outline.problems.push((ConnectionProblem::Restarted, row));
        }
        if report.lost() > 0 {
            self.outline.problems.push((ConnectionProblem::Missed, row));
        }
        if report.restarted || report.missed > 0 {
            self.stages.reset();
        }
    }

    fn on_event(&mut self, row: &Row, kind: &Arc<str>, event: &Event) {
        let model_works = self.stages.running().iter().any(|running| running.stage.part() == StagePart::Model);
        self.begin_if_due(row, event, model_works);
        if let Event::TtsStart(start) = event {
            self.speech = self.spoken_segment(start.text.as_deref().unwrap_or_default());
        }
        let is_speech = kind.starts_with("tts_");
        let segment = if is_speech { self.speech } else { self.current() };
        for ended in self.stages.apply(event, row.at, &segment) {
            let (took, stage) = (took(&ended.running, ended.at, event), ended.running.stage);
            if ended.outcome == StageOutcome::Done
                && let Some(segment) = self.outline.segments.get_mut(ended.running.mark)
            {
                let (sum, last) = segment.stages.entry(stage).or_default();
                (*sum, *last) = (*sum + took, row.number);
            }
        }
        self.follow(row, event, segment, model_works);
        let is_message = matches!(event, Event::ClientMessage(_));
        let is_call = matches!(event, Event::ToolCall(_) | Event::ToolResult(_) | Event::ToolError(_));
        if let Some(error) = ErrorSignature::of(event) {
            self.add_error(row.number, error);
        } else if !(is_message || is_call || is_stream(kind))
            && let Some(segment) = self.outline.segments.get_mut(segment)
        {
            let (lane, fingerprint) = lanes::place(row, kind.clone(), event);
            segment.lanes.entry(lane).or_default().push(Item { row: row.number, fingerprint });
        }
    }

    /// Begins a turn with the user's first sign of one.
    fn begin_if_due(&mut self, row: &Row, event: &Event, model_works: bool) {
        let is_over = self.outline.segments.last().is_none_or(Segment::is_over);
        match event {
            Event::SttStart(_) if is_over => self.begin(row.number, None, true),
            Event::SttResult(result) => {
                let current = self.current();
                if let Some(segment) = self.segment(current)
                    && segment.is_spoken
                    && segment.words.is_none()
                    && !result.text.trim().is_empty()
                {
                    segment.words = Some(result.text.trim().to_owned());
                }
            }
            Event::ClientMessage(echo) if echo.message_type != Command::Ping.kind() => {
                let text = echo.message_data.get("text").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
                let is_text = echo.message_type == "text_input" && !text.is_empty();
                let place = self.echoed(row, &echo.message_type, &echo.message_data);
                if let Some(place) = place.filter(|_| is_text) {
                    push_bounded(&mut self.texts, (place, text.clone()), TEXTS);
                    if is_over && !model_works {
                        self.begin(row.number, Some(text), false);
                    }
                }
            }
            // Coda drops what it reads while the model works, unless the answer was cut off: then the model begins anew.
            Event::ConversationTurn(turn) if turn.role == "user" && model_works => {
                self.interjection = Some((turn.content.trim().to_owned(), row.number));
            }
            Event::LlmStart(_) if model_works => self.begin_interjected(),
            Event::LlmStart(_) | Event::LlmResult(_) | Event::LlmError(_) => self.interjection = None,
            Event::ConversationTurn(turn) if turn.role == "user" => {
                let (content, current) = (turn.content.trim(), self.current());
                match self.segment(current) {
                    Some(segment) if current > 0 && segment.is_spoken && segment.words.is_none() => {
                        (segment.words, segment.is_taken_up) = (Some(content.to_owned()), true);
                    }
                    Some(segment)
                        if segment.words.is_some()
                            && !segment.is_taken_up
                            && (segment.is_spoken || segment.words.as_deref() == Some(content)) =>
                    {
                        segment.is_taken_up = true;
                    }
                    _ => {
                        self.begin(row.number, Some(content.to_owned()), false);
                        let current = self.current();
                        if let Some(segment) = self.segment(current) {
                            segment.is_taken_up = true;
                        }
                    }
                }
            }
            _ => {}
        }
    }

    /// The message that an echo belongs to: this page's, or one of another client. `None` for a ping.
    fn echoed(&mut self, row: &Row, kind: &str, data: &Value) -> Option<usize> {
        if let RowKind::FrameIn { answers: Some(id), .. } = &row.kind {
            return self.messages.get(id).copied();
        }
        let fingerprint = fingerprint(&[kind], data, Rules::Exact);
        let state = MessageState::Delivered(Acknowledgement::Echo).name();
        if let Some(place) = self.raw.get_mut(&fingerprint).and_then(Vec::pop) {
            if let Some(message) = self.outline.messages.get_mut(place) {
                (message.state, message.last_row) = (Some(state), row.number);
            }
            return Some(place);
        }
        let text = data.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
        Some(self.add_message(row.number, kind.into(), text, fingerprint, Some(state)))
    }

    fn begin(&mut self, row: u64, words: Option<String>, is_spoken: bool) {
        let segment = self.outline.segments.len();
        if let Some(words) = &words
            && let Some(at) = self.texts.iter().position(|(_, text)| text == words)
            && let Some((place, _)) = self.texts.remove(at)
            && let Some(message) = self.outline.messages.get_mut(place)
        {
            (message.segment, message.begins_turn) = (segment, true);
        }
        self.outline.segments.push(Segment { row, words, is_spoken, ..Segment::default() });
        // A tool's results come before the next turn.
        self.calls.clear();
    }

    /// Begins a turn with the words that came while the model worked, and gives it the events since then.
    fn begin_interjected(&mut self) {
        let Some((words, row)) = self.interjection.take() else { return };
        let cut_off = self.current();
        self.begin(row, Some(words), false);
        let mut lanes: BTreeMap<Lane, Vec<Item>> = BTreeMap::new();
        if let Some(segment) = self.segment(cut_off) {
            for (lane, items) in &mut segment.lanes {
                let later = items.split_off(items.partition_point(|item| item.row < row));
                if !later.is_empty() {
                    lanes.insert(lane.clone(), later);
                }
            }
            segment.lanes.retain(|_, items| !items.is_empty());
        }
        let current = self.current();
        if let Some(segment) = self.segment(current) {
            (segment.lanes, segment.is_taken_up) = (lanes, true);
        }
    }

    /// Coda may speak an answer while the next turn runs.
    fn spoken_segment(&self, text: &str) -> usize {
        let (text, current) = (bare(text), self.current());
        let is_it = |place: &usize| {
            let answer = self.outline.segments.get(*place).and_then(|segment| segment.answer.as_ref());
            answer.is_some_and(|(answer, _)| bare(answer).contains(&text))
        };
        (0..=current).rev().take(SPEECH_TURNS).find(is_it).unwrap_or(current)
    }

    /// Follows the turn to its end.
    fn follow(&mut self, row: &Row, event: &Event, place: usize, model_works: bool) {
        let number = row.number;
        let Some(segment) = self.outline.segments.get_mut(place) else { return };
        match event {
            Event::LlmStart(_) => segment.has_model = true,
            Event::LlmResult(result) if result.has_tool_calls != Some(true) => {
                (segment.answer, segment.end) =
                    (Some((result.text.clone(), number)), Some((TurnOutcome::Answered, number)));
            }
            Event::ConversationTurn(turn) if turn.role == "assistant" => {
                (segment.answer, segment.end) =
                    (Some((turn.content.clone(), number)), Some((TurnOutcome::Answered, number)));
            }
            Event::LlmError(error) => segment.end = Some((TurnOutcome::Failed(error.message.clone()), number)),
            // What is spoken without a model is an answer, such as that to a mini-command.
            Event::TtsStart(start) if segment.end.is_none() && !segment.has_model && !model_works => {
                segment.answer = Some((start.text.clone().unwrap_or_default(), number));
                segment.end = Some((TurnOutcome::Spoken, number));
            }
            Event::ToolCall(call) => {
                let arguments = call.parameters.as_ref().unwrap_or(&Value::Null);
                let fingerprint = fingerprint(&[&call.tool_name], arguments, Rules::Exact);
                let (tool, outcome) = (call.tool_name.clone(), CallOutcome::Open);
                segment.calls.push(Call { row: number, tool, fingerprint, outcome, end: None });
                self.calls.push((place, segment.calls.len() - 1));
            }
            Event::ToolResult(result) => self.end_call(&result.tool_name, CallOutcome::Done, number),
            Event::ToolError(error) => {
                self.end_call(&error.tool_name, CallOutcome::Failed(error.message.clone()), number);
            }
            _ => {}
        }
    }

    /// Ends the oldest call of the tool: results name only the tool, and come in the order of the calls.
    fn end_call(&mut self, tool: &str, outcome: CallOutcome, row: u64) {
        let segments = &mut self.outline.segments;
        let is_it = |(segment, call): &(usize, usize)| {
            segments.get(*segment).and_then(|segment| segment.calls.get(*call)).is_some_and(|call| call.tool == tool)
        };
        let Some(at) = self.calls.iter().position(is_it) else { return };
        let (segment, call) = self.calls.remove(at);
        if let Some(call) = segments.get_mut(segment).and_then(|segment| segment.calls.get_mut(call)) {
            (call.outcome, call.end) = (outcome, Some(row));
        }
    }

    fn finish(mut self) -> Outline {
        let last = self.current();
        for (place, segment) in self.outline.segments.iter_mut().enumerate().skip(1) {
            let row = segment.row;
            segment.end.get_or_insert_with(|| {
                let outcome = match (&segment.words, segment.has_model) {
                    (_, true) if place == last => TurnOutcome::Unfinished,
                    (_, true) => TurnOutcome::CutOff,
                    (None, false) => TurnOutcome::NotHeard,
                    (Some(_), false) => TurnOutcome::Unanswered,
                };
                (outcome, row)
            });
        }
        self.outline
    }
}

/// Removes whitespace, which an answer and its speech may have different.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).collect()
}
