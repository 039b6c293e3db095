//! Recordings of versions up to 0.1.0 hold the reason of a disconnection as a sentence.

use serde::{Deserialize, Deserializer};

use crate::link::{CloseInfo, DisconnectReason, ForeignServer};

/// Deserializes a typed reason, or the sentence of an earlier version.
pub(in crate::history) fn reason<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DisconnectReason>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Typed(DisconnectReason),
        Sentence(String),
    }
    Ok(Option::<Written>::deserialize(deserializer)?.map(|written| match written {
        Written::Typed(reason) => reason,
        Written::Sentence(sentence) => from_sentence(&sentence),
    }))
}

/// A sentence that no version wrote is taken for the server's own words.
fn from_sentence(sentence: &str) -> DisconnectReason {
    let info = |text: &str| {
        let (code, reason) = text.split_once(' ').unwrap_or((text, ""));
        CloseInfo { code: code.parse().unwrap_or_default(), reason: reason.to_owned() }
    };
    if let Some(text) = sentence.strip_prefix("no connection, code ") {
        return DisconnectReason::Unreachable(info(text));
    }
    if let Some(text) = sentence.strip_prefix("closed, code ") {
        return DisconnectReason::Closed(info(text));
    }
    if let Some(text) = sentence.strip_prefix("not Coda: ") {
        return DisconnectReason::NotCoda(match text {
            "it sent something that is not JSON" => ForeignServer::NotJson,
            "it sent JSON without a type" => ForeignServer::Untyped,
            "it only sends back what it is sent" => ForeignServer::Echo,
            "it is Coda v2, and this dashboard is for Coda Lite" => ForeignServer::CodaV2,
            other => ForeignServer::Type(other.trim_start_matches("it sent “").trim_end_matches('”').to_owned()),
        });
    }
    match sentence {
        "did not open in time" => DisconnectReason::OpenTimeout,
        "not let in in time" => DisconnectReason::AuthTimeout,
        "nothing comes any more" => DisconnectReason::Silent,
        "answers, but sends no events" => DisconnectReason::Deaf,
        other => DisconnectReason::Rejected(other.strip_prefix("turned away: ").unwrap_or(other).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_earlier_versions_are_still_read() {
        let info = |reason: &str| CloseInfo { code: 1006, reason: reason.to_owned() };
        for (sentence, reason) in [
            ("no connection, code 1006", DisconnectReason::Unreachable(info(""))),
            ("closed, code 1006 going away, soon", DisconnectReason::Closed(info("going away, soon"))),
            ("did not open in time", DisconnectReason::OpenTimeout),
            ("not let in in time", DisconnectReason::AuthTimeout),
            ("turned away: bad token", DisconnectReason::Rejected("bad token".to_owned())),
            ("nothing comes any more", DisconnectReason::Silent),
            ("answers, but sends no events", DisconnectReason::Deaf),
            ("not Coda: it only sends back what it is sent", DisconnectReason::NotCoda(ForeignServer::Echo)),
            ("not Coda: it sent “foo”", DisconnectReason::NotCoda(ForeignServer::Type("foo".to_owned()))),
        ] {
            assert_eq!(from_sentence(sentence), reason, "{sentence}");
        }
    }
}
