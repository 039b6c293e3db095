//! Detects events that come twice, out of order, or in a flood.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::bounded::push_bounded;
use crate::history::{FrameClass, Row, RowKind};
use crate::protocol::{Activity, Event, Instant, Place};

/// How many of the latest numbers are remembered.
const NUMBERS: usize = 1_000;
/// A number this much lower is that of another run of the server.
const OTHER_RUN: u64 = 500;
/// An equal end within this time is a second copy.
const COPY: Duration = Duration::from_secs(2);
/// How many events of one type within [`FLOOD_SPAN`] make a flood.
const FLOOD: usize = 200;
const FLOOD_SPAN: Duration = Duration::from_secs(1);
/// Tokens are many by nature.
const FLOOD_OF_TOKENS: usize = 3_000;
/// How many types are followed.
const TYPES: usize = 200;

/// The events of one type in the current second.
#[derive(Debug, Default)]
struct Rate {
    since: Instant,
    first_row: u64,
    count: usize,
    is_flood: bool,
    /// The most within a second, while it is one.
    peak: usize,
}

#[derive(Debug, Default)]
pub(super) struct Order {
    /// The latest numbers with their rows, in order of arrival.
    numbers: VecDeque<(u64, u64)>,
    greatest: u64,
    /// The latest event that ended an activity, without its number: type, frame, row and time.
    last_end: Option<(Arc<str>, Arc<str>, u64, Instant)>,
    rates: BTreeMap<Arc<str>, Rate>,
    /// Place in the answer and row of the latest token.
    token: Option<(u64, u64)>,
}

/// What is read of a token.
#[derive(Deserialize)]
struct Token {
    data: TokenData,
}

#[derive(Deserialize)]
struct TokenData {
    token_index: Option<u64>,
}

impl Order {
    /// Checks a token's place in its answer. It may be right although the events' numbers are, and wrong likewise.
    pub(super) fn on_token(&mut self, row: &Row, log: &mut FindingLog) {
        let Some(token) = row.frame().and_then(|frame| serde_json::from_str::<Token>(frame).ok()) else { return };
        let Some(index) = token.data.token_index else { return };
        let before = self.token.replace((index, row.number));
        // The next answer begins at 0 or 1, and Coda Lite's main program reports each token twice.
        if let Some((last, before)) = before.filter(|(last, _)| index > 1 && index < *last) {
            let words = format!("Token {index} of an answer came after token {last}.");
            raise(FindingKind::EventsOutOfOrder, "llm_token", words, &[before, row.number], row, log);
        }
    }

    pub(super) fn on_row(&mut self, row: &Row, event: Option<&Event>, log: &mut FindingLog) {
        let RowKind::FrameIn { kind, seq, class: FrameClass::Event, text, .. } = &row.kind else { return };
        self.rate(row, kind, log);
        if let Some(seq) = seq
            && self.number(row, kind, *seq, log)
        {
            return;
        }
        if let Some(event) = event {
            self.copy(row, kind, text, event, log);
        }
    }

    /// Checks an event's number; returns whether it came before.
    fn number(&mut self, row: &Row, kind: &str, seq: u64, log: &mut FindingLog) -> bool {
        if self.greatest.saturating_sub(seq) > OTHER_RUN || (seq <= 1 && self.greatest > 1) {
            self.restart();
        }
        if seq > self.greatest {
            self.greatest = seq;
            push_bounded(&mut self.numbers, (seq, row.number), NUMBERS);
            return false;
        }
        let before = self.numbers.iter().rev().find(|(number, _)| *number == seq).map(|(_, row)| *row);
        if let Some(before) = before {
            let words = format!("Event {seq}, a “{kind}”, came a second time. It was counted once.");
            raise(FindingKind::EventsRepeated, kind, words, &[before, row.number], row, log);
            return true;
        }
        let later = self.numbers.iter().rev().find(|(number, _)| *number > seq).map(|(_, row)| *row);
        let words = format!("Event {seq}, a “{kind}”, came after event {}. It was put in its place.", self.greatest);
        let rows: Vec<u64> = later.into_iter().chain([row.number]).collect();
        raise(FindingKind::EventsOutOfOrder, kind, words, &rows, row, log);
        push_bounded(&mut self.numbers, (seq, row.number), NUMBERS);
        false
    }

    /// Checks for an end that repeats the one before under a new number, with nothing in between that it could end.
    fn copy(&mut self, row: &Row, kind: &Arc<str>, text: &Arc<str>, event: &Event, log: &mut FindingLog) {
        // These name what they are about, so an equal one is the same.
        let has_id = matches!(event, Event::ConversationTurn(_) | Event::MemoryStore(_));
        match Event::place(event.kind()) {
            // Coda Lite's main program reports each step of its model twice.
            Place::Ends(Activity::Thinking) => return,
            Place::Ends(_) => {}
            Place::Within if has_id => {}
            Place::Starts(_) => {
                self.last_end = None;
                return;
            }
            Place::Within | Place::Outside => return,
        }
        let data: Arc<str> = text.split_once("\"data\"").map_or_else(|| text.clone(), |(_, data)| data.into());
        if let Some((other, said, before, at)) = &self.last_end
            && other == kind
            && *said == data
            && row.at.mono.duration_since(*at) <= COPY
        {
            let words = format!("The same “{kind}” came twice under two numbers, and nothing began in between.");
            let rows = [*before, row.number];
            raise(FindingKind::EventsRepeated, kind, words, &rows, row, log);
        }
        self.last_end = Some((kind.clone(), data, row.number, row.at.mono));
    }

    fn rate(&mut self, row: &Row, kind: &Arc<str>, log: &mut FindingLog) {
        let limit = if &**kind == "llm_token" { FLOOD_OF_TOKENS } else { FLOOD };
        if !self.rates.contains_key(kind) && self.rates.len() < TYPES {
            self.rates.insert(kind.clone(), Rate::default());
        }
        let Some(rate) = self.rates.get_mut(kind) else { return };
        if row.at.mono.duration_since(rate.since) > FLOOD_SPAN || rate.count == 0 {
            rate.is_flood = rate.count >= limit;
            (rate.since, rate.first_row, rate.count) = (row.at.mono, row.number, 0);
        }
        rate.count += 1;
        if rate.count < limit {
            return;
        }
        let count = rate.count;
        let words = || format!("Up to {count} events of type “{kind}” came within a second.");
        if !std::mem::replace(&mut rate.is_flood, true) {
            rate.peak = count;
            let rows = [rate.first_row, row.number];
            raise(FindingKind::EventFlood, kind, words(), &rows, row, log);
        } else if count >= rate.peak + FLOOD / 4 {
            rate.peak = count;
            log.set_description(FindingKind::EventFlood, kind, words());
        }
    }

    pub(super) fn restart(&mut self) {
        self.numbers.clear();
        self.greatest = 0;
        self.last_end = None;
    }
}

fn raise(kind: FindingKind, subject: &str, words: String, rows: &[u64], row: &Row, log: &mut FindingLog) {
    log.raise(Occurrence { kind, subject, confidence: Confidence::Certain, words, rows, at: row.at });
}
