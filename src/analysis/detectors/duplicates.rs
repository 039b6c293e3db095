//! Detects messages that one action created twice, and messages that the server dropped as duplicates.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::bounded::push_bounded;
use crate::history::scan;
use crate::history::{FrameClass, Recorder, Row, RowKind};
use crate::link::{ConnId, MessageId, MessageState, Origin};
use crate::protocol::{Command, Control, DEDUP_WINDOW, Moment};

/// No user acts twice within this time, so one event had two listeners.
const SAME_EVENT_WINDOW: Duration = Duration::from_millis(50);
/// Maximum time between the clicks of a double click.
const DOUBLE_CLICK_WINDOW: Duration = Duration::from_millis(500);

const LISTENS_TWICE: &str = "Too fast for a user: something listens twice.";
const DOUBLE_CLICKED: &str = "A double click, or something that listens twice.";

/// Maximum number of messages kept for comparison.
const RECENT: usize = 64;
/// Component of replayed messages: each was created once, at some other time.
const REPLAY: &str = "replay";

/// A message at its creation.
#[derive(Clone, Debug)]
struct CreatedMessage {
    row: u64,
    at: Moment,
    origin: Origin,
}

#[derive(Debug, Default)]
pub(super) struct Duplicates {
    /// Messages queued within [`SAME_EVENT_WINDOW`], with their commands and the messages they resend.
    recent: VecDeque<(CreatedMessage, Arc<Command>, Option<MessageId>)>,
}

impl Duplicates {
    pub(super) fn on_row(&mut self, row: &Row, recorder: &Recorder, log: &mut FindingLog) {
        match &row.kind {
            RowKind::FrameOut { kind, .. } if recorder.is_foreign() && &**kind != "ping" => {
                written_twice(row, kind, recorder, log);
            }
            // The origin of a foreign recording's messages is unknown.
            RowKind::Message { .. } if recorder.is_foreign() => {}
            RowKind::Message { kind, origin, created, state: MessageState::Suppressed { original }, .. } => {
                let first = recorder.rows_of(*original).find_map(|row| match &row.kind {
                    RowKind::Message { origin, created, .. } => {
                        Some(CreatedMessage { row: row.number, at: *created, origin: origin.clone() })
                    }
                    _ => None,
                });
                let second = CreatedMessage { row: row.number, at: *created, origin: origin.clone() };
                created_twice(row, kind, first, &second, "The second was not sent.", log);
            }
            // Messages restored after a reload, or queued again, were created earlier.
            RowKind::Message { kind, origin, created, state: MessageState::Queued, command, resend_of, .. }
                if *created == row.at && **command != Command::Ping && origin.component != REPLAY =>
            {
                let made = CreatedMessage { row: row.number, at: row.at, origin: origin.clone() };
                if let Some(first) = self.equal(&made, command, *resend_of) {
                    created_twice(row, kind, Some(first), &made, "Both were sent.", log);
                }
                push_bounded(&mut self.recent, (made, command.clone(), *resend_of), RECENT);
            }
            RowKind::FrameIn { class: FrameClass::Control(control), answers, .. } => {
                if let Control::Duplicate { original_type, .. } = &**control {
                    dropped(row, original_type, *answers, recorder, log);
                }
            }
            _ => {}
        }
    }

    /// The equal message just before. The user's resend of a message is intended, but a double resend is not.
    fn equal(
        &mut self,
        made: &CreatedMessage,
        command: &Command,
        resend_of: Option<MessageId>,
    ) -> Option<CreatedMessage> {
        self.recent.retain(|(before, ..)| made.at.mono.duration_since(before.at.mono) < SAME_EVENT_WINDOW);
        let is_it = |(_, before, before_resend_of): &&(CreatedMessage, Arc<Command>, Option<MessageId>)| {
            **before == *command && (resend_of.is_none() || resend_of == *before_resend_of)
        };
        self.recent.iter().find(is_it).map(|(made, ..)| made.clone())
    }
}

fn created_twice(
    row: &Row,
    kind: &str,
    first: Option<CreatedMessage>,
    second: &CreatedMessage,
    outcome: &str,
    log: &mut FindingLog,
) {
    let origin = &second.origin;
    let name = |origin: &Origin| format!("{} ({})", origin.component, origin.action);
    let (confidence, words, rows) = match first {
        None => (Confidence::Possible, format!("{} made “{kind}” again.", name(origin)), vec![row.number]),
        Some(CreatedMessage { row: number, at, origin: first }) => {
            let apart = second.at.mono.duration_since(at.mono);
            let confidence = match apart {
                apart if apart < SAME_EVENT_WINDOW => Confidence::Certain,
                apart if apart < DOUBLE_CLICK_WINDOW => Confidence::Likely,
                _ => Confidence::Possible,
            };
            let who = if first.component == origin.component && first.action == origin.action {
                format!("{} made “{kind}” twice, {} ms apart", name(origin), apart.as_millis())
            } else {
                let (first, second) = (name(&first), name(origin));
                format!("{first} and {second} made the same “{kind}”, {} ms apart", apart.as_millis())
            };
            let why = match confidence {
                Confidence::Certain => LISTENS_TWICE,
                Confidence::Likely => DOUBLE_CLICKED,
                Confidence::Possible => "Somebody may have been impatient.",
            };
            (confidence, format!("{who}. {why} {outcome}"), vec![number, row.number])
        }
    };
    let kind_of = FindingKind::DoubleListener;
    log.raise(Occurrence { kind: kind_of, subject: kind, confidence, words, rows: &rows, at: row.at });
}

/// In a foreign recording, only the frames show a double listener.
fn written_twice(row: &Row, kind: &str, recorder: &Recorder, log: &mut FindingLog) {
    let Some(first) = equal_write(recorder, row) else { return };
    let apart = row.at.mono.duration_since(first.at.mono);
    if apart < DOUBLE_CLICK_WINDOW {
        let (confidence, why) = assess_duplicate(apart);
        let words = format!("The same “{kind}” was written twice, {} apart. {why}", millis(apart));
        let (kind_of, rows) = (FindingKind::DoubleListener, [first.number, row.number]);
        log.raise(Occurrence { kind: kind_of, subject: kind, confidence, words, rows: &rows, at: row.at });
    }
}

fn dropped(row: &Row, kind: &str, answers: Option<MessageId>, recorder: &Recorder, log: &mut FindingLog) {
    let is_write = |other: &&Row| matches!(other.kind, RowKind::FrameOut { .. });
    let writes: Vec<&Row> = answers.into_iter().flat_map(|id| recorder.rows_of(id).filter(is_write)).collect();
    let mut rows: Vec<u64> = writes.iter().map(|write| write.number).collect();
    let (confidence, words) = if writes.len() > 1 && !recorder.is_foreign() {
        let words = "was resent because no echo came. Coda already had it: the echo was lost or late";
        (Confidence::Certain, format!("“{kind}” {words}."))
    } else {
        let second = writes.last().copied().or_else(|| last_write(recorder, row, kind));
        let first = second.and_then(|second| Some((equal_write(recorder, second)?, second)));
        rows = first.into_iter().flat_map(|(first, second)| [first.number, second.number]).collect();
        match first.map(|(first, second)| second.at.mono.duration_since(first.at.mono)) {
            Some(apart) if apart < DOUBLE_CLICK_WINDOW => {
                let (confidence, why) = assess_duplicate(apart);
                let words =
                    format!("“{kind}” was written twice, {} apart. {why} Coda dropped the second.", millis(apart));
                (confidence, words)
            }
            _ => {
                let words = format!("Coda was sent the same “{kind}” twice within 5 s and dropped the second.");
                (Confidence::Likely, words)
            }
        }
    };
    rows.push(row.number);
    let kind_of = FindingKind::DroppedDuplicate;
    log.raise(Occurrence { kind: kind_of, subject: kind, confidence, words, rows: &rows, at: row.at });
}

/// The last message of this type before the row, within Coda's deduplication window.
fn last_write<'a>(recorder: &'a Recorder, row: &Row, kind: &str) -> Option<&'a Row> {
    let is_it = |other: &&Row| matches!(&other.kind, RowKind::FrameOut { kind: other, .. } if **other == *kind);
    just_before(recorder, row).find(is_it)
}

/// The same message, written earlier to the same connection and within Coda's deduplication window.
fn equal_write<'a>(recorder: &'a Recorder, write: &Row) -> Option<&'a Row> {
    let known = dedup_key(write)?;
    just_before(recorder, write).find(|other| dedup_key(other) == Some(known))
}

fn just_before<'a>(recorder: &'a Recorder, row: &Row) -> impl Iterator<Item = &'a Row> + use<'a> {
    let at = row.at.mono;
    recorder.rows(..row.number).rev().take_while(move |before| at.duration_since(before.at.mono) < DEDUP_WINDOW)
}

/// The connection of a written frame, and the fields by which Coda deduplicates it.
fn dedup_key(row: &Row) -> Option<(ConnId, &str, Option<&str>)> {
    match &row.kind {
        RowKind::FrameOut { conn, kind, text, .. } => Some((*conn, &**kind, scan::member(text, "data"))),
        _ => None,
    }
}

/// Confidence and explanation for two equal writes this far apart, if their origins are unknown.
fn assess_duplicate(apart: Duration) -> (Confidence, &'static str) {
    if apart < SAME_EVENT_WINDOW {
        (Confidence::Certain, LISTENS_TWICE)
    } else {
        (Confidence::Possible, DOUBLE_CLICKED)
    }
}

fn millis(span: Duration) -> String {
    let millis = span.as_secs_f64() * 1_000.0;
    if millis < 10.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}
