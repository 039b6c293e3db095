//! The filter: each term, its errors, its text, and its speed.

use std::time::{Duration, Instant};

use coda_dashboard::history::{Context, Level, Limits, Query, Recorder, completions};
use coda_dashboard::link::{ConnId, LinkEvent, MessageId, Phase, Reading};
use coda_dashboard::protocol::Timestamp;
use coda_dashboard::sim::{Echo, ServerConfig};
use proptest::prelude::*;

use crate::world::{World, at, event, frame_in, frame_out, recorded};

fn query(text: &str) -> Query {
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
        LinkEvent::FrameIn { conn: ConnId(3), text: "".into(), reading: Reading::Binary(5_000), at: at(61_000) },
    ]);
    recorder.record(&LinkEvent::Phase {
        phase: Phase::Opening { conn: ConnId(3), give_up_at: Timestamp::ZERO },
        trouble: None,
        at: at(62_000),
    });
    recorder.note(Level::Error, "weather forecast failed", at(63_000));
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
        ("size<50", vec![3, 5]),
        ("is:error", vec![4, 5, 8]),
        ("!is:error type:*", vec![1, 2, 3, 6]),
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
    assert_eq!(of(second, "rtt>0"), 0);
}

#[test]
fn errors_name_the_place_and_what_was_expected() {
    assert!(error("rabat typ:stt").starts_with("at character 7: expected “type:”, “dir:”"));
    assert_eq!(error("dir:up"), "at character 5: expected “in” or “out”");
    assert_eq!(error("ü dir:"), "at character 7: expected “in” or “out”");
    assert!(error("state:lost").starts_with("at character 7: expected queued, written, delivered"));
    assert_eq!(error("rtt:200"), "at character 4: expected “>” or “<”");
    assert_eq!(error("rtt>fast"), "at character 5: expected milliseconds, as in “200” or “0.5”");
    assert!(error("size>9999999999999999m").starts_with("at character 6: expected bytes"));
    assert!(error("after:25:00").starts_with("at character 7: expected a time of day"));
    assert!(error("conn:x").starts_with("at character 6: expected the number"));
    assert!(error("id:xyz").starts_with("at character 4: expected the beginning"));
    assert_eq!(error("is:fine"), "at character 4: expected “error”");
    assert_eq!(error("!"), "at character 2: expected a word or a term");
    assert!(error("!!a").starts_with("at character 2"));
    assert!(error("\"\"").starts_with("at character 1"));
    assert_eq!(error("a \"b"), "at character 5: expected a closing quote for the one at 3");
    assert_eq!(error("\"b\"c"), "at character 4: expected a space after the quotes");
    assert!(error("http://localhost").contains("a text with a colon needs quotes"));
}

#[test]
fn a_filter_prints_as_it_would_be_written() {
    for text in [
        "rabat \"two words\" !type:stt* dir:in state:duplicate conn:3 id:3f2a rtt>200 rtt<0.5 size>1k size<3m",
        "after:10:32 before:10:32:05 before:10:32:05.25 text:rabat !text:\"a \\\"b\\\" \\\\ c\" is:error size>1500",
    ] {
        assert_eq!(query(text).to_string(), text);
    }
    assert_eq!(query("  SIZE>2048  10:32 conn:#3 rtt>5ms ").to_string(), "size>2k \"10:32\" conn:3 rtt>5");
}

fn any_term() -> impl Strategy<Value = String> {
    let quoted = r#"([a-z !:<>*\t#-]|\\"|\\\\|ß|😀){1,8}"#.prop_map(|text| format!("\"{text}\""));
    let value = prop_oneof![quoted, r"[a-zA-Z0-9*_./ß\\-]{1,8}"];
    let term = prop_oneof![
        value.clone(),
        value.clone().prop_map(|value| format!("type:{value}")),
        value.prop_map(|value| format!("text:{value}")),
        prop::sample::select(vec![
            "dir:in",
            "dir:out",
            "is:error",
            "state:delivered",
            "state:duplicate",
            "is:\"error\""
        ])
        .prop_map(str::to_owned),
        "conn:#?[0-9]{1,3}",
        "id:[0-9a-fA-F-]{1,36}",
        "(rtt)[<>][0-9]{1,9}(\\.[0-9]{1,3})?",
        "(size)[<>][0-9]{1,9}[kmKM]?",
        "(after|before):[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?",
    ];
    (any::<bool>(), term).prop_map(|(negated, term)| format!("{}{term}", if negated { "!" } else { "" }))
}

proptest! {
    #[test]
    fn a_printed_filter_is_read_as_the_same_filter(terms in prop::collection::vec(any_term(), 0..6)) {
        let read: Query = terms.join(" ").parse().unwrap();
        prop_assert_eq!(read.terms().len(), terms.len());
        prop_assert_eq!(read.to_string().parse::<Query>(), Ok(read));
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in "\\PC{0,30}") {
        match text.parse::<Query>() {
            Ok(read) => prop_assert_eq!(read.to_string().parse::<Query>(), Ok(read)),
            Err(error) => prop_assert!((1..=text.chars().count() + 1).contains(&error.position), "{}", error),
        }
    }
}

#[test]
fn completions_go_on_from_the_begun_word() {
    let texts = |word: &str| completions(word).into_iter().map(|way| way.text).collect::<Vec<_>>();
    assert!(texts("").len() > 10);
    assert_eq!(texts("st"), ["state:"]);
    assert_eq!(texts("!DIR:"), ["!dir:in", "!dir:out"]);
    assert_eq!(texts("state:un"), ["state:unconfirmed"]);
    assert_eq!(texts("type:stt_s"), ["type:stt_start", "type:stt_stop"]);
    assert!(texts("type:").len() > 40);
    assert_eq!(texts("is:error"), Vec::<String>::new());
    for begun in ["type:", "state:", "dir:", "is:"] {
        for way in completions(begun) {
            assert!(!way.explanation.is_empty());
            assert!(way.text.parse::<Query>().is_ok(), "{}", way.text);
        }
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the measurement is worth reading")]
fn a_hundred_thousand_rows_are_searched_at_once() {
    let mut recorder = Recorder::new(Limits::default());
    for number in 0..100_000 {
        let (kind, data) = match number % 10 {
            0 => ("tts_progress", r#"{"percent_complete": 20}"#),
            _ => ("llm_token", r#"{"token": "word ", "token_index": 12}"#),
        };
        recorder.record(&frame_in(number, &event(number, kind, data)));
    }
    for text in ["rabat", "!rabat type:tts*", "\"two words\" is:error", "state:delivered", "straße"] {
        let start = Instant::now();
        found(&recorder, text);
        let took = start.elapsed();
        eprintln!("{text}: {took:?} for {} rows", recorder.len());
        assert!(took < Duration::from_millis(500), "{text}: {took:?}");
    }
}
