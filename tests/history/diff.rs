//! Differences of JSON values.

use coda_dashboard::history::{Difference, diff};
use proptest::prelude::*;
use serde_json::{Value, json};

fn paths(left: &Value, right: &Value) -> Vec<String> {
    diff(left, right).into_iter().map(|difference| difference.path).collect()
}

#[test]
fn each_difference_is_named_by_its_path() {
    let left = json!({"type": "x", "data": {"a": 1, "list": [1, {"b": 2}], "gone": null}, "same": [1]});
    let right = json!({"type": "x", "data": {"a": "1", "list": [1, {"b": 3}, 4], "new.er": 0}, "same": [1]});
    let found = diff(&left, &right);
    let expected = [
        ("data.a", Some(json!(1)), Some(json!("1"))),
        ("data.gone", Some(json!(null)), None),
        ("data.list.1.b", Some(json!(2)), Some(json!(3))),
        ("data.list.2", None, Some(json!(4))),
        ("data.\"new.er\"", None, Some(json!(0))),
    ];
    let expected = expected.map(|(path, left, right)| Difference { path: path.into(), left, right });
    assert_eq!(found, expected);
}

#[test]
fn values_of_different_kinds_differ_as_a_whole() {
    assert_eq!(paths(&json!([1]), &json!({"0": 1})), [""]);
    assert_eq!(paths(&json!(1), &json!(1)), Vec::<String>::new());
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..3_u8).prop_map(Value::from)];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[ab.]{0,2}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn there_is_a_difference_exactly_where_values_differ(left in any_value(), right in any_value()) {
        prop_assert_eq!(diff(&left, &right).is_empty(), left == right);
        prop_assert!(diff(&left, &left).is_empty());
        prop_assert_eq!(diff(&left, &right).len(), diff(&right, &left).len());
    }
}
