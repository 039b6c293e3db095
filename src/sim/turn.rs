//! Writes the script of a turn: every event, with its delay after the one before.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use super::answers::{self, Answer, Fault, MemoryWish, Tool};
use super::memory::{INITIAL_MEMORIES, Memory};
use super::outgoing_event::OutgoingEvent;
use super::timings::Timings;
use crate::protocol::Moment;

/// Scheduled faults, in rotation.
const FAULTS: [Fault; 4] = [Fault::Tool, Fault::Speech, Fault::Answer, Fault::System];
/// Duration of a memory lookup.
const MEMORY_TIME: Duration = Duration::from_millis(24);

/// What the assistant is asked to perform.
#[derive(Debug)]
pub(super) enum Request {
    /// Open the conversation, optionally with a greeting.
    Welcome { greeting: bool },
    /// Reply to a written text.
    Text(String),
    /// Reply to a recording of length `audio` whose recognition took `recognition`.
    Voice { text: String, audio: Duration, recognition: Duration },
}

#[derive(Debug)]
pub(super) struct ScriptStep {
    /// Delay after the previous step.
    pub wait: Duration,
    pub outgoing: OutgoingEvent,
    /// Whether it is part of the speech, which can be stopped.
    pub spoken: bool,
}

/// A script under construction.
#[derive(Debug, Default)]
struct Script {
    steps: VecDeque<ScriptStep>,
    length: Duration,
}

impl Script {
    fn add(&mut self, wait: Duration, outgoing: OutgoingEvent) {
        self.push(ScriptStep { wait, outgoing, spoken: false });
    }

    fn push(&mut self, step: ScriptStep) {
        self.length += step.wait;
        self.steps.push_back(step);
    }

    fn add_at_once(&mut self, drafts: impl IntoIterator<Item = OutgoingEvent>) {
        drafts.into_iter().for_each(|outgoing| self.add(Duration::ZERO, outgoing));
    }
}

/// Durations of a turn's parts.
#[derive(Debug, Default)]
struct Durations {
    recognition: Duration,
    recording: Duration,
    tool: Option<Duration>,
    model: Duration,
    synthesis: Duration,
    sound: Duration,
}

/// State kept from turn to turn.
#[derive(Debug)]
pub(super) struct ScriptWriter {
    rng: Rng,
    memory: Memory,
    timings: Timings,
    /// Replies given so far.
    turns: u32,
    /// The last `turn_id` assigned.
    turn_id: u64,
}

impl ScriptWriter {
    pub(super) fn new(rng: Rng) -> Self {
        Self { rng, memory: Memory::default(), timings: Timings::default(), turns: 0, turn_id: 0 }
    }

    /// Draws the duration of a speech recognition.
    pub(super) fn recognition_time(&mut self) -> Duration {
        self.millis(180, 320)
    }

    /// Writes the script of a request. Every `error_every`-th reply gets a fault.
    pub(super) fn perform(
        &mut self,
        request: Request,
        now: Moment,
        error_every: Option<NonZeroU32>,
    ) -> VecDeque<ScriptStep> {
        let script = match request {
            Request::Welcome { greeting } => self.welcome(greeting, now),
            Request::Text(text) => self.answer(&text, Durations::default(), now, error_every),
            Request::Voice { text, audio, recognition } => {
                let durations = Durations { recognition, recording: audio, ..Durations::default() };
                self.answer(&text, durations, now, error_every)
            }
        };
        script.steps
    }

    fn welcome(&mut self, greeting: bool, now: Moment) -> Script {
        let mut script = Script::default();
        let epoch_seconds = Duration::from_millis(now.wall.timestamp_millis().try_into().unwrap_or(0)).as_secs_f64();
        let session = json!({ "session_id": format!("session_{epoch_seconds:.0}"), "timestamp": epoch_seconds });
        script.add(Duration::from_millis(100), OutgoingEvent::new("conversation_start", session));
        let voice = json!({ "status": "loaded", "details": { "provider": "simulated" } });
        let machine = json!({ "platform": "Browser", "python_version": null, "cpu_count": 8, "gpu": "simulated" });
        script.add_at_once([OutgoingEvent::new("tts_status", voice), OutgoingEvent::new("system_info", machine)]);
        for (kind, content, importance) in INITIAL_MEMORIES {
            script.add_at_once(self.memory.store(kind, content, importance, now.wall));
        }
        script.add_at_once([self.memory.stats(now.wall)]);
        if greeting {
            let hello = self.spoken_turn("assistant", answers::GREETING);
            script.add(Duration::from_millis(250), hello);
        }
        script
    }

    fn answer(&mut self, text: &str, durations: Durations, now: Moment, error_every: Option<NonZeroU32>) -> Script {
        self.turns += 1;
        let mut durations = durations;
        let mut script = Script::default();
        let mut answer = answers::choose(text, now.wall, self.memory.all());
        let fault = answer.fault.or_else(|| self.scheduled_fault(&answer, error_every));

        script.add_at_once([self.spoken_turn("user", text)]);
        script.add(MEMORY_TIME, self.memory.retrieve(text));
        match &answer.memory {
            MemoryWish::Recall => script.add_at_once(self.memory.recall(text, now.wall)),
            MemoryWish::Forget => script.add_at_once(self.memory.forget(text, now.wall)),
            MemoryWish::Nothing | MemoryWish::Store(_) => {}
        }
        let prompt_tokens = 380 + text.split_whitespace().count() + self.rng.usize(0..40);
        let model = json!({
            "model": "simulated-2b",
            "prompt_tokens": prompt_tokens,
            "system_prompt_preview": "You are Coda, a helpful local voice assistant",
        });
        script.add(Duration::from_millis(10), OutgoingEvent::new("llm_start", model));

        let began = script.length;
        if let Some(tool) = &answer.tool {
            durations.tool = Some(self.use_tool(&mut script, tool, fault));
            if fault == Some(Fault::Tool) {
                answer.text = answers::without_tool(tool.name);
            }
        }
        let tokens = answers::tokens(&answer.text);
        let said = if fault == Some(Fault::Answer) { tokens.len().div_ceil(3) } else { tokens.len() };
        for (index, token) in tokens[..said].iter().enumerate() {
            let wait = if index == 0 { self.millis(120, 260) } else { self.millis(15, 45) };
            script.add(wait, OutgoingEvent::new("llm_token", json!({ "token": token, "token_index": index })));
        }
        durations.model = script.length.saturating_sub(began + durations.tool.unwrap_or_default());
        if fault == Some(Fault::Answer) {
            let error = json!({ "message": "The model stopped answering", "details": { "tokens": said } });
            script.add(self.millis(200, 400), OutgoingEvent::new("llm_error", error));
            return script;
        }
        let result = json!({
            "text": answer.text,
            "total_tokens": prompt_tokens + tokens.len(),
            "duration_seconds": durations.model.as_secs_f64(),
            "has_tool_calls": answer.tool.is_some(),
        });
        script.add(Duration::from_millis(12), OutgoingEvent::new("llm_result", result));
        script.add_at_once([self.spoken_turn("assistant", &answer.text)]);
        self.speak(&mut script, &answer.text, &mut durations, fault);
        self.account(&mut script, &durations);
        self.remember(&mut script, text, &answer, now);
        if fault == Some(Fault::System) {
            let error = json!({ "message": "The microphone was away for a moment", "level": "warning" });
            script.add_at_once([OutgoingEvent::new("system_error", error)]);
        }
        script
    }

    /// Returns the scheduled fault of this turn, if any. A tool fault needs a tool call and is an
    /// [`Fault::Answer`] otherwise.
    fn scheduled_fault(&self, answer: &Answer, error_every: Option<NonZeroU32>) -> Option<Fault> {
        let every = error_every?.get();
        if !self.turns.is_multiple_of(every) {
            return None;
        }
        match FAULTS[(self.turns / every - 1) as usize % FAULTS.len()] {
            Fault::Tool if answer.tool.is_none() => Some(Fault::Answer),
            fault => Some(fault),
        }
    }

    fn use_tool(&mut self, script: &mut Script, tool: &Tool, fault: Option<Fault>) -> Duration {
        let call = json!({ "tool_name": tool.name, "parameters": tool.parameters });
        script.add(self.millis(90, 200), OutgoingEvent::new("tool_call", call));
        let duration = self.millis(60, 400);
        let outcome = if fault == Some(Fault::Tool) {
            let error = json!({ "tool_name": tool.name, "message": "The tool did not answer", "details": null });
            OutgoingEvent::new("tool_error", error)
        } else {
            let seconds = duration.as_secs_f64();
            let result = json!({ "tool_name": tool.name, "result_preview": tool.result, "duration_seconds": seconds });
            OutgoingEvent::new("tool_result", result)
        };
        script.add(duration, outcome);
        duration
    }

    fn speak(&mut self, script: &mut Script, text: &str, durations: &mut Durations, fault: Option<Fault>) {
        let chars = text.chars().count();
        durations.synthesis = self.millis(160, 420);
        let start = json!({ "text": text, "voice": "Charlotte", "provider": "simulated" });
        script.add(Duration::from_millis(20), OutgoingEvent::new("tts_start", start));
        if fault == Some(Fault::Speech) {
            let error = json!({ "message": "The voice is not available", "details": { "provider": "simulated" } });
            return script.add(durations.synthesis, OutgoingEvent::new("tts_error", error));
        }
        let longest = Duration::from_secs(8);
        durations.sound = Duration::from_millis(65 * chars as u64).clamp(Duration::from_millis(1_500), longest);
        let mut wait = durations.synthesis;
        for percent in (0..=100).step_by(10) {
            let outgoing = OutgoingEvent::new("tts_progress", json!({ "percent_complete": percent }));
            script.push(ScriptStep { wait, outgoing, spoken: true });
            wait = durations.sound / 10;
        }
        let result = json!({
            "duration_seconds": durations.synthesis.as_secs_f64(),
            "audio_duration_seconds": durations.sound.as_secs_f64(),
            "char_count": chars,
        });
        script.push(ScriptStep {
            wait: Duration::ZERO,
            outgoing: OutgoingEvent::new("tts_result", result),
            spoken: true,
        });
    }

    /// Reports the turn's timings.
    fn account(&mut self, script: &mut Script, durations: &Durations) {
        let Durations { recognition, recording, tool, model, synthesis, sound } = *durations;
        let spent = [
            ("stt", "transcribe", recognition),
            ("memory", "retrieve", MEMORY_TIME),
            ("tool", "execute", tool.unwrap_or_default()),
            ("llm", "generate", model),
            ("tts", "synthesize", synthesis),
        ];
        for (component, operation, took) in spent.into_iter().filter(|(_, _, took)| !took.is_zero()) {
            script.add_at_once([self.timings.record(component, operation, took)]);
        }
        let total: Duration = spent.into_iter().map(|(_, _, took)| took).sum();
        let trace = json!({
            "stt_seconds": recognition.as_secs_f64(),
            "llm_seconds": model.as_secs_f64(),
            "tts_seconds": synthesis.as_secs_f64(),
            "tool_seconds": tool.map(|took| took.as_secs_f64()),
            "memory_seconds": MEMORY_TIME.as_secs_f64(),
            "total_seconds": total.as_secs_f64(),
            "total_processing_seconds": total.as_secs_f64(),
            "stt_audio_duration": recording.as_secs_f64(),
            "tts_audio_duration": sound.as_secs_f64(),
            "total_interaction_seconds": (total + recording + sound).as_secs_f64(),
        });
        script.add_at_once([OutgoingEvent::new("latency_trace", trace), self.timings.stats()]);
    }

    /// Stores what the user asked to remember and, every third turn, what was talked about.
    fn remember(&mut self, script: &mut Script, text: &str, answer: &Answer, now: Moment) {
        self.memory.note_turn();
        match &answer.memory {
            MemoryWish::Store(what) => script.add_at_once(self.memory.store("preference", what, 0.8, now.wall)),
            MemoryWish::Nothing if self.turns.is_multiple_of(3) => {
                let preview: String = text.chars().take(60).collect();
                let content = format!("Talked about: {preview}");
                script.add_at_once(self.memory.store("conversation", &content, 0.4, now.wall));
            }
            _ => {}
        }
        if self.turns.is_multiple_of(5) {
            script.add_at_once(self.memory.snapshot(now.wall));
        }
        script.add_at_once([self.memory.stats(now.wall)]);
    }

    fn spoken_turn(&mut self, role: &str, content: &str) -> OutgoingEvent {
        self.turn_id += 1;
        OutgoingEvent::new("conversation_turn", json!({ "role": role, "content": content, "turn_id": self.turn_id }))
    }

    fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.rng.u64(from..=to))
    }
}
