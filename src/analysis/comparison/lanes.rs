//! The events of a turn, compared by type: what is new, missing or changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::alignment::Alignment;
use super::collector::Collector;
use super::content::{Rules, changes, fingerprint};
use super::difference::{Both, OnlyIn, RecordChange};
use super::outline::{Lane, Outline, Seen, Segment};
use crate::history::{Recorder, Row, scan};
use crate::protocol::Event;

/// Types whose number varies by nature, and the type without which none are to be expected.
const STREAMS: [(&str, Option<&str>); 6] = [
    ("component_stats", None),
    ("llm_token", Some("llm_result")),
    ("memory_debug_stats", None),
    ("stt_interim", Some("stt_result")),
    ("system_metrics", None),
    ("tts_progress", Some("tts_result")),
];
/// So many events of such a type show that a record without any lacks them.
const STREAM_EVENTS: usize = 3;
/// Types that follow from an answer, so that without one they are missing as a matter of course.
const AFTER_ANSWER: [&str; 4] = ["component_timing", "conversation_turn", "latency_trace", "llm_result"];
const AFTER_ANSWER_STARTS: [&str; 2] = ["memory_", "tts_"];

/// Whether the number of these events varies by nature.
pub(super) fn is_stream(kind: &str) -> bool {
    STREAMS.iter().any(|(stream, _)| *stream == kind)
}

/// The lane of an event, and the fingerprint of what counts in it.
pub(super) fn place(row: &Row, kind: Arc<str>, event: &Event) -> (Lane, u64) {
    let subject = match event {
        Event::ConversationTurn(turn) => turn.role.clone(),
        Event::ComponentTiming(timing) => format!("{}/{}", timing.component, timing.operation),
        Event::MemoryDebugOperation(operation) => operation.operation_type.clone(),
        Event::MemoryUpdate(update) => update.field.clone(),
        _ => String::new(),
    };
    let fingerprint = fingerprint(&[], &data(row), rules(&kind, &subject));
    (Lane { kind, subject, is_known: !matches!(event, Event::Unknown { .. }) }, fingerprint)
}

fn data(row: &Row) -> Value {
    let data = row.frame().and_then(|frame| scan::member(frame, "data"));
    data.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default()
}

/// Words and answers are compared as such, and not once more as the content of events.
fn rules(kind: &str, subject: &str) -> Rules {
    Rules::Event(match (kind, subject) {
        ("conversation_turn", "user" | "assistant") => &["content"],
        ("conversation_end", _) => &["turns_count"],
        ("llm_result" | "stt_result", _) => &["text"],
        _ => &[],
    })
}

/// What is known of a pair of turns before their events are compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) is_outcome_same: bool,
    pub(super) is_answer_same: bool,
}

pub(super) fn compare(
    records: Both<&Recorder>,
    turn: usize,
    segments: Both<&Segment>,
    known: Known,
    found: &mut Collector,
) {
    let lanes: BTreeSet<&Lane> = segments.left.lanes.keys().chain(segments.right.lanes.keys()).collect();
    for lane in lanes {
        let items = segments.map(|segment| segment.lanes.get(lane).map_or(&[][..], Vec::as_slice));
        let prints = items.map(|items| items.iter().map(|item| item.fingerprint).collect::<Vec<u64>>());
        let again = items.map(|items| vec![Some(0); items.len()]);
        let alignment = Alignment::of(&prints.left, &prints.right, &again.left, &again.right);
        // The text of the speech follows from the answer, and so does how it is cut into pieces.
        let is_other_speech = !known.is_answer_same && lane.kind.starts_with("tts_");
        for (left, right) in alignment.changed {
            let rows = Both::new(items.left[left].row, items.right[right].row);
            let fields = Both::new(records.left.get(rows.left), records.right.get(rows.right));
            let (Some(left), Some(right)) = (fields.left, fields.right) else { continue };
            let mut fields = changes(&data(left), &data(right), rules(&lane.kind, &lane.subject));
            fields.retain(|field| !(is_other_speech && field.path == "text"));
            if !fields.is_empty() {
                let change = RecordChange::Fields { kind: lane.kind.to_string(), fields, count: 1 };
                found.add(turn, rows.map(Some), change);
            }
        }
        let follows =
            AFTER_ANSWER.contains(&&*lane.kind) || AFTER_ANSWER_STARTS.iter().any(|start| lane.kind.starts_with(start));
        let is_both = !items.left.is_empty() && !items.right.is_empty();
        // Whether a type that this program does not know belongs to turns is unknown too.
        if !lane.is_known || (follows && !known.is_outcome_same) || (is_other_speech && is_both) {
            continue;
        }
        for (only_in, places, items) in
            [(OnlyIn::Left, &alignment.left_only, items.left), (OnlyIn::Right, &alignment.right_only, items.right)]
        {
            let Some(row) = places.first().map(|place| items[*place].row) else { continue };
            let (kind, count, is_absent) = (lane.kind.to_string(), places.len(), false);
            found.add_one_sided(turn, only_in, row, RecordChange::Event { kind, count, only_in, is_absent });
        }
    }
}

/// Types that only one record has: streams, and types that this program does not know.
pub(super) fn compare_types(outlines: Both<&Outline>, found: &mut Collector) {
    for (only_in, some, other) in
        [(OnlyIn::Left, outlines.left, outlines.right), (OnlyIn::Right, outlines.right, outlines.left)]
    {
        for (kind, Seen { row, count }) in &some.types {
            let stream = STREAMS.iter().find(|(stream, _)| **stream == **kind);
            let is_told = match stream {
                Some((_, carrier)) => {
                    let is_expected = carrier.is_none_or(|carrier| other.types.contains_key(carrier));
                    *count >= STREAM_EVENTS && is_expected && !other.types.is_empty()
                }
                None => !Event::KINDS.contains(&&**kind),
            };
            if is_told && !other.types.contains_key(kind) {
                let change = RecordChange::Event { kind: kind.to_string(), count: *count, only_in, is_absent: true };
                found.add_by_row(only_in, *row, change);
            }
        }
    }
}
