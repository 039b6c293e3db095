//! Conversations of earlier visits.

use coda_dashboard::link::{Acknowledgement, Cancellation, ConnId, MessageState};
use coda_dashboard::model::{Beginning, CutOff, Role, ToolOutcome};
use coda_dashboard::protocol::utc_from_millis;
use coda_dashboard::store::conversations;
use coda_dashboard::store::{
    KeptLimits, KeyRange, Removed, SCHEMA_VERSION, Store, StoreError, Table, Write, tables_added_in,
};
use proptest::prelude::*;
use serde_json::json;

use crate::visit::{CODA, Visit, now, session_start};

#[test]
fn the_next_visit_shows_what_was_said_in_the_last_one() {
    let mut visit = Visit::first();
    visit.exchange("hello", "Hi");
    visit.save();
    let next = visit.later(200);
    assert_eq!(next.texts(), ["hello", "Hi"]);
    assert!(next.page.conversation.turns().iter().all(|turn| turn.key.is_of_earlier_visit() && turn.number.is_none()));
}

#[test]
fn a_session_goes_on_in_the_next_visit_until_coda_begins_another() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.save();
    let mut visit = visit.later(200);
    visit.exchange("two", "2");
    visit.save();
    assert_eq!(visit.sessions().len(), 1);
    visit.page.event("conversation_start", session_start());
    visit.exchange("three", "3");
    visit.save();
    let sessions = visit.sessions();
    assert_eq!(sessions.iter().map(|session| session.title.as_str()).collect::<Vec<_>>(), ["three", "one"]);
    assert_eq!(sessions.iter().map(coda_dashboard::store::Session::turns).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(visit.kept(&sessions[0].id), [(Role::User, "three".into()), (Role::Assistant, "3".into())]);
}

#[test]
fn another_tab_with_the_same_conversation_writes_the_same_to_the_same_places() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.save();
    visit.page.event("llm_start", json!({}));
    visit.page.tokens(0, &["in the ", "middle"]);
    visit.note();
    let mut other = visit.in_another_tab();
    assert_eq!(other.texts(), ["one", "1", "in the middle"]);
    for visit in [&mut visit, &mut other] {
        visit.page.tokens(2, &[" of it"]);
        visit.note();
        visit.page.event("conversation_start", session_start());
        visit.note();
        visit.exchange("two", "2");
        visit.note();
    }
    let mut writes = [visit, other].map(|mut visit| visit.keeper.take_writes(&visit.page.conversation, json!(null)).0);
    assert!(writes[0].len() > 3);
    let [one, other] = &mut writes;
    assert_eq!(one, other);
}

#[test]
fn where_another_tab_may_have_written_meanwhile_the_next_entry_begins_a_session() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.save();
    visit.keeper.begin_session();
    visit.exchange("two", "2");
    visit.save();
    let sessions = visit.sessions();
    assert_eq!(sessions.iter().map(|session| session.title.as_str()).collect::<Vec<_>>(), ["two", "one"]);
}

#[test]
fn only_what_changed_is_written_again() {
    let mut visit = Visit::first();
    for number in 0..50 {
        visit.exchange(&format!("question {number}"), "answer");
    }
    visit.save();
    visit.page.event("llm_start", json!({}));
    visit.page.tokens(0, &["It ", "is"]);
    visit.note();
    let (writes, _) = visit.keeper.take_writes(&visit.page.conversation, json!(null));
    let turns = writes.iter().filter(|write| write.table() == Table::Turns);
    assert_eq!(turns.count(), 1);
    assert!(!visit.keeper.has_unsaved());
}

#[test]
fn an_answer_in_progress_is_shown_as_interrupted_and_goes_on_if_coda_goes_on() {
    let mut visit = Visit::first();
    visit.page.said("user", "weather?");
    visit.page.event("llm_start", json!({}));
    visit.page.tokens(0, &["It "]);
    visit.page.event("tool_call", json!({"tool_name": "weather", "parameters": {}}));
    visit.save();
    let mut next = visit.later(200);
    let last = next.page.last();
    assert_eq!((last.text.as_str(), last.is_open, last.cut_off), ("It ", false, Some(CutOff::PageClosed)));
    assert_eq!(last.tools[0].outcome, ToolOutcome::NoResult);
    next.page.event("tool_result", json!({"tool_name": "weather", "result_preview": "sun"}));
    assert_eq!(next.page.last().tools[0].outcome, ToolOutcome::Done { result: Some("sun".into()) });
    next.page.event("llm_result", json!({"text": "It is sunny."}));
    next.page.said("assistant", "It is sunny.");
    assert_eq!(next.texts(), ["weather?", "It is sunny."]);
    assert_eq!(next.page.last().cut_off, None);
    next.save();
    assert_eq!(next.later(200).texts(), ["weather?", "It is sunny."]);
}

#[test]
fn an_interrupted_answer_of_another_run_of_coda_is_left_as_it_is() {
    let mut visit = Visit::first();
    visit.page.said("user", "weather?");
    visit.page.event("llm_start", json!({}));
    visit.page.tokens(0, &["It "]);
    visit.save();
    let mut next = visit.later(200);
    next.page.epoch = 2;
    next.page.event("conversation_start", session_start());
    next.exchange("hello", "Hi");
    assert_eq!(next.texts(), ["weather?", "It ", "hello", "Hi"]);
}

#[test]
fn texts_that_were_on_their_way_say_what_is_known_of_them() {
    let mut visit = Visit::first();
    let (waiting, written, read) = (visit.page.send("a"), visit.page.send("b"), visit.page.send("c"));
    visit.page.becomes(&written, MessageState::Written { conn: ConnId(1), attempt: 1 });
    visit.page.becomes(&read, MessageState::Delivered(Acknowledgement::Echo));
    visit.save();
    let mut next = visit.later(200);
    assert_eq!(next.page.own(&waiting).state, MessageState::Cancelled(Cancellation::PageClosed));
    assert_eq!(next.page.own(&written).state, MessageState::Unconfirmed);
    assert_eq!(next.page.own(&read).state, MessageState::Delivered(Acknowledgement::Echo));
    // The link restores a text that waits, under the same id.
    next.page.becomes(&waiting, MessageState::Queued);
    assert_eq!(next.texts(), ["a", "b", "c"]);
    assert_eq!(next.page.own(&waiting).state, MessageState::Queued);
}

#[test]
fn a_session_that_begins_above_a_waiting_text_takes_it_along() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.page.send("waits");
    visit.save();
    visit.page.event("conversation_start", session_start());
    visit.save();
    let titles: Vec<String> = visit.sessions().into_iter().map(|session| session.title).collect();
    assert_eq!(titles, ["waits", "one"]);
    let next = visit.later(200);
    assert_eq!(next.texts(), ["one", "1", "waits"]);
    assert_eq!(next.page.last().begins, Some(Beginning::Session));
}

#[test]
fn half_heard_words_are_not_kept() {
    let mut visit = Visit::first();
    visit.page.event("stt_interim", json!({"text": "what is"}));
    visit.save();
    assert_eq!(visit.store.len(Table::Turns), 0);
    visit.page.event("stt_result", json!({"text": "What is it?"}));
    visit.save();
    assert_eq!(visit.later(200).texts(), ["What is it?"]);
}

#[test]
fn the_demo_is_not_kept() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.note();
    visit.page.conversation.change_server("demo:");
    visit.keeper.set_server(None);
    visit.exchange("in the demo", "yes");
    visit.note();
    visit.page.conversation.change_server(CODA);
    visit.keeper.set_server(Some(CODA));
    visit.exchange("two", "2");
    visit.save();
    assert_eq!(visit.later(200).texts(), ["one", "1", "two", "2"]);
}

#[test]
fn each_server_has_its_own_conversation() {
    let mut visit = Visit::first();
    visit.exchange("here", "yes");
    visit.save();
    let mut other = Visit::open_at(visit.store.clone(), 200, "ws://other:1/");
    assert!(other.texts().is_empty());
    other.exchange("there", "no");
    other.save();
    assert_eq!(Visit::open_at(other.store.clone(), 200, "ws://other:1/").texts(), ["there", "no"]);
    assert_eq!(visit.later(200).texts(), ["here", "yes"]);
}

#[test]
fn earlier_entries_are_loaded_a_part_at_a_time() {
    let mut visit = Visit::first();
    for number in 0..30 {
        if number % 7 == 0 {
            visit.page.event("conversation_start", session_start());
        }
        visit.exchange(&format!("q{number}"), &format!("a{number}"));
    }
    visit.save();
    let mut next = visit.later(10);
    assert_eq!(next.texts().first(), Some(&"q25"));
    let count = |visit: &Visit| {
        let (session, number) = visit.oldest().unwrap();
        now(conversations::count_before(&*visit.store, CODA, (&session, number)))
    };
    assert_eq!(count(&next), Ok(50));
    next.load_earlier(9);
    assert_eq!(next.texts().first(), Some(&"a20"));
    assert_eq!(count(&next), Ok(41));
    while count(&next) != Ok(0) {
        next.load_earlier(9);
    }
    let expected: Vec<String> = (0..30).flat_map(|number| [format!("q{number}"), format!("a{number}")]).collect();
    assert_eq!(next.texts(), expected);
    assert!(next.page.conversation.turns().iter().is_sorted_by_key(|turn| turn.key));
}

#[test]
fn a_search_finds_every_session_with_the_words() {
    let mut visit = Visit::first();
    visit.exchange("The weather in Rabat?", "Sunny weather.");
    visit.page.event("conversation_start", session_start());
    visit.exchange("hello", "Hi");
    visit.save();
    let found = |words: &str| -> Vec<(String, usize)> {
        let sessions = visit.sessions();
        let found = sessions.iter().filter_map(|session| {
            now(conversations::search(&*visit.store, session, words)).unwrap().map(|found| (session, found))
        });
        found.map(|(session, found)| (session.title.clone(), found.hits)).collect()
    };
    assert_eq!(found(" WEATHER "), [("The weather in Rabat?".to_owned(), 2)]);
    assert_eq!(found("h").len(), 2);
    assert_eq!(found("missing"), []);
    assert_eq!(found("  "), []);
}

#[test]
fn a_session_can_be_named_and_deleted() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.page.event("conversation_start", session_start());
    visit.exchange("two", "2");
    visit.save();
    let [two, one] = visit.sessions().try_into().unwrap();
    now(conversations::rename(&*visit.store, &one.id, " The first ")).unwrap();
    visit.save();
    assert_eq!(visit.sessions()[1].name.as_deref(), Some("The first"));
    now(conversations::rename(&*visit.store, &one.id, "")).unwrap();
    assert_eq!(visit.sessions()[1].name, None);
    now(conversations::delete(&*visit.store, &two)).unwrap();
    visit.keeper.forget(&two.id);
    assert_eq!(visit.sessions().len(), 1);
    // What is deleted does not come back with the next change of the page.
    visit.exchange("three", "3");
    visit.save();
    assert_eq!(visit.later(200).texts(), ["one", "1", "three", "3"]);
}

#[test]
fn everything_is_erased() {
    let mut visit = Visit::first();
    visit.exchange("secret", "yes");
    visit.save();
    let session = visit.sessions().remove(0);
    now(conversations::rename(&*visit.store, &session.id, "secret")).unwrap();
    now(conversations::erase_everything(&*visit.store)).unwrap();
    visit.keeper.forget_all();
    assert!(visit.store.is_empty());
    visit.exchange("new", "yes");
    visit.save();
    assert_eq!(visit.later(200).texts(), ["new", "yes"]);
}

#[test]
fn the_oldest_sessions_go_first_by_age_and_by_size_and_the_one_in_use_stays() {
    let mut visit = Visit::first();
    for number in 0..5 {
        visit.page.event("conversation_start", session_start());
        visit.exchange(&format!("q{number}"), &"a".repeat(1_000));
        visit.page.now += 3_600_000;
    }
    visit.save();
    let titles = |visit: &Visit| visit.sessions().into_iter().map(|session| session.title).collect::<Vec<_>>();
    let last = visit.sessions()[0].last;
    let current = visit.keeper.current().cloned();
    let trim = |limits, at| now(conversations::trim(&*visit.store, limits, at, current.as_ref())).unwrap();
    let roomy = KeptLimits { days: 90, bytes: 1_000_000 };
    assert_eq!(trim(roomy, last), Removed::default());
    let bytes = visit.sessions()[0].bytes;
    assert_eq!(trim(KeptLimits { bytes: bytes * 3, ..roomy }, last), Removed { things: 2, bytes: bytes * 2 });
    assert_eq!(titles(&visit), ["q4", "q3", "q2"]);
    let much_later = utc_from_millis(last.timestamp_millis() + 1_000 * 86_400 * 91);
    assert_eq!(trim(roomy, much_later), Removed { things: 2, bytes: bytes * 2 });
    assert_eq!(titles(&visit), ["q4"]);
    assert_eq!(visit.store.len(Table::Turns), 2);
}

#[test]
fn a_full_store_loses_nothing_of_the_page_and_is_written_once_there_is_room() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.save();
    visit.store.set_limit(Some(visit.store.bytes() + 10));
    visit.exchange("two", "2");
    assert_eq!(visit.try_save(), Err(StoreError::Full));
    assert_eq!(visit.texts(), ["one", "1", "two", "2"]);
    visit.store.set_limit(None);
    visit.exchange("three", "3");
    visit.save();
    assert_eq!(visit.later(200).texts(), ["one", "1", "two", "2", "three", "3"]);
}

#[test]
fn an_entry_that_moved_while_the_store_was_full_is_kept_once() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.page.send("waits");
    visit.save();
    visit.store.set_limit(Some(0));
    visit.page.event("conversation_start", session_start());
    assert_eq!(visit.try_save(), Err(StoreError::Full));
    visit.store.set_limit(None);
    visit.save();
    assert_eq!(visit.store.len(Table::Turns), 3);
}

#[test]
fn damaged_entries_are_counted_and_the_others_are_shown() {
    let mut visit = Visit::first();
    visit.exchange("one", "1");
    visit.exchange("two", "2");
    visit.save();
    let keys = now(visit.store.keys(Table::Turns, &KeyRange::all())).unwrap();
    let damaged = Write::Put { table: Table::Turns, key: keys[1].clone(), value: "{".into() };
    now(visit.store.write(vec![damaged])).unwrap();
    let latest = now(conversations::latest(&*visit.store, CODA, 200)).unwrap();
    assert_eq!((latest.turns.len(), latest.unreadable), (3, 1));
    assert_eq!(visit.later(200).texts(), ["one", "two", "2"]);
}

#[test]
fn a_new_store_gets_every_table_and_a_current_one_none() {
    assert!(tables_added_in(0).eq(Table::ALL.iter().copied()));
    assert_eq!(tables_added_in(SCHEMA_VERSION).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_next_visit_shows_the_same_conversation(steps in prop::collection::vec(0_u8..9, 1..60)) {
        let mut visit = Visit::first();
        let mut own = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            match step {
                0 => visit.exchange(&format!("q{at}"), "a"),
                1 => own.push(visit.page.send(&format!("own {at}"))),
                2 => visit.page.event("conversation_start", session_start()),
                3 => visit.page.event("stt_interim", json!({"text": format!("heard {at}")})),
                4 => visit.page.event("stt_start", json!({})),
                5 => visit.page.tokens(0, &["to", "ken"]),
                6 => visit.page.disconnected(),
                7 => if let Some(message) = own.pop() {
                    visit.page.becomes(&message, MessageState::Delivered(Acknowledgement::Echo));
                },
                _ => visit.save(),
            }
        }
        visit.save();
        let said = visit.page.conversation.turns().iter().filter(|turn| !(turn.is_open && turn.role == Role::User));
        let said: Vec<(Role, String, Option<Beginning>)> =
            said.map(|turn| (turn.role, turn.text.clone(), turn.begins.clone())).collect();
        let next = visit.later(1_000);
        let shown: Vec<_> = next.page.conversation.turns().iter()
            .map(|turn| (turn.role, turn.text.clone(), turn.begins.clone())).collect();
        prop_assert_eq!(shown, said);
        let sessions: u32 = next.sessions().iter().map(coda_dashboard::store::Session::turns).sum();
        prop_assert!(sessions as usize >= next.store.len(Table::Turns));
    }
}
