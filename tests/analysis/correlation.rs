//! Which patterns of messages the errors of the server follow.

use coda_dashboard::analysis::{Correlation, ErrorName, Pattern};
use coda_dashboard::link::LinkEvent;

use crate::trace::Trace;
use crate::world::at;

const ERROR: &str = r#"{"message": "Event loop is closed", "level": "error"}"#;

fn name() -> ErrorName {
    ErrorName { kind: "system_error".into(), message: "Event loop is closed".into() }
}

/// Each pair of equal texts is followed by an error, and no single text is.
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
    assert_eq!(first.pattern, Pattern::Twins("text_input".into()));
    assert_eq!(first.with, (10, 10));
    assert_eq!(first.without, (10, 40), "the first of each pair came before an error too");
    assert!(
        first.to_string().contains("after 10 of 10 times that there was two `text_input` within 100 ms"),
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

#[test]
fn messages_and_errors_are_counted_by_the_minute() {
    let trace = errors_after_twins();
    let minutes: Vec<_> = Correlation::of(&trace.recorder, ..).minutes().collect();
    assert!(minutes.len() >= 3, "{minutes:?}");
    assert_eq!(minutes.iter().map(|minute| minute.messages).sum::<usize>(), 50);
    assert_eq!(minutes.iter().map(|minute| minute.errors).sum::<usize>(), 10);
}

#[test]
fn a_record_without_messages_gives_no_figures() {
    let trace = Trace::ready();
    let found = Correlation::of(&trace.recorder, ..);
    assert!(found.errors().is_empty() && found.suspects(&name()).is_empty());
    assert_eq!(found.sides().0.errors_per_thousand(), None);
}
