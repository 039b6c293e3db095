//! Tracks whether Coda is in a turn. It echoes a text that arrives during one, then drops it.
//!
//! Coda Lite is busy from the moment it takes up a text or an utterance until just after its answer is in the
//! conversation. Then it reports the time of `assistant.process_input`. Speaking the answer does not keep it busy.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::config::LinkConfig;
use crate::protocol::{Event, Instant};

/// Time after the echo of a text within which Coda shows that it took it up. A text that it ignores shows nothing.
const TURN_START_TIMEOUT: Duration = Duration::from_secs(5);
/// Time after an answer during which Coda may still be busy, for versions that do not report the end.
const GRACE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TurnTracker {
    /// Time at which the turn counts as over unless more of it arrives. `None` while Coda is idle.
    until: Option<Instant>,
    /// An answer is complete and its `latency_trace` has not come. Coda reports it after the speech, when the next turn may
    /// already be running.
    owes_trace: bool,
}

impl TurnTracker {
    /// Notes that Coda read a message that begins a turn: a text or a demo.
    pub(super) fn read(&mut self, now: Instant) {
        self.until = self.until.max(Some(now + TURN_START_TIMEOUT));
    }

    /// Ends the turn: it is over, or belongs to a server that is gone.
    pub(super) const fn forget(&mut self) {
        self.until = None;
    }

    /// Shortens the wait after a reconnect: the end of the turn may have been missed, but more of it may arrive.
    pub(super) fn reconnected(&mut self, now: Instant) {
        self.until = self.until.map(|until| until.min(now + TURN_START_TIMEOUT));
    }

    pub(super) fn is_busy(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    pub(super) fn next_wakeup(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| now < *until)
    }

    pub(super) fn observe(&mut self, event: &Event, now: Instant, config: &LinkConfig) {
        match event {
            Event::SttResult(result) if !result.text.trim().is_empty() => self.read(now),
            Event::ConversationTurn(turn) if turn.role == "user" => self.goes_on(now, config),
            Event::LlmStart(_) | Event::LlmToken(_) | Event::ToolCall(_) => self.goes_on(now, config),
            // A result ends something, and is no sign of a turn where none is known.
            Event::LlmResult(_) | Event::ToolResult(_) | Event::ToolError(_) if self.is_busy(now) => {
                self.goes_on(now, config);
            }
            Event::ConversationTurn(turn) if turn.role == "assistant" => {
                self.ends(now);
                self.owes_trace = true;
            }
            Event::LlmError(_) => self.ends(now),
            Event::ComponentTiming(timing)
                if timing.component == "assistant" && timing.operation == "process_input" =>
            {
                self.forget();
            }
            // Without a complete answer before it, the answer was missed.
            Event::LatencyTrace(_) if !std::mem::take(&mut self.owes_trace) => self.forget(),
            Event::ConversationEnd(_) => self.forget(),
            _ => {}
        }
    }

    fn goes_on(&mut self, now: Instant, config: &LinkConfig) {
        self.until = Some(now + config.turn_patience);
    }

    /// Shortens the wait to [`GRACE`]. Never starts one.
    fn ends(&mut self, now: Instant) {
        self.until = self.until.filter(|until| now < *until).map(|until| until.min(now + GRACE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Frame, decode};

    fn event(kind: &str, data: &str) -> Event {
        let text = format!("{{\"type\": \"{kind}\", \"data\": {data}}}");
        match decode(&text) {
            Ok(Frame::Event(envelope)) => envelope.event,
            other => panic!("{text} is read as {other:?}"),
        }
    }

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn a_turn_lasts_from_the_echo_to_the_reported_end() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        coda.read(at(0));
        coda.observe(&event("conversation_turn", "{\"role\": \"user\", \"content\": \"a\"}"), at(10), &config);
        coda.observe(&event("llm_token", "{\"token\": \"b\"}"), at(9_000), &config);
        assert!(coda.is_busy(at(60_000)));
        coda.observe(&event("conversation_turn", "{\"role\": \"assistant\", \"content\": \"b\"}"), at(60_000), &config);
        assert!(coda.is_busy(at(60_499)) && !coda.is_busy(at(60_500)));
        let timing = "{\"component\": \"assistant\", \"operation\": \"process_input\", \"duration_seconds\": 1}";
        coda.observe(&event("component_timing", timing), at(60_001), &config);
        assert!(!coda.is_busy(at(60_001)));
    }

    #[test]
    fn the_trace_of_an_answer_that_is_still_spoken_does_not_end_the_next_turn() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        let turn = |role: &str| event("conversation_turn", &format!("{{\"role\": \"{role}\", \"content\": \"a\"}}"));
        coda.observe(&turn("user"), at(0), &config);
        coda.observe(&turn("assistant"), at(1_000), &config);
        coda.observe(&event("tts_start", "{\"text\": \"a\"}"), at(1_010), &config);
        assert!(!coda.is_busy(at(1_600)));
        coda.observe(&turn("user"), at(2_000), &config);
        coda.observe(&event("tts_result", "{}"), at(3_000), &config);
        coda.observe(&event("latency_trace", "{}"), at(3_001), &config);
        assert!(coda.is_busy(at(3_002)), "the second turn runs");
        coda.observe(&event("tts_start", "{\"text\": \"How was that?\"}"), at(3_100), &config);
        assert!(coda.is_busy(at(60_000)), "speech without a turn does not end one");
        coda.observe(&event("latency_trace", "{}"), at(60_001), &config);
        assert!(!coda.is_busy(at(60_002)), "whose answer was missed");
    }

    #[test]
    fn a_text_that_coda_ignores_keeps_it_busy_for_five_seconds_only() {
        let mut coda = TurnTracker::default();
        coda.read(at(0));
        assert!(coda.is_busy(at(4_999)) && !coda.is_busy(at(5_000)));
    }

    #[test]
    fn a_turn_that_never_ends_is_over_after_the_patience() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        coda.observe(&event("llm_start", "{}"), at(0), &config);
        let end = Instant::ZERO + config.turn_patience;
        assert_eq!((coda.is_busy(at(1)), coda.is_busy(end)), (true, false));
        assert_eq!(coda.next_wakeup(at(1)), Some(end));
        assert_eq!(coda.next_wakeup(end), None);
    }

    #[test]
    fn after_a_reconnect_only_more_of_the_turn_keeps_coda_busy() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        coda.observe(&event("llm_start", "{}"), at(0), &config);
        coda.reconnected(at(10_000));
        assert!(coda.is_busy(at(14_999)) && !coda.is_busy(at(15_000)));
        coda.observe(&event("llm_token", "{\"token\": \"a\"}"), at(12_000), &config);
        assert!(coda.is_busy(at(60_000)));
    }

    #[test]
    fn a_result_without_a_turn_makes_nobody_wait() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        coda.observe(&event("llm_result", "{\"text\": \"a\"}"), at(0), &config);
        assert!(!coda.is_busy(at(0)));
    }

    #[test]
    fn speech_without_a_turn_makes_nobody_wait() {
        let (mut coda, config) = (TurnTracker::default(), LinkConfig::default());
        coda.observe(&event("tts_start", "{\"text\": \"Welcome\"}"), at(0), &config);
        assert!(!coda.is_busy(at(0)));
    }
}
