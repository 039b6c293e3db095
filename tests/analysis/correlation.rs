//! Patterns of messages that precede errors of the server.

use std::time::Duration;

use coda_dashboard::analysis::{Correlation, ErrorSignature, Pattern};
use coda_dashboard::link::LinkEvent;

use crate::trace::Trace;
use crate::world::at;

const ERROR: &str = r#"{"message": "Event loop is closed", "level": "error"}"#;

fn name() -> ErrorSignature {
    ErrorSignature { kind: "system_error".into(), message: "Event loop is closed".into() }
}

/// A trace with an error after each pair of equal texts, and none after single texts.
fn errors_after_twins() -> Trace {
    let mut trace = Trace::ready();
    for number in 0..40 {
        trace.say("hello", 2);
        if number % 4 == 0 {
            trace.wait(30);
            trace.say("hello", 2);
            trace.wait(50);
            trace.event("system_error", ERROR);
        }
        trace.wait(5_000);
    }
    trace
}

#[test]
fn the_pattern_that_errors_follow_is_the_first_suspect() {
    let trace = errors_after_twins();
    let suspects = Correlation::of(&trace.recorder, ..).suspects(&name());
    let first = &suspects[0];
    assert_eq!(first.pattern, Pattern::EqualPair("text_input".into()));
    assert_eq!(first.with, (10, 10));
    assert_eq!(first.without, (10, 40), "the first of each pair came before an error too");
    assert!(
        first.to_string().contains("It came 10 of 10 times within 2 s after two “text_input” within 100 ms"),
        "{first}"
    );
}

#[test]
fn errors_that_come_whatever_is_sent_have_no_suspect() {
    let mut trace = Trace::ready();
    for number in 0..60 {
        trace.say(&format!("text {number}"), 2);
        if number % 3 == 0 {
            trace.wait(500);
            trace.event("system_error", ERROR);
        }
        trace.wait(5_000);
    }
    assert_eq!(Correlation::of(&trace.recorder, ..).suspects(&name()), []);
}

#[test]
fn errors_are_counted_apart_with_and_without_protections() {
    let mut trace = Trace::ready();
    for number in 0..10 {
        trace.say(&number.to_string(), 2);
        trace.wait(1_000);
    }
    trace.tell(LinkEvent::Protections { on: false, at: at(trace.now) });
    for number in 0..10 {
        trace.write(&number.to_string());
        trace.event("system_error", ERROR);
        trace.control(r#"{"type": "duplicate_message", "data": {"original_type": "text_input"}}"#);
    }
    let (on, off) = Correlation::of(&trace.recorder, ..).sides();
    assert_eq!((on.messages, on.errors, on.duplicates, on.overlaps), (10, 0, 0, 0));
    assert_eq!((off.messages, off.errors, off.duplicates, off.overlaps), (10, 10, 10, 9));
    assert_eq!((on.errors_per_thousand(), off.errors_per_thousand()), (Some(0.0), Some(1_000.0)));
}

/// Returns the suspected patterns if an error follows each of these pairs, and none follows the messages in between.
fn suspected_after(pair: impl Fn(&mut Trace, usize)) -> Vec<Pattern> {
    let mut trace = Trace::ready();
    for number in 0..10 {
        for between in 0..3 {
            trace.say(&format!("between {number} {between}"), 2);
            trace.wait(5_000);
        }
        pair(&mut trace, number);
        trace.wait(50);
        trace.event("system_error", ERROR);
        trace.wait(5_000);
    }
    let suspects = Correlation::of(&trace.recorder, ..).suspects(&name());
    suspects.into_iter().map(|suspect| suspect.pattern).collect()
}

#[test]
fn texts_of_another_client_are_twins_where_they_say_the_same() {
    let twins = Pattern::EqualPair("text_input".into());
    let pair = |second: &'static str| {
        suspected_after(move |trace, number| {
            trace.other_client(&format!("hello {number}"));
            trace.wait(40);
            trace.other_client(&format!("{second} {number}"));
        })
    };
    assert!(pair("hello").contains(&twins));
    assert!(!pair("goodbye").contains(&twins), "{:?}", pair("goodbye"));
}

#[test]
fn messages_of_our_own_are_twins_where_all_their_data_are_the_same() {
    let twins = Pattern::EqualPair("light".into());
    let pair = |second: &'static str| {
        suspected_after(move |trace, _| {
            trace.raw(r#"{"type": "light", "data": {"room": 1, "message_id": "a"}}"#);
            trace.wait(40);
            trace.raw(second);
        })
    };
    assert!(pair(r#"{"type": "light", "data": {"message_id": "b", "room": 1}}"#).contains(&twins));
    assert!(!pair(r#"{"type": "light", "data": {"room": 2, "message_id": "b"}}"#).contains(&twins));
}

#[test]
fn nobodys_pings_count_as_messages() {
    let mut trace = Trace::ready();
    trace.raw(r#"{"type": "ping", "data": {}}"#);
    trace.event("client_message", r#"{"client_id": "someone-else", "message_type": "ping", "message_data": {}}"#);
    assert_eq!(Correlation::of(&trace.recorder, ..).sides().0.messages, 0);
}

#[test]
fn so_many_messages_within_so_much_time_are_a_pattern_of_their_own() {
    let several = Pattern::Several(3, Duration::from_millis(500));
    let run = |gap: u64| {
        suspected_after(move |trace, number| {
            for each in 0..3 {
                trace.say(&format!("{number} {each}"), 2);
                trace.wait(gap);
            }
        })
    };
    assert!(run(150).contains(&several), "{:?}", run(150));
    assert!(!run(300).contains(&several), "{:?}", run(300));
    assert_eq!(several.to_string(), "the last of 3 messages or more within 500 ms");
}

#[test]
fn messages_and_errors_are_counted_over_the_whole_record_in_as_many_spans_as_there_is_room_for() {
    let trace = errors_after_twins();
    let found = Correlation::of(&trace.recorder, ..);
    for (most, minutes) in [(100, 1), (4, 1), (3, 2), (1, 15)] {
        let over_time = found.over_time(most);
        assert_eq!(over_time.minutes, minutes, "{most} at most: {over_time:?}");
        assert!(over_time.spans.len() <= most && over_time.spans.is_sorted_by_key(|span| span.start));
        assert_eq!(over_time.spans.iter().map(|span| span.side.messages).sum::<usize>(), 50);
        assert_eq!(over_time.spans.iter().map(|span| span.side.errors).sum::<usize>(), 10);
    }
}

#[test]
fn a_record_without_messages_gives_no_figures() {
    let trace = Trace::ready();
    let found = Correlation::of(&trace.recorder, ..);
    assert!(found.errors().is_empty() && found.suspects(&name()).is_empty());
    assert_eq!(found.sides().0.errors_per_thousand(), None);
}
