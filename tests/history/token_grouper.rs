//! Grouping of tokens.

use coda_dashboard::history::{ListItem, TokenGrouper, said};
use coda_dashboard::link::LinkEvent;

use crate::world::{event, frame_in, frame_out, recorded};

fn token(index: u64, text: &str) -> LinkEvent {
    frame_in(index, &event(index, "llm_token", &format!(r#"{{"token": "{text}", "token_index": {index}}}"#)))
}

fn other() -> LinkEvent {
    frame_in(9, &event(9, "tts_progress", r#"{"percent_complete": 3}"#))
}

/// An event unrelated to the turn.
fn metrics() -> LinkEvent {
    frame_in(9, &event(9, "system_metrics", r#"{"cpu_percent": 3}"#))
}

const fn tokens(first: u64, last: u64, count: usize) -> ListItem {
    ListItem::Tokens { first, last, count }
}

#[test]
fn tokens_that_follow_each_other_are_one_line() {
    let recorder =
        recorded(&[other(), token(0, "It "), token(1, "is "), token(2, "24\\u00b0"), other(), token(3, ".")]);
    let grouper = TokenGrouper::fold(recorder.rows(..));
    assert_eq!(*grouper.lines(), [ListItem::Single(1), tokens(2, 4, 3), ListItem::Single(5), ListItem::Single(6)]);
    assert_eq!(said(recorder.rows(1..=4)), "It is 24°", "what is no token says nothing");
}

#[test]
fn a_new_answer_begins_a_new_line() {
    let recorder = recorded(&[token(0, "a"), token(1, "b"), token(0, "c"), token(1, "d"), token(0, "e")]);
    let grouper = TokenGrouper::fold(recorder.rows(..));
    assert_eq!(*grouper.lines(), [tokens(1, 2, 2), tokens(3, 4, 2), ListItem::Single(5)]);
}

#[test]
fn tokens_fold_across_what_the_filter_left_out() {
    let recorder = recorded(&[token(0, "a"), other(), token(1, "b")]);
    let grouper = TokenGrouper::fold(recorder.rows(..).filter(|row| row.number != 2));
    assert_eq!(*grouper.lines(), [tokens(1, 3, 2)]);
}

#[test]
fn a_long_answer_shows_how_it_begins() {
    let events: Vec<LinkEvent> = (0..1_000).map(|index| token(index, "ünd ")).collect();
    let recorder = recorded(&events);
    assert_eq!(*TokenGrouper::fold(recorder.rows(..)).lines(), [tokens(1, 1_000, 1_000)]);
    let text = said(recorder.rows(..));
    assert!(text.ends_with("ünd…"), "{text}");
    assert!(text.starts_with("ünd ünd ") && (390..=400).contains(&text.len()), "{}", text.len());
}

#[test]
fn lines_go_with_their_rows() {
    let recorder = recorded(&[other(), token(0, "a"), token(1, "b"), other()]);
    let mut grouper = TokenGrouper::fold(recorder.rows(..));
    grouper.forget_before(3);
    assert_eq!(*grouper.lines(), [tokens(2, 3, 2), ListItem::Single(4)]);
    grouper.forget_before(4);
    assert_eq!(*grouper.lines(), [ListItem::Single(4)]);
}

#[test]
fn tokens_fold_over_what_has_nothing_to_do_with_their_turn() {
    let ping = || frame_out(9, r#"{"type":"ping","data":{}}"#, None);
    let recorder = recorded(&[token(0, "a"), metrics(), token(1, "b"), ping(), metrics(), token(2, "c"), metrics()]);
    let mut grouper = TokenGrouper::fold(recorder.rows(..));
    let singles = [2, 4, 5, 7].map(ListItem::Single);
    let fold = tokens(1, 6, 3);
    assert_eq!(grouper.lines().iter().collect::<Vec<_>>(), [&fold, &singles[0], &singles[1], &singles[2], &singles[3]]);
    assert_eq!([1, 3, 6].map(|number| grouper.line_with(number)), [Some(&fold); 3]);
    assert_eq!(grouper.line_with(5), Some(&singles[2]));
    assert_eq!((grouper.line_with(7), grouper.line_with(8)), (Some(&singles[3]), None));
    grouper.forget_before(5);
    assert_eq!(
        grouper.lines().iter().collect::<Vec<_>>(),
        [&fold, &singles[2], &singles[3]],
        "its last token is there"
    );
    grouper.forget_before(7);
    assert_eq!(grouper.lines().iter().collect::<Vec<_>>(), [&singles[3]]);
    assert_eq!(grouper.line_with(6), None);
}

#[test]
fn the_tokens_around_a_tools_call_stand_on_its_either_side() {
    let call = frame_in(9, &event(9, "tool_call", r#"{"tool_name": "clock", "parameters": {}}"#));
    let recorder = recorded(&[token(0, "a"), token(1, "b"), call, token(2, "c"), token(3, "d")]);
    let grouper = TokenGrouper::fold(recorder.rows(..));
    assert_eq!(*grouper.lines(), [tokens(1, 2, 2), ListItem::Single(3), tokens(4, 5, 2)]);
}
