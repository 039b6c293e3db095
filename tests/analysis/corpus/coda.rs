//! A Coda that works: it answers turns, reports its resources, and stays on time.

use std::collections::BTreeMap;

use coda_dashboard::analysis::FindingKind;
use serde_json::{Value, json};

use crate::trace::Trace;
use crate::world::at;

/// How a turn goes; times in milliseconds.
#[derive(Clone)]
pub struct Turn {
    pub model: &'static str,
    pub prompt_tokens: u64,
    pub preparing: u64,
    pub first_token: u64,
    pub tokens: u64,
    pub per_token: u64,
    /// Tools with the time that each takes.
    pub tools: Vec<(&'static str, u64)>,
    /// Synthesis for each character.
    pub per_character: u64,
}

impl Default for Turn {
    fn default() -> Self {
        Self {
            model: "gemma2:2b",
            prompt_tokens: 400,
            preparing: 60,
            first_token: 500,
            tokens: 30,
            per_token: 30,
            tools: Vec::new(),
            per_character: 6,
        }
    }
}

/// A run of a scenario: the trace, and what was found when.
pub struct Run {
    pub trace: Trace,
    memory: f64,
    graphics: f64,
    cpu: f64,
    turns: u64,
    /// When the fault began.
    pub fault: Option<u64>,
    /// When each kind was first found.
    pub found: BTreeMap<FindingKind, u64>,
    /// What else happens each second.
    pub each_second: Option<fn(&mut Self)>,
    pub reports_metrics: bool,
    /// Whether each step of the model is reported twice, as Coda Lite's main program does.
    pub is_doubled: bool,
}

impl Run {
    pub fn new() -> Self {
        Self {
            trace: Trace::ready(),
            memory: 400.0,
            graphics: 2_800.0,
            cpu: 12.0,
            turns: 0,
            fault: None,
            found: BTreeMap::new(),
            each_second: None,
            reports_metrics: true,
            is_doubled: false,
        }
    }

    /// From here on, something is wrong.
    pub fn fault(&mut self) {
        self.fault.get_or_insert(self.trace.now);
    }

    pub fn event(&mut self, kind: &str, data: Value) {
        self.trace.event(kind, &data.to_string());
        if self.is_doubled && kind.starts_with("llm_") {
            self.trace.event(kind, &data.to_string());
        }
    }

    /// Lets time pass, with a report of the resources each second.
    pub fn wait(&mut self, millis: u64) {
        let end = self.trace.now + millis;
        while self.trace.now < end {
            let second = (self.trace.now / 1_000 + 1) * 1_000;
            let next = second.min(end);
            self.trace.now = next;
            if next == second {
                if self.reports_metrics {
                    self.report();
                }
                if let Some(each_second) = self.each_second {
                    each_second(self);
                }
                self.look();
            }
        }
    }

    pub fn set_resources(&mut self, memory: f64, graphics: f64, cpu: f64) {
        (self.memory, self.graphics, self.cpu) = (memory, graphics, cpu);
    }

    pub fn grow(&mut self, memory: f64, graphics: f64, cpu: f64) {
        self.memory += memory;
        self.graphics += graphics;
        self.cpu += cpu;
    }

    fn report(&mut self) {
        // What Coda uses goes a little up and down all the time.
        #[expect(clippy::cast_precision_loss)]
        let noise = (self.trace.now / 1_000 * 7 % 11) as f64;
        let data = json!({
            "memory_mb": self.memory + noise,
            "gpu_vram_mb": self.graphics + noise,
            "cpu_percent": self.cpu + noise,
            "uptime_seconds": self.trace.now / 1_000,
        });
        self.event("system_metrics", data);
    }

    pub fn look(&mut self) {
        let now = self.trace.now;
        self.trace.analyzer.catch_up(&self.trace.recorder);
        self.trace.analyzer.tick(at(now));
        let log = self.trace.analyzer.log();
        for finding in log.open().chain(log.closed()) {
            assert!(!finding.evidence.is_empty(), "{:?} has no evidence", finding.kind);
            self.found.entry(finding.kind).or_insert(now);
        }
    }

    pub fn said(&mut self, role: &str, content: &str) {
        self.event("conversation_turn", json!({"role": role, "content": content}));
    }

    /// The user types; Coda echoes it and takes it up.
    pub fn ask(&mut self) -> String {
        self.turns += 1;
        let text = format!("question {}", self.turns);
        let id = self.trace.write(&text);
        self.wait(3);
        let message_data = json!({"text": text, "message_id": id.to_string()});
        let echo = json!({"client_id": "me", "message_type": "text_input", "message_data": message_data});
        self.trace.echo(id, &text, &echo.to_string());
        self.wait(2);
        self.said("user", &text);
        text
    }

    pub fn start_model(&mut self, turn: &Turn) {
        self.wait(turn.preparing);
        self.event("llm_start", json!({"model": turn.model, "prompt_tokens": turn.prompt_tokens}));
    }

    pub fn tokens(&mut self, turn: &Turn, count: u64) {
        for token in 0..count {
            self.wait(if token == 0 { turn.first_token } else { turn.per_token });
            self.event("llm_token", json!({"token": "word ", "token_index": token}));
        }
    }

    pub fn use_tools(&mut self, turn: &Turn) {
        for (tool, took) in &turn.tools {
            self.event("tool_call", json!({"tool_name": tool, "parameters": {"n": self.trace.now}}));
            self.wait(*took);
            self.event("tool_result", json!({"tool_name": tool, "result_preview": "ok", "duration_seconds": 0.1}));
        }
    }

    pub fn finish_answer(&mut self, turn: &Turn) {
        let text = "word ".repeat(usize::try_from(turn.tokens).unwrap());
        let used_tools = !turn.tools.is_empty();
        self.event("llm_result", json!({"text": text, "total_tokens": turn.tokens, "has_tool_calls": used_tools}));
        self.said("assistant", &text);
    }

    pub fn speak(&mut self, turn: &Turn) {
        let characters = turn.tokens * 5;
        self.wait(20);
        self.event("tts_start", json!({"text": "word", "voice": "a", "provider": "b"}));
        for percent in [25, 50, 75] {
            self.wait(characters * turn.per_character / 4);
            self.event("tts_progress", json!({"percent_complete": percent}));
        }
        self.wait(characters * turn.per_character / 4);
        #[expect(clippy::cast_precision_loss)]
        let seconds = (characters * turn.per_character) as f64 / 1_000.0;
        let result = json!({"duration_seconds": seconds, "audio_duration_seconds": 3.0, "char_count": characters});
        self.event("tts_result", result);
    }

    /// A whole typed turn.
    pub fn turn(&mut self, turn: &Turn) {
        self.ask();
        self.answer(turn);
    }

    /// Coda's part of a turn.
    pub fn answer(&mut self, turn: &Turn) {
        self.start_model(turn);
        self.use_tools(turn);
        self.tokens(turn, turn.tokens);
        self.finish_answer(turn);
        self.speak(turn);
        let totals = json!({"llm_seconds": 1.0, "tts_seconds": 0.2, "total_seconds": 1.5});
        self.event("latency_trace", totals);
        self.wait(2_000);
    }

    /// Several turns, for a past to compare with.
    pub fn past(&mut self, turns: u64, turn: &Turn) {
        for _ in 0..turns {
            self.turn(turn);
        }
    }

    /// The user presses the button, speaks, and lets go.
    pub fn listen(&mut self, spoken: u64) {
        self.event("stt_start", json!({"mode": "push_to_talk"}));
        self.wait(spoken / 2);
        self.event("stt_interim", json!({"text": "what is", "confidence": 0.7}));
        self.wait(spoken / 2);
        self.stop_listening();
    }

    pub fn stop_listening(&mut self) {
        let echo = json!({"client_id": "me", "message_type": "stt_stop", "message_data": {}});
        self.event("client_message", echo);
    }

    pub fn spoken_turn(&mut self, recognition: u64, turn: &Turn) {
        self.listen(2_000);
        self.wait(recognition);
        self.turns += 1;
        let text = format!("spoken {}", self.turns);
        self.event("stt_result", json!({"text": text, "confidence": 0.9, "duration_seconds": 0.3, "language": "en"}));
        self.said("user", &text);
        self.answer(turn);
    }
}
