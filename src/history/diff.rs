//! What differs between two JSON values.

use serde_json::Value;

/// A place where two values differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where: names and positions joined by dots, as in `data.results.0.id`; empty for the whole. A name that has a
    /// dot in it, or is empty, stands in quotes.
    pub path: String,
    /// What is there on the left; `None` where nothing is.
    pub left: Option<Value>,
    /// What is there on the right.
    pub right: Option<Value>,
}

/// The innermost places where the values differ: the left one's order, then what only the right one has.
#[must_use]
pub fn diff(left: &Value, right: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(&mut String::new(), Some(left), Some(right), &mut differences);
    differences
}

fn compare(path: &mut String, left: Option<&Value>, right: Option<&Value>, found: &mut Vec<Difference>) {
    match (left, right) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let only_right = right.keys().filter(|key| !left.contains_key(*key));
            for key in left.keys().chain(only_right) {
                let name = if key.is_empty() || key.contains('.') { format!("\"{key}\"") } else { key.clone() };
                inside(path, &name, left.get(key), right.get(key), found);
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for at in 0..left.len().max(right.len()) {
                inside(path, &at.to_string(), left.get(at), right.get(at), found);
            }
        }
        _ if left == right => {}
        _ => found.push(Difference { path: path.clone(), left: left.cloned(), right: right.cloned() }),
    }
}

fn inside(path: &mut String, name: &str, left: Option<&Value>, right: Option<&Value>, found: &mut Vec<Difference>) {
    let outer = path.len();
    if outer > 0 {
        path.push('.');
    }
    path.push_str(name);
    compare(path, left, right, found);
    path.truncate(outer);
}
