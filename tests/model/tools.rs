//! Coda's tool calls, with results in any order.

use coda_dashboard::model::{ToolOutcome, Tools};
use coda_dashboard::protocol::{Event, ToolResult};
use serde_json::{Value, json};

use crate::performance::Feed;

struct Bench {
    feed: Feed,
    tools: Tools,
}

impl Bench {
    fn new() -> Self {
        Self { feed: Feed::new(), tools: Tools::default() }
    }

    fn event(&mut self, kind: &str, data: Value) {
        self.tools.apply(&self.feed.event(kind, data));
    }

    fn call(&mut self, name: &str) {
        self.event("tool_call", json!({"tool_name": name, "parameters": {"call": self.tools.uses().len()}}));
    }

    fn result(&mut self, name: &str, result: Value, seconds: Value) {
        self.event("tool_result", json!({"tool_name": name, "result_preview": result, "duration_seconds": seconds}));
    }

    fn outcomes(&self) -> Vec<&ToolOutcome> {
        self.tools.uses().iter().map(|tool_use| &tool_use.call.outcome).collect()
    }
}

fn done(result: &str) -> ToolOutcome {
    ToolOutcome::Done { result: Some(json!(result)) }
}

#[test]
fn a_result_belongs_to_the_oldest_running_call_of_its_tool() {
    let mut bench = Bench::new();
    for name in ["weather", "clock", "weather"] {
        bench.call(name);
    }
    bench.result("weather", json!("sunny"), json!(0.2));
    assert_eq!(bench.outcomes(), [&done("sunny"), &ToolOutcome::Running, &ToolOutcome::Running]);
    bench.result("weather", json!("rainy"), json!(0.4));
    assert_eq!(bench.outcomes(), [&done("sunny"), &ToolOutcome::Running, &done("rainy")]);
    let numbers: Vec<_> = bench.tools.uses().iter().map(|tool_use| tool_use.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(bench.tools.uses()[2].call.parameters, Some(json!({"call": 2})));
}

#[test]
fn a_failure_keeps_its_words_and_its_details() {
    let mut bench = Bench::new();
    bench.call("weather");
    bench.event("tool_error", json!({"tool_name": "weather", "message": "no route", "details": {"code": 7}}));
    let failed = ToolOutcome::Failed { message: "no route".into(), details: Some(json!({"code": 7})) };
    assert_eq!(bench.outcomes(), [&failed]);
}

#[test]
fn a_result_whose_call_was_missed_makes_its_own_entry() {
    let mut bench = Bench::new();
    bench.result("clock", json!("six"), json!(0.1));
    bench.event("tool_error", json!({"tool_name": "weather", "message": "no route"}));
    assert_eq!(bench.outcomes()[0], &done("six"));
    assert_eq!((bench.tools.uses()[0].call.parameters.as_ref(), bench.tools.uses()[0].call.seconds), (None, Some(0.1)));
    assert!(matches!(bench.outcomes()[1], ToolOutcome::Failed { .. }));
}

#[test]
fn when_the_connection_ends_running_calls_have_no_result() {
    let mut bench = Bench::new();
    bench.call("clock");
    bench.result("clock", json!("six"), json!(null));
    bench.call("weather");
    bench.tools.disconnected();
    assert_eq!(bench.outcomes(), [&done("six"), &ToolOutcome::NoResult]);
    let before = bench.tools.revision();
    bench.tools.disconnected();
    assert_eq!(bench.tools.revision(), before);
}

#[test]
fn a_restarted_server_does_not_answer_the_calls_of_the_run_before() {
    let mut bench = Bench::new();
    bench.call("clock");
    bench.feed.epoch += 1;
    bench.result("clock", json!("six"), json!(null));
    assert_eq!(bench.outcomes(), [&ToolOutcome::NoResult, &done("six")]);
}

#[test]
fn when_its_turn_ends_a_running_call_has_no_result() {
    let answered = ("conversation_turn", json!({"role": "assistant", "content": "It is six."}));
    let asked = ("conversation_turn", json!({"role": "user", "content": "and the weather?"}));
    let failed = ("llm_error", json!({"message": "out of memory"}));
    for (kind, data) in [answered, asked, failed] {
        let mut bench = Bench::new();
        bench.call("clock");
        bench.event("conversation_turn", json!({"role": "system", "content": "be brief"}));
        assert_eq!(bench.outcomes(), [&ToolOutcome::Running]);
        bench.event(kind, data);
        assert_eq!(bench.outcomes(), [&ToolOutcome::NoResult], "{kind}");
    }
}

#[test]
fn a_result_that_comes_after_an_outage_or_late_belongs_to_its_call_unless_the_user_has_gone_on() {
    let mut bench = Bench::new();
    bench.call("clock");
    bench.tools.disconnected();
    bench.result("clock", json!("six"), json!(0.1));
    assert_eq!(bench.outcomes(), [&done("six")]);
    bench.call("clock");
    bench.event("conversation_turn", json!({"role": "user", "content": "never mind"}));
    bench.result("clock", json!("seven"), json!(0.1));
    assert_eq!(bench.outcomes(), [&done("six"), &ToolOutcome::NoResult, &done("seven")]);
}

#[test]
fn a_use_knows_how_many_of_the_users_turns_had_begun() {
    let mut bench = Bench::new();
    bench.call("early");
    for role in ["user", "assistant", "user", "system"] {
        bench.event("conversation_turn", json!({"role": role, "content": "hello"}));
    }
    bench.call("late");
    let turns: Vec<_> = bench.tools.uses().iter().map(|tool_use| tool_use.turn_number).collect();
    assert_eq!(turns, [0, 2]);
}

#[test]
fn each_tool_is_summed_up_over_the_uses_whose_end_is_known() {
    let mut bench = Bench::new();
    for seconds in [json!(0.1), json!(0.3), json!(null), json!(-5)] {
        bench.call("weather");
        bench.result("weather", json!("sunny"), seconds);
    }
    bench.event("tool_error", json!({"tool_name": "weather", "message": "no route"}));
    bench.call("weather");
    bench.call("clock");
    let summaries = bench.tools.summaries();
    let [clock, weather] = summaries.as_slice() else { panic!("{summaries:?}") };
    assert_eq!((clock.name.as_str(), clock.count, clock.failure_rate, clock.mean_seconds), ("clock", 1, None, None));
    assert_eq!((weather.count, weather.failures, weather.failure_rate), (6, 1, Some(0.2)));
    assert_eq!((weather.mean_seconds, weather.max_seconds), (Some(0.2), Some(0.3)));
    assert_eq!(weather.last_used, bench.tools.uses()[5].time);
}

#[test]
fn odd_durations_are_no_durations() {
    let mut bench = Bench::new();
    for seconds in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1] {
        let answer = ToolResult { tool_name: "a".into(), result_preview: None, duration_seconds: Some(seconds) };
        bench.tools.apply(&bench.feed.made(Event::ToolResult(answer)));
    }
    assert!(bench.tools.uses().iter().all(|tool_use| tool_use.call.seconds.is_none()));
}

#[test]
fn a_thousand_uses_are_kept_and_only_tools_change_what_is_shown() {
    let mut bench = Bench::new();
    for _ in 0..1_002 {
        bench.call("clock");
    }
    assert_eq!((bench.tools.uses().len(), bench.tools.uses()[0].number), (1_000, 3));
    let before = bench.tools.revision();
    bench.event("system_metrics", json!({"cpu_percent": 3}));
    assert_eq!(bench.tools.revision(), before);
}
