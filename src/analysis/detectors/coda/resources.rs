//! Detects memory, graphics memory and CPU usage that grow without coming back.

use std::collections::VecDeque;
use std::fmt::Write;

use serde_json::Value;

use crate::analysis::finding::{Confidence, FindingKind};
use crate::analysis::finding_log::{FindingLog, Occurrence};
use crate::analysis::words;
use crate::bounded::push_bounded;
use crate::history::Row;
use crate::protocol::{Event, Moment};

/// How many samples are kept of the whole time. When they are so many, every second one goes.
const SAMPLES: usize = 240;
/// How many of the latest samples are kept.
const RECENT: usize = 120;
/// How many samples it takes.
const ENOUGH: usize = 60;
/// Into how many spans the samples are divided. In each of them, even the least value must be higher than in the one
/// before.
const SPANS: usize = 6;
/// The least share of the whole growth that each span must have.
const EVEN: f64 = 0.06;

/// Time, value and row.
type Sample = (Moment, f64, u64);

/// A resource that is watched.
#[derive(Debug)]
struct Watched {
    name: &'static str,
    unit: &'static str,
    /// The least growth that counts, in its unit.
    least: f64,
    /// Names under which Coda may report how much there is.
    limits: &'static [&'static str],
    /// The latest samples.
    recent: VecDeque<Sample>,
    /// Samples since the beginning, of which the more are left out the longer it is.
    all: VecDeque<Sample>,
    /// Every so many samples, one is kept in `all`.
    skip: usize,
    seen: usize,
}

impl Watched {
    const fn new(name: &'static str, unit: &'static str, least: f64, limits: &'static [&'static str]) -> Self {
        Self { name, unit, least, limits, recent: VecDeque::new(), all: VecDeque::new(), skip: 1, seen: 0 }
    }
}

#[derive(Debug)]
pub(super) struct Resources {
    memory: Watched,
    graphics: Watched,
    cpu: Watched,
    /// What Coda last told of its machine.
    info: Option<Value>,
}

impl Default for Resources {
    fn default() -> Self {
        Self {
            memory: Watched::new("memory", "MB", 50.0, &["memory_total_mb", "total_memory_mb", "ram_mb"]),
            graphics: Watched::new(
                "graphics memory",
                "MB",
                50.0,
                &["gpu_vram_total_mb", "vram_total_mb", "gpu_memory_mb"],
            ),
            cpu: Watched::new("CPU", "%", 30.0, &[]),
            info: None,
        }
    }
}

impl Resources {
    pub(super) fn on_event(&mut self, row: &Row, event: &Event, log: &mut FindingLog) {
        match event {
            Event::SystemInfo(info) => self.info = serde_json::to_value(info).ok(),
            Event::SystemMetrics(metrics) => {
                let values = [metrics.memory_mb, metrics.gpu_vram_mb, metrics.cpu_percent];
                let all = [&mut self.memory, &mut self.graphics, &mut self.cpu];
                for (watched, value) in all.into_iter().zip(values) {
                    let value = value.filter(|value| value.is_finite() && *value > 0.0);
                    if let Some(value) = value {
                        sample(watched, value, self.info.as_ref(), row, log);
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn restart(&mut self, at: Moment, log: &mut FindingLog) {
        *self = Self::default();
        log.resolve(FindingKind::ResourceGrows, at);
    }
}

fn sample(watched: &mut Watched, value: f64, info: Option<&Value>, row: &Row, log: &mut FindingLog) {
    let new = (row.at, value, row.number);
    push_bounded(&mut watched.recent, new, RECENT);
    watched.seen += 1;
    if watched.seen.is_multiple_of(watched.skip) {
        watched.all.push_back(new);
    }
    if watched.all.len() == SAMPLES {
        let mut number = 0;
        watched.all.retain(|_| {
            number += 1;
            number % 2 == 0
        });
        watched.skip *= 2;
    }
    let Some(growth) = growth(watched) else {
        // It came back, or stands still.
        log.resolve_subject(FindingKind::ResourceGrows, watched.name, row.at);
        return;
    };
    let mut words = format!(
        "The {} that Coda uses grows without coming back: from {:.0} to {:.0} {} in {}, by {:.1} {} a minute.",
        watched.name,
        growth.from,
        growth.to,
        watched.unit,
        words::seconds(growth.seconds),
        growth.per_minute(),
        watched.unit,
    );
    let limit = watched.limits.iter().find_map(|name| info?.get(*name)?.as_f64());
    if let Some(left) = limit.map(|limit| (limit - growth.to) / growth.per_minute()).filter(|minutes| *minutes > 0.0) {
        let _ = write!(words, " At this rate it is full in {}.", words::seconds(left * 60.0));
    }
    let (kind, confidence) = (FindingKind::ResourceGrows, Confidence::Likely);
    log.raise(Occurrence { kind, subject: watched.name, confidence, words, rows: &growth.rows, at: row.at });
}

struct Growth {
    from: f64,
    to: f64,
    seconds: f64,
    rows: [u64; 3],
}

impl Growth {
    fn per_minute(&self) -> f64 {
        (self.to - self.from) / self.seconds * 60.0
    }
}

/// The growth over the whole time, or if it began later, over the last half or quarter of it, or the latest samples.
fn growth(watched: &Watched) -> Option<Growth> {
    let Watched { recent, all, least, .. } = watched;
    let spans =
        [(all, all.len()), (all, all.len() / 2), (all, all.len() / 4), (recent, recent.len()), (recent, ENOUGH)];
    spans.into_iter().find_map(|(samples, last)| growth_of(samples, last, *least))
}

/// The growth over the last samples, if the least value rose in every span, about evenly.
fn growth_of(samples: &VecDeque<Sample>, count: usize, least: f64) -> Option<Growth> {
    if count < ENOUGH || samples.len() < count {
        return None;
    }
    let samples: Vec<_> = samples.range(samples.len() - count..).collect();
    let floors = samples.chunks_exact(count / SPANS).take(SPANS);
    let floors: Vec<f64> =
        floors.filter_map(|span| span.iter().map(|(_, value, _)| *value).min_by(f64::total_cmp)).collect();
    let (lowest, highest) = (*floors.first()?, *floors.last()?);
    let rise = highest - lowest;
    if rise < least || rise < lowest * 0.1 {
        return None;
    }
    // What is loaded once rises in one span and stays; what leaks rises in each.
    let is_steady = floors.windows(2).all(|pair| matches!(pair, [before, after] if after - before >= rise * EVEN));
    let (start, middle, end) = (samples.first()?, samples.get(count / 2)?, samples.last()?);
    let seconds = end.0.mono.duration_since(start.0.mono).as_secs_f64();
    (is_steady && seconds > 0.0).then_some(Growth {
        from: start.1,
        to: end.1,
        seconds,
        rows: [start.2, middle.2, end.2],
    })
}
