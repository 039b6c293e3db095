//! Coda's questions for feedback, which it asks by speech alone, and the texts that it then takes for an answer to them.
//!
//! A text taken for feedback gets no answer, so a question of the user vanishes.

/// What Coda says when it has taken a text for feedback.
const THANKS: &str = "Thanks for your feedback!";
/// A text of at most this many words is taken for feedback.
const SHORT: usize = 5;
/// A longer text is, if any of these stands anywhere in it.
const SIGNS: [&str; 26] = [
    "yes",
    "no",
    "yeah",
    "nope",
    "sure",
    "not really",
    "it was",
    "it wasn't",
    "that was",
    "that wasn't",
    "i like",
    "i don't like",
    "better",
    "worse",
    "too much",
    "too little",
    "just right",
    "perfect",
    "helpful",
    "unhelpful",
    "useful",
    "useless",
    "correct",
    "incorrect",
    "right",
    "wrong",
];

/// Whether Coda takes a text for feedback while it waits for some.
#[must_use]
pub fn is_taken_for_feedback(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.split_whitespace().count() <= SHORT || SIGNS.iter().any(|sign| lower.contains(sign))
}

/// Whether speech without a turn is the thanks for feedback.
pub(super) fn is_thanks(speech: &str) -> bool {
    speech.trim() == THANKS
}

/// Whether speech without a turn is a question, and so one for feedback.
pub(super) fn is_question(speech: &str) -> bool {
    speech.trim_end().ends_with('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_or_one_with_a_sign_is_taken_for_feedback_and_others_are_not() {
        for taken in [
            "",
            "What is the time now",
            "Tell me whether you know the way to the station",
            "that was GOOD enough for me today",
        ] {
            assert!(is_taken_for_feedback(taken), "{taken}");
        }
        assert!(!is_taken_for_feedback("please tell me the weather in Rabat today"));
    }
}
