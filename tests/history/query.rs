//! The filter: the matches of each term and combination, its errors, and its speed.

use std::time::Duration;

use coda_dashboard::history::{Context, Query, QueryDraft, Recorder, Severity};
use coda_dashboard::link::{ConnId, FrameKind, LinkEvent, MessageId, Phase};
use coda_dashboard::protocol::Instant;
use coda_dashboard::sim::{Echo, ServerConfig};

use crate::world::{World, at, event, frame_in, frame_of, frame_out, recorded};

pub fn query(text: &str) -> Query {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn found(recorder: &Recorder, text: &str) -> Vec<u64> {
    let (query, context) = (query(text), Context { recorder, utc_offset_minutes: 60 });
    recorder.rows(..).filter(|row| query.matches(row, &context)).map(|row| row.number).collect()
}

fn error(text: &str) -> String {
    text.parse::<Query>().expect_err(text).to_string()
}

fn sample() -> Recorder {
    let mut recorder = recorded(&[
        frame_in(0, &event(1, "stt_result", r#"{"text": "weather in Rabat", "confidence": 1}"#)),
        frame_in(1_000, &event(2, "conversation_turn", r#"{"role": "user", "content": "Stra\u00dfe und \"Rabat\""}"#)),
        frame_out(2_000, r#"{"data":{},"timestamp":"","type":"stt_stop"}"#, None),
        frame_in(3_000, &event(3, "llm_error", r#"{"message": "out of memory"}"#)),
        frame_in(60_000, "not JSON"),
        frame_of(ConnId(3), "", FrameKind::Binary(5_000), at(61_000)),
    ]);
    recorder.record(&LinkEvent::Phase {
        phase: Phase::Opening { conn: ConnId(3), give_up_at: Instant::ZERO },
        outage: None,
        at: at(62_000),
    });
    recorder.note(Severity::Error, "weather forecast failed", at(63_000));
    recorder
}

#[test]
fn words_are_looked_for_in_everything() {
    let recorder = sample();
    for (text, rows) in [
        ("", (1..=8).collect()),
        ("  ", (1..=8).collect()),
        ("rabat", vec![1, 2]),
        ("WEATHER", vec![1, 8]),
        ("weather rabat", vec![1]),
        ("\"weather in\"", vec![1]),
        ("\"in weather\"", vec![]),
        ("opening", vec![7]),
        ("straße", vec![2]),
        (r#""und \"Rabat""#, vec![2]),
        ("!weather !rabat", vec![3, 4, 5, 6, 7]),
        ("text:weather", vec![1]),
        ("text:\"in rabat\"", vec![1]),
        ("10:32", vec![]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn rows_are_chosen_by_type_direction_connection_and_size() {
    let recorder = sample();
    for (text, rows) in [
        ("type:stt*", vec![1, 3]),
        ("type:*_*r*", vec![1, 2, 4]),
        ("TYPE:STT_STOP", vec![3]),
        ("type:stt", vec![]),
        ("dir:in", vec![1, 2, 4, 5, 6]),
        ("dir:out", vec![3]),
        ("!dir:in !dir:out", vec![7, 8]),
        ("conn:3", vec![6, 7]),
        ("conn:#1", vec![1, 2, 3, 4, 5]),
        ("size>1k", vec![6]),
        ("size>1kB", vec![6]),
        ("size<1MB size>1024B", vec![6]),
        ("size<50", vec![3, 5]),
        ("is:error", vec![4, 5, 8]),
        ("!is:error type:*", vec![1, 2, 3, 6]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn rows_of_either_side_of_an_or_are_found() {
    let recorder = sample();
    for (text, rows) in [
        ("type:stt_result or type:llm_error", vec![1, 4]),
        ("type:stt_result OR opening", vec![1, 7]),
        ("rabat type:stt* or dir:out", vec![1, 3]),
        ("dir:out or rabat type:stt*", vec![1, 3]),
        ("opening or forecast or dir:out", vec![3, 7, 8]),
        ("\"weather or opening\"", vec![]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn parentheses_group_terms() {
    let recorder = sample();
    for (text, rows) in [
        ("rabat (type:stt* or dir:out)", vec![1]),
        ("(rabat or weather) (type:conversation_turn or is:error)", vec![2, 8]),
        ("(rabat)or(dir:out)", vec![1, 2, 3]),
        ("( dir:in ( rabat or ( is:error ) ) )", vec![1, 2, 4, 5]),
        ("opening or (forecast)", vec![7, 8]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn a_minus_negates_like_an_exclamation_mark_and_both_negate_groups() {
    let recorder = sample();
    for (text, rows) in [
        ("-weather -rabat", vec![3, 4, 5, 6, 7]),
        ("-dir:in !dir:out", vec![7, 8]),
        ("-(dir:in or dir:out)", vec![7, 8]),
        ("!(dir:in is:error) conn:1", vec![1, 2, 3]),
        ("-(rabat or -conn:1) dir:in", vec![4, 5]),
        ("-\"weather in\" weather", vec![8]),
        ("-type:stt*,llm* conn:1", vec![2, 5]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
        assert_eq!(query(&text.replace('-', "!")), query(text), "{text}");
    }
}

#[test]
fn commas_join_the_values_of_a_term() {
    let recorder = sample();
    for (text, rows) in [
        ("type:stt_result,llm_error", vec![1, 4]),
        ("type:\"stt_stop\",llm*", vec![3, 4]),
        ("type:\"stt_stop,llm_error\"", vec![]),
        ("dir:in,out", vec![1, 2, 3, 4, 5, 6]),
        ("conn:1,#3", vec![1, 2, 3, 4, 5, 6, 7]),
        ("(type:stt_stop,llm_error) dir:in", vec![4]),
        // In texts a comma is literal.
        ("text:\"Rabat\\\",\"", vec![1]),
        ("text:{},", vec![3]),
        ("{},", vec![3]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
    assert_eq!(query("state:queued,written"), query("state:queued or state:written"));
    assert_eq!(query("id:3F2a,77"), query("id:3f2a or id:77"));
}

#[test]
fn texts_with_signs_in_them_stay_texts() {
    let mut recorder = recorded(&[]);
    let texts = ["call f(x) now", "a-b", "/tmp/some/file", "rock and roll", "not found", "a,b", "{\"k\":1}"];
    for (number, text) in (0..).zip(texts) {
        recorder.note(Severity::Info, text, at(number));
    }
    for (text, rows) in [
        ("f(x)", vec![1]),
        ("(f(x))", vec![1]),
        ("a-b", vec![2]),
        ("/tmp/some/file", vec![3]),
        ("/some", vec![3]),
        ("rock and roll", vec![4]),
        ("not found", vec![5]),
        ("a,b", vec![6]),
        ("{\"k\":1}", vec![7]),
        ("\"/tmp/\"", vec![3]),
        ("\"and\"", vec![4]),
        ("\"-b\"", vec![2]),
        ("!\"(x)\" -f (found or a-b)", vec![2]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn rows_are_chosen_by_the_users_time_of_day() {
    // It is 19:09:27 UTC, and the user's clock is an hour ahead.
    let recorder = sample();
    for (text, rows) in [
        ("after:20:10", vec![5, 6, 7, 8]),
        ("before:20:09:28", vec![1]),
        ("before:20:09:28.001", vec![1, 2]),
        ("after:20:09:28 before:20:10:28", vec![2, 3, 4, 5]),
        ("after:19:00 before:20:00", vec![]),
    ] {
        assert_eq!(found(&recorder, text), rows, "{text}");
    }
}

#[test]
fn rows_are_chosen_by_the_fate_of_their_message() {
    let mut world = World::ready(ServerConfig::quiet());
    world.run_for(Duration::from_secs(1));
    let first = world.say("hello");
    let second = world.say("hello");
    world.run_for(Duration::from_secs(2));
    world.server.config_mut().echo = Echo::SwallowNext(1);
    let late = world.say("late");
    world.run_for(Duration::from_secs(5));
    let recorder = &world.recorder;
    let of = |id: MessageId, text: &str| found(recorder, &format!("id:{id} {text}")).len();
    let all = found(recorder, &format!("id:{}", &first.to_string().to_uppercase()[..8]));
    assert_eq!(all, recorder.rows_of(first).map(|row| row.number).collect::<Vec<_>>());
    assert_eq!(of(first, ""), 5);
    assert_eq!(of(first, "state:queued"), 1);
    assert_eq!(of(first, "state:delivered"), 2, "the frame by its message's state now");
    assert_eq!(of(first, "state:duplicate"), 0);
    assert_eq!((of(second, "state:suppressed"), of(second, "state:duplicate")), (1, 1));
    assert_eq!(of(late, "state:duplicate"), 4, "two frames, the answer and the end");
    assert_eq!(of(late, "type:duplicate_message state:duplicate"), 1);
    assert_eq!(of(late, "rtt>1999"), 1, "the first frame");
    assert_eq!(of(late, "rtt<2.5"), 2, "the second frame, and the delivery");
    assert_eq!(of(first, "rtt>1.9 rtt<2.1"), 2);
    assert_eq!(of(late, "rtt>1.999s"), of(late, "rtt>1999"));
    assert_eq!(of(second, "rtt>0"), 0);
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    assert!(error("rabat typ:stt").starts_with("at character 7: expected “type:”, “dir:”"));
    assert_eq!(error("dir:up"), "at character 5: expected “in” or “out”");
    assert_eq!(error("ü dir:"), "at character 7: expected “in” or “out”");
    assert!(error("state:lost").starts_with("at character 7: expected queued, written, delivered"));
    assert_eq!(error("rtt:200"), "at character 4: expected “>” or “<”");
    assert_eq!(error("rtt>fast"), "at character 5: expected a time, as in “200” (milliseconds) or “1.5s”");
    assert!(error("data.text:rabat").contains("expected “type:”"), "no part of the data can be named");
    assert!(error("size>9999999999999999m").starts_with("at character 6: expected a size"));
    assert!(error("after:25:00").starts_with("at character 7: expected a time of day"));
    assert!(error("conn:x").starts_with("at character 6: expected the number"));
    assert!(error("id:xyz").starts_with("at character 4: expected the beginning"));
    assert_eq!(error("is:fine"), "at character 4: expected “error”, “bookmarked”, “noted” or “synthetic”");
    assert_eq!(error("!"), "at character 2: expected a word or a term");
    assert!(error("!!a").starts_with("at character 2"));
    assert!(error("\"\"").starts_with("at character 1"));
    assert_eq!(error("a \"b"), "at character 5: expected a closing quote for the one at 3");
    assert_eq!(error("\"b\"c"), "at character 4: expected a space after the quotes");
    assert!(error("http://localhost").contains("a text with a colon needs quotes"));
}

#[test]
fn what_looks_like_syntax_and_is_none_says_what_to_write_instead() {
    for text in ["/re/", "/stt.*/i", "-/re/", "a or /re/", "(/re/)", "type:/stt.*/", "text:/re/"] {
        let words = "regular expressions are not supported; write the words, or \"…\" in quotes";
        assert!(error(text).ends_with(words), "{text}: {}", error(text));
    }
    for (text, words) in [
        ("(", "at character 2: expected a word or a term"),
        ("()", "at character 2: expected a word or a term"),
        ("a (b or c", "at character 10: expected “)” for the “(” at 3"),
        ("a (b \"c)", "at character 9: expected a closing quote for the one at 6"),
        ("a)", "at character 2: expected “(” before this “)”; a text with parentheses needs quotes"),
        ("a or", "at character 5: expected a word or a term after “or”"),
        ("(a or)", "at character 6: expected a word or a term after “or”"),
        ("or a", "at character 1: expected a word or a term before “or”"),
        ("a or or b", "at character 6: expected a word or a term before “or”"),
        ("-", "at character 2: expected a word or a term"),
        ("a - b", "at character 4: expected a word or a term"),
        ("--a", "at character 2: expected a word or a term after one “!” or “-”"),
        ("!-a", "at character 2: expected a word or a term after one “!” or “-”"),
        ("message_id:3f2a", "at character 1: expected “type:”, “dir:”"),
        ("latency>200", "at character 1: expected “type:”, “dir:”"),
        ("type=stt_stop", "at character 5: expected “:”"),
        ("type!=stt_stop", "at character 5: expected “:”"),
        ("size>=10", "at character 6: expected a size"),
        ("rtt=10", "at character 4: expected “>” or “<”"),
        ("dir:in,up", "at character 8: expected “in” or “out”"),
        ("state:queued,lost", "at character 14: expected queued, written, delivered"),
        ("type:a,,b", "at character 8: expected a wire type"),
        ("type:a, b", "at character 8: expected a wire type"),
        ("type:a ,b", "at character 8: expected a value right before the comma"),
        ("type:(a or b)", "at character 6: expected a value without parentheses"),
        ("type:a|b", "at character 6: “|” is not an operator: write “type:a,b”"),
        ("a || b", "at character 3: “||” is not an operator: write “or”"),
        ("a && b", "at character 3: “&&” is not an operator: terms side by side must all hold"),
        ("type:a AND type:b", "at character 8: “and” is not an operator: terms side by side must all hold"),
        ("a and (b or c)", "at character 3: “and” is not an operator"),
        ("not type:a", "at character 1: “not” is not an operator: write “!” right before the term"),
    ] {
        assert!(error(text).starts_with(words), "{text}: {}", error(text));
    }
    assert!(query("type:unheard_of").to_string().contains("unheard_of"), "servers send types that nobody knows");
}

#[test]
fn a_filter_that_is_nested_without_end_is_an_error() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(query(&nested(32)), query("a"));
    assert_eq!(error(&nested(33)), "at character 33: expected at most 32 groups inside each other");
    assert!(error(&"!(".repeat(100_000)).contains("at most 32 groups"));
}

#[test]
fn a_term_that_is_still_being_typed_leaves_the_part_before_it_in_force() {
    for (text, complete) in [
        ("type:", ""),
        ("rabat type:", "rabat"),
        ("rabat type: ", "rabat"),
        ("rabat -", "rabat"),
        ("rabat !type:", "rabat"),
        ("rabat (", "rabat"),
        ("rabat (a or b", "rabat"),
        ("rabat -(a type:", "rabat"),
        ("or", ""),
        ("a or", "a"),
        ("a or ", "a"),
        ("a b or", "a b"),
        ("a or b dir:", "a or b"),
        ("a or (b) rtt>", "a or (b)"),
        ("a or size<", "a"),
        ("a \"two wor", "a"),
        ("a text:\"two wor", "a"),
        ("a dir:o", "a"),
        ("a is:err", "a"),
        ("a state:que", "a"),
        ("a conn:", "a"),
        ("a conn:#", "a"),
        ("a id:", "a"),
        ("a rtt>1.", "a"),
        ("a rtt>5m", "a"),
        ("a after:1", "a"),
        ("a after:10:", "a"),
        ("a before:10:32:", "a"),
        ("type:a,", "type:a"),
        ("x -type:a,\"b", "x -type:a"),
        ("state:queued,wri", "state:queued"),
        ("x (type:a,", "x"),
        ("type:a and", "type:a"),
    ] {
        let draft = QueryDraft::read(text);
        assert!(matches!(draft, QueryDraft::Unfinished { .. }), "{text}: {draft:?}");
        assert_eq!(draft.query(), Some(&query(complete)), "{text}");
        assert_eq!(draft.error(true), None, "{text}");
        assert_eq!(draft.error(false).map(|error| error.to_string()), Some(error(text)), "{text}");
    }
}

#[test]
fn what_no_more_letters_can_mend_is_wrong_while_it_is_being_typed() {
    for text in [
        "type: rabat",
        "a or ) b",
        "(type:)",
        "dir:o rabat",
        "dir:sideways",
        "dir:\"o\"",
        "state:lost",
        "is:fine",
        "typ:",
        "http:",
        "rtt>fast",
        "rtt:",
        "after:25",
        "conn:x",
        "type:a,,",
        "type:\"\"",
        "/re/",
        "a)",
        "--",
        "or a",
        "a || ",
    ] {
        let draft = QueryDraft::read(text);
        assert_eq!(draft.query(), None, "{text}");
        assert_eq!(draft.error(true).map(|error| error.to_string()), Some(error(text)), "{text}");
    }
    for text in ["", "rabat", "typ", "a or b", "(a)", "type:stt*,tts*"] {
        let draft = QueryDraft::read(text);
        assert_eq!((draft.query(), draft.error(false)), (Some(&query(text)), None), "{text}");
    }
}

#[test]
fn only_states_and_round_trips_look_ahead_wherever_they_stand() {
    for text in ["state:delivered", "rabat rtt>5", "a or !(b -state:queued,written)"] {
        assert!(query(text).depends_on_later_rows(), "{text}");
    }
    for text in ["", "rabat", "dir:in or !(is:error size>5)", "\"state:queued\""] {
        assert!(!query(text).depends_on_later_rows(), "{text}");
    }
}

#[test]
fn texts_bookmarks_and_comments_depend_on_annotations_wherever_they_stand() {
    for text in ["rabat", "dir:in text:rabat", "type:a or !(is:error -is:bookmarked)", "is:noted"] {
        assert!(query(text).depends_on_annotations(), "{text}");
    }
    for text in ["", "type:rabat", "dir:in or !(is:error size>5)"] {
        assert!(!query(text).depends_on_annotations(), "{text}");
    }
}

#[test]
fn a_wire_type_is_asked_for_instead_of_the_others_and_no_longer() {
    for (text, with) in [
        ("", "type:ping"),
        ("rabat", "rabat type:ping"),
        ("type:a rabat", "rabat type:ping"),
        ("type:a,b !type:c", "!type:c type:ping"),
        ("a or b", "(a or b) type:ping"),
        ("type:a or rabat", "(type:a or rabat) type:ping"),
        ("rabat type:ping", "rabat"),
        ("type:ping", ""),
    ] {
        assert_eq!(query(text).toggle_type("ping").to_string(), with, "{text}");
    }
    assert_eq!(query("a type:ping").only_type(), Some("ping"));
    for text in ["", "a", "!type:ping", "type:a,ping", "type:ping or a"] {
        assert_eq!(query(text).only_type(), None, "{text}");
    }
    let odd = Query::default().toggle_type("a or \"b\"");
    assert_eq!(odd.to_string().parse::<Query>(), Ok(odd));
}
