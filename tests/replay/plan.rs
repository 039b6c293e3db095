//! What will be sent, and how the server will react.

use std::time::Duration;

use coda_dashboard::history::{Direction, Entry, FrameMeta};
use coda_dashboard::link::LinkEvent;
use coda_dashboard::protocol::{Command, Effect, Instant};
use coda_dashboard::replay::{DryRun, Ids, Options, Pace, Plan, Prediction, RecentWrites};

use crate::world::{event, frame_in, frame_out, recorded};

pub fn out(millis: i64, text: &str) -> Entry {
    Entry { micros: millis * 1_000, direction: Direction::Out, text: text.into(), meta: FrameMeta::default() }
}

pub const HELLO: &str = r#"{"type":"text_input","data":{"text":"hello","message_id":"1"}}"#;
pub const LISTEN: &str = r#"{"type":"stt_start","data":{}}"#;
pub const STOP: &str = r#"{"type":"tts_stop","data":{}}"#;

pub fn predictions(texts: &[(i64, &str)], pace: Pace, ids: Ids) -> Vec<Prediction> {
    let entries: Vec<Entry> = texts.iter().map(|(millis, text)| out(*millis, text)).collect();
    let run = DryRun::of(Plan::of(&entries), Options { pace, ids }, &RecentWrites::default());
    run.forecasts().iter().map(|forecast| forecast.prediction).collect()
}

#[test]
fn a_plan_holds_the_messages_in_order_and_names_what_it_leaves_out() {
    let entries = [
        out(500, LISTEN),
        out(0, r#"{"type":"auth_response","data":{"token":"•••"}}"#),
        out(10, r#"{"type":"ping","data":{}}"#),
        out(100, HELLO),
        out(200, "not json"),
        out(300, "{}"),
    ];
    let plan = Plan::of(&entries);
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.command.clone(), step.command.effect())).collect();
    assert_eq!(steps[1].0, Command::TextInput { text: "hello".into() });
    assert_eq!((steps[0].1, steps[1].1), (Effect::Microphone, Effect::Turn));
    assert_eq!((plan.skipped.answers, plan.skipped.pings), (1, 1));
    let places: Vec<usize> = plan.skipped.unreadable.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [5, 6]);
}

#[test]
fn the_same_bytes_within_five_seconds_will_be_dropped_and_each_copy_starts_the_time_anew() {
    let texts = [(0, LISTEN), (4_000, LISTEN), (8_000, LISTEN), (14_000, LISTEN)];
    let dropped = |seconds| Prediction::Dropped { before: Duration::from_secs(seconds) };
    let expected = [Prediction::Handled, dropped(4), dropped(4), Prediction::Handled];
    assert_eq!(predictions(&texts, Pace::Scaled(1), Ids::Same), expected);
}

#[test]
fn at_twice_the_pace_more_is_dropped() {
    let texts = [(0, LISTEN), (8_000, LISTEN)];
    assert_eq!(predictions(&texts, Pace::Scaled(1), Ids::Same), [Prediction::Handled; 2]);
    let before = Duration::from_secs(4);
    assert_eq!(predictions(&texts, Pace::Scaled(2), Ids::Same), [Prediction::Handled, Prediction::Dropped { before }]);
}

#[test]
fn step_by_step_it_depends_on_the_user_what_is_dropped() {
    assert_eq!(
        predictions(&[(0, LISTEN), (9_000, LISTEN)], Pace::Manual, Ids::Same),
        [Prediction::Handled, Prediction::MaybeDropped]
    );
}

#[test]
fn with_fresh_ids_nothing_is_dropped() {
    let texts = [(0, LISTEN), (100, LISTEN), (200, LISTEN)];
    assert_eq!(predictions(&texts, Pace::Scaled(1), Ids::Fresh), [Prediction::Handled; 3]);
}

#[test]
fn space_between_the_fields_makes_no_difference_and_their_order_does() {
    let tight = r#"{"type":"x","data":{"a":"b c","d":1}}"#;
    let wide = r#"{"type": "x", "data": {"a": "b c", "d": 1}}"#;
    let other = r#"{"type":"x","data":{"d":1,"a":"b c"}}"#;
    let found = predictions(&[(0, tight), (10, wide), (20, other)], Pace::Scaled(1), Ids::Same);
    assert!(matches!(found[..], [Prediction::Handled, Prediction::Dropped { .. }, Prediction::Handled]), "{found:?}");
}

#[test]
fn a_second_text_may_come_while_coda_is_at_the_first() {
    let second = r#"{"type":"text_input","data":{"text":"second"}}"#;
    let found = predictions(&[(0, HELLO), (100, second)], Pace::Scaled(1), Ids::Fresh);
    assert_eq!(found, [Prediction::Handled, Prediction::MaybeBusy]);
    let found = predictions(&[(0, HELLO), (100, second)], Pace::AfterReply, Ids::Fresh);
    assert_eq!(found, [Prediction::Handled; 2], "it waits for the end of the turn");
}

#[test]
fn what_was_written_just_before_is_remembered_by_the_server() {
    let record = recorded(&[frame_out(1_000, LISTEN, None), frame_out(6_500, HELLO, None)]);
    let recent = RecentWrites::of(&record, Instant::from_millis(7_000));
    let options = Options { pace: Pace::Scaled(1), ids: Ids::Same };
    let plan = Plan::of(&[out(0, LISTEN), out(1, HELLO)]);
    let run = DryRun::of(plan, options, &recent);
    let found: Vec<Prediction> = run.forecasts().iter().map(|forecast| forecast.prediction).collect();
    assert_eq!(found, [Prediction::Handled, Prediction::Dropped { before: Duration::from_millis(501) }]);
}

#[test]
fn a_dry_run_is_looked_at_again_when_time_changes_what_it_says() {
    let record = recorded(&[frame_out(1_000, LISTEN, None)]);
    let recent = |millis| RecentWrites::of(&record, Instant::from_millis(millis));
    let options = Options { pace: Pace::Scaled(1), ids: Ids::Same };
    let run = DryRun::of(Plan::of(&[out(0, LISTEN)]), options, &recent(2_000));
    assert!(run.refresh(&recent(4_000)).agrees_with(&run), "it is dropped all the same");
    assert!(!run.refresh(&recent(7_000)).agrees_with(&run), "it is handled now");
}

#[test]
fn what_an_earlier_replay_sent_is_not_sent_a_third_time() {
    let replayed =
        Entry { meta: FrameMeta { component: Some("replay".into()), ..FrameMeta::default() }, ..out(9, HELLO) };
    let plan = Plan::of(&[out(0, HELLO), replayed]);
    assert_eq!((plan.steps.len(), plan.skipped.replayed), (1, 1));
}

#[test]
fn the_first_text_may_be_dropped_while_coda_is_in_a_turn() {
    let turn =
        |role: &str| frame_in(10, &event(2, "conversation_turn", &format!(r#"{{"role": "{role}", "content": "x"}}"#)));
    let token = frame_in(20, &event(3, "llm_token", r#"{"token": "a", "token_index": 0}"#));
    let forecast = |record: &[LinkEvent], pace| {
        let recent = RecentWrites::of(&recorded(record), Instant::from_millis(30));
        let run = DryRun::of(Plan::of(&[out(0, HELLO), out(1, HELLO)]), Options { pace, ids: Ids::Fresh }, &recent);
        run.forecasts().iter().map(|forecast| forecast.prediction).collect::<Vec<_>>()
    };
    let running = [turn("user"), token.clone()];
    assert_eq!(forecast(&running, Pace::AfterReply), [Prediction::MaybeBusy, Prediction::Handled]);
    assert_eq!(forecast(&running, Pace::Scaled(1)), [Prediction::MaybeBusy; 2]);
    assert_eq!(forecast(&[turn("user"), token, turn("assistant")], Pace::AfterReply), [Prediction::Handled; 2]);
}
