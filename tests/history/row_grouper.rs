//! Folding of rows that belong together.

use std::sync::Arc;

use coda_dashboard::history::{FoldKind, ListItem, Recorder, RowGrouper, said};
use coda_dashboard::link::{
    Acknowledgement, CloseInfo, ConnId, DisconnectReason, LinkEvent, MessageId, MessageState, MessageStatus, Origin,
    Outage, Phase,
};
use coda_dashboard::protocol::{Command, Instant};

use crate::world::{at, event, frame_in, frame_out, recorded};

fn token(index: u64, text: &str) -> LinkEvent {
    frame_in(index, &event(index, "llm_token", &format!(r#"{{"token": "{text}", "token_index": {index}}}"#)))
}

fn other() -> LinkEvent {
    frame_in(9, &event(9, "tts_start", "{}"))
}

fn progress(percent: u64) -> LinkEvent {
    frame_in(9, &event(9, "tts_progress", &format!(r#"{{"percent_complete": {percent}}}"#)))
}

fn call() -> LinkEvent {
    frame_in(9, &event(9, "tool_call", r#"{"tool_name": "clock", "parameters": {}}"#))
}

fn id(number: u64) -> MessageId {
    MessageId::parse(&format!("00000000-0000-4000-8000-{number:012}")).unwrap()
}

fn message(millis: u64, id: MessageId, command: &Command, state: MessageState) -> LinkEvent {
    LinkEvent::Message(MessageStatus {
        id,
        command: Arc::new(command.clone()),
        origin: Origin::new("composer", "send"),
        created: at(millis),
        resend_of: None,
        at: at(millis),
        state,
    })
}

/// An event unrelated to the turn.
fn metrics() -> LinkEvent {
    frame_in(9, &event(9, "system_metrics", r#"{"cpu_percent": 3}"#))
}

/// The items, each as its key, or as the kind and the rows of its fold.
fn items(grouper: &RowGrouper) -> Vec<Result<u64, (FoldKind, Vec<u64>)>> {
    let shown = |item: &ListItem| match item {
        ListItem::Single(number) => Ok(*number),
        ListItem::Fold(fold) => Err((fold.kind, fold.rows().collect())),
    };
    grouper.items().iter().map(shown).collect()
}

fn folded(recorder: &Recorder) -> RowGrouper {
    RowGrouper::default().with(recorder.rows(..))
}

fn tokens(rows: impl IntoIterator<Item = u64>) -> Result<u64, (FoldKind, Vec<u64>)> {
    Err((FoldKind::Tokens, rows.into_iter().collect()))
}

#[test]
fn tokens_that_follow_each_other_are_one_line() {
    let recorder =
        recorded(&[other(), token(0, "It "), token(1, "is "), token(2, "24\\u00b0"), other(), token(3, ".")]);
    let grouper = folded(&recorder);
    assert_eq!(items(&grouper), [Ok(1), tokens(2..=4), Ok(5), Ok(6)]);
    assert_eq!(said(recorder.rows(1..=4)), "It is 24°", "what is no token says nothing");
}

#[test]
fn a_new_answer_begins_a_new_line() {
    let recorder = recorded(&[token(0, "a"), token(1, "b"), token(0, "c"), token(1, "d"), token(0, "e")]);
    let grouper = folded(&recorder);
    assert_eq!(items(&grouper), [tokens([1, 2]), tokens([3, 4]), Ok(5)]);
}

#[test]
fn tokens_fold_across_what_the_filter_left_out() {
    let recorder = recorded(&[token(0, "a"), other(), token(1, "b")]);
    let grouper = RowGrouper::default().with(recorder.rows(..).filter(|row| row.number != 2));
    assert_eq!(items(&grouper), [tokens([1, 3])]);
}

#[test]
fn a_long_answer_shows_how_it_begins() {
    let events: Vec<LinkEvent> = (0..1_000).map(|index| token(index, "ünd ")).collect();
    let recorder = recorded(&events);
    assert_eq!(items(&folded(&recorder)), [tokens(1..=1_000)]);
    let text = said(recorder.rows(..));
    assert!(text.ends_with("ünd…"), "{text}");
    assert!(text.starts_with("ünd ünd ") && (390..=400).contains(&text.len()), "{}", text.len());
}

#[test]
fn lines_go_with_their_rows() {
    let recorder = recorded(&[other(), token(0, "a"), token(1, "b"), other()]);
    let mut grouper = folded(&recorder);
    grouper.forget_before(3);
    assert_eq!(items(&grouper), [tokens([3]), Ok(4)]);
    grouper.forget_before(4);
    assert_eq!(items(&grouper), [Ok(4)]);
}

#[test]
fn tokens_fold_over_what_has_nothing_to_do_with_their_turn() {
    let ping = || frame_out(9, r#"{"type":"ping","data":{}}"#, None);
    let recorder = recorded(&[token(0, "a"), metrics(), token(1, "b"), ping(), metrics(), token(2, "c"), metrics()]);
    let mut grouper = folded(&recorder);
    assert_eq!(items(&grouper), [tokens([1, 3, 6]), Ok(2), Ok(4), Ok(5), Ok(7)]);
    let key_of = |grouper: &RowGrouper, number| grouper.item_with(number).map(ListItem::key);
    assert_eq!(
        [1, 3, 6, 5, 7, 8].map(|number| key_of(&grouper, number)),
        [Some(1), Some(1), Some(1), Some(5), Some(7), None]
    );
    grouper.forget_before(5);
    assert_eq!(items(&grouper), [tokens([6]), Ok(5), Ok(7)], "its last token is there");
    grouper.forget_before(7);
    assert_eq!(items(&grouper), [Ok(7)]);
    assert_eq!(key_of(&grouper, 6), None);
}

#[test]
fn the_tokens_around_a_tools_call_stand_on_its_either_side() {
    let recorder = recorded(&[token(0, "a"), token(1, "b"), call(), token(2, "c"), token(3, "d")]);
    let grouper = folded(&recorder);
    assert_eq!(items(&grouper), [tokens([1, 2]), Ok(3), tokens([4, 5])]);
}

#[test]
fn background_traffic_is_folded_until_something_happens() {
    let recorder = recorded(&[metrics(), progress(1), metrics(), progress(2), metrics(), call(), metrics(), metrics()]);
    let grouper = RowGrouper::of_everything().with(recorder.rows(..));
    let metrics = |rows: &[u64]| Err((FoldKind::Metrics, rows.to_vec()));
    assert_eq!(items(&grouper), [metrics(&[1, 3, 5]), Err((FoldKind::Progress, vec![2, 4])), Ok(6), metrics(&[7, 8])]);
    assert_eq!(grouper.item_with(4).map(ListItem::key), Some(2), "runs may overlap");
    assert_eq!(items(&folded(&recorder)).len(), 8, "with a filter, each row is listed");
}

#[test]
fn a_run_goes_on_while_an_answer_streams() {
    let recorder = recorded(&[token(0, "a"), metrics(), token(1, "b"), metrics(), token(2, "c"), metrics()]);
    let grouper = RowGrouper::of_everything().with(recorder.rows(..));
    assert_eq!(items(&grouper), [tokens([1, 3, 5]), Err((FoldKind::Metrics, vec![2, 4, 6]))]);
}

#[test]
fn the_states_of_a_message_are_folded_under_its_frame() {
    let (sent, other) = (id(1), id(2));
    let text = Command::TextInput { text: "hello".into() };
    let recorder = recorded(&[
        message(1, sent, &text, MessageState::Queued),
        message(2, other, &text, MessageState::Suppressed { original: sent }),
        frame_out(3, r#"{"type":"text_input","data":{}}"#, Some(sent)),
        message(4, sent, &text, MessageState::Written { conn: ConnId(1), attempt: 1 }),
        metrics(),
        message(6, sent, &text, MessageState::Delivered(Acknowledgement::Echo)),
    ]);
    let mut grouper = RowGrouper::of_everything().with(recorder.rows(..));
    assert_eq!(items(&grouper), [Ok(2), Err((FoldKind::Message, vec![1, 3, 4, 6])), Ok(5)]);
    let fold = grouper.item(3).and_then(ListItem::fold).unwrap();
    assert_eq!(fold.parts().collect::<Vec<_>>(), [1, 4, 6], "its frame is the fold itself");
    assert_eq!([1, 3, 4, 6].map(|number| grouper.item_with(number).map(ListItem::key)), [Some(3); 4]);
    grouper.forget_before(4);
    assert_eq!(items(&grouper), [Err((FoldKind::Message, vec![4, 6])), Ok(5)]);
    assert_eq!(grouper.item_with(1).map(ListItem::key), None);
}

#[test]
fn attempts_to_reach_a_server_that_is_away_are_folded_and_what_ended_the_connection_is_not() {
    let phase = |phase, code: u16| {
        let info = CloseInfo { code, reason: String::new() };
        let reason = if code == 1006 { DisconnectReason::Unreachable(info) } else { DisconnectReason::Closed(info) };
        LinkEvent::Phase { phase, outage: Some(Outage { since: at(1), reason }), at: at(9) }
    };
    let waiting = || Phase::Waiting { retry_at: Instant::ZERO, attempt: 1 };
    let opening = || Phase::Opening { conn: ConnId(2), give_up_at: Instant::ZERO };
    let recorder = recorded(&[
        phase(waiting(), 1000),
        phase(opening(), 1000),
        phase(waiting(), 1006),
        phase(opening(), 1006),
        phase(waiting(), 1006),
        call(),
        phase(opening(), 1006),
    ]);
    let grouper = RowGrouper::of_everything().with(recorder.rows(..));
    assert_eq!(items(&grouper), [Ok(1), Ok(2), Err((FoldKind::Attempts, vec![3, 4, 5])), Ok(6), Ok(7)]);
}

#[test]
fn pings_are_folded_with_their_echoes_and_states() {
    let pinged = |at, number| {
        let id = id(number);
        [
            message(at, id, &Command::Ping, MessageState::Queued),
            frame_out(at, &format!(r#"{{"type":"ping","data":{{"message_id":"{id}"}}}}"#), Some(id)),
            message(at, id, &Command::Ping, MessageState::Delivered(Acknowledgement::Echo)),
        ]
    };
    let recorder = recorded(&[pinged(1, 1).to_vec(), vec![metrics()], pinged(2, 2).to_vec()].concat());
    let grouper = RowGrouper::of_everything().with(recorder.rows(..));
    assert_eq!(items(&grouper), [Err((FoldKind::Pings, vec![1, 2, 3, 5, 6, 7])), Ok(4)]);
}
