//! Differences between two JSON values.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Names and indices joined by dots, as in `data.results.0.id`; empty for the whole value. Names that are empty or
    /// contain a dot are quoted.
    pub path: String,
    /// The value on the left; `None` if there is none.
    pub left: Option<Value>,
    /// The value on the right; `None` if there is none.
    pub right: Option<Value>,
}

/// The innermost differences, in the order of the left value, then the members that only the right one has.
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
