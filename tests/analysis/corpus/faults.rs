//! Faults of Coda, of what is between, and of the page, early and late, alone and mixed with traffic.

use coda_dashboard::analysis::FindingKind::{self, *};
use coda_dashboard::link::{DisconnectReason, ForeignServer, MessageState, Phase};
use serde_json::json;

use super::Scenario;
use super::coda::{Run, Turn};
use crate::trace::{COMPOSER, SHORTCUT, Trace};

const fn fault(name: &'static str, expects: &'static [FindingKind], play: fn(&mut Run)) -> Scenario {
    Scenario { name, expects, looks_like: &[], play }
}

fn with_tool(took: u64) -> Turn {
    Turn { tools: vec![("search", took)], ..Turn::default() }
}

/// Restarted by `resumed`; the events are numbered anew.
fn restart(run: &mut Run) {
    run.trace.resumed(true, 0, 0);
}

pub fn all() -> Vec<Scenario> {
    [STUCK, SLOWER, ANSWERS, UNREAD, RESOURCES, FAILURES, EVENTS, SCHEMA, LINK].concat()
}

const STUCK: &[Scenario] = &[
    fault("the model hangs before its first token, in the first turn", &[StageStuck], |run| {
        run.ask();
        run.start_model(&Turn::default());
        run.fault();
        run.wait(75_000);
    }),
    fault("the model hangs before its first token, after twenty turns", &[StageStuck], |run| {
        run.past(20, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.fault();
        run.wait(40_000);
    }),
    fault("the model hangs in the middle of an answer", &[StageStuck], |run| {
        run.past(10, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.tokens(&Turn::default(), 12);
        run.fault();
        run.wait(40_000);
    }),
    fault("a tool hangs that always was quick", &[StageStuck], |run| {
        run.past(8, &with_tool(150));
        run.ask();
        run.start_model(&Turn::default());
        run.event("tool_call", json!({"tool_name": "search"}));
        run.fault();
        run.wait(25_000);
    }),
    fault("a tool hangs that was never used before", &[StageStuck], |run| {
        run.past(8, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.event("tool_call", json!({"tool_name": "mail"}));
        run.fault();
        run.wait(70_000);
    }),
    fault("the second of two tools hangs", &[StageStuck], |run| {
        run.past(8, &Turn { tools: vec![("search", 150), ("mail", 300)], ..Turn::default() });
        run.ask();
        run.start_model(&Turn::default());
        run.event("tool_call", json!({"tool_name": "search"}));
        run.event("tool_call", json!({"tool_name": "mail"}));
        run.wait(150);
        run.event("tool_result", json!({"tool_name": "search"}));
        run.fault();
        run.wait(25_000);
    }),
    fault("speech synthesis hangs", &[StageStuck], |run| {
        run.past(8, &Turn::default());
        run.event("tts_start", json!({"text": "hello"}));
        run.fault();
        run.wait(30_000);
    }),
    fault("the recognition hangs after something was heard", &[StageStuck], |run| {
        for _ in 0..6 {
            run.spoken_turn(300, &Turn::default());
        }
        run.listen(2_000);
        run.fault();
        run.wait(30_000);
    }),
    fault("the microphone listens for ever", &[StageStuck], |run| {
        run.past(2, &Turn::default());
        run.event("stt_start", json!({"mode": "push_to_talk"}));
        run.fault();
        run.wait(130_000);
    }),
    fault("Coda takes the words up and never starts its model", &[StageStuck], |run| {
        run.past(8, &Turn::default());
        run.ask();
        run.fault();
        run.wait(30_000);
    }),
    fault("the model hangs, and Coda reports nothing else either", &[StageStuck], |run| {
        run.reports_metrics = false;
        run.past(8, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.fault();
        run.wait(40_000);
    }),
];

const SLOWER: &[Scenario] = &[
    fault("a tool becomes three times as slow", &[Slower], |run| {
        run.past(15, &with_tool(300));
        run.fault();
        run.past(5, &with_tool(950));
    }),
    fault("a tool becomes slow among other tools", &[Slower], |run| {
        let turn = |took| Turn { tools: vec![("clock", 40), ("search", took), ("mail", 900)], ..Turn::default() };
        run.past(15, &turn(300));
        run.fault();
        run.past(5, &turn(1_500));
    }),
    fault("the first token comes late", &[Slower], |run| {
        run.past(15, &Turn::default());
        run.fault();
        run.past(5, &Turn { first_token: 2_500, ..Turn::default() });
    }),
    fault("the model writes at a third of its speed", &[Slower], |run| {
        run.past(15, &Turn::default());
        run.fault();
        run.past(5, &Turn { per_token: 90, ..Turn::default() });
    }),
    fault("speech synthesis becomes slow", &[Slower], |run| {
        run.past(15, &Turn::default());
        run.fault();
        run.past(5, &Turn { per_character: 25, ..Turn::default() });
    }),
    fault("the preparation becomes slow, as with a memory that grows", &[Slower], |run| {
        run.past(15, &Turn::default());
        run.fault();
        run.past(5, &Turn { preparing: 1_400, ..Turn::default() });
    }),
    fault("everything becomes slow at once", &[Slower], |run| {
        run.past(15, &with_tool(300));
        run.fault();
        run.past(
            6,
            &Turn { first_token: 2_500, per_token: 100, preparing: 900, per_character: 20, ..with_tool(1_200) },
        );
    }),
    fault("a stage exceeds the limit that the user set", &[OverBudget], |run| {
        let budgets = coda_dashboard::analysis::Budgets::default();
        let limit = Some(std::time::Duration::from_secs(2));
        run.trace.analyzer.set_budgets(budgets.with(coda_dashboard::model::StagePart::Tool, limit));
        run.past(3, &with_tool(300));
        run.fault();
        run.past(1, &with_tool(4_000));
    }),
];

const ANSWERS: &[Scenario] = &[
    fault("the answer ends in the middle, and the model begins anew", &[AnswerCutOff], |run| {
        run.past(3, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.tokens(&Turn::default(), 10);
        run.fault();
        run.wait(500);
        run.answer(&Turn::default());
    }),
    fault("the model is done, and the message of the assistant never comes", &[AnswerCutOff], |run| {
        run.past(3, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.tokens(&Turn::default(), 10);
        run.event("llm_result", json!({"text": "word", "has_tool_calls": false}));
        run.fault();
        run.wait(30_000);
    }),
    fault("the model calls a tool, which answers, and nothing follows", &[AnswerCutOff], |run| {
        run.past(3, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.use_tools(&with_tool(100));
        run.event("llm_result", json!({"text": "", "has_tool_calls": true}));
        run.fault();
        run.wait(30_000);
    }),
];

const UNREAD: &[Scenario] = &[fault("a text is read, and no turn begins", &[AnswerCutOff], |run| {
    run.past(3, &Turn::default());
    run.fault();
    let id = run.trace.write("hello?");
    let data = format!(
        r#"{{"client_id": "me", "message_type": "text_input", "message_data": {{"text": "hello?", "message_id": "{id}"}}}}"#
    );
    run.trace.echo(id, "hello?", &data);
    run.wait(30_000);
})];

const RESOURCES: &[Scenario] = &[
    fault("memory leaks with each turn", &[ResourceGrows], |run| {
        run.fault();
        for _ in 0..30 {
            run.grow(12.0, 0.0, 0.0);
            run.turn(&Turn::default());
        }
    }),
    fault("memory leaks without any turn", &[ResourceGrows], |run| {
        run.wait(30_000);
        run.fault();
        run.each_second = Some(|run| run.grow(2.0, 0.0, 0.0));
        run.wait(150_000);
    }),
    fault("graphics memory leaks towards its known end", &[ResourceGrows], |run| {
        run.event("system_info", json!({"gpu_vram_total_mb": 6_144}));
        run.fault();
        run.each_second = Some(|run| run.grow(0.0, 8.0, 0.0));
        run.wait(120_000);
    }),
    fault("CPU usage climbs and climbs", &[ResourceGrows], |run| {
        run.fault();
        run.each_second = Some(|run| run.grow(0.0, 0.0, 0.8));
        run.wait(110_000);
    }),
];

const FAILURES: &[Scenario] = &[
    fault("a tool fails again and again", &[KeepsFailing, ServerError], |run| {
        run.past(2, &with_tool(100));
        run.fault();
        for _ in 0..4 {
            run.event("tool_call", json!({"tool_name": "search"}));
            run.wait(200);
            run.event("tool_error", json!({"tool_name": "search", "message": "no route to host"}));
            run.wait(3_000);
        }
    }),
    fault("speech fails in every turn", &[KeepsFailing, ServerError], |run| {
        run.fault();
        for _ in 0..4 {
            run.ask();
            let turn = Turn::default();
            run.start_model(&turn);
            run.tokens(&turn, 10);
            run.finish_answer(&turn);
            run.event("tts_start", json!({"text": "word"}));
            run.wait(300);
            run.event("tts_error", json!({"message": "quota exceeded"}));
            run.wait(2_000);
        }
    }),
    fault("the recognition fails four times of five", &[KeepsFailing, ServerError], |run| {
        run.fault();
        for number in 0..5 {
            run.event("stt_start", json!({}));
            run.wait(2_000);
            if number == 2 {
                run.event("stt_result", json!({"text": "", "confidence": 0.1}));
            } else {
                run.event("stt_error", json!({"message": "device unavailable"}));
            }
            run.wait(1_000);
        }
    }),
    fault("errors follow one command and no other", &[ServerError], |run| {
        run.past(5, &Turn::default());
        run.fault();
        for _ in 0..4 {
            run.trace.say("/demo", 3);
            run.wait(300);
            run.event("system_error", json!({"message": "Event loop is closed"}));
            run.wait(3_000);
        }
    }),
];

const EVENTS: &[Scenario] = &[
    fault("every event is delivered twice", &[EventsRepeated], |run| {
        run.past(2, &Turn::default());
        run.fault();
        for _ in 0..5 {
            run.event("memory_store", json!({"content_preview": "a", "memory_id": run.trace.now}));
            let data = json!({"content_preview": "a", "memory_id": run.trace.now}).to_string();
            run.trace.numbered(run.trace.last_number(), "memory_store", &data);
            run.wait(1_000);
        }
    }),
    fault("our own echo is delivered twice", &[EventsRepeated], |run| {
        run.past(2, &Turn::default());
        run.fault();
        let text = run.ask();
        let data = json!({"client_id": "me", "message_type": "text_input", "message_data": {"text": text}});
        run.trace.numbered(run.trace.last_number() - 1, "client_message", &data.to_string());
        run.answer(&Turn::default());
    }),
    fault("a result comes twice under two numbers", &[EventsRepeated], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.event("tool_call", json!({"tool_name": "search"}));
        run.wait(100);
        for _ in 0..2 {
            run.event("tool_result", json!({"tool_name": "search", "result_preview": "ok"}));
            run.wait(20);
        }
        run.wait(1_000);
    }),
    fault("two events change places on the way", &[EventsOutOfOrder], |run| {
        run.past(2, &Turn::default());
        run.fault();
        let next = run.trace.last_number() + 1;
        run.trace.numbered(next + 1, "memory_store", r#"{"memory_id": "1", "content_preview": "a"}"#);
        run.trace.numbered(next, "memory_retrieve", r#"{"query": "a"}"#);
        run.trace.skip(2);
        run.wait(3_000);
    }),
    fault("tokens change places within Coda", &[EventsOutOfOrder], |run| {
        run.past(2, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.fault();
        for index in [0, 1, 2, 5, 3, 4, 6] {
            run.wait(30);
            run.event("llm_token", json!({"token": "word ", "token_index": index}));
        }
        run.finish_answer(&Turn::default());
        run.speak(&Turn::default());
    }),
    fault("a memory is stored twice under two numbers", &[EventsRepeated], |run| {
        run.past(2, &Turn::default());
        run.fault();
        for _ in 0..2 {
            run.event("memory_store", json!({"content_preview": "a", "memory_id": "mem_1"}));
            run.wait(20);
        }
        run.wait(1_000);
    }),
    fault("timings flood the page", &[EventFlood], |run| {
        run.past(2, &Turn::default());
        run.fault();
        for _ in 0..400 {
            run.wait(2);
            run.event("component_timing", json!({"component": "llm", "operation": "plan", "duration_seconds": 0.1}));
        }
        run.wait(3_000);
    }),
    fault("the clock of Coda stands still", &[ClockStands], |run| {
        run.past(2, &Turn::default());
        run.fault();
        let time = run.trace.server_time();
        for _ in 0..40 {
            run.trace.event_at("memory_retrieve", r#"{"query": "a"}"#, time);
            run.trace.now += 300;
            run.look();
        }
    }),
    fault("Coda's clock jumps ahead", &[ClockJump], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.trace.event_ahead("memory_retrieve", r#"{"query": "a"}"#, 60.0);
        run.trace.now += 1_000;
        run.trace.event_ahead("memory_retrieve", r#"{"query": "a"}"#, 60.0);
    }),
    fault("Coda's time of day is wrong", &[ClockWrong], |run| {
        run.reports_metrics = false;
        run.fault();
        for _ in 0..3 {
            run.trace.event_by_wall_clock("memory_retrieve", r#"{"query": "a"}"#, 45_000);
            run.wait(1_000);
        }
    }),
];

const SCHEMA: &[Scenario] = &[
    fault("a field changes from number to text", &[SchemaDrift], |run| {
        for number in 0..12 {
            run.event("memory_store", json!({"memory_id": number, "content_preview": "a"}));
            run.wait(1_000);
        }
        run.fault();
        run.event("memory_store", json!({"memory_id": "mem_12", "content_preview": "a"}));
        run.wait(1_000);
    }),
    fault("a field that was always there is gone", &[SchemaDrift], |run| {
        run.past(12, &Turn::default());
        run.fault();
        for number in 0..4 {
            let text = format!("question {number}");
            run.event("conversation_turn", json!({"role": "user", "content": text}));
            run.event("llm_start", json!({"model": "gemma2:2b"}));
            run.wait(600);
            run.event("llm_result", json!({"text": text, "total_tokens": 3, "has_tool_calls": false}));
            run.event("conversation_turn", json!({"role": "assistant", "content": text}));
            run.wait(2_000);
        }
    }),
    fault("a field appears that nobody knows", &[SchemaDrift], |run| {
        run.past(12, &Turn::default());
        run.fault();
        run.event("tts_start", json!({"text": "a", "voice": "a", "provider": "b", "emotion_vector": [1, 2]}));
        run.wait(200);
        run.event("tts_result", json!({"duration_seconds": 0.2, "audio_duration_seconds": 1.0, "char_count": 50}));
        run.wait(1_000);
    }),
    fault("a type appears that nobody knows", &[SchemaDrift], |run| {
        run.past(12, &Turn::default());
        run.fault();
        run.event("memory_reviews_due", json!({"count": 3}));
        run.wait(1_000);
    }),
    fault("the reports of resources cease while events come", &[SchemaDrift], |run| {
        run.past(10, &Turn::default());
        run.fault();
        run.reports_metrics = false;
        run.past(8, &Turn::default());
    }),
];

const LINK: &[Scenario] = &[
    fault("an echo server at the address", &[NotCoda], |run| {
        run.trace.lose(Trace::broken());
        run.fault();
        run.trace.authenticating();
        run.wait(100);
        run.trace.lose(DisconnectReason::NotCoda(ForeignServer::Type("hello".to_owned())));
        run.wait(2_000);
    }),
    fault("Coda v2 at the address", &[NotCoda], |run| {
        run.trace.lose(Trace::broken());
        run.fault();
        run.trace.authenticating();
        run.wait(100);
        run.trace.lose(DisconnectReason::NotCoda(ForeignServer::CodaV2));
        run.wait(2_000);
    }),
    fault("a button with two listeners", &[DoubleListener], |run| {
        run.fault();
        let original = run.trace.write("hello");
        let copy = run.trace.new_message();
        run.trace.message(copy, "hello", SHORTCUT, MessageState::Suppressed { original });
        run.wait(1_000);
    }),
    fault("eight messages at once, each before the echo of the last", &[Burst, Overlap], |run| {
        run.fault();
        for number in 0..8 {
            run.trace.write(&format!("text {number}"));
        }
        run.wait(1_000);
    }),
    fault("Coda drops a message as a duplicate", &[DroppedDuplicate], |run| {
        run.fault();
        run.trace.control(r#"{"type": "duplicate_message", "data": {"original_type": "stt_start", "count": 2}}"#);
        run.wait(1_000);
    }),
    fault("the socket is half open", &[Silent], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.trace.lose(DisconnectReason::Silent);
        run.wait(1_000);
    }),
    fault("Coda has lost the registration", &[Deaf], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.trace.lose(DisconnectReason::Deaf);
        run.wait(1_000);
    }),
    fault("Coda is restarted in the middle of an answer", &[Restarted], |run| {
        run.past(4, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.tokens(&Turn::default(), 5);
        run.fault();
        run.trace.lose(Trace::broken());
        run.trace.connect();
        restart(run);
        run.past(2, &Turn::default());
    }),
    fault("events are missing after an outage", &[Missed], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.trace.lose(Trace::broken());
        run.trace.connect();
        run.trace.resumed(false, 7, 0);
        run.past(2, &Turn::default());
    }),
    fault("no challenge comes", &[ChallengeMissing], |run| {
        run.trace.lose(Trace::broken());
        run.fault();
        run.trace.authenticating();
        run.reports_metrics = false;
        run.wait(8_000);
    }),
    fault("Coda refuses the token", &[ChallengeRefused], |run| {
        run.trace.lose(Trace::broken());
        run.reports_metrics = false;
        run.fault();
        run.trace.authenticating();
        run.trace.control(r#"{"type": "auth_result", "data": {"success": false, "message": "no"}}"#);
        run.trace.phase(Phase::Refused { reason: "no".into() }, None);
        run.wait(1_000);
    }),
    fault("the challenge comes late", &[ChallengeLate], |run| {
        run.trace.lose(Trace::broken());
        run.reports_metrics = false;
        run.fault();
        run.trace.authenticating();
        run.wait(1_500);
        run.trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
    }),
    fault("echoes become slow", &[EchoesSlow], |run| {
        for number in 0..10 {
            run.trace.say(&format!("text {number}"), 3);
            run.wait(1_000);
        }
        run.fault();
        for number in 0..3 {
            run.trace.say(&format!("slow {number}"), 400);
            run.wait(1_000);
        }
    }),
    fault("a frame that is no JSON", &[Unreadable], |run| {
        run.fault();
        run.trace.control("not json");
        run.wait(1_000);
    }),
    fault("an answer of two megabytes", &[TooLarge], |run| {
        run.fault();
        run.event("memory_debug_operation", json!({"operation_type": "dump", "details": {"all": "x".repeat(2 << 20)}}));
        run.wait(1_000);
    }),
    fault("the connection breaks again and again", &[ReconnectStorm], |run| {
        run.fault();
        for _ in 0..4 {
            run.trace.lose(Trace::broken());
            run.trace.connect();
            run.wait(2_000);
        }
    }),
    fault("a text whose fate is unknown", &[Unconfirmed], |run| {
        run.fault();
        let id = run.trace.write("hello");
        run.trace.message(id, "hello", COMPOSER, MessageState::Unconfirmed);
        run.wait(1_000);
    }),
    fault("another dashboard types along", &[OtherDashboard], |run| {
        run.past(2, &Turn::default());
        run.fault();
        run.trace.other_client("hello from elsewhere");
        run.wait(1_000);
    }),
    fault("two at once: memory leaks while a tool keeps failing", &[ResourceGrows, KeepsFailing, ServerError], |run| {
        run.fault();
        run.each_second = Some(|run| run.grow(2.0, 0.0, 0.0));
        for _ in 0..30 {
            run.event("tool_call", json!({"tool_name": "search"}));
            run.wait(200);
            run.event("tool_error", json!({"tool_name": "search", "message": "no route to host"}));
            run.wait(4_000);
        }
    }),
    fault("two at once: the model hangs while the clock jumps", &[StageStuck, ClockJump], |run| {
        run.past(10, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.reports_metrics = false;
        run.fault();
        run.trace.event_ahead("memory_retrieve", r#"{"query": "a"}"#, 60.0);
        run.trace.now += 1_000;
        run.trace.event_ahead("memory_retrieve", r#"{"query": "a"}"#, 60.0);
        run.wait(40_000);
    }),
];
