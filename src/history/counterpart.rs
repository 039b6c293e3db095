//! Relates events: a start and its end, and an event and the message that caused it.

use std::collections::VecDeque;

use super::message_trace::message_trace;
use super::recorder::Recorder;
use super::row::{FrameClass, Row, RowKind};
use super::scan;
use crate::link::MessageId;
use crate::protocol::{Activity, Event, Place};

/// Search range in rows; a match further away belongs to another turn.
const SEARCH_RANGE: u64 = 10_000;
/// Wire types that begin a turn, which ends all open tool calls.
const TURN_BEGINS: [&str; 2] = ["conversation_turn", "llm_start"];
/// How many of the preceding messages [`cause`] checks.
const MESSAGES: usize = 3;

/// The row of a call's result, or of a result's call; likewise for listening, thinking and speaking.
///
/// A tool's results arrive in the order of its calls and before the next turn. Events without a name do not overlap.
#[must_use]
pub fn counterpart(recorder: &Recorder, row: &Row) -> Option<u64> {
    let (Place::Starts(activity) | Place::Ends(activity)) = Event::place(event_kind(row)?) else { return None };
    let is_tool = activity == Activity::Tool;
    let name = |row: &Row| {
        let name = scan::data_member(row.frame()?, "tool_name").filter(|_| is_tool);
        name.and_then(scan::string).map(String::from)
    };
    let (own_name, epoch) = (name(row), recorder.epoch_of(row.number));
    let is_boundary = |other: &Row| {
        let kind = event_kind(other).unwrap_or_default();
        if is_tool { TURN_BEGINS.contains(&kind) } else { Event::place(kind) == Place::Starts(activity) }
    };
    // Pairs never span two server runs.
    let is_elsewhere = |other: &Row| recorder.epoch_of(other.number) != epoch;
    let start = row.number.saturating_sub(SEARCH_RANGE);
    let from = recorder.rows(start..row.number).rev().find(|other| is_boundary(other) || is_elsewhere(other));
    let from = from.map_or(start, |row| row.number);
    let mut open = VecDeque::new();
    for other in recorder.rows(from..=row.number.saturating_add(SEARCH_RANGE)) {
        if is_boundary(other) || is_elsewhere(other) {
            if other.number > row.number {
                return None;
            }
            open.clear();
        }
        let Some(kind) = event_kind(other).filter(|_| !is_elsewhere(other)) else { continue };
        let place = Event::place(kind);
        if place == Place::Starts(activity) && name(other) == own_name {
            open.push_back(other.number);
        } else if place == Place::Ends(activity) && name(other) == own_name {
            let call = open.pop_front();
            if other.number == row.number {
                return call;
            }
            if call == Some(row.number) {
                return Some(other.number);
            }
        }
    }
    None
}

/// The message of this page that began the event's turn.
#[must_use]
pub fn cause(recorder: &Recorder, row: &Row) -> Option<MessageId> {
    event_kind(row)?;
    let before = recorder.rows(row.number.saturating_sub(SEARCH_RANGE)..row.number).rev();
    let answered = before.filter(|row| matches!(row.kind, RowKind::FrameIn { .. })).filter_map(Row::message);
    let is_cause = |id: &MessageId| {
        let turn = message_trace(recorder, *id).map(|trace| trace.turn).unwrap_or_default();
        let (Some(first), Some(last)) = (turn.first(), turn.last()) else { return false };
        (first.row..=last.row + last.count as u64).contains(&row.number)
    };
    answered.take(MESSAGES).find(is_cause)
}

fn event_kind(row: &Row) -> Option<&str> {
    match &row.kind {
        RowKind::FrameIn { kind, class: FrameClass::Event, .. } if &**kind != "client_message" => Some(kind),
        _ => None,
    }
}
