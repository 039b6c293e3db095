//! Stores the rows within the limits, evicting the oldest, and looks them up.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::{Bound, Range, RangeBounds, RangeInclusive};
use std::sync::Arc;

use super::annotation::{Annotation, Annotations};
use super::index::{EpochIndex, FrameIndex, MessageIndex, TypeIndex};
use super::row::{FrameClass, Row, RowKind, Severity};
use super::scan;
use crate::link::{FrameId, FrameKind, FramePurpose, LinkEvent, MessageId, ServerEvent};
use crate::protocol::{Event, Moment};

/// Cost of a row besides its text: the row itself and its index entries.
const ROW_BYTES: usize = size_of::<Row>() + 64;

/// Bounds of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub rows: usize,
    /// The newest row is kept whatever its size.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 100_000, bytes: 64 * 1024 * 1024 }
    }
}

/// Rows evicted to stay within the limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evicted {
    pub rows: u64,
    /// The bytes that these rows took.
    pub bytes: u64,
}

/// The flight recorder: all events of the link, as far back as the limits allow.
#[derive(Debug)]
pub struct Recorder {
    limits: Limits,
    rows: VecDeque<Row>,
    bytes: usize,
    /// The number of the next row.
    next: u64,
    evicted: Evicted,
    types: TypeIndex,
    pub(super) messages: MessageIndex,
    pub(super) epochs: EpochIndex,
    frames: FrameIndex,
    annotations: Annotations,
    is_foreign: bool,
    revision: u64,
}

impl Recorder {
    /// Changes the limits; they take effect with the next row.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            rows: VecDeque::new(),
            bytes: 0,
            next: 1,
            evicted: Evicted::default(),
            types: TypeIndex::default(),
            messages: MessageIndex::default(),
            epochs: EpochIndex::default(),
            frames: FrameIndex::default(),
            annotations: Annotations::default(),
            is_foreign: false,
            revision: 0,
        }
    }

    /// Records an event of the link. Call it for every event, in order.
    pub fn record(&mut self, event: &LinkEvent) {
        match event {
            LinkEvent::FrameIn { conn, frame, text, kind, at } => {
                let (kind, seq, class) = self.classify(text, kind);
                self.frames.add(*frame, self.next);
                let (conn, text, begins_answer) = (*conn, text.clone(), false);
                self.push(*at, RowKind::FrameIn { conn, text, kind, seq, class, answers: None, begins_answer });
            }
            LinkEvent::FrameOut { conn, text, purpose, at } => {
                let kind = self.written_wire_type(text, purpose);
                self.push(*at, RowKind::FrameOut { conn: *conn, text: text.clone(), kind, purpose: purpose.clone() });
            }
            LinkEvent::Message(status) => {
                let message = RowKind::Message {
                    id: status.id,
                    kind: self.types.intern(status.command.kind()),
                    command: status.command.clone(),
                    origin: status.origin.clone(),
                    created: status.created,
                    state: status.state.clone(),
                    resend_of: status.resend_of,
                };
                self.push(status.at, message);
            }
            LinkEvent::Phase { phase, outage, at } => {
                let reason = outage.as_ref().map(|outage| outage.reason.clone());
                self.push(*at, RowKind::Phase { phase: phase.kind(), conn: phase.conn(), reason });
            }
            LinkEvent::Resumed { resumed, at } => self.push(*at, RowKind::Resumed(*resumed)),
            LinkEvent::Protections { on, at } => self.push(*at, RowKind::Protections { on: *on }),
            LinkEvent::Event(event) => self.apply_event(event),
            LinkEvent::Reply { frame, message } => self.answer(*frame, *message),
        }
    }

    /// Records a notice of the page itself.
    pub fn note(&mut self, level: Severity, text: &str, at: Moment) {
        self.push(at, RowKind::Notice { level, text: text.into() });
    }

    /// Records an event that the user gave to the page.
    pub fn synthetic(&mut self, text: &str, at: Moment) {
        let kind = self.types.intern(&scan::head(text).kind.unwrap_or_default());
        self.push(at, RowKind::Synthetic { kind, text: text.into() });
    }

    /// Sets the user's annotation of a kept row; an empty one removes it.
    pub fn annotate(&mut self, number: u64, annotation: Annotation) {
        if self.get(number).is_none() {
            return;
        }
        let (before, now) = self.annotations.set(number, annotation);
        self.bytes = self.bytes - before + now;
        self.revision += 1;
    }

    /// Marks the record as the import of another program's recording.
    pub(crate) const fn set_foreign(&mut self) {
        self.is_foreign = true;
    }

    /// Wire type, number and class of a received frame. Only stale and unreadable frames need a second scan.
    fn classify(&self, text: &str, kind: &FrameKind) -> (Arc<str>, Option<u64>, FrameClass) {
        let (kind, seq, class) = match kind {
            FrameKind::Event { kind, seq } => (kind.clone(), *seq, FrameClass::Event),
            FrameKind::Replay => (Cow::Borrowed("replay"), None, FrameClass::Replay),
            FrameKind::Control(control) => {
                (Cow::Borrowed(control.kind()), None, FrameClass::Control(Box::new(control.clone())))
            }
            FrameKind::Binary(bytes) => (Cow::Borrowed(""), None, FrameClass::Binary(*bytes)),
            FrameKind::Unreadable(error) => {
                return self.classify_scanned(text, FrameClass::Unreadable(Box::new(error.clone())));
            }
            FrameKind::Stale => return self.classify_scanned(text, FrameClass::Stale),
        };
        (self.types.intern(&kind), seq, class)
    }

    fn classify_scanned(&self, text: &str, class: FrameClass) -> (Arc<str>, Option<u64>, FrameClass) {
        let scan::Head { kind, seq } = scan::head(text);
        (self.types.intern(&kind.unwrap_or_default()), seq, class)
    }

    /// Wire type of a written frame. Only the text of raw frames needs a scan.
    fn written_wire_type(&self, text: &str, purpose: &FramePurpose) -> Arc<str> {
        let known = match purpose {
            FramePurpose::ChallengeAnswer => Some(self.types.intern("auth_response")),
            FramePurpose::Message(id) => self.rows_of(*id).rev().find_map(|row| match &row.kind {
                RowKind::Message { kind, .. } => Some(kind.clone()),
                _ => None,
            }),
            FramePurpose::Raw(_) => None,
        };
        known.unwrap_or_else(|| self.types.intern(&scan::head(text).kind.unwrap_or_default()))
    }

    /// Adds facts from an event to the row of its frame. Replayed events are skipped: they may be older than rows of a
    /// later run.
    fn apply_event(&mut self, event: &ServerEvent) {
        if event.replayed {
            return;
        }
        let Some(number) = self.frames.row(event.frame) else { return };
        self.epochs.note(number, event.epoch);
        if matches!(&event.event, Event::LlmToken(token) if token.token_index == Some(0))
            && let Some(RowKind::FrameIn { begins_answer, .. }) = self.kind_mut(number)
        {
            *begins_answer = true;
        }
    }

    fn answer(&mut self, frame: FrameId, message: MessageId) {
        let Some(number) = self.frames.row(frame) else { return };
        let Some(at) = self.place(number) else { return };
        let Some(row) = self.rows.get_mut(at) else { return };
        if let RowKind::FrameIn { answers: answers @ None, .. } = &mut row.kind {
            *answers = Some(message);
            self.messages.add(row);
            self.revision += 1;
        }
    }

    fn kind_mut(&mut self, number: u64) -> Option<&mut RowKind> {
        let at = self.place(number)?;
        self.rows.get_mut(at).map(|row| &mut row.kind)
    }

    fn push(&mut self, at: Moment, kind: RowKind) {
        let row = Row { number: self.next, at, kind };
        self.bytes += ROW_BYTES
            + row.heap_bytes()
            + self.rows.back().map_or_else(|| text_bytes(&row), |last| unshared_text_bytes(&row, last));
        self.types.add(&row);
        self.messages.add(&row);
        self.rows.push_back(row);
        self.next += 1;
        self.revision += 1;
        while self.rows.len() > 1 && (self.rows.len() > self.limits.rows || self.bytes > self.limits.bytes) {
            self.evict();
        }
    }

    /// Evicts all rows.
    pub fn clear(&mut self) {
        while !self.rows.is_empty() {
            self.evict();
        }
        self.revision += 1;
    }

    fn evict(&mut self) {
        let Some(row) = self.rows.pop_front() else { return };
        let bytes = ROW_BYTES
            + row.heap_bytes()
            + self.rows.front().map_or_else(|| text_bytes(&row), |next| unshared_text_bytes(&row, next))
            + self.annotations.evict(row.number);
        self.bytes -= bytes;
        self.evicted.rows += 1;
        self.evicted.bytes += bytes as u64;
        self.types.remove(&row);
        self.messages.remove(&row);
        self.frames.remove(row.number);
        self.epochs.forget_before(row.number + 1);
    }

    /// Whether another program recorded the frames. Protections, messages and origins are then unknown, and message
    /// states are derived from the frames.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// Number of kept rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Upper bound of the kept rows' size in bytes, indexes included.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    #[must_use]
    pub const fn evicted(&self) -> Evicted {
        self.evicted
    }

    /// Changes whenever the record does.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Numbers of the kept rows, oldest first.
    #[must_use]
    pub const fn numbers(&self) -> Range<u64> {
        self.evicted.rows + 1..self.next
    }

    /// The row with this number, if kept.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<&Row> {
        self.place(number).and_then(|at| self.rows.get(at))
    }

    /// The user's annotation of a row.
    #[must_use]
    pub fn annotation(&self, number: u64) -> Option<&Annotation> {
        self.annotations.get(number)
    }

    /// The annotations of the rows from the first to the last of these numbers.
    ///
    /// # Panics
    /// If the first is greater than the last.
    pub fn annotations_in(&self, rows: RangeInclusive<u64>) -> impl Iterator<Item = &Annotation> {
        self.annotations.range(rows)
    }

    /// The annotated rows, oldest first.
    pub fn annotations(&self) -> impl DoubleEndedIterator<Item = (u64, &Annotation)> {
        self.annotations.iter()
    }

    /// Changes whenever an annotation does.
    #[must_use]
    pub const fn annotations_revision(&self) -> u64 {
        self.annotations.revision()
    }

    /// The first bookmarked row after this one.
    #[must_use]
    pub fn bookmark_after(&self, number: u64) -> Option<u64> {
        self.annotations.bookmark_after(number)
    }

    /// The last bookmarked row before this one.
    #[must_use]
    pub fn bookmark_before(&self, number: u64) -> Option<u64> {
        self.annotations.bookmark_before(number)
    }

    /// The kept rows whose numbers are in `range`, oldest first; `rev()` starts at the newest.
    pub fn rows(&self, range: impl RangeBounds<u64>) -> impl DoubleEndedIterator<Item = &Row> + ExactSizeIterator {
        let first = self.evicted.rows + 1;
        let place = |number: u64| usize::try_from(number.saturating_sub(first)).unwrap_or(usize::MAX);
        let start = match range.start_bound() {
            Bound::Included(number) => place(*number),
            Bound::Excluded(number) => place(number.saturating_add(1)),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(number) => place(number.saturating_add(1)),
            Bound::Excluded(number) => place(*number),
            Bound::Unbounded => usize::MAX,
        };
        let end = end.min(self.rows.len());
        self.rows.range(start.min(end)..end)
    }

    /// Frame counts by wire type, in alphabetical order.
    pub fn counts_by_type(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.types.frames()
    }

    fn place(&self, number: u64) -> Option<usize> {
        number.checked_sub(self.evicted.rows + 1).and_then(|at| usize::try_from(at).ok())
    }
}

fn text_bytes(row: &Row) -> usize {
    row.frame().map_or(0, |text| text.len())
}

/// The bytes of a row's text, or 0 if its neighbour shares it: each bad entry of a replay gets a row with the whole
/// frame.
fn unshared_text_bytes(row: &Row, neighbour: &Row) -> usize {
    match (row.frame(), neighbour.frame()) {
        (Some(text), Some(other)) if Arc::ptr_eq(text, other) => 0,
        _ => text_bytes(row),
    }
}
