//! Folds an answer's tokens, which come one event each, into one line.

use std::collections::VecDeque;

use super::row::{Row, RowKind, What};
use super::skim;
use crate::link::ConnId;

/// A folded line shows so many bytes of its text at most: it is a preview, and the answer's event has the whole.
const TEXT_BYTES: usize = 400;

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// The row of this number.
    Single(u64),
    /// Two or more tokens of one answer, with nothing between them in the list.
    Tokens {
        /// The number of the first row.
        first: u64,
        /// The number of the last row.
        last: u64,
        /// How many rows.
        count: usize,
        /// What the tokens say together; a long text is cut.
        text: String,
    },
}

impl Line {
    /// The number of its first row.
    #[must_use]
    pub const fn first(&self) -> u64 {
        match self {
            Self::Single(number) | Self::Tokens { first: number, .. } => *number,
        }
    }

    /// The number of its last row.
    #[must_use]
    pub const fn last(&self) -> u64 {
        match self {
            Self::Single(number) | Self::Tokens { last: number, .. } => *number,
        }
    }
}

/// The lines of a list of rows, made row by row so that a growing list costs only what is new.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    lines: VecDeque<Line>,
    /// The answer that the last line is of, with the text of its tokens.
    answer: Option<(ConnId, String)>,
}

impl Folder {
    /// The lines of these rows.
    #[must_use]
    pub fn fold<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut folder = Self::default();
        rows.into_iter().for_each(|row| folder.push(row));
        folder
    }

    /// Adds the list's next row.
    pub fn push(&mut self, row: &Row) {
        let Some((conn, frame)) = token_frame(row) else {
            self.answer = None;
            self.lines.push_back(Line::Single(row.number));
            return;
        };
        let index = skim::data_member(frame, "token_index").and_then(skim::whole_number);
        let same = self.answer.take().filter(|(of, _)| *of == conn && index != Some(0));
        let begins = same.is_none();
        let mut text = same.map(|(_, text)| text).unwrap_or_default();
        add_token(&mut text, frame);
        match self.lines.back_mut() {
            Some(Line::Tokens { last, count, text: shown, .. }) if !begins => {
                *last = row.number;
                *count += 1;
                shown.clone_from(&text);
            }
            Some(line @ Line::Single(_)) if !begins => {
                *line = Line::Tokens { first: line.first(), last: row.number, count: 2, text: text.clone() };
            }
            _ => self.lines.push_back(Line::Single(row.number)),
        }
        self.answer = Some((conn, text));
    }

    /// Drops the lines whose rows are all older than the row `number`: the recorder has them no more.
    pub fn forget_before(&mut self, number: u64) {
        while self.lines.front().is_some_and(|line| line.last() < number) {
            self.lines.pop_front();
        }
    }

    /// The lines, oldest first.
    #[must_use]
    pub const fn lines(&self) -> &VecDeque<Line> {
        &self.lines
    }
}

fn token_frame(row: &Row) -> Option<(ConnId, &str)> {
    match &row.kind {
        RowKind::FrameIn { conn, kind, text, what: What::Event, .. } if &**kind == "llm_token" => Some((*conn, text)),
        _ => None,
    }
}

fn add_token(text: &mut String, frame: &str) {
    if text.len() >= TEXT_BYTES {
        return;
    }
    let token = skim::data_member(frame, "token").and_then(skim::string).unwrap_or_default();
    let room = TEXT_BYTES - text.len();
    text.extend(
        token.char_indices().take_while(|(at, letter)| at + letter.len_utf8() <= room).map(|(_, letter)| letter),
    );
}
