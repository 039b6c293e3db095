//! The resender sends each step on time and tracks its outcome.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use coda_dashboard::history::{Limits, Recording, Row, RowKind};
use coda_dashboard::link::{ConnId, FramePurpose, Input, LinkEvent, MessageId, Phase, Submission};
use coda_dashboard::protocol::Instant;
use coda_dashboard::replay::{DryRun, Ids, ORIGIN, Options, Outcome, Pace, Plan, RecentWrites, Resender, ToSend};
use coda_dashboard::sim::{Echo, ServerConfig};
use serde_json::{Value, json};

use crate::plan::{HELLO, LISTEN, STOP, out};
use crate::world::{World, at as moment, event, frame_in, recorded};

fn at(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn resender(pace: Pace, ids: Ids) -> Resender {
    let plan = Plan::of(&[out(0, LISTEN), out(1_000, HELLO), out(3_000, LISTEN)]);
    DryRun::of(plan, Options { pace, ids }, &RecentWrites::default()).start(at(10_000), 1)
}

fn due(resender: &mut Resender, millis: u64) -> usize {
    std::iter::from_fn(|| resender.poll(at(millis))).count()
}

#[test]
fn in_original_timing_each_step_comes_at_its_time() {
    let mut resender = resender(Pace::Scaled(1), Ids::Fresh);
    assert_eq!(due(&mut resender, 10_000), 1);
    assert_eq!(resender.due(), Some(at(11_000)));
    assert_eq!(due(&mut resender, 10_999), 0);
    assert_eq!(due(&mut resender, 11_000), 1);
    assert_eq!(due(&mut resender, 20_000), 1);
    assert!(resender.is_over());
    assert_eq!(resender.due(), None);
}

#[test]
fn at_four_times_the_pace_it_takes_a_quarter_of_the_time() {
    let mut resender = resender(Pace::Scaled(4), Ids::Fresh);
    assert_eq!(due(&mut resender, 10_249), 1);
    assert_eq!(due(&mut resender, 10_750), 2);
}

#[test]
fn a_pause_moves_the_rest() {
    let mut resender = resender(Pace::Scaled(1), Ids::Fresh);
    assert_eq!(due(&mut resender, 10_000), 1);
    resender.pause(at(10_500));
    assert_eq!(due(&mut resender, 60_000), 0);
    resender.resume(at(60_500));
    assert_eq!(resender.due(), Some(at(61_000)));
}

#[test]
fn step_by_step_nothing_is_sent_unasked() {
    let mut resender = resender(Pace::Manual, Ids::Fresh);
    assert_eq!(due(&mut resender, 99_000), 0);
    resender.step();
    assert_eq!(due(&mut resender, 99_000), 1);
    assert_eq!(due(&mut resender, 99_000), 0);
}

#[test]
fn waiting_for_answers_goes_on_after_ten_seconds_without_one_and_says_so() {
    let mut resender = resender(Pace::AfterReply, Ids::Fresh);
    assert_eq!(due(&mut resender, 10_000), 1);
    assert_eq!(due(&mut resender, 19_999), 0);
    assert_eq!(due(&mut resender, 20_000), 1);
    assert_eq!(resender.sent()[0].outcome, Outcome::NoAnswer);
}

#[test]
fn the_same_bytes_are_handed_over_as_they_were() {
    let mut resender = resender(Pace::Scaled(1), Ids::Same);
    assert_eq!(resender.poll(at(10_000)), Some(ToSend::Bytes(Arc::from(LISTEN))));
}

/// Resends these texts, recorded a second apart, through a link to a simulated server.
fn play_in(world: &mut World, texts: &[&str], options: Options, span: Duration) -> Resender {
    let entries: Vec<_> = (0..).zip(texts).map(|(second, text)| out(second * 1_000, text)).collect();
    let run = DryRun::of(Plan::of(&entries), options, &RecentWrites::default());
    let mut resender = run.start(world.clock().mono, world.recorder.numbers().end);
    let until = world.clock().mono + span;
    while world.clock().mono < until {
        while let Some(next) = resender.poll(world.clock().mono) {
            world.input(match next {
                ToSend::Command(command) => Input::Replay(Submission { command, origin: ORIGIN, resend_of: None }),
                ToSend::Bytes(text) => Input::Raw { text, origin: ORIGIN },
            });
        }
        world.run_for(Duration::from_millis(50));
        resender.look(&world.recorder);
    }
    resender
}

fn outcomes(resender: &Resender) -> Vec<Outcome> {
    resender.sent().iter().map(|sent| sent.outcome.clone()).collect()
}

fn play(ids: Ids) -> Vec<Outcome> {
    let mut world = World::ready(ServerConfig::quiet());
    let options = Options { pace: Pace::AfterReply, ids };
    outcomes(&play_in(&mut world, &[LISTEN, STOP, LISTEN], options, Duration::from_secs(5)))
}

const SECOND: &str = r#"{"type":"text_input","data":{"text":"and in Paris?"}}"#;

/// Returns the number of the first matching row.
fn place(world: &World, is_it: impl Fn(&Row) -> bool) -> u64 {
    world.recorder.rows(..).find(|row| is_it(row)).map(|row| row.number).unwrap()
}

#[test]
fn the_second_text_waits_until_the_turn_of_the_first_has_ended() {
    for ids in [Ids::Fresh, Ids::Same] {
        let mut world = World::ready(ServerConfig { greeting: false, error_every: None, ..ServerConfig::default() });
        let options = Options { pace: Pace::AfterReply, ids };
        let resender = play_in(&mut world, &[HELLO, SECOND], options, Duration::from_secs(60));
        assert!(matches!(outcomes(&resender)[..], [Outcome::Echoed(_), Outcome::Echoed(_)]), "{:?}", resender.sent());
        let is_out = |row: &Row| matches!(row.kind, RowKind::FrameOut { .. });
        let second = place(&world, |row| is_out(row) && row.frame().unwrap().contains("Paris"));
        let end = place(&world, |row| row.wire_type().is_some_and(|kind| &**kind == "tts_result"));
        assert!(end < second, "the second went out in row {second}, the turn ended in row {end}");
        assert!(
            world.recorder.get(second).unwrap().at.mono.duration_since(world.recorder.get(end).unwrap().at.mono)
                < Duration::from_secs(1)
        );
    }
}

#[test]
fn a_turn_that_does_not_begin_is_awaited_for_ten_seconds() {
    let mut world = World::ready(ServerConfig::quiet());
    let start = world.clock().mono;
    let options = Options { pace: Pace::AfterReply, ids: Ids::Fresh };
    let resender = play_in(&mut world, &[HELLO, SECOND], options, Duration::from_secs(15));
    let waited = resender.sent()[1].at.duration_since(start);
    assert!((Duration::from_secs(10)..Duration::from_secs(11)).contains(&waited), "{waited:?}");
}

#[test]
fn outcomes_stay_with_their_steps_while_older_rows_go() {
    for ids in [Ids::Fresh, Ids::Same] {
        let mut world = World::ready(ServerConfig::quiet());
        world.recorder.set_limits(Limits { rows: 6, bytes: usize::MAX });
        let texts: Vec<String> =
            (0..8).map(|number| format!(r#"{{"type":"odd","data":{{"n":{}}}}}"#, number % 7)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut resender =
            play_in(&mut world, &texts[..7], Options { pace: Pace::Scaled(2), ids }, Duration::from_secs(8));
        assert!(resender.is_settled() && resender.poll(world.clock().mono).is_none());
        assert!(
            outcomes(&resender).iter().all(|outcome| matches!(outcome, Outcome::Echoed(_))),
            "{:?}",
            resender.sent()
        );
    }
}

#[test]
fn rows_that_went_before_they_were_read_shift_nothing() {
    let mut world = World::ready(ServerConfig::quiet());
    let plan = Plan::of(&[out(0, LISTEN), out(1_000, STOP)]);
    let options = Options { pace: Pace::Manual, ids: Ids::Fresh };
    let run = DryRun::of(plan, options, &RecentWrites::default());
    let mut resender = run.start(world.clock().mono, world.recorder.numbers().end);
    for rows in [2, 100] {
        world.recorder.set_limits(Limits { rows, bytes: usize::MAX });
        resender.step();
        let Some(ToSend::Command(command)) = resender.poll(world.clock().mono) else { panic!("nothing to send") };
        world.input(Input::Replay(Submission { command, origin: ORIGIN, resend_of: None }));
        world.run_for(Duration::from_secs(1));
        resender.look(&world.recorder);
    }
    assert_eq!(resender.sent()[0].outcome, Outcome::Ended("no longer in the record"));
    assert!(matches!(resender.sent()[1].outcome, Outcome::Echoed(_)), "{:?}", resender.sent());
}

#[test]
fn a_message_of_the_queue_does_not_answer_the_same_bytes() {
    let mut world = World::ready(ServerConfig::quiet());
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let options = Options { pace: Pace::Manual, ids: Ids::Same };
    let run = DryRun::of(Plan::of(&[out(0, HELLO)]), options, &RecentWrites::default());
    let mut resender = run.start(world.clock().mono, world.recorder.numbers().end);
    resender.step();
    let Some(ToSend::Bytes(text)) = resender.poll(world.clock().mono) else { panic!("nothing to send") };
    world.input(Input::Raw { text, origin: ORIGIN });
    world.say("hello");
    world.run_for(Duration::from_secs(1));
    resender.look(&world.recorder);
    assert_eq!(resender.sent()[0].outcome, Outcome::Awaited);
}

/// When the hand-written replays are sent, all at once.
const SENT_AT: u64 = 10_100;

fn echo_of(text: &str) -> LinkEvent {
    let frame: Value = serde_json::from_str(text).unwrap();
    let data = json!({ "client_id": "me", "message_type": frame["type"], "message_data": frame["data"] });
    frame_in(SENT_AT, &event(1, "client_message", &data.to_string()))
}

fn duplicate_of(text: &str) -> LinkEvent {
    let frame: Value = serde_json::from_str(text).unwrap();
    let data = json!({ "original_type": frame["type"], "count": 2 });
    frame_in(SENT_AT, &json!({ "type": "duplicate_message", "data": data }).to_string())
}

/// Returns the outcomes of these frames, written all at once, after these events.
fn outcomes_of(texts: &[&str], came: impl IntoIterator<Item = LinkEvent>) -> Vec<Outcome> {
    let entries: Vec<_> = texts.iter().map(|text| out(0, text)).collect();
    let options = Options { pace: Pace::Scaled(1), ids: Ids::Same };
    let mut resender = DryRun::of(Plan::of(&entries), options, &RecentWrites::default()).start(at(10_000), 1);
    assert_eq!(due(&mut resender, SENT_AT), texts.len());
    let written = texts.iter().map(|text| {
        let purpose = FramePurpose::Raw(ORIGIN);
        LinkEvent::FrameOut { conn: ConnId(1), text: (*text).into(), purpose, at: moment(SENT_AT) }
    });
    resender.look(&recorded(&written.chain(came).collect::<Vec<_>>()));
    outcomes(&resender)
}

const AT_ONCE: Outcome = Outcome::Echoed(Duration::ZERO);

#[test]
fn answers_to_copies_that_overtake_the_echo_leave_it_to_the_first() {
    let came = [duplicate_of(LISTEN), duplicate_of(LISTEN), echo_of(LISTEN), echo_of(STOP)];
    let expected = [AT_ONCE, Outcome::Duplicate, AT_ONCE, Outcome::Duplicate];
    assert_eq!(outcomes_of(&[LISTEN, LISTEN, STOP, LISTEN], came), expected);
}

#[test]
fn each_message_of_the_old_dashboards_gets_its_own_outcome() {
    let recording = Recording::import(include_str!("../fixtures/chrome.har")).unwrap().recording;
    let plan = Plan::of(&recording.entries);
    let texts: Vec<&str> = plan.steps.iter().map(|step| &*step.text).collect();
    let (mut known, mut copies, mut echoes, mut expected) = (BTreeSet::new(), Vec::new(), Vec::new(), Vec::new());
    for text in &texts {
        if known.insert(*text) {
            echoes.push(echo_of(text));
            expected.push(AT_ONCE);
        } else {
            copies.push(duplicate_of(text));
            expected.push(Outcome::Duplicate);
        }
    }
    assert_eq!((echoes.len(), copies.len()), (3, 18));
    assert_eq!(outcomes_of(&texts, copies.into_iter().chain(echoes)), expected);
}

#[test]
fn what_comes_on_the_next_connection_answers_no_write_of_the_last() {
    let lost = LinkEvent::Phase { phase: Phase::Offline, outage: None, at: moment(SENT_AT) };
    assert_eq!(outcomes_of(&[LISTEN], [lost, echo_of(LISTEN)]), [Outcome::Awaited]);
}

#[test]
fn the_bytes_of_a_message_that_this_page_has_sent_get_their_own_answers() {
    let mut world = World::ready(ServerConfig::quiet());
    let id = world.say("hello");
    world.run_for(Duration::from_secs(6));
    let is_write = |row: &&Row| matches!(row.kind, RowKind::FrameOut { .. });
    let text = world.recorder.rows_of(id).find(is_write).and_then(Row::frame).unwrap().to_string();
    let options = Options { pace: Pace::Scaled(1), ids: Ids::Same };
    let resender = play_in(&mut world, &[&text], options, Duration::from_secs(1));
    assert_eq!(outcomes(&resender), [Outcome::Echoed(Duration::from_millis(2))], "the server had forgotten it");
    let resender = play_in(&mut world, &[&text], options, Duration::from_secs(1));
    assert_eq!(outcomes(&resender), [Outcome::Duplicate]);
}

#[test]
fn an_answer_is_told_though_nobody_looked_in_time() {
    let mut resender = resender(Pace::Manual, Ids::Same);
    resender.step();
    assert_eq!(due(&mut resender, 10_000), 1);
    assert_eq!(due(&mut resender, 30_000), 0);
    assert_eq!(outcomes(&resender), [Outcome::NoAnswer]);
    let purpose = FramePurpose::Raw(ORIGIN);
    let written = LinkEvent::FrameOut { conn: ConnId(1), text: LISTEN.into(), purpose, at: moment(10_000) };
    resender.look(&recorded(&[written, echo_of(LISTEN)]));
    assert_eq!(outcomes(&resender), [Outcome::Echoed(Duration::from_millis(100))]);
}

#[test]
fn what_is_never_answered_is_given_up_at_every_pace() {
    for (pace, ids) in [(Pace::Scaled(1), Ids::Same), (Pace::Manual, Ids::Fresh)] {
        let mut resender = resender(pace, ids);
        for _ in 0..3 {
            resender.step();
        }
        assert_eq!(due(&mut resender, 10_000), 3);
        assert!(resender.is_over() && !resender.is_settled());
        assert_eq!(due(&mut resender, 20_000), 0);
        assert_eq!(outcomes(&resender), [Outcome::NoAnswer, Outcome::NoAnswer, Outcome::NoAnswer]);
        assert!(resender.is_settled());
    }
}

#[test]
fn a_replay_whose_bytes_cannot_be_written_ends_and_says_so() {
    let mut resender = resender(Pace::Scaled(1), Ids::Same);
    assert!(resender.poll(at(10_000)).is_some());
    resender.not_written();
    assert!(resender.is_settled());
    assert_eq!(resender.due(), None);
    assert_eq!(due(&mut resender, 90_000), 0);
    assert!(matches!(resender.sent()[0].outcome, Outcome::Ended(why) if why.starts_with("not written")));
}

#[test]
fn fresh_messages_are_all_echoed_even_equal_ones() {
    let outcomes = play(Ids::Fresh);
    assert_eq!(outcomes.len(), 3);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Echoed(_))), "{outcomes:?}");
}

#[test]
fn of_the_same_bytes_the_second_copy_is_a_duplicate_as_was_foretold() {
    let outcomes = play(Ids::Same);
    assert!(matches!(outcomes[..], [Outcome::Echoed(_), Outcome::Echoed(_), Outcome::Duplicate]), "{outcomes:?}");
}

#[test]
fn ids_are_read_whatever_they_are() {
    assert_eq!(MessageId::parse("not an id"), None);
}
