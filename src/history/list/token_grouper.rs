//! Groups an answer's tokens, which arrive as one event each, into one list item.
//!
//! Unrelated rows, such as metrics or pings, do not end the group and are listed below it. Events of the turn do end
//! it, so the text before a tool call is listed above the call and the text after it below.

use std::collections::VecDeque;

use crate::history::row::{FrameClass, Row, RowKind};
use crate::history::scan;
use crate::history::summary::shorten;
use crate::link::ConnId;

/// Maximum length of a group's preview, in characters; the answer's final event has the whole text.
const TEXT_CHARS: usize = 316;

/// Type prefixes of a turn's events.
const TURN_PREFIXES: [&str; 5] = ["stt_", "conversation_", "llm_", "tool_", "tts_"];

/// An item of the debugger's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListItem {
    /// The row with this number.
    Single(u64),
    /// Two or more tokens of one answer, with no event of their turn in between. Other rows in between are listed
    /// below.
    Tokens {
        first: u64,
        last: u64,
        /// Number of tokens.
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

/// The items of a list of rows, built incrementally so that appending costs only the new rows.
#[derive(Clone, Debug, Default)]
pub struct TokenGrouper {
    /// Sorted by first row.
    lines: VecDeque<ListItem>,
    /// First rows of the token groups, which do not overlap.
    folds: VecDeque<u64>,
    answer: Option<Answer>,
}

/// The answer whose tokens are arriving.
#[derive(Clone, Copy, Debug)]
struct Answer {
    conn: ConnId,
    /// The first row of its item.
    line: u64,
}

impl TokenGrouper {
    /// Groups these rows.
    #[must_use]
    pub fn fold<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut grouper = Self::default();
        rows.into_iter().for_each(|row| grouper.push(row));
        grouper
    }

    /// Appends the next row.
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

    /// Drops the items whose rows are all older than `number`, because the recorder has evicted them.
    pub fn forget_before(&mut self, number: u64) {
        let mut kept = 0;
        while let Some(line) = self.lines.get(kept).filter(|line| line.first() < number) {
            if line.last() < number {
                self.lines.remove(kept);
            } else {
                // Part of this group's rows are still recorded.
                kept += 1;
            }
        }
        let first = self.lines.front().map_or(number, ListItem::first);
        while self.folds.front().is_some_and(|fold| *fold < first) {
            self.folds.pop_front();
        }
    }

    /// All items, sorted by first row.
    #[must_use]
    pub const fn lines(&self) -> &VecDeque<ListItem> {
        &self.lines
    }

    /// Index of the item that begins with row `number`.
    #[must_use]
    pub fn place(&self, number: u64) -> Option<usize> {
        self.lines.binary_search_by_key(&number, ListItem::first).ok()
    }

    /// The item that contains row `number`, grouped or not.
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

/// Whether the row belongs to a turn, or, like a lost connection, ends every turn.
fn is_of_turn(row: &Row) -> bool {
    match &row.kind {
        RowKind::FrameIn { kind, class: FrameClass::Event, .. } => {
            TURN_PREFIXES.iter().any(|begin| kind.starts_with(begin))
        }
        RowKind::Phase { .. } | RowKind::Resumed(_) => true,
        _ => false,
    }
}

/// A token's connection, and whether it is the first of its answer.
fn token_of(row: &Row) -> Option<(ConnId, bool)> {
    match &row.kind {
        RowKind::FrameIn { conn, begins_answer, .. } if row.is_token() => Some((*conn, *begins_answer)),
        _ => None,
    }
}

/// The text of the tokens among these rows, truncated if long.
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
