//! Healthy runs that look suspicious.

use coda_dashboard::analysis::FindingKind::{self, *};
use coda_dashboard::link::MessageState;
use serde_json::json;

use super::Scenario;
use super::coda::{Run, Turn};
use crate::trace::{COMPOSER, Trace};

const fn healthy(name: &'static str, looks_like: &'static [FindingKind], play: fn(&mut Run)) -> Scenario {
    Scenario { name, expects: &[], looks_like, play }
}

pub fn all() -> Vec<Scenario> {
    [TURNS, RESOURCES, EVENTS, LINK].concat()
}

const TURNS: &[Scenario] = &[
    healthy("a model that is slow from the start", &[StageStuck, Slower], |run| {
        run.past(12, &Turn { first_token: 20_000, per_token: 400, tokens: 10, ..Turn::default() });
    }),
    healthy("long answers among short ones", &[StageStuck, Slower, AnswerCutOff], |run| {
        for turn in 0..12 {
            run.turn(&Turn { tokens: if turn % 3 == 0 { 900 } else { 8 }, ..Turn::default() });
        }
    }),
    healthy("a prompt that grows with the conversation", &[Slower], |run| {
        for turn in 0..20_u64 {
            let prompt_tokens = 300 + turn * 300;
            run.turn(&Turn { prompt_tokens, first_token: 300 + prompt_tokens / 2, ..Turn::default() });
        }
    }),
    healthy("many tools of very different length", &[StageStuck, Slower, KeepsFailing], |run| {
        let tools = vec![("clock", 10), ("search", 800), ("mail", 4_000), ("clock", 12), ("render", 9_000)];
        run.past(10, &Turn { tools, ..Turn::default() });
    }),
    healthy("one slow answer among many", &[Slower, OverBudget], |run| {
        run.past(12, &Turn::default());
        run.turn(&Turn { first_token: 6_000, per_token: 200, preparing: 2_000, ..Turn::default() });
        run.past(6, &Turn::default());
    }),
    healthy("a machine under load: everything half as slow again", &[Slower], |run| {
        run.past(12, &Turn::default());
        run.past(10, &Turn { first_token: 800, per_token: 45, preparing: 100, per_character: 9, ..Turn::default() });
    }),
    healthy("another model, slower than the one before", &[Slower], |run| {
        run.past(12, &Turn::default());
        run.past(12, &Turn { model: "llama3:70b", first_token: 4_000, per_token: 250, ..Turn::default() });
    }),
    healthy("a button pressed without a word", &[StageStuck], |run| {
        run.past(3, &Turn::default());
        for _ in 0..4 {
            run.event("stt_start", json!({"mode": "push_to_talk"}));
            run.wait(1_500);
            run.stop_listening();
            run.wait(90_000);
        }
    }),
    healthy("a recognition that understands nothing", &[KeepsFailing], |run| {
        run.past(2, &Turn::default());
        for _ in 0..4 {
            run.event("stt_start", json!({"mode": "push_to_talk"}));
            run.wait(5_000);
            run.event("stt_result", json!({"text": "", "confidence": 0.0}));
            run.wait(5_000);
        }
    }),
    healthy("speech that the user stops", &[AnswerCutOff, KeepsFailing], |run| {
        for _ in 0..8 {
            run.ask();
            let turn = Turn::default();
            run.start_model(&turn);
            run.tokens(&turn, turn.tokens);
            run.finish_answer(&turn);
            run.event("tts_start", json!({"text": "word"}));
            run.wait(200);
            run.event("tts_stop", json!({"reason": "user request"}));
            run.wait(2_000);
        }
    }),
    healthy("mini-commands, which Coda answers by speech alone", &[AnswerCutOff, StageStuck], |run| {
        run.past(8, &Turn::default());
        for _ in 0..3 {
            run.ask();
            run.wait(40);
            run.speak(&Turn::default());
            run.wait(40_000);
        }
    }),
    healthy("an answer without speech, then a long silence", &[AnswerCutOff, StageStuck], |run| {
        run.ask();
        let turn = Turn::default();
        run.start_model(&turn);
        run.tokens(&turn, turn.tokens);
        run.finish_answer(&turn);
        run.wait(600_000);
    }),
    healthy("a second text during an answer, which Coda drops", &[AnswerCutOff, Overlap], |run| {
        run.past(2, &Turn::default());
        let turn = Turn::default();
        run.ask();
        run.start_model(&turn);
        run.tokens(&turn, 10);
        run.ask();
        run.wait(100);
        run.tokens(&turn, 10);
        run.finish_answer(&turn);
        run.speak(&turn);
        run.wait(30_000);
    }),
    healthy("one failure of a tool", &[KeepsFailing], |run| {
        run.past(4, &Turn { tools: vec![("search", 100)], ..Turn::default() });
        run.wait(2_000);
    }),
    healthy("spoken turns, quick and slow speakers", &[StageStuck, Slower], |run| {
        for turn in 0..12 {
            run.spoken_turn(if turn % 2 == 0 { 300 } else { 1_500 }, &Turn::default());
        }
    }),
    healthy("limits that are far from reached", &[OverBudget], |run| {
        let limit = Some(std::time::Duration::from_secs(30));
        let budgets = coda_dashboard::model::StagePart::ALL
            .into_iter()
            .fold(coda_dashboard::analysis::Budgets::default(), |budgets, part| budgets.with(part, limit));
        run.trace.analyzer.set_budgets(budgets);
        run.past(6, &Turn { tools: vec![("search", 4_000)], ..Turn::default() });
    }),
];

const RESOURCES: &[Scenario] = &[
    healthy("a model is loaded, and its memory stays", &[ResourceGrows], |run| {
        run.wait(30_000);
        for _ in 0..20 {
            run.grow(150.0, 200.0, 0.0);
            run.wait(1_000);
        }
        run.wait(240_000);
    }),
    healthy("memory that comes and goes with each turn", &[ResourceGrows], |run| {
        for _ in 0..30 {
            run.grow(300.0, 0.0, 60.0);
            run.turn(&Turn::default());
            run.grow(-300.0, 0.0, -60.0);
            run.wait(4_000);
        }
    }),
    healthy("long work at full load", &[ResourceGrows, StageStuck], |run| {
        run.set_resources(900.0, 4_000.0, 390.0);
        run.past(10, &Turn { tokens: 300, ..Turn::default() });
        run.set_resources(900.0, 4_000.0, 5.0);
        run.wait(60_000);
    }),
    healthy("nothing happens for an hour", &[StageStuck, SchemaDrift, ClockStands], |run| {
        run.past(3, &Turn::default());
        run.wait(3_600_000);
    }),
];

const EVENTS: &[Scenario] = &[
    healthy("a flood of tokens", &[EventFlood], |run| {
        run.ask();
        let turn = Turn { tokens: 4_000, per_token: 2, per_character: 0, ..Turn::default() };
        run.start_model(&turn);
        run.tokens(&turn, turn.tokens);
        run.finish_answer(&turn);
        run.wait(5_000);
    }),
    healthy("a Coda that reports each step of its model twice", &[EventsRepeated, AnswerCutOff, Slower], |run| {
        run.is_doubled = true;
        run.past(12, &Turn::default());
    }),
    healthy("two equal answers in a row", &[EventsRepeated], |run| {
        for _ in 0..2 {
            run.turn(&Turn::default());
        }
        for _ in 0..3 {
            run.event("tool_call", json!({"tool_name": "clock"}));
            run.wait(30);
            run.event("tool_result", json!({"tool_name": "clock", "result_preview": "ok"}));
        }
    }),
    healthy("optional fields that come and go", &[SchemaDrift], |run| {
        for number in 0..40 {
            let data = match number % 4 {
                0 => json!({"query": "a", "results_count": 1, "top_result_preview": "b"}),
                1 => json!({"query": "a", "results_count": 0}),
                2 => json!({"query": "a", "results_count": 0, "top_result_preview": null}),
                _ => json!({"query": "a", "results_count": 2, "results": []}),
            };
            run.event("memory_retrieve", data);
            run.wait(1_000);
        }
    }),
    healthy("events that wait and come together", &[EventsOutOfOrder, EventFlood, ClockStands], |run| {
        run.past(3, &Turn::default());
        run.reports_metrics = false;
        run.wait(2_000);
        for _ in 0..60 {
            run.event("memory_retrieve", json!({"query": "a"}));
        }
        run.reports_metrics = true;
        run.past(3, &Turn::default());
    }),
    healthy("a restart, which numbers anew from one", &[EventsOutOfOrder, EventsRepeated, Restarted], |run| {
        run.past(3, &Turn::default());
        run.trace.lose(Trace::broken());
        run.trace.connect();
        run.past(3, &Turn::default());
    }),
    healthy("a clock that is a second ahead, and late frames", &[ClockJump, ClockWrong], |run| {
        run.reports_metrics = false;
        for late in [0, 40, 0, 900, 0, 300] {
            run.trace.event_by_wall_clock("memory_retrieve", r#"{"query": "a"}"#, 1_000 - late);
            run.wait(1_000);
        }
    }),
    healthy("a large answer, but not too large", &[TooLarge, Unreadable], |run| {
        run.event("memory_debug_operation", json!({"operation_type": "dump", "details": {"all": "x".repeat(500_000)}}));
        run.wait(1_000);
    }),
    healthy("many memories stored at once", &[EventFlood, EventsRepeated, ServerError], |run| {
        for number in 0..120 {
            run.event("memory_store", json!({"memory_id": format!("mem_{number}"), "content_preview": "a"}));
            run.wait(3);
        }
        run.wait(2_000);
    }),
];

const LINK: &[Scenario] = &[
    healthy("a reload in the middle of a turn", &[AnswerCutOff, StageStuck, Missed], |run| {
        run.past(2, &Turn::default());
        run.ask();
        run.start_model(&Turn::default());
        run.tokens(&Turn::default(), 5);
        run.trace = Trace::ready();
        let turn = Turn::default();
        run.tokens(&turn, 10);
        run.finish_answer(&turn);
        run.speak(&turn);
        run.wait(30_000);
    }),
    healthy("our own texts on a connection with a new name", &[OtherDashboard, DoubleListener], |run| {
        run.past(2, &Turn::default());
        run.trace.lose(Trace::broken());
        run.trace.connect_as("me-again");
        run.past(2, &Turn::default());
    }),
    healthy("two quick texts, each echoed before the next", &[Burst, Overlap, DroppedDuplicate], |run| {
        for number in 0..7 {
            run.trace.say(&format!("text {number}"), 3);
            run.wait(60);
        }
    }),
    healthy("a wireless network with one short outage", &[ReconnectStorm, Silent, Deaf], |run| {
        run.past(2, &Turn::default());
        run.trace.lose(Trace::broken());
        run.wait(400);
        run.trace.connect();
        run.past(2, &Turn::default());
    }),
    healthy(
        "a challenge that takes a third of a second",
        &[ChallengeLate, ChallengeMissing, ChallengeRefused],
        |run| {
            run.trace.lose(Trace::broken());
            run.trace.authenticating();
            run.trace.now += 330;
            run.trace.control(r#"{"type": "auth_challenge", "data": {"token": "a:1:b:c"}}"#);
            run.trace.now += 5;
            run.trace.connect();
            run.past(1, &Turn::default());
        },
    ),
    healthy("one slow echo among quick ones", &[EchoesSlow], |run| {
        for number in 0..20 {
            run.trace.say(&format!("text {number}"), if number == 12 { 900 } else { 3 });
            run.wait(1_000);
        }
    }),
    healthy("a text that waits for its turn and is delivered", &[Unconfirmed], |run| {
        let id = run.trace.new_message();
        run.trace.message(id, "later", COMPOSER, MessageState::Queued);
        run.wait(4_000);
        run.trace.say("now", 3);
        run.wait(2_000);
    }),
    healthy("Coda is away, and comes back as itself", &[NotCoda], |run| {
        run.trace.lose(Trace::broken());
        run.reports_metrics = false;
        run.wait(3_000);
        run.reports_metrics = true;
        run.trace.connect();
        run.past(1, &Turn::default());
    }),
];
