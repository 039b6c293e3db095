//! Detects events that are no longer what this server has sent so far: types that are new or gone, and fields that are
//! new, gone or of another type.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::words;
use crate::history::{Row, RowKind};
use crate::protocol::{Event, Instant, Moment, Place};

/// How many events of a type it takes to know it.
const KNOWN: u32 = 8;
/// How many events of any type it takes to know which types there are.
const KNOWN_SERVER: u64 = 100;
/// In a flood, the fields of a type are compared this often.
const COMPARE_EVERY: Duration = Duration::from_millis(50);
/// How often in a row a field must be missing.
const MISSING: u32 = 3;
/// How many types and fields are followed.
const TYPES: usize = 200;
const FIELDS: usize = 60;
/// How many times its usual interval a regular type may be silent.
const SILENT: u32 = 10;
const SILENT_AT_LEAST: Duration = Duration::from_secs(10);

/// The JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Text,
    Number,
    Boolean,
    Array,
    Object,
}

impl Shape {
    /// `None` for null, which any field may be.
    fn of(raw: &RawValue) -> Option<Self> {
        match raw.get().as_bytes().first()? {
            b'"' => Some(Self::Text),
            b't' | b'f' => Some(Self::Boolean),
            b'[' => Some(Self::Array),
            b'{' => Some(Self::Object),
            b'n' => None,
            _ => Some(Self::Number),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

#[derive(Debug)]
struct Field {
    shape: Option<Shape>,
    /// In how many events it was there.
    count: u32,
    /// In how many of the latest events it was missing.
    missing: u32,
    row: u64,
}

/// What is known of a type of event.
#[derive(Debug, Default)]
struct Known {
    /// How many came at their usual interval, one after the other.
    steady: u32,
    fields: BTreeMap<String, Field>,
    /// How many came, and when the fields were last compared.
    compared: u32,
    looked_at: Option<Instant>,
    /// Its latest event, and its usual interval if it comes by the clock.
    last: Option<(Instant, u64)>,
    interval: Option<Duration>,
    is_regular: bool,
    is_gone: bool,
}

#[derive(Debug, Default)]
pub(super) struct Schema {
    types: BTreeMap<String, Known>,
    events: u64,
    /// Whether events have been seen since the connection began.
    is_live: bool,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl Schema {
    pub(super) fn on_row(&mut self, row: &Row, event: Option<&Event>, log: &mut FindingLog) {
        let RowKind::FrameIn { kind, text, .. } = &row.kind else { return };
        self.events += 1;
        self.is_live = true;
        if self.types.len() >= TYPES && !self.types.contains_key(&**kind) {
            return;
        }
        if !self.types.contains_key(&**kind)
            && self.events > KNOWN_SERVER
            && matches!(event, Some(Event::Unknown { .. }))
        {
            let words = format!(
                "Coda sends “{kind}” for the first time, after {} other events. This page does not know the type; it is shown as it is.",
                self.events - 1
            );
            raise(kind, Confidence::Possible, words, &[row.number], row.at, log);
        }
        let known = self.types.entry(kind.to_string()).or_default();
        known.come(row, kind, log);
        if !known.is_due(row.at.mono) {
            return;
        }
        let outer: Option<Outer<'_>> = serde_json::from_str(text).ok();
        let fields = outer.and_then(|outer| outer.data).map(RawValue::get).unwrap_or_default();
        if let Ok(fields) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(fields) {
            known.compare(&fields, event, kind, row, log);
        }
    }

    pub(super) fn tick(&mut self, now: Moment, log: &mut FindingLog) {
        if !self.is_live {
            return;
        }
        // Silence of all types is the link's concern.
        let newest = self.types.values().filter_map(|known| known.last).map(|(at, _)| at).max();
        for (kind, known) in &mut self.types {
            let (Some((last, row)), Some(interval), true) = (known.last, known.interval, known.is_regular) else {
                continue;
            };
            let quiet = now.mono.duration_since(last);
            let limit = (interval * SILENT).max(SILENT_AT_LEAST);
            let others_come = newest.is_some_and(|newest| newest.duration_since(last) > limit / 2);
            if quiet > limit && others_come && !known.is_gone {
                known.is_gone = true;
                let words = format!(
                    "“{kind}” used to come every {}, and has not come for {}, while other events do.",
                    words::span(interval),
                    words::span(quiet)
                );
                raise(kind, Confidence::Likely, words, &[row], now, log);
            }
        }
    }

    /// During an outage nothing comes.
    pub(super) fn interrupt(&mut self) {
        self.is_live = false;
        for known in self.types.values_mut() {
            known.last = None;
        }
    }

    /// Another run may be another version, so its first events are compared with those before; only the clockwork starts
    /// anew.
    pub(super) fn restart(&mut self) {
        for known in self.types.values_mut() {
            known.last = None;
            known.is_regular = false;
            known.interval = None;
        }
    }
}

impl Known {
    /// Notes that an event came, and how regularly such events come.
    fn come(&mut self, row: &Row, kind: &str, log: &mut FindingLog) {
        if self.is_gone {
            self.is_gone = false;
            log.resolve_subject(FindingKind::SchemaDrift, kind, row.at);
        }
        if let Some((last, _)) = self.last.replace((row.at.mono, row.number)) {
            let span = row.at.mono.duration_since(last);
            let usual = self.interval.unwrap_or(span);
            let is_usual = span < usual * 2 && span * 2 > usual && span >= Duration::from_millis(200);
            // Events of a turn come as the user speaks, which may be regular for a while.
            self.is_regular = is_usual && self.steady > KNOWN && Event::place(kind) == Place::Outside;
            if !is_usual {
                self.steady = 0;
            }
            self.interval = Some(if is_usual { (usual * 3 + span) / 4 } else { span });
        }
        self.steady = self.steady.saturating_add(1);
    }

    /// Whether its fields are to be compared: of the first ones each, later of a few a second.
    fn is_due(&mut self, now: Instant) -> bool {
        self.compared = self.compared.saturating_add(1);
        let is_due =
            self.compared <= KNOWN * 4 || self.looked_at.is_none_or(|at| now.duration_since(at) >= COMPARE_EVERY);
        if is_due {
            self.looked_at = Some(now);
        }
        is_due
    }

    fn compare(
        &mut self,
        fields: &BTreeMap<Cow<'_, str>, &RawValue>,
        event: Option<&Event>,
        kind: &str,
        row: &Row,
        log: &mut FindingLog,
    ) {
        let events = self.fields.values().map(|field| field.count + field.missing).max().unwrap_or_default();
        for (name, raw) in fields {
            let shape = Shape::of(raw);
            if let Some(field) = self.fields.get_mut(&**name) {
                if let (Some(before), Some(now)) = (field.shape, shape)
                    && before != now
                {
                    if field.count >= KNOWN {
                        let words = format!(
                            "“{name}” of “{kind}” is {} now; it has been {} so far.",
                            now.name(),
                            before.name()
                        );
                        let rows = [field.row, row.number];
                        raise(&format!("{kind}: {name}"), Confidence::Certain, words, &rows, row.at, log);
                    }
                    field.count = 0;
                }
                field.shape = shape.or(field.shape);
                field.count = field.count.saturating_add(1);
                field.missing = 0;
                field.row = row.number;
            } else if self.fields.len() < FIELDS {
                if events >= KNOWN && event.is_some_and(|event| !event.has_field(name)) {
                    let words =
                        format!("“{kind}” has a field that it never had and this page does not know: “{name}”.");
                    raise(&format!("{kind}: {name}"), Confidence::Possible, words, &[row.number], row.at, log);
                }
                self.fields.insert(name.clone().into_owned(), Field { shape, count: 1, missing: 0, row: row.number });
            }
        }
        for (name, field) in &mut self.fields {
            if fields.contains_key(name.as_str()) {
                continue;
            }
            field.missing = field.missing.saturating_add(1);
            // A field that comes and goes is optional.
            if field.missing == MISSING && field.count >= KNOWN && field.count + MISSING > events {
                let words = format!("“{kind}” has always had “{name}”; it is missing from the last {MISSING}.");
                let rows = [field.row, row.number];
                raise(&format!("{kind}: {name}"), Confidence::Likely, words, &rows, row.at, log);
            }
        }
    }
}

fn raise(subject: &str, confidence: Confidence, words: String, rows: &[u64], at: Moment, log: &mut FindingLog) {
    log.raise(Occurrence { kind: FindingKind::SchemaDrift, subject, confidence, words, rows, at });
}
