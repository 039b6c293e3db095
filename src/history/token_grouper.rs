//! Folds an answer's tokens, which come one event each, into one line.
//!
//! What has nothing to do with the turn, such as metrics or pings, does not end the line: it stands below it. Events of the
//! turn do, so that what Coda said before a tool's call stands above the call, and what it said after it below.

use std::collections::VecDeque;

use super::row::{FrameClass, Row, RowKind};
use super::scan;
use super::summary::shorten;
use crate::link::ConnId;

/// A folded line shows so many characters of its text at most: it is a preview, and the answer's event has the whole.
const TEXT_CHARS: usize = 316;

/// How the types of a turn's events begin.
const TURN_KINDS: [&str; 5] = ["stt_", "conversation_", "llm_", "tool_", "tts_"];

/// A line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListItem {
    /// The row of this number.
    Single(u64),
    /// Two or more tokens of one answer. In the list nothing of their turn is between them; the rest follows below.
    Tokens {
        /// The number of the first row.
        first: u64,
        /// The number of the last row.
        last: u64,
        /// How many rows.
        count: usize,
    },
}

impl ListItem {
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
pub struct TokenGrouper {
    /// In the order of their first rows.
    lines: VecDeque<ListItem>,
    /// The first rows of the folded lines. These do not overlap.
    folds: VecDeque<u64>,
    answer: Option<Answer>,
}

/// The answer whose tokens come.
#[derive(Clone, Copy, Debug)]
struct Answer {
    conn: ConnId,
    /// The first row of its line.
    line: u64,
}

impl TokenGrouper {
    /// The lines of these rows.
    #[must_use]
    pub fn fold<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut grouper = Self::default();
        rows.into_iter().for_each(|row| grouper.push(row));
        grouper
    }

    /// Adds the list's next row.
    pub fn push(&mut self, row: &Row) {
        let Some((conn, begins_answer)) = token_of(row) else {
            self.answer.take_if(|_| is_of_turn(row));
            self.lines.push_back(ListItem::Single(row.number));
            return;
        };
        let same = self.answer.filter(|answer| answer.conn == conn && !begins_answer);
        let line = same.and_then(|answer| self.place(answer.line)).and_then(|at| self.lines.get_mut(at));
        match line {
            Some(ListItem::Tokens { last, count, .. }) => {
                *last = row.number;
                *count += 1;
            }
            Some(line) => {
                let first = line.first();
                *line = ListItem::Tokens { first, last: row.number, count: 2 };
                self.folds.push_back(first);
            }
            None => {
                self.answer = Some(Answer { conn, line: row.number });
                self.lines.push_back(ListItem::Single(row.number));
            }
        }
    }

    /// Drops the lines whose rows are all older than the row `number`: the recorder has them no more.
    pub fn forget_before(&mut self, number: u64) {
        let mut kept = 0;
        while let Some(line) = self.lines.get(kept).filter(|line| line.first() < number) {
            if line.last() < number {
                self.lines.remove(kept);
            } else {
                // Of a line that is folded some rows are there still.
                kept += 1;
            }
        }
        let first = self.lines.front().map_or(number, ListItem::first);
        while self.folds.front().is_some_and(|fold| *fold < first) {
            self.folds.pop_front();
        }
    }

    /// The lines, in the order of their first rows.
    #[must_use]
    pub const fn lines(&self) -> &VecDeque<ListItem> {
        &self.lines
    }

    /// The place of the line that begins with the row `number`.
    #[must_use]
    pub fn place(&self, number: u64) -> Option<usize> {
        self.lines.binary_search_by_key(&number, ListItem::first).ok()
    }

    /// The line that holds the row `number`, folded or not.
    #[must_use]
    pub fn line_with(&self, number: u64) -> Option<&ListItem> {
        if let Some(at) = self.place(number) {
            return self.lines.get(at);
        }
        let after = self.folds.partition_point(|fold| *fold <= number);
        let fold = self.folds.get(after.checked_sub(1)?)?;
        self.lines.get(self.place(*fold)?).filter(|line| line.last() >= number)
    }
}

/// Whether the row belongs to a turn, or ends all of them.
fn is_of_turn(row: &Row) -> bool {
    match &row.kind {
        RowKind::FrameIn { kind, class: FrameClass::Event, .. } => {
            TURN_KINDS.iter().any(|begin| kind.starts_with(begin))
        }
        RowKind::Phase { .. } | RowKind::Resumed(_) => true,
        _ => false,
    }
}

/// The connection of a token, and whether its answer begins with it.
fn token_of(row: &Row) -> Option<(ConnId, bool)> {
    match &row.kind {
        RowKind::FrameIn { conn, begins_answer, .. } if row.is_token() => Some((*conn, *begins_answer)),
        _ => None,
    }
}

/// What the tokens among these rows say together; a long text is cut.
#[must_use]
pub fn said<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let (mut text, mut chars) = (String::new(), 0);
    for frame in rows.into_iter().filter(|row| row.is_token()).filter_map(Row::frame) {
        let token = scan::data_member(frame, "token").and_then(scan::string).unwrap_or_default();
        text.push_str(&token);
        chars += token.chars().count();
        if chars > TEXT_CHARS {
            break;
        }
    }
    shorten(&text, TEXT_CHARS)
}
