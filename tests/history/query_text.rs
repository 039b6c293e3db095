//! The filter as text: printing and parsing round-trip, and completion of partial words.

use coda_dashboard::history::{Query, QueryDraft, completions};
use proptest::prelude::*;

use crate::query::query;

#[test]
fn a_filter_prints_as_it_would_be_written() {
    for text in [
        "rabat \"two words\" !type:stt* dir:in state:duplicate conn:3 id:3f2a rtt>200 rtt<0.5 size>1k size<3m",
        "after:10:32 before:10:32:05 before:10:32:05.25 text:rabat !text:\"a \\\"b\\\" \\\\ c\" is:error is:bookmarked !is:noted is:synthetic size>1500",
        "a b or c or !d",
        "a (b or c) (d e) !(f or g) !(h i) !(!j)",
        "a or (b or c) or d",
        "type:stt*,tts* !state:queued,written dir:in,out conn:1,2 id:3f,77",
        "type:\"a,b\",c or is:error",
        "\"or\" \"And\" !\"not\" \"-a\" \"/re/\" \"(a)\" \"a,b\" or \"|\"",
    ] {
        assert_eq!(query(text).to_string(), text);
    }
    assert_eq!(query("  SIZE>2048  10:32 conn:#3 rtt>5ms ").to_string(), "size>2k \"10:32\" conn:3 rtt>5");
    assert_eq!(query("-(type:a OR type:b) -(c)").to_string(), "!type:a,b !c");
}

fn any_term() -> impl Strategy<Value = String> {
    let is_word = |text: &String| !["or", "and", "not"].contains(&text.to_lowercase().as_str());
    let quoted = r#"([a-z !:<>*\t#(),|/-]|\\"|\\\\|ß|😀){1,8}"#.prop_map(|text| format!("\"{text}\""));
    let bare = r"[a-zA-Z0-9*_.ß\\][a-zA-Z0-9*_./ß\\-]{0,7}".prop_filter("an operator", is_word);
    let value = prop_oneof![quoted, bare];
    let list = |name: &'static str, value: BoxedStrategy<String>| {
        prop::collection::vec(value, 1..4).prop_map(move |values| format!("{name}:{}", values.join(",")))
    };
    let states = prop::sample::select(vec!["queued", "delivered", "duplicate", "\"raw\""]).prop_map(str::to_owned);
    let directions = prop::sample::select(vec!["in", "out"]).prop_map(str::to_owned);
    let term = prop_oneof![
        value.clone(),
        list("type", value.clone().boxed()),
        value.prop_map(|value| format!("text:{value}")),
        list("state", states.boxed()),
        list("dir", directions.boxed()),
        list("conn", "#?[0-9]{1,3}".boxed()),
        list("id", "[0-9a-fA-F-]{1,36}".boxed()),
        prop::sample::select(vec!["is:error", "is:\"error\"", "is:bookmarked", "is:noted", "is:synthetic"])
            .prop_map(str::to_owned),
        "rtt[<>][0-9]{1,9}(\\.[0-9]{1,3})?|size[<>][0-9]{1,9}[kmKM]?",
        "(after|before):[01][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,3})?)?",
    ];
    (negation(), term).prop_map(|(negation, term)| format!("{negation}{term}"))
}

fn negation() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "!", "-"])
}

/// A term, or a group of them.
fn any_operand() -> impl Strategy<Value = String> {
    any_term().prop_recursive(3, 12, 4, |operand| {
        (negation(), combined(operand, 1)).prop_map(|(negation, group)| format!("{negation}({group})"))
    })
}

/// At least `least` of them, side by side or joined by `or`.
fn combined(operand: BoxedStrategy<String>, least: usize) -> impl Strategy<Value = String> {
    let between = prop::sample::select(vec![" ", " or ", "  OR "]);
    prop::collection::vec((operand, between), least..4).prop_map(|parts| {
        let mut text = String::new();
        for (at, (operand, between)) in parts.iter().enumerate() {
            text.push_str(if at > 0 { between } else { "" });
            text.push_str(operand);
        }
        text
    })
}

proptest! {
    #[test]
    fn a_printed_filter_is_read_as_the_same_filter(terms in prop::collection::vec(any_term(), 0..6)) {
        let read: Query = terms.join(" ").parse().unwrap();
        prop_assert_eq!(read.terms().len(), terms.len());
        prop_assert_eq!(read.to_string().parse::<Query>(), Ok(read));
    }

    #[test]
    fn a_printed_filter_with_groups_is_read_as_the_same_filter(text in combined(any_operand().boxed(), 0)) {
        let read: Query = text.parse().unwrap();
        prop_assert_eq!(read.to_string().parse::<Query>(), Ok(read));
    }

    #[test]
    fn no_beginning_of_a_filter_is_wrong(text in combined(any_operand().boxed(), 1)) {
        for (at, _) in text.char_indices() {
            prop_assert_eq!(QueryDraft::read(&text[..at]).error(true), None, "{}", &text[..at]);
        }
        prop_assert_eq!(QueryDraft::read(&text), QueryDraft::Complete(text.parse().unwrap()));
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_within_it(text in "\\PC{0,30}|([a-b!() :,\"|/-]|or|dir:|type:){0,12}") {
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
    assert_eq!(texts("is:"), ["is:error", "is:bookmarked", "is:noted", "is:synthetic"]);
    assert_eq!(texts("!is:n"), ["!is:noted"]);
    assert_eq!(texts("-(state:un"), ["-(state:unconfirmed"]);
    assert_eq!(texts("(st"), ["(state:"]);
    assert_eq!(texts("dir:in,"), ["dir:in,out"]);
    assert_eq!(texts("type:ping,stt_s"), ["type:ping,stt_start", "type:ping,stt_stop"]);
    for begun in ["type:", "state:", "dir:", "is:"] {
        for way in completions(begun) {
            assert!(!way.explanation.is_empty());
            assert!(way.text.parse::<Query>().is_ok(), "{}", way.text);
        }
    }
}
