//! Malformed input: read as far as possible, reported by field otherwise, and never a panic.

use std::path::Path;

use coda_dashboard::protocol::{DecodeError, Envelope, Event, Frame, decode};
use proptest::prelude::*;
use serde_json::{Value, json};

fn event(frame: &Value) -> Envelope {
    match decode(&frame.to_string()) {
        Ok(Frame::Event(envelope)) => envelope,
        other => panic!("{frame} is read as {other:?}"),
    }
}

fn error(frame: &Value) -> String {
    decode(&frame.to_string()).expect_err("unreadable").to_string()
}

#[test]
fn an_unknown_type_is_kept_whole() {
    let data = json!({"a": [1, {"b": null}]});
    let read = event(&json!({"type": "gesture", "seq": 7, "data": data}));
    assert_eq!(read.event, Event::Unknown { kind: "gesture".into(), data });
    assert_eq!(read.seq, Some(7));
}

#[test]
fn optional_fields_may_be_missing_or_null() {
    for data in [json!({"text": "hi"}), json!({"text": "hi", "confidence": null, "language": null})] {
        let Event::SttResult(result) = event(&json!({"type": "stt_result", "data": data})).event else {
            panic!("not a result")
        };
        assert_eq!((result.text.as_str(), result.confidence, result.language), ("hi", None, None));
    }
}

#[test]
fn numbers_may_be_integers_or_floats() {
    let read = |total_tokens: Value, seconds: Value| {
        let data = json!({"text": "", "total_tokens": total_tokens, "duration_seconds": seconds});
        let Event::LlmResult(result) = event(&json!({"type": "llm_result", "seq": 3.0, "data": data})).event else {
            panic!("not a result")
        };
        (result.total_tokens, result.duration_seconds)
    };
    assert_eq!(read(json!(5), json!(2)), (Some(5), Some(2.0)));
    assert_eq!(read(json!(5.0), json!(2.0)), (Some(5), Some(2.0)));
}

#[test]
fn a_wrong_shape_names_the_type_and_the_field() {
    let cases = [
        (
            json!({"type": "llm_token", "data": {"token": 7}}),
            "“llm_token”: field “data.token”: invalid type: integer, expected a string",
        ),
        (json!({"type": "llm_token"}), "“llm_token”: field “data”: invalid type: null, expected an object"),
        (json!({"type": "llm_token", "data": {}}), "“llm_token”: field “data”: missing field “token”"),
        (
            json!({"type": "stt_start", "seq": "one", "data": {}}),
            "“stt_start”: field “seq”: invalid type: string, expected a JSON number",
        ),
        (
            json!({"type": "memory_debug_search", "data": {"query": "", "results": [{"content": ""}, {"content": 1}]}}),
            "“memory_debug_search”: field “data.results[1].content”: invalid type: integer, expected a string",
        ),
        (
            json!({"type": "latency_trace", "data": {"component_times": {"stt": "fast"}}}),
            "“latency_trace”: field “data.component_times.stt”: invalid type: string, expected f64",
        ),
        (json!({"type": "auth_challenge", "data": {}}), "“auth_challenge”: field “data”: missing field “token”"),
        (json!({"type": "replay", "events": {}}), "“replay”: field “events”: invalid type: map, expected a sequence"),
        (
            json!({"type": "tts_progress", "data": [50]}),
            "“tts_progress”: field “data”: invalid type: array, expected an object",
        ),
        (
            json!({"type": "memory_debug_stats", "data": {"stats": {"long_term": {"memory_count": -1}}}}),
            "“memory_debug_stats”: field “data.stats.long_term.memory_count”: expected a whole number from 0",
        ),
        (json!({"type": 5}), "field “type”: invalid type: integer, expected a string"),
        (json!([1]), "expected an object, found an array"),
    ];
    for (frame, expected) in cases {
        assert_eq!(error(&frame), expected);
    }
}

#[test]
fn a_token_is_never_printed() {
    let frame = json!({"type": "auth_challenge", "data": {"token": "secret"}});
    let printed = format!("{:?}", decode(&frame.to_string()));
    assert!(printed.contains("Challenge") && !printed.contains("secret"), "{printed}");
}

#[test]
fn an_error_does_not_quote_the_value() {
    for data in [json!("secret"), json!({"token": ["secret"]}), json!({"token": {"secret, expected ": 1}})] {
        let error = error(&json!({"type": "auth_challenge", "data": data}));
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn an_event_survives_being_written_and_read() {
    let data = json!({"query": "tea", "results": [{"id": 7, "content": "green"}], "results_count": 1});
    let read = event(&json!({"type": "memory_debug_search", "data": data})).event;
    let Event::MemoryDebugSearch(search) = &read else { panic!("not a search") };
    let again = event(&json!({"type": "memory_debug_search", "data": search}));
    assert_eq!(again.event, read);
}

#[test]
fn one_bad_entry_of_a_replay_does_not_take_the_others_with_it() {
    let good = json!({"type": "system_error", "seq": 4, "data": {"message": "full"}});
    let frame = json!({"type": "replay", "events": [good, 5, {"type": "system_error", "data": {}}, good]});
    let Ok(Frame::Replay(entries)) = decode(&frame.to_string()) else { panic!("not a replay") };
    assert_eq!(entries.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false, true]);
}

#[test]
fn text_that_is_no_json_says_where_it_breaks() {
    for text in ["", "not json", "{\"type\":", "{\"type\":\"a\"} x", "{\"a\": NaN}", &"[".repeat(100_000)] {
        assert!(matches!(decode(text), Err(DecodeError::Syntax(why)) if why.contains("line 1")), "{text:.20}");
    }
}

/// Any JSON value, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,6}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Any documented example, with one value replaced.
fn spoiled_example() -> impl Strategy<Value = String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PROTOCOL.md")).unwrap();
    let blocks = text.split("```json\n").skip(1).map(|block| block.split("\n```").next().unwrap());
    let examples: Vec<Value> = blocks.map(|block| serde_json::from_str(block).unwrap()).collect();
    (prop::sample::select(examples), any_json(), any::<prop::sample::Index>()).prop_map(|(mut example, junk, which)| {
        let mut places = Vec::new();
        collect_places(&example, String::new(), &mut places);
        if let Some(place) = example.pointer_mut(&places[which.index(places.len())]) {
            *place = junk;
        }
        example.to_string()
    })
}

fn collect_places(value: &Value, here: String, places: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, inner)| collect_places(inner, format!("{here}/{key}"), places));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, inner)| collect_places(inner, format!("{here}/{at}"), places));
        }
        _ => {}
    }
    places.push(here);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".*") {
        let _ = decode(&text);
    }

    #[test]
    fn no_spoiled_frame_makes_the_reader_panic(text in spoiled_example()) {
        if let Err(DecodeError::Shape { error, .. }) = decode(&text) {
            prop_assert!(!error.field.is_empty() || !text.starts_with('{'), "{error} in {text}");
        }
    }
}
