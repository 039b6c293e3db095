//! Finds members of a JSON object in its text, without parsing values or allocating.
//!
//! It validates only what it needs: skipped values may be invalid, and truncated text ends the search.

use std::borrow::Cow;

use serde_json::Value;

/// The outer fields of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head<'a> {
    /// The wire type.
    pub(crate) kind: Option<Cow<'a, str>>,
    /// The server's event number.
    pub(crate) seq: Option<u64>,
}

/// Reads the head of a frame. Coda writes these fields first, so most frames are not scanned to the end.
pub(crate) fn head(text: &str) -> Head<'_> {
    let mut head = Head::default();
    for (key, value) in Members::of(text) {
        match key {
            "type" => head.kind = string(value),
            "seq" => head.seq = whole_number(value),
            _ => continue,
        }
        if head.kind.is_some() && head.seq.is_some() {
            return head;
        }
    }
    if head.kind.is_none() && text.contains('\\') {
        // Keys may contain escapes.
        return parsed_head(text);
    }
    head
}

fn parsed_head<'a>(text: &str) -> Head<'a> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Head::default() };
    Head {
        kind: value.get("type").and_then(Value::as_str).map(|kind| kind.to_owned().into()),
        seq: value.get("seq").and_then(Value::as_u64),
    }
}

/// The raw text of member `name` of the object at the start of `text`.
pub(crate) fn member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    Members::of(text).find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The raw text of member `name` within member `data`.
pub(crate) fn data_member<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut members = Members::of(text);
    loop {
        let (key, start) = members.next_key()?;
        if key == "data" {
            // `data` may be truncated; its members can still be read.
            return member(text.get(start..)?, name);
        }
        members.take_value(start)?;
    }
}

/// Decodes a JSON string.
pub(crate) fn string(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(raw).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// Parses a count, which Python may write as `3` or `3.0`.
pub(crate) fn whole_number(raw: &str) -> Option<u64> {
    raw.strip_suffix(".0").unwrap_or(raw).parse().ok()
}

/// Iterates over an object's members: keys without quotes, values as raw text.
pub(super) struct Members<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Members<'a> {
    /// Starts at the object at the beginning of `text`; yields nothing if there is none.
    pub(super) fn of(text: &'a str) -> Self {
        let at = skip_space(text.as_bytes(), 0);
        let is_object = text.as_bytes().get(at) == Some(&b'{');
        Self { text, at: if is_object { at + 1 } else { text.len() } }
    }
}

impl<'a> Members<'a> {
    /// The next key and the offset of its value. At the end of the object, or on an error, iteration ends for good.
    fn next_key(&mut self) -> Option<(&'a str, usize)> {
        let bytes = self.text.as_bytes();
        let mut at = skip_space(bytes, self.at);
        self.at = bytes.len();
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
        if bytes.get(at) != Some(&b'"') {
            return None;
        }
        let key_end = skip_value(bytes, at)?;
        let key = self.text.get(at + 1..key_end - 1)?;
        let colon = skip_space(bytes, key_end);
        (bytes.get(colon) == Some(&b':')).then(|| (key, skip_space(bytes, colon + 1)))
    }

    /// Skips the value at `start` and returns its raw text.
    fn take_value(&mut self, start: usize) -> Option<&'a str> {
        self.at = skip_value(self.text.as_bytes(), start)?;
        self.text.get(start..self.at)
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, start) = self.next_key()?;
        Some((key, self.take_value(start)?))
    }
}

/// The first offset from `at` on that is not white space.
pub(super) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// The offset after the value at `at`; `None` if the text is truncated or invalid there.
pub(super) fn skip_value(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match *bytes.get(at)? {
            b'"' => at = skip_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' if depth > 0 => at += 1,
            b',' | b':' => return None,
            _ => {
                let is_end = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']') || byte.is_ascii_whitespace();
                at += bytes.get(at..)?.iter().position(is_end)?;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

fn skip_string(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (Option<String>, Option<u64>) {
        let head = head(text);
        (head.kind.map(Cow::into_owned), head.seq)
    }

    #[test]
    fn the_head_is_found_wherever_it_stands() {
        let both = (Some("llm_token".to_owned()), Some(7));
        assert_eq!(found(r#"{"version": "1.0", "seq": 7, "timestamp": 2.5, "type": "llm_token", "data": {"#), both);
        assert_eq!(found(r#"{"data":{"type":"no","seq":1,"a":["}",{}]},"seq":7.0,"type":"llm_token"}"#), both);
        assert_eq!(found(r#"{"ty\u0070e": "llm_\u0074oken", "seq": 7}"#), both);
        assert_eq!(found(r#"{"type":"a\"b"}"#), (Some("a\"b".to_owned()), None));
    }

    #[test]
    fn what_is_no_object_has_no_head() {
        for text in ["", "[]", "{", "nonsense", r#"{"type"#, r#"{"type":"#, r#"{"type":"x"#, "{,}", "{}}", "\"\\"] {
            assert_eq!(found(text), (None, None), "{text}");
        }
    }

    #[test]
    fn members_inside_data_are_found() {
        let text = r#"{"data": {"token": "a\nb", "token_index": 3 }, "type": "llm_token"}"#;
        assert_eq!(data_member(text, "token").and_then(string).as_deref(), Some("a\nb"));
        assert_eq!(data_member(text, "token_index").and_then(whole_number), Some(3));
        assert_eq!(data_member(text, "role"), None);
    }
}
