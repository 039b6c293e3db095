//! Speech that belongs to no turn: the welcome, and Coda's questions for feedback.

use chrono::{DateTime, Utc};

use super::Conversation;
use crate::model::feedback;
use crate::model::turn::{Role, TurnKey, TurnStatus};

/// Number of most recent answers with which speech is compared. Coda speaks one after another, and so falls behind.
const ANSWERS: usize = 10;
/// Number of most recent entries in which a text taken for feedback is searched.
const RECENT: usize = 20;

/// Longer answers are only compared as a whole, as a search in them would take too long.
const SEARCHED_BYTES: usize = 20_000;

/// The characters of a text without whitespace, which speech and text may have different.
fn bare(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|letter| !letter.is_whitespace())
}

/// Whether this speech is the answer, or a part of it.
fn speaks(speech: &str, answer: &str) -> bool {
    let is_part = || bare(answer).collect::<String>().contains(&bare(speech).collect::<String>());
    bare(speech).eq(bare(answer)) || (answer.len() <= SEARCHED_BYTES && is_part())
}

impl Conversation {
    /// Applies what Coda begins to speak. An answer is spoken whole or in pieces.
    pub(super) fn speak(&mut self, text: &str, time: DateTime<Utc>) {
        let mut answers = self.turns.iter().rev().filter(|turn| turn.role == Role::Assistant).take(ANSWERS);
        if text.trim().is_empty() || answers.any(|answer| speaks(text, &answer.text)) {
            return;
        }
        if feedback::is_thanks(text) {
            self.feedback = None;
            self.mark_taken_for_feedback();
        }
        let follows_answer = self.turns.iter().rev().take(RECENT).any(|turn| turn.role == Role::Assistant);
        let key = self.push(Role::Speech, text.to_owned(), false, time);
        if follows_answer && feedback::is_question(text) {
            self.feedback = Some(key);
        }
    }

    /// Marks the text that Coda took for feedback: the last one that it has read and not made a turn of.
    fn mark_taken_for_feedback(&mut self) {
        let is_it = |own: &crate::model::turn::Outgoing| {
            matches!(own.turn_status, TurnStatus::Awaited | TurnStatus::Begun) && super::may_begin_a_turn(&own.state)
        };
        let newest =
            self.turns.iter().rev().take(RECENT).find(|turn| turn.role == Role::User && turn.outgoing.is_some());
        let key = newest.filter(|turn| turn.outgoing.as_ref().is_some_and(is_it)).map(|turn| turn.key);
        if let Some(key) = key {
            self.change_outgoing(key, |own| own.turn_status = TurnStatus::TakenForFeedback);
        }
    }

    /// An ordinary answer to a text that would have been taken for feedback shows that Coda waits for none.
    pub(super) fn end_feedback(&mut self) {
        let Some(question) = self.feedback else { return };
        let said = self.turns.iter().rev().take_while(|turn| turn.key > question).find(|turn| turn.role == Role::User);
        if said.is_some_and(|turn| feedback::is_taken_for_feedback(&turn.text)) {
            self.feedback = None;
        }
    }

    /// The question for feedback that Coda has asked, and not got an answer to.
    #[must_use]
    pub fn feedback_question(&self) -> Option<&str> {
        let key: TurnKey = self.feedback?;
        self.turn(key).map(|turn| turn.text.as_str())
    }
}
