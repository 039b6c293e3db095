//! Values in Python's notation.

use coda_dashboard::model::python_value;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn results_of_tools_in_the_notation_of_python_are_read() {
    let text =
        r#"{'temp_c': 24, 'sky': "sunny", 'rain': None, 'days': [1.5, -2, (True, False)], 'say': 'it\'s \u00e9\n'}"#;
    let value = json!({
        "temp_c": 24, "sky": "sunny", "rain": null, "days": [1.5, -2, [true, false]], "say": "it's é\n",
    });
    assert_eq!(python_value(text), Some(value));
    assert_eq!(python_value("{1: 'one', }"), Some(json!({"1": "one"})));
    assert_eq!(python_value(" [] "), Some(json!([])));
}

#[test]
fn other_texts_are_left_as_they_are() {
    for text in
        ["", "24 degrees", "'text'", "{'a'}", "{'a': }", "[1 2]", "{'a': 1} and more", "{'a': nan}", "['\\q']", "("]
    {
        assert_eq!(python_value(text), None, "{text}");
    }
    assert_eq!(python_value(&"[".repeat(10_000)), None);
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "[\\[\\]{}(),:'\"\\\\a-zA-Z0-9. -]{0,60}") {
        let _ = python_value(&text);
    }
}
