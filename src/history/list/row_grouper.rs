//! Folds rows that belong together into one list item.
//!
//! An answer's tokens are always folded. Unrelated rows, such as metrics, do not end their fold and are listed below
//! it. Steps of the turn do end it, so the text before a tool call is listed above the call and the text after it
//! below.
//!
//! Without a filter, background traffic is folded too: runs of metrics, of speech progress, of pings and of failed
//! attempts to connect, each until something else happens, and the states of a message under its frame.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::history::row::{FrameClass, Row, RowKind};
use crate::history::scan;
use crate::history::shorten::shorten;
use crate::link::{ConnId, DisconnectReason, FramePurpose, MessageId, PhaseKind};
use crate::protocol::Command;

/// Maximum length of a preview of tokens, in characters; the answer's final event has the whole text.
const TEXT_CHARS: usize = 316;

/// Progress of speech, which may be that of the answer before.
const PROGRESS: &str = "tts_progress";

/// Type prefixes of a turn's events.
const TURN_PREFIXES: [&str; 5] = ["stt_", "conversation_", "llm_", "tool_", "tts_"];

/// What the rows of a fold have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoldKind {
    /// Tokens of one answer, with no event of their turn in between.
    Tokens,
    /// A written frame, with the states of its message.
    Message,
    /// A run of `system_metrics`.
    Metrics,
    /// A run of `tts_progress`.
    Progress,
    /// A run of pings, with their echoes and states.
    Pings,
    /// A run of attempts to connect to a server that is not there.
    Attempts,
}

impl FoldKind {
    const ALL: [Self; 6] = [Self::Tokens, Self::Message, Self::Metrics, Self::Progress, Self::Pings, Self::Attempts];
}

/// Rows listed as one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    pub kind: FoldKind,
    /// The row that gives the fold its place in the list.
    key: u64,
    /// All rows, sorted. Rows of other folds may lie in between.
    rows: VecDeque<u64>,
}

impl Fold {
    /// The number of rows, as the list counts them.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// All recorded rows, sorted.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        self.rows.iter().copied()
    }

    /// The rows listed below the open fold. A message's frame is the fold itself.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = u64> + '_ {
        self.rows().filter(|number| self.has_part(*number))
    }

    /// Whether this row of the fold is listed below it when it is open.
    #[must_use]
    pub fn has_part(&self, number: u64) -> bool {
        self.kind != FoldKind::Message || number != self.key
    }

    /// The row whose time and type the fold shows: its key, or the oldest one left if that has been evicted.
    #[must_use]
    pub fn head(&self) -> u64 {
        let is_recorded = self.rows.binary_search(&self.key).is_ok();
        self.rows.front().copied().filter(|_| !is_recorded).unwrap_or(self.key)
    }

    /// The newest row.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.rows.back().copied().unwrap_or(self.key)
    }
}

/// An item of the debugger's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListItem {
    /// The row with this number.
    Single(u64),
    Fold(Fold),
}

impl ListItem {
    /// The number of the row that identifies it and gives it its place.
    #[must_use]
    pub const fn key(&self) -> u64 {
        match self {
            Self::Single(number) | Self::Fold(Fold { key: number, .. }) => *number,
        }
    }

    /// The number of its last row.
    #[must_use]
    pub fn last(&self) -> u64 {
        match self {
            Self::Single(number) => *number,
            Self::Fold(fold) => fold.last(),
        }
    }

    #[must_use]
    pub const fn fold(&self) -> Option<&Fold> {
        match self {
            Self::Single(_) => None,
            Self::Fold(fold) => Some(fold),
        }
    }
}

/// The items of a list of rows, built incrementally so that appending costs only the new rows.
#[derive(Clone, Debug, Default)]
pub struct RowGrouper {
    /// Whether background traffic is folded, and not only tokens.
    folds_background: bool,
    /// Sorted by key.
    items: VecDeque<ListItem>,
    /// Keys of the folds of each kind but messages, in the order of [`FoldKind::ALL`]. Those of one kind do not
    /// overlap.
    folds: [VecDeque<u64>; FoldKind::ALL.len()],
    /// The fold of each message's rows.
    message_rows: BTreeMap<u64, u64>,
    answer: Option<Answer>,
    /// Keys of the runs that go on, in the order of [`FoldKind::ALL`].
    runs: [Option<u64>; FoldKind::ALL.len()],
    /// Rows of messages that are not written yet.
    unwritten: HashMap<MessageId, Vec<u64>>,
    /// Keys of the newest frames of messages without an outcome.
    written: HashMap<MessageId, u64>,
    /// Pings without an outcome.
    pings: Vec<MessageId>,
}

/// The answer whose tokens are arriving.
#[derive(Clone, Copy, Debug)]
struct Answer {
    conn: ConnId,
    key: u64,
}

impl RowGrouper {
    /// Folds background traffic too.
    #[must_use]
    pub fn of_everything() -> Self {
        Self { folds_background: true, ..Self::default() }
    }

    /// Groups these rows, too.
    #[must_use]
    pub fn with<'a>(mut self, rows: impl IntoIterator<Item = &'a Row>) -> Self {
        rows.into_iter().for_each(|row| self.push(row));
        self
    }

    /// Appends the next row.
    pub fn push(&mut self, row: &Row) {
        if let Some((conn, begins_answer)) = token_of(row) {
            return self.push_token(row.number, conn, begins_answer);
        }
        self.answer.take_if(|_| is_of_turn(row));
        if self.folds_background {
            if let Some(kind) = self.run_of(row) {
                return self.push_run(row.number, kind);
            }
            if self.push_message(row) {
                return;
            }
        }
        self.push_single(row.number);
    }

    fn push_single(&mut self, number: u64) {
        self.runs = Default::default();
        self.items.push_back(ListItem::Single(number));
    }

    fn push_token(&mut self, number: u64, conn: ConnId, begins_answer: bool) {
        let same = self.answer.filter(|answer| answer.conn == conn && !begins_answer);
        if !same.is_some_and(|answer| self.add(answer.key, FoldKind::Tokens, number)) {
            self.answer = Some(Answer { conn, key: number });
            self.items.push_back(ListItem::Single(number));
        }
    }

    /// The run that the row belongs to.
    fn run_of(&mut self, row: &Row) -> Option<FoldKind> {
        if let Some(id) = row.message() {
            let is_known = self.pings.contains(&id);
            let is_ping = is_known || row.wire_type().is_some_and(|kind| **kind == *Command::Ping.kind());
            match &row.kind {
                RowKind::Message { state, .. } if state.is_final() => self.pings.retain(|known| *known != id),
                _ if is_ping && !is_known => self.pings.push(id),
                _ => {}
            }
            return is_ping.then_some(FoldKind::Pings);
        }
        match &row.kind {
            RowKind::FrameIn { kind, class: FrameClass::Event, .. } => match &**kind {
                "system_metrics" => Some(FoldKind::Metrics),
                PROGRESS => Some(FoldKind::Progress),
                _ => None,
            },
            RowKind::Phase {
                phase: PhaseKind::Waiting | PhaseKind::Opening,
                reason: Some(DisconnectReason::Unreachable(_)),
                ..
            } => Some(FoldKind::Attempts),
            _ => None,
        }
    }

    fn push_run(&mut self, number: u64, kind: FoldKind) {
        let slot = kind as usize;
        if !self.runs[slot].is_some_and(|key| self.add(key, kind, number)) {
            self.runs[slot] = Some(number);
            self.items.push_back(ListItem::Single(number));
        }
    }

    /// Whether the row was put into the fold of its message.
    fn push_message(&mut self, row: &Row) -> bool {
        let number = row.number;
        match &row.kind {
            RowKind::Message { id, state, .. } => {
                let written = self.written.get(id).copied();
                if state.is_final() {
                    self.written.remove(id);
                    self.unwritten.remove(id);
                }
                if let Some(key) = written {
                    return self.add(key, FoldKind::Message, number);
                }
                if !state.is_final() {
                    self.unwritten.entry(*id).or_default().push(number);
                }
                false
            }
            RowKind::FrameOut { purpose: FramePurpose::Message(id), .. } => {
                let mut rows = VecDeque::new();
                for before in self.unwritten.remove(id).unwrap_or_default() {
                    if let Some(at) = self.place(before) {
                        self.items.remove(at);
                        self.message_rows.insert(before, number);
                        rows.push_back(before);
                    }
                }
                self.written.insert(*id, number);
                self.push_single(number);
                if !rows.is_empty() {
                    rows.push_back(number);
                    self.items.pop_back();
                    self.items.push_back(ListItem::Fold(Fold { kind: FoldKind::Message, key: number, rows }));
                }
                true
            }
            _ => false,
        }
    }

    /// Adds a row to the item with this key. Returns false if that has been evicted.
    fn add(&mut self, key: u64, kind: FoldKind, number: u64) -> bool {
        let Some(item) = self.place(key).and_then(|at| self.items.get_mut(at)) else { return false };
        match item {
            ListItem::Fold(fold) => fold.rows.push_back(number),
            ListItem::Single(_) => {
                *item = ListItem::Fold(Fold { kind, key, rows: [key, number].into() });
                self.folds[kind as usize].push_back(key);
            }
        }
        if kind == FoldKind::Message {
            self.message_rows.insert(number, key);
        }
        true
    }

    /// Drops the items whose rows are all older than `number`, because the recorder has evicted them.
    pub fn forget_before(&mut self, number: u64) {
        let mut kept = 0;
        while let Some(item) = self.items.get_mut(kept).filter(|item| item.key() < number) {
            let is_empty = match item {
                ListItem::Single(_) => true,
                ListItem::Fold(fold) => {
                    while fold.rows.front().is_some_and(|row| *row < number) {
                        fold.rows.pop_front();
                    }
                    fold.rows.is_empty()
                }
            };
            if is_empty {
                self.items.remove(kept);
            } else {
                kept += 1;
            }
        }
        let first = self.items.front().map_or(number, ListItem::key);
        for folds in &mut self.folds {
            while folds.front().is_some_and(|key| *key < first) {
                folds.pop_front();
            }
        }
        self.message_rows = self.message_rows.split_off(&number);
    }

    /// All items, sorted by key.
    #[must_use]
    pub const fn items(&self) -> &VecDeque<ListItem> {
        &self.items
    }

    /// Index of the item with this key.
    #[must_use]
    pub fn place(&self, key: u64) -> Option<usize> {
        self.items.binary_search_by_key(&key, ListItem::key).ok()
    }

    /// The item with this key.
    #[must_use]
    pub fn item(&self, key: u64) -> Option<&ListItem> {
        self.place(key).and_then(|at| self.items.get(at))
    }

    /// The item that contains row `number`, folded or not.
    #[must_use]
    pub fn item_with(&self, number: u64) -> Option<&ListItem> {
        if let Some(item) = self.item(number) {
            return Some(item);
        }
        if let Some(key) = self.message_rows.get(&number) {
            return self.item(*key);
        }
        self.folds.iter().find_map(|folds| {
            let after = folds.partition_point(|key| *key <= number);
            let item = self.item(*folds.get(after.checked_sub(1)?)?)?;
            item.fold().filter(|fold| fold.rows.binary_search(&number).is_ok()).map(|_| item)
        })
    }
}

/// Whether the row is a step of a turn, or, like a lost connection, ends every turn.
fn is_of_turn(row: &Row) -> bool {
    match &row.kind {
        RowKind::FrameIn { kind, class: FrameClass::Event, .. } => {
            &**kind != PROGRESS && TURN_PREFIXES.iter().any(|begin| kind.starts_with(begin))
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
