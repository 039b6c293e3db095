//! Redacts the server's tokens in the text of a frame.

use std::borrow::Cow;

use serde_json::Value;

use super::scan;

/// Types of frames with a token.
const SECRET_KINDS: [&str; 2] = ["auth_challenge", "auth_response"];
/// Common prefix of these types; a single search for it rules out most texts.
const SECRET_PREFIX: &str = "auth_";
/// Replaces a token.
const REDACTED: &str = "\"•••\"";
const NAME: &str = "token";
const KEY: &str = "\"token\"";

/// Whether frames of this type carry a token.
pub(super) fn is_secret(kind: &str) -> bool {
    SECRET_KINDS.contains(&kind)
}

/// Redacts authentication tokens; returns other text unchanged.
///
/// Searches for the type's name anywhere, to catch damaged frames and echoes of an answer too.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    if !text.contains(SECRET_PREFIX) {
        return Cow::Borrowed(text);
    }
    redact_frame(text, &scan::head(text).kind.unwrap_or_default())
}

/// Like [`redact`], for a frame whose type is known.
pub(super) fn redact_frame<'a>(text: &'a str, kind: &str) -> Cow<'a, str> {
    let is_secret = is_secret(kind);
    let names_secret = |kind: &&str| {
        text.match_indices(*kind).any(|(at, _)| {
            let after = text.as_bytes().get(at + kind.len());
            text[..at].ends_with('"') && after == Some(&b'"')
        })
    };
    let mentions_secret = || text.contains(SECRET_PREFIX) && SECRET_KINDS.iter().any(|kind| text.contains(kind));
    if !is_secret && !mentions_secret() {
        Cow::Borrowed(text)
    } else if !is_object(text) || (is_secret && !text.contains(KEY)) {
        redact_damaged(text)
    } else if is_secret || SECRET_KINDS.iter().any(names_secret) {
        redact_tokens(text)
    } else {
        Cow::Borrowed(text)
    }
}

fn is_object(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object())
}

/// In an unreadable frame, the end of a token is unknown: redacts everything after its name, or else everything.
fn redact_damaged(text: &str) -> Cow<'_, str> {
    let shown = text.find(NAME).map_or("", |at| &text[..at + NAME.len()]);
    Cow::Owned(format!("{shown}{REDACTED}"))
}

/// Redacts the value of every `token` in a readable text.
pub(super) fn redact_tokens(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut copied = 0;
    while let Some(found) = text[copied..].find(KEY) {
        let key_end = copied + found + KEY.len();
        let colon = scan::skip_space(text.as_bytes(), key_end);
        if text.as_bytes().get(colon) == Some(&b':') {
            let start = scan::skip_space(text.as_bytes(), colon + 1);
            let end = scan::skip_value(text.as_bytes(), start).filter(|end| text.is_char_boundary(*end));
            masked.push_str(&text[copied..start]);
            masked.push_str(REDACTED);
            copied = end.unwrap_or(text.len());
        } else {
            masked.push_str(&text[copied..key_end]);
            copied = key_end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    masked.push_str(&text[copied..]);
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_hidden_and_the_rest_stays() {
        let text = r#"{"type": "auth_challenge", "data": {"token": "a:1:b\"c", "message": "token"}}"#;
        assert_eq!(redact(text), r#"{"type": "auth_challenge", "data": {"token": "•••", "message": "token"}}"#);
        assert_eq!(redact(&redact(text)), redact(text));
    }

    #[test]
    fn a_token_is_hidden_whatever_surrounds_it() {
        for text in [
            r#"{"data":{"token":"SECRET"},"type":"auth_response"}"#,
            r#"{"type":"auth_challenge","data":{"token":"SECRET"#,
            r#"{"type":"auth_challenge","data":{"token":"SECRET\"#,
            r#"{"data":{"token":"SECRET","token":{"a":"SECRET"}},"type":"auth_challenge"#,
            r#"{"type":"client_message","data":{"message_type":"auth_response","message_data":{"token" : "SECRET"}}}"#,
        ] {
            assert!(!redact(text).contains("SECRET"), "{text} is shown as {}", redact(text));
        }
    }

    #[test]
    fn a_token_is_hidden_in_frames_that_cannot_be_read() {
        for text in [
            r#"{"type": "auth_challenge", "data": {"token": SECRET:1:SECRET}}"#,
            r#"{"type": "auth_challenge", "data": "SECRET"}"#,
            r#"{"type": "auth_challenge", "data": {"tok": "SECRET"}}"#,
            r#"{"type": "auth_challenge", "data": {"token": "SECRET""SECRET"}}"#,
            r"{'type': 'auth_challenge', 'data': {'token': 'SECRET'}}",
            r#""{\"type\": \"auth_challenge\", \"data\": {\"token\": \"SECRET\"}}""#,
            r#"["auth_challenge", "SECRET"]"#,
            "auth_challenge SECRET",
        ] {
            assert!(!redact(text).contains("SECRET"), "{text} is shown as {}", redact(text));
            assert_eq!(redact(&redact(text)), redact(text));
        }
    }

    #[test]
    fn what_only_speaks_of_the_authentication_stays() {
        for text in [
            r#"{"type": "text_input", "data": {"text": "what does auth_challenge's token: mean?"}}"#,
            r#"{"type": "text_input", "data": {"text": "auth_challenge"}}"#,
            "not json",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn the_tokens_of_an_answer_are_no_secret() {
        let text = r#"{"type": "llm_token", "data": {"token": "auth_response", "token_index": 0}}"#;
        assert_eq!(
            redact(r#"{"type": "llm_token", "data": {"token": "hi"}}"#),
            r#"{"type": "llm_token", "data": {"token": "hi"}}"#
        );
        // Redacting too much is better than too little.
        assert!(redact(text).contains("•••"));
    }
}
