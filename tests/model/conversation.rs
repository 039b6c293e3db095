//! The conversation, with events in any order.

use coda_dashboard::link::{Acknowledgement, Cancellation, MessageState};
use coda_dashboard::model::{
    Beginning, Changes, CutOff, Role, ToolOutcome, Turn, TurnStatus, export_json, export_markdown,
};
use serde_json::json;

use crate::page::Page;

const DELIVERED: MessageState = MessageState::Delivered(Acknowledgement::Echo);

#[test]
fn tokens_append_and_the_result_replaces_them() {
    let mut page = Page::new();
    page.event("llm_start", json!({}));
    page.tokens(0, &["It ", "is ", "sunn"]);
    assert_eq!(page.turns(), [(Role::Assistant, "It is sunn")]);
    assert!(page.last().is_open);
    page.event("llm_result", json!({"text": "It is sunny."}));
    page.said("assistant", "It is sunny.");
    assert_eq!(page.turns(), [(Role::Assistant, "It is sunny.")]);
    assert!(!page.last().is_open);
}

#[test]
fn an_own_text_is_shown_once_although_the_server_says_it_again() {
    let mut page = Page::new();
    let message = page.send("hello ");
    page.becomes(&message, DELIVERED);
    page.said("user", "hello");
    page.said("assistant", "Hi");
    assert_eq!(page.turns(), [(Role::User, "hello"), (Role::Assistant, "Hi")]);
    assert_eq!(page.own(&message).turn_status, TurnStatus::Begun);
}

#[test]
fn what_another_client_said_is_an_entry_of_its_own() {
    let mut page = Page::new();
    let message = page.send("mine");
    page.becomes(&message, DELIVERED);
    page.said("user", "theirs");
    assert_eq!(page.turns(), [(Role::User, "mine"), (Role::User, "theirs")]);
    assert_eq!(page.own(&message).turn_status, TurnStatus::Awaited);
}

#[test]
fn a_text_of_another_client_is_told_from_what_was_said_here() {
    let mut page = Page::new();
    page.conversation.set_own_clients(vec!["mine".into(), "mine before".into()]);
    let sends = |page: &mut Page, client: &str, text: &str| {
        let data = json!({"client_id": client, "message_type": "text_input", "message_data": {"text": text}});
        page.event("client_message", data);
    };
    for (client, text) in [("theirs", "dropped"), ("theirs", "hello "), ("mine before", "from an earlier connection")] {
        sends(&mut page, client, text);
        page.said("user", text.trim());
    }
    page.said("user", "by voice");
    // Said here, although another client has sent it before.
    sends(&mut page, "theirs", "stop");
    let message = page.send("stop");
    page.becomes(&message, DELIVERED);
    page.said("user", "stop");
    let senders: Vec<_> = page.conversation.turns().iter().map(|turn| turn.sent_by.as_deref()).collect();
    assert_eq!(senders, [Some("theirs"), Some("theirs"), None, None, None]);
    assert_eq!(page.conversation.turns()[0].author(), "Another client");
}

#[test]
fn words_change_while_they_are_recognized_and_stay_one_entry() {
    let mut page = Page::new();
    for text in ["what", "what is", "what is the"] {
        page.event("stt_interim", json!({"text": text}));
        assert_eq!(page.turns(), [(Role::User, text)]);
    }
    page.event("stt_result", json!({"text": "What is the time?"}));
    page.said("user", "What is the time?");
    assert_eq!(page.turns(), [(Role::User, "What is the time?")]);
    assert!(!page.last().is_open);
}

#[test]
fn listening_anew_begins_a_new_entry_and_leaves_none_that_was_half_heard_or_blank() {
    let mut page = Page::new();
    page.event("stt_start", json!({}));
    page.event("stt_result", json!({"text": "heard whole"}));
    page.event("stt_start", json!({}));
    page.event("stt_interim", json!({"text": "half a ques"}));
    page.event("client_message", json!({"client_id": "a", "message_type": "stt_stop", "message_data": {}}));
    page.event("system_error", json!({"message": "disk full"}));
    page.event("stt_start", json!({}));
    assert_eq!(page.turns(), [(Role::User, "heard whole"), (Role::System, "")]);
    page.event("stt_interim", json!({"text": "what"}));
    assert_eq!(page.turns()[2], (Role::User, "what"), "in its place, after what came before it");
}

#[test]
fn a_blank_recognition_leaves_no_entry() {
    for blank in ["", " \n"] {
        let mut page = Page::new();
        page.event("stt_interim", json!({"text": blank}));
        page.event("stt_result", json!({"text": blank}));
        assert_eq!(page.turns(), []);
        page.event("stt_interim", json!({"text": "hm"}));
        page.event("stt_result", json!({"text": blank}));
        assert_eq!(page.turns(), [], "what was half heard came to nothing");
    }
}

#[test]
fn a_typed_text_is_shown_once_although_something_was_heard_before_its_turn() {
    for end in ["stt_interim", "stt_result"] {
        let mut page = Page::new();
        page.event(end, json!({"text": "heard"}));
        let message = page.send("typed");
        page.becomes(&message, DELIVERED);
        page.said("user", "typed");
        assert_eq!(page.turns(), [(Role::User, "heard"), (Role::User, "typed")], "{end}");
        assert_eq!(page.own(&message).turn_status, TurnStatus::Begun);
    }
}

#[test]
fn a_spoken_text_begins_its_own_turn_although_the_same_waits_typed() {
    let mut page = Page::new();
    let message = page.send("hello");
    page.becomes(&message, DELIVERED);
    page.event("stt_result", json!({"text": "hello"}));
    page.said("user", "hello");
    assert_eq!(page.own(&message).turn_status, TurnStatus::Awaited);
    page.said("user", "hello");
    assert_eq!(page.own(&message).turn_status, TurnStatus::Begun);
    assert_eq!(page.turns().len(), 2);
}

#[test]
fn what_was_only_half_heard_when_the_connection_ended_goes_and_half_an_answer_stays() {
    let mut page = Page::new();
    page.event("llm_start", json!({}));
    page.tokens(0, &["Half an "]);
    page.event("stt_interim", json!({"text": "half a ques"}));
    page.disconnected();
    assert_eq!(page.turns(), [(Role::Assistant, "Half an ")]);
    assert!(!page.last().is_open);
    assert_eq!(page.last().cut_off, Some(CutOff::ConnectionEnded));
}

#[test]
fn an_answer_that_goes_on_after_a_reconnect_goes_on_in_its_own_entry() {
    let mut page = Page::new();
    page.said("user", "long one");
    page.event("llm_start", json!({}));
    page.tokens(0, &["one ", "two "]);
    page.disconnected();
    page.send("typed meanwhile");
    page.tokens(5, &["six "]);
    assert_eq!(page.turns()[1], (Role::Assistant, "one two six "));
    assert_eq!(page.conversation.turns()[1].cut_off, None);
    page.event("llm_result", json!({"text": "one two three four five six"}));
    page.said("assistant", "one two three four five six");
    let expected =
        [(Role::User, "long one"), (Role::Assistant, "one two three four five six"), (Role::User, "typed meanwhile")];
    assert_eq!(page.turns(), expected);
}

#[test]
fn after_a_restart_an_answer_is_a_new_one() {
    let mut page = Page::new();
    page.tokens(0, &["one ", "two "]);
    page.disconnected();
    page.epoch += 1;
    page.tokens(1, &["other"]);
    assert_eq!(page.turns(), [(Role::Assistant, "one two "), (Role::Assistant, "other")]);
}

#[test]
fn a_text_that_coda_dropped_because_it_was_busy_is_marked_and_one_that_waited_is_not() {
    let mut page = Page::new();
    page.said("user", "first");
    let dropped = page.send("dropped");
    page.becomes(&dropped, DELIVERED);
    page.tokens(0, &["answer"]);
    assert_eq!(page.own(&dropped).turn_status, TurnStatus::Awaited, "it may still be taken up");
    page.said("assistant", "answer");
    assert_eq!(page.own(&dropped).turn_status, TurnStatus::Dropped);
    let taken = page.send("taken");
    page.becomes(&taken, DELIVERED);
    page.said("user", "taken");
    page.said("assistant", "yes");
    assert_eq!(page.own(&taken).turn_status, TurnStatus::Begun);
}

#[test]
fn a_text_that_is_taken_up_late_is_no_longer_marked() {
    let mut page = Page::new();
    page.said("user", "first");
    let late = page.send("late");
    page.becomes(&late, DELIVERED);
    page.said("assistant", "answer");
    page.said("user", "late");
    assert_eq!(page.own(&late).turn_status, TurnStatus::Begun);
    assert_eq!(page.turns().len(), 3);
}

#[test]
fn nothing_is_called_dropped_when_its_turn_may_have_begun_unheard() {
    let mut page = Page::new();
    let message = page.send("hello");
    page.becomes(&message, MessageState::Unconfirmed);
    page.disconnected();
    page.becomes(&message, MessageState::Delivered(Acknowledgement::Duplicate));
    page.said("assistant", "an answer");
    assert_eq!(page.own(&message).turn_status, TurnStatus::Awaited);
}

#[test]
fn a_text_sent_again_replaces_the_one_before_for_the_server_and_for_the_eye() {
    let mut page = Page::new();
    let first = page.send("hello");
    page.becomes(&first, MessageState::Unconfirmed);
    let resend_of = page.send_in_place_of("hello", Some(first.id));
    page.becomes(&first, MessageState::Cancelled(Cancellation::SentAgain { by: resend_of.id }));
    page.becomes(&resend_of, DELIVERED);
    page.said("user", "hello");
    assert!(page.own(&first).sent_again);
    assert_eq!(page.own(&resend_of).turn_status, TurnStatus::Begun);
    assert_eq!(page.turns().len(), 2);
}

#[test]
fn tools_belong_to_the_answer_and_end_with_a_result_or_an_error() {
    let mut page = Page::new();
    page.event("llm_start", json!({}));
    page.event("tool_call", json!({"tool_name": "weather", "parameters": {"city": "Rabat"}}));
    assert_eq!(page.last().tools[0].outcome, ToolOutcome::Running);
    page.event("tool_result", json!({"tool_name": "weather", "result_preview": "sunny", "duration_seconds": 0.1}));
    assert_eq!(page.last().tools[0].outcome, ToolOutcome::Done { result: Some(json!("sunny")) });
    page.event("tool_error", json!({"tool_name": "clock", "message": "stopped"}));
    assert_eq!(
        page.last().tools[1].outcome,
        ToolOutcome::Failed { message: "stopped".into(), details: None },
        "also one whose call was missed"
    );
    assert_eq!(page.conversation.turns().len(), 1);
}

#[test]
fn a_tool_without_a_result_does_not_run_for_ever() {
    let answer = |page: &mut Page| page.said("assistant", "I do not know.");
    let question = |page: &mut Page| page.said("user", "Never mind.");
    let failure = |page: &mut Page| page.event("llm_error", json!({"message": "out of memory"}));
    let outage = |page: &mut Page| page.disconnected();
    let restart = |page: &mut Page| {
        page.epoch += 1;
        page.event("system_metrics", json!({}));
    };
    for end in [&answer as &dyn Fn(&mut Page), &question, &failure, &outage, &restart] {
        let mut page = Page::new();
        page.said("user", "What is the time?");
        page.event("tool_call", json!({"tool_name": "clock"}));
        let tool = |page: &Page| page.conversation.turns()[1].tools[0].clone();
        assert_eq!(tool(&page).outcome, ToolOutcome::Running);
        page.conversation.take_changes();
        end(&mut page);
        assert_eq!(
            (tool(&page).outcome, tool(&page).outcome.exported()),
            (ToolOutcome::NoResult, "no result came".to_owned())
        );
        assert!(page.conversation.take_changes().turns.contains(&page.conversation.turns()[1].key), "it is shown");
    }
}

#[test]
fn a_tools_result_after_an_outage_belongs_to_its_call_but_not_after_a_restart() {
    for restarted in [false, true] {
        let mut page = Page::new();
        page.said("user", "What is the time?");
        page.event("tool_call", json!({"tool_name": "clock"}));
        page.disconnected();
        page.epoch += u32::from(restarted);
        page.event("tool_result", json!({"tool_name": "clock", "result_preview": "six"}));
        let calls: Vec<_> = page.conversation.turns().iter().flat_map(|turn| &turn.tools).collect();
        let states: Vec<_> = calls.iter().map(|call| &call.outcome).collect();
        let done = ToolOutcome::Done { result: Some(json!("six")) };
        let expected = if restarted { vec![&ToolOutcome::NoResult, &done] } else { vec![&done] };
        assert_eq!(states, expected);
    }
}

#[test]
fn errors_stand_where_they_happened() {
    let mut page = Page::new();
    page.event("llm_start", json!({}));
    page.event("llm_error", json!({"message": "out of memory"}));
    assert_eq!(
        (page.last().role, page.last().errors.as_slice()),
        (Role::Assistant, ["out of memory".to_owned()].as_slice())
    );
    page.event("system_error", json!({"message": "disk full"}));
    assert_eq!(page.last().role, Role::System);
    page.event("stt_error", json!({"message": "no microphone"}));
    assert_eq!(page.conversation.turns().len(), 3);
}

#[test]
fn beyond_the_limit_the_oldest_goes_and_is_counted() {
    let mut page = Page::new();
    for number in 0..10_003 {
        page.said("assistant", &number.to_string());
    }
    assert_eq!(page.conversation.turns().len(), 10_000);
    assert_eq!(page.turns()[0], (Role::Assistant, "3"));
    assert_eq!(page.conversation.dropped(), 3);
}

#[test]
fn only_what_changed_is_reported_as_changed() {
    let mut page = Page::new();
    page.said("user", "hello");
    page.tokens(0, &["a"]);
    page.conversation.take_changes();
    page.tokens(1, &["b"]);
    let changes = page.conversation.take_changes();
    assert!(!changes.order);
    assert_eq!(changes.turns.into_iter().collect::<Vec<_>>(), [page.last().key]);
    page.event("system_metrics", json!({}));
    assert_eq!(page.conversation.take_changes(), Changes::default());
}

#[test]
fn turns_that_the_server_began_are_numbered_for_links() {
    let mut page = Page::new();
    page.send("waits");
    page.said("user", "one");
    page.said("assistant", "1");
    page.said("user", "two");
    let numbers: Vec<_> = page.conversation.turns().iter().map(|turn| turn.number).collect();
    assert_eq!(numbers, [None, Some(1), None, Some(2)]);
}

#[test]
fn a_lower_limit_drops_the_oldest_at_once() {
    let mut page = Page::new();
    for number in 0..10 {
        page.said("assistant", &number.to_string());
    }
    page.conversation.set_limit(3);
    assert_eq!(page.conversation.turns().len(), 3);
    assert_eq!((page.turns()[0], page.conversation.dropped()), ((Role::Assistant, "7"), 7));
}

#[test]
fn the_conversation_is_exported_whole_with_tools_and_errors() {
    let mut page = Page::new();
    page.said("user", "What is the weather?");
    page.event("tool_call", json!({"tool_name": "weather", "parameters": {"city": "Rabat"}}));
    page.event("tool_result", json!({"tool_name": "weather", "result_preview": "sunny"}));
    page.said("assistant", "It is **sunny**.");
    page.event("system_error", json!({"message": "disk full"}));
    let markdown = export_markdown("Conversation with Coda", page.conversation.turns().iter());
    for part in [
        "## You, 2026-",
        "What is the weather?",
        "*Used the tool weather: sunny*",
        "It is **sunny**.",
        "> Error: disk full",
    ] {
        assert!(markdown.contains(part), "no {part} in:\n{markdown}");
    }
    let json: serde_json::Value = serde_json::from_str(&export_json(page.conversation.turns().iter())).unwrap();
    assert_eq!(json["conversation"].as_array().unwrap().len(), 3);
    assert_eq!(json["conversation"][1]["tools"][0]["parameters"]["city"], "Rabat");
}

#[test]
fn an_export_tells_what_became_of_each_text_and_what_is_not_whole() {
    let mut page = Page::new();
    let taken = page.send("taken up");
    page.becomes(&taken, DELIVERED);
    page.said("user", "taken up");
    page.tokens(0, &["half"]);
    page.disconnected();
    let twice = page.send("twice");
    page.becomes(&twice, MessageState::Suppressed { original: taken.id });
    let back = page.send("taken back");
    page.becomes(&back, MessageState::Cancelled(Cancellation::ByUser));
    let resend_of = page.send_in_place_of("taken back", Some(back.id));
    page.becomes(&resend_of, MessageState::Expired);
    page.tokens(0, &["more"]);
    let markdown = export_markdown("Conversation with Coda", page.conversation.turns().iter());
    for (text, note) in [
        ("half", "The connection ended before the answer was complete"),
        ("twice", "Not sent: duplicate of the previous message"),
        ("taken back", "Resent below"),
        ("taken back", "Not sent: it waited too long"),
        ("more", "Not complete yet"),
    ] {
        assert!(markdown.contains(&format!("{text}\n\n*{note}*\n")), "no {note} after {text} in:\n{markdown}");
    }
    assert!(!markdown.contains("Delivered"), "what is as it should be needs no word");
    let json: serde_json::Value = serde_json::from_str(&export_json(page.conversation.turns().iter())).unwrap();
    let states: Vec<_> =
        json["conversation"].as_array().unwrap().iter().map(|turn| &turn["message"]["state"]).collect();
    assert_eq!(json!(states), json!(["delivered", null, "suppressed", "cancelled", "expired", null]));
    assert_eq!(json["conversation"][2]["message"]["note"], "Not sent: duplicate of the previous message");
    assert_eq!(
        (&json["conversation"][1]["complete"], &json["conversation"][0]["complete"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn a_search_looks_into_words_tools_and_errors() {
    let mut page = Page::new();
    page.event("tool_call", json!({"tool_name": "Weather", "parameters": {"city": "Rabat"}}));
    page.event("tool_result", json!({"tool_name": "Weather", "result_preview": {"sky": "Clear"}}));
    page.event("tool_error", json!({"tool_name": "clock", "message": "It has Stopped"}));
    page.event("llm_error", json!({"message": "Out of memory"}));
    page.said("assistant", "It is Sunny");
    let (tools, answer) = (&page.conversation.turns()[0], page.last());
    for words in ["weather", "rabat", "clear", "has stopped", "out of"] {
        assert!(tools.hits(words) > 0, "{words}");
        assert_eq!(answer.hits(words), 0, "{words}");
    }
    assert_eq!((answer.hits("sunny"), tools.hits("rabat")), (1, 1));
    page.said("user", "Tea, tea and TEA");
    assert_eq!(page.last().hits("tea"), 3);
}

#[test]
fn an_answer_knows_the_message_that_it_answers() {
    let mut page = Page::new();
    let message = page.send("hello");
    page.becomes(&message, DELIVERED);
    page.said("user", "hello");
    page.event("llm_start", json!({}));
    assert_eq!(page.last().message(), Some(message.id), "from its first word on");
    page.said("assistant", "Hi");
    let messages = |page: &Page| page.conversation.turns().iter().map(Turn::message).collect::<Vec<_>>();
    assert_eq!(messages(&page), [Some(message.id), Some(message.id)]);
    page.said("assistant", "By the way");
    page.said("user", "said aloud");
    page.said("assistant", "Heard");
    assert_eq!(messages(&page)[2..], [None, None, None], "nothing from this page was answered");
}

#[test]
fn an_answer_of_a_restarted_coda_answers_no_message_of_before() {
    let mut page = Page::new();
    let message = page.send("hello");
    page.becomes(&message, DELIVERED);
    page.said("user", "hello");
    page.epoch = 2;
    page.said("assistant", "I am back");
    assert_eq!(page.last().message(), None);
}

#[test]
fn the_first_entry_of_a_session_says_so() {
    let mut page = Page::new();
    page.said("user", "before");
    page.event("conversation_start", json!({"session_id": "s1"}));
    page.said("user", "one");
    page.said("assistant", "1");
    let begins: Vec<_> = page.conversation.turns().iter().map(|turn| turn.begins.is_some()).collect();
    assert_eq!(begins, [false, true, false]);
}

#[test]
fn a_session_begins_above_the_texts_that_waited_for_it() {
    let mut page = Page::new();
    page.said("assistant", "before");
    let lost = page.send("lost with the last session");
    page.disconnected();
    page.becomes(&lost, MessageState::Unconfirmed);
    let first = page.send("first");
    page.send("second");
    page.event("conversation_start", json!({"session_id": "s1"}));
    page.becomes(&first, DELIVERED);
    page.said("user", "first");
    page.said("assistant", "1");
    let begins: Vec<_> = page.conversation.turns().iter().map(|turn| turn.begins.is_some()).collect();
    assert_eq!(begins, [false, false, true, false, false]);
}

#[test]
fn a_cancelled_text_does_not_part_a_session_from_those_that_waited_for_it() {
    let mut page = Page::new();
    page.said("assistant", "before");
    page.disconnected();
    let first = page.send("first");
    let second = page.send("second");
    page.becomes(&second, MessageState::Cancelled(Cancellation::ByUser));
    page.event("conversation_start", json!({"session_id": "s1"}));
    page.becomes(&first, DELIVERED);
    page.said("user", "first");
    page.said("assistant", "1");
    let begins: Vec<_> = page.conversation.turns().iter().map(|turn| turn.begins.is_some()).collect();
    assert_eq!(begins, [false, true, false, false]);
}

#[test]
fn deleted_entries_are_gone_and_an_answer_in_progress_goes_on_below() {
    let mut page = Page::new();
    let waiting = page.send("a secret");
    page.event("llm_start", json!({}));
    page.tokens(0, &["It "]);
    page.conversation.remove(|_| true);
    assert_eq!(page.turns(), []);
    assert!(page.conversation.take_unsaved().is_empty());
    page.tokens(1, &["is"]);
    page.becomes(&waiting, MessageState::Cancelled(Cancellation::ByUser));
    page.event("llm_result", json!({"text": "It is sunny."}));
    page.said("assistant", "It is sunny.");
    assert_eq!(page.turns(), [(Role::Assistant, "It is sunny.")], "and what was cancelled does not come back");
}

#[test]
fn what_is_said_during_an_answer_does_not_end_it_and_is_marked_as_ignored() {
    let mut page = Page::new();
    let message = page.send("long tale");
    page.becomes(&message, DELIVERED);
    page.said("user", "long tale");
    page.event("llm_start", json!({}));
    page.tokens(0, &["one ", "two "]);
    page.event("stt_start", json!({}));
    page.event("stt_result", json!({"text": "show me"}));
    page.said("user", "show me");
    page.tokens(2, &["three"]);
    page.event("llm_result", json!({"text": "one two three"}));
    page.said("assistant", "one two three");
    let expected = [(Role::User, "long tale"), (Role::Assistant, "one two three"), (Role::User, "show me")];
    assert_eq!(page.turns(), expected);
    let turns = page.conversation.turns();
    assert_eq!((turns[1].message(), turns[1].cut_off), (Some(message.id), None));
    assert!(turns[2].is_ignored && !turns[0].is_ignored);
}

#[test]
fn an_answer_that_another_one_follows_without_its_end_was_not_finished() {
    let mut page = Page::new();
    page.said("user", "first");
    page.event("llm_start", json!({}));
    page.tokens(0, &["half an "]);
    page.said("user", "second");
    page.event("llm_start", json!({}));
    page.tokens(0, &["whole"]);
    page.said("assistant", "whole");
    let turns = page.conversation.turns();
    assert_eq!((turns[1].cut_off, turns[1].is_open), (Some(CutOff::Abandoned), false));
    assert_eq!((turns[3].text.as_str(), turns[3].cut_off), ("whole", None));
    assert!(!turns[2].is_ignored);
}

#[test]
fn an_answer_whose_whole_text_has_come_is_not_cut_off_by_the_end_of_the_connection() {
    let mut page = Page::new();
    page.said("user", "first");
    page.event("llm_start", json!({}));
    page.tokens(0, &["all of "]);
    page.event("llm_result", json!({"text": "all of it", "has_tool_calls": false}));
    page.disconnected();
    assert_eq!((page.last().text.as_str(), page.last().cut_off), ("all of it", None));
    page.said("assistant", "all of it");
    assert_eq!(page.turns(), [(Role::User, "first"), (Role::Assistant, "all of it")]);

    page.said("user", "with a tool");
    page.event("llm_result", json!({"text": "let me look", "has_tool_calls": true}));
    page.disconnected();
    assert_eq!(page.last().cut_off, Some(CutOff::ConnectionEnded), "the tool's answer would have followed");
}

#[test]
fn another_server_begins_below_a_line_that_names_it() {
    let mut page = Page::new();
    page.conversation.change_server("ws://first");
    page.said("user", "to the first");
    page.event("llm_start", json!({}));
    page.conversation.change_server("ws://second");
    page.epoch = 2;
    page.event("conversation_start", json!({"session_id": "s2"}));
    page.said("user", "to the second");
    let begins: Vec<_> = page.conversation.turns().iter().map(|turn| turn.begins.clone()).collect();
    assert_eq!(begins, [None, None, Some(Beginning::Server("ws://second".into()))]);
    assert!(!page.conversation.turns()[1].is_open, "the first server's answer will not go on");
}

/// Coda's words by speech alone.
fn spoken(page: &mut Page, text: &str) {
    page.event("tts_start", json!({"text": text, "voice": "a", "provider": "b"}));
}

#[test]
fn speech_without_a_turn_is_an_entry_of_its_own_and_the_speech_of_an_answer_is_not() {
    let mut page = Page::new();
    spoken(&mut page, "Hello! I am Coda.");
    page.said("user", "hi");
    page.said("assistant", "Good  morning.\nWhat can I do?");
    spoken(&mut page, "Good morning. What can I do?");
    spoken(&mut page, "What can I do?");
    assert_eq!(
        page.turns(),
        [(Role::Speech, "Hello! I am Coda."), (Role::User, "hi"), (Role::Assistant, "Good  morning.\nWhat can I do?"),]
    );
    assert_eq!(page.conversation.feedback_question(), None, "a question of the answer is not one for feedback");
}

#[test]
fn a_text_that_coda_takes_for_feedback_says_so() {
    let mut page = Page::new();
    page.said("user", "hi");
    page.said("assistant", "Hello.");
    spoken(&mut page, "Was that helpful?");
    assert_eq!(page.conversation.feedback_question(), Some("Was that helpful?"));
    let message = page.send("what now");
    page.becomes(&message, MessageState::Delivered(Acknowledgement::Echo));
    spoken(&mut page, "Thanks for your feedback!");
    assert_eq!(page.conversation.feedback_question(), None);
    let own = page.conversation.turns().iter().find_map(|turn| turn.outgoing.clone()).unwrap();
    assert_eq!(own.turn_status, TurnStatus::TakenForFeedback);
    assert_eq!(own.words(), "Delivered, but Coda treated it as feedback and did not answer");
    assert!(!own.is_taken_up());
}

#[test]
fn a_question_for_feedback_waits_until_it_is_answered_or_coda_is_restarted() {
    let mut page = Page::new();
    page.said("user", "hi");
    page.said("assistant", "Hello.");
    spoken(&mut page, "How was that response?");
    let message = page.send("please tell me the weather in Rabat today");
    page.becomes(&message, MessageState::Delivered(Acknowledgement::Echo));
    page.said("user", "please tell me the weather in Rabat today");
    page.said("assistant", "Sunny.");
    assert!(page.conversation.feedback_question().is_some(), "this was an answered question, not feedback");
    let mut other = Page::new();
    other.said("user", "hi");
    other.said("assistant", "Hello.");
    spoken(&mut other, "How was that response?");
    other.said("user", "yes");
    other.said("assistant", "Yes what?");
    assert_eq!(other.conversation.feedback_question(), None, "it would have been taken for feedback");
    page.epoch += 1;
    page.event("system_info", json!({}));
    assert_eq!(page.conversation.feedback_question(), None);
}

#[test]
fn what_was_heard_comes_with_its_confidence_and_language() {
    let mut page = Page::new();
    page.event("stt_start", json!({}));
    page.event("stt_result", json!({"text": "what is the whether", "confidence": 0.42, "language": "en"}));
    page.said("user", "what is the whether");
    let heard = page.conversation.turns()[0].heard.clone().unwrap();
    assert_eq!((heard.confidence, heard.language.as_deref(), heard.is_doubtful()), (Some(0.42), Some("en"), true));
}
