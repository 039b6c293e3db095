//! Latencies, resource samples and timings, with any values.

use chrono::{DateTime, Utc};
use coda_dashboard::link::ServerEvent;
use coda_dashboard::model::{Partial, Performance, Summary, percentile};
use coda_dashboard::protocol::{
    ComponentTiming, Event, Frame, Instant, Moment, SystemMetrics, decode, utc_from_millis,
};
use serde_json::{Value, json};

/// Produces events of the server, one per second.
pub struct Feed {
    pub epoch: u32,
    seconds: u64,
}

impl Feed {
    pub fn new() -> Self {
        Self { epoch: 1, seconds: 0 }
    }

    /// Wall-clock time of the event with this number, from 1.
    pub fn time(number: u64) -> DateTime<Utc> {
        utc_from_millis(1_795_374_566_000 + 1_000 * i64::try_from(number).unwrap())
    }

    pub fn event(&mut self, kind: &str, data: Value) -> ServerEvent {
        let frame = json!({"type": kind, "data": data}).to_string();
        let Ok(Frame::Event(envelope)) = decode(&frame) else { panic!("not an event: {frame}") };
        self.made(envelope.event)
    }

    /// Produces an event that no frame could contain.
    pub fn made(&mut self, event: Event) -> ServerEvent {
        self.seconds += 1;
        let (mono, wall) = (Instant::from_millis(1_000 * self.seconds), Self::time(self.seconds));
        let (epoch, seq) = (self.epoch, Some(self.seconds));
        ServerEvent {
            frame: coda_dashboard::link::FrameId(1),
            epoch,
            seq,
            time: wall,
            at: Moment { mono, wall },
            replayed: false,
            answers: None,
            event,
        }
    }
}

struct MetricsRecorder {
    feed: Feed,
    shown: Performance,
}

impl MetricsRecorder {
    fn new() -> Self {
        Self { feed: Feed::new(), shown: Performance::default() }
    }

    /// Applies an event, and returns whether it changed what is shown.
    fn event(&mut self, kind: &str, data: Value) -> bool {
        let before = self.shown.revision();
        self.shown.apply(&self.feed.event(kind, data));
        self.shown.revision() > before
    }

    fn timing(&mut self, seconds: f64) -> bool {
        let before = self.shown.revision();
        let (component, operation) = ("llm".to_owned(), "generate".to_owned());
        let timing = ComponentTiming { component, operation, duration_seconds: seconds };
        self.shown.apply(&self.feed.made(Event::ComponentTiming(timing)));
        self.shown.revision() > before
    }
}

#[test]
fn a_percentile_is_the_value_of_the_nearest_rank() {
    let values = [15.0, 20.0, 35.0, 40.0, 50.0];
    for (p, expected) in [(0.0, 15.0), (5.0, 15.0), (30.0, 20.0), (40.0, 20.0), (50.0, 35.0), (100.0, 50.0)] {
        assert_eq!(percentile(&values, p), Some(expected), "{p}");
    }
    let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
    assert_eq!(percentile(&hundred, 95.0), Some(95.0));
    assert_eq!(percentile(&[7.0], 95.0), Some(7.0));
}

#[test]
fn a_percentile_of_nothing_is_nothing_and_an_odd_one_is_an_end() {
    assert_eq!(percentile(&[], 50.0), None);
    for (p, expected) in [(-3.0, 1.0), (f64::NAN, 1.0), (1e300, 2.0), (f64::INFINITY, 2.0)] {
        assert_eq!(percentile(&[1.0, 2.0], p), Some(expected), "{p}");
    }
}

#[test]
fn a_trace_reads_the_same_flat_and_nested() {
    let mut metrics = MetricsRecorder::new();
    metrics.event(
        "latency_trace",
        json!({"stt_seconds": 0.4, "llm_seconds": 0.8, "tool_seconds": 0.1, "tts_audio_duration": 1.1}),
    );
    for names in [["stt_seconds", "llm_seconds", "tool_seconds", "tts_audio_duration"], ["stt", "llm", "tool", "tts"]] {
        let times = json!({names[0]: 0.4, names[1]: 0.8, names[2]: 0.1, "tts_seconds": null});
        metrics.event("latency_trace", json!({"component_times": times, "audio_durations": {names[3]: 1.1}}));
    }
    for turn in metrics.shown.turns() {
        assert_eq!([turn.stt, turn.llm, turn.tools, turn.tts_audio], [Some(0.4), Some(0.8), Some(0.1), Some(1.1)]);
        assert_eq!([turn.tts, turn.memory, turn.total, turn.stt_audio], [None; 4]);
    }
    assert_eq!(metrics.shown.turns().len(), 3);
}

#[test]
fn a_part_is_summed_up_over_the_turns_that_tell_of_it() {
    let mut metrics = MetricsRecorder::new();
    for llm in [json!(4.0), json!(1.0), json!(null), json!(3.0), json!(2.0), json!(-9)] {
        metrics.event("latency_trace", json!({"llm_seconds": llm, "total_seconds": 5}));
    }
    let expected = Summary { count: 4, last: 2.0, mean: 2.5, p50: 2.5, p95: 4.0, max: 4.0 };
    assert_eq!(metrics.shown.summary(|turn| turn.llm), Some(expected));
    assert_eq!(metrics.shown.summary(|turn| turn.total).map(|total| total.count), Some(6));
    assert_eq!(metrics.shown.summary(|turn| turn.memory), None);
}

#[test]
fn a_stage_that_a_turn_did_not_have_is_in_no_figure() {
    let spoken = json!({
        "stt_seconds": 0.4, "llm_seconds": 0.8, "tool_seconds": 0.1, "stt_audio_duration": 1.8, "total_seconds": 1.3,
    });
    let silent = json!({
        "stt_seconds": 0.0, "llm_seconds": 0.6, "tool_seconds": 0.0, "stt_audio_duration": 0.0, "total_seconds": 0.6,
    });
    let mut metrics = MetricsRecorder::new();
    metrics.event("latency_trace", silent);
    metrics.event("stt_start", json!({}));
    metrics.event("stt_result", json!({"text": "hi"}));
    metrics.event("conversation_turn", json!({"role": "user", "content": "hi"}));
    metrics.event("tool_call", json!({"tool_name": "clock"}));
    metrics.event("latency_trace", spoken.clone());
    // Coda repeats the previous values for stages that a typed turn does not have.
    metrics.event("conversation_turn", json!({"role": "user", "content": "typed"}));
    metrics.event("latency_trace", spoken.clone());
    let stages: Vec<_> = metrics.shown.turns().iter().map(|turn| (turn.stt, turn.tools, turn.stt_audio)).collect();
    assert_eq!(stages, [(None, None, None), (Some(0.4), Some(0.1), Some(1.8)), (None, None, None)]);
    let stt = metrics.shown.summary(|turn| turn.stt).expect("one spoken turn");
    assert_eq!((stt.count, stt.mean, stt.p50), (1, 0.4, 0.4));
    assert_eq!(metrics.shown.summary(|turn| turn.llm).map(|llm| llm.count), Some(3));

    metrics.event("conversation_turn", json!({"role": "user", "content": "interrupted"}));
    metrics.shown.disconnected();
    metrics.event("latency_trace", spoken);
    let last = metrics.shown.turns().back().expect("a turn");
    assert_eq!((last.stt, last.tools), (Some(0.4), Some(0.1)), "what was not seen may have been");
}

#[test]
fn before_any_trace_the_last_duration_of_each_kind_of_work_is_known() {
    let mut metrics = MetricsRecorder::new();
    assert_eq!(metrics.shown.partial(), Partial::default());
    assert!(metrics.event("stt_result", json!({"text": "hi", "duration_seconds": 0.2})));
    assert!(metrics.event("llm_result", json!({"text": "Hi", "duration_seconds": 0.5})));
    assert!(metrics.event("tool_result", json!({"tool_name": "clock", "duration_seconds": 0.1})));
    assert!(metrics.event("tts_result", json!({"duration_seconds": 0.3, "audio_duration_seconds": 1.5})));
    let known = Partial { stt: Some(0.2), llm: Some(0.5), tts: Some(0.3), tools: Some(0.1), tts_audio: Some(1.5) };
    assert_eq!(metrics.shown.partial(), known);
    for duration in [json!(null), json!(-1), json!(0.5)] {
        assert!(!metrics.event("llm_result", json!({"text": "Hi", "duration_seconds": duration})), "nothing new");
    }
    assert_eq!(metrics.shown.partial(), known);
}

#[test]
fn a_sample_keeps_what_is_a_figure_and_one_without_any_is_no_sample() {
    let mut metrics = MetricsRecorder::new();
    assert!(!metrics.event("system_metrics", json!({})));
    assert!(!metrics.event("system_metrics", json!({"memory_mb": -4, "cpu_percent": null})));
    let odd = SystemMetrics {
        memory_mb: Some(f64::NAN),
        cpu_percent: Some(f64::INFINITY),
        gpu_vram_mb: Some(0.0),
        uptime_seconds: Some(1e300),
    };
    metrics.shown.apply(&metrics.feed.made(Event::SystemMetrics(odd)));
    let sample = metrics.shown.samples()[0];
    let figures = [sample.memory_mb, sample.cpu_percent, sample.gpu_vram_mb, sample.uptime_seconds];
    assert_eq!(figures, [None, None, Some(0.0), Some(1e300)]);
}

#[test]
fn timings_of_an_operation_are_counted_and_odd_ones_are_not() {
    let mut metrics = MetricsRecorder::new();
    for seconds in [2.0, 1.0, 3.0] {
        assert!(metrics.timing(seconds));
    }
    for odd in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(!metrics.timing(odd));
    }
    let operation = metrics.shown.operations().next().unwrap();
    assert_eq!((operation.component, operation.name, operation.reported), ("llm", "generate", None));
    let timing = operation.measured.unwrap();
    assert_eq!((timing.count, timing.min, timing.max, timing.mean, timing.last), (3, 1.0, 3.0, 2.0, 3.0));
    assert_eq!((timing.percentile(50.0), timing.percentile(95.0)), (Some(2.0), Some(3.0)));
}

#[test]
fn huge_timings_do_not_overflow_the_mean_and_percentiles_tell_of_the_last_two_hundred() {
    let mut metrics = MetricsRecorder::new();
    for _ in 0..50 {
        metrics.timing(f64::MAX);
    }
    assert_eq!(metrics.shown.operations().next().unwrap().measured.map(|timing| timing.mean), Some(f64::MAX));
    for _ in 0..200 {
        metrics.timing(1.0);
    }
    let operation = metrics.shown.operations().next().unwrap();
    let timing = operation.measured.unwrap();
    assert_eq!((timing.count, timing.max, timing.percentile(100.0)), (250, f64::MAX, Some(1.0)));
}

#[test]
fn the_servers_own_figures_stand_beside_the_measured_ones_and_a_report_is_whole() {
    let mut metrics = MetricsRecorder::new();
    metrics.timing(0.5);
    let figures = json!({"avg_seconds": 0.8, "max_seconds": null, "count": 8});
    let report = json!({"components": {"llm": {"generate": figures}, "tts": {"speak": {}}}});
    assert!(metrics.event("component_stats", report.clone()));
    assert!(!metrics.event("component_stats", report), "the same again");
    let rows: Vec<_> = metrics.shown.operations().collect();
    assert_eq!(rows.iter().map(|row| row.component).collect::<Vec<_>>(), ["llm", "tts"]);
    assert!(rows[0].measured.is_some() && rows[1].measured.is_none());
    let reported = rows[0].reported.unwrap();
    assert_eq!((reported.avg_seconds, reported.max_seconds, reported.count), (Some(0.8), None, Some(8)));
    assert!(metrics.event("component_stats", json!({"components": {}})));
    assert_eq!(metrics.shown.operations().filter(|row| row.reported.is_some()).count(), 0);
    assert_eq!(metrics.shown.operations().count(), 1);
}

#[test]
fn what_is_kept_is_bounded_and_the_oldest_goes() {
    let mut metrics = MetricsRecorder::new();
    for number in 0..4_000 {
        metrics.event("latency_trace", json!({"total_seconds": number}));
        metrics.event("system_metrics", json!({"uptime_seconds": number}));
        let operation = format!("operation {number}");
        metrics.event("component_timing", json!({"component": "llm", "operation": operation, "duration_seconds": 1}));
    }
    assert_eq!((metrics.shown.turns().len(), metrics.shown.turns()[0].total), (1_000, Some(3_000.0)));
    assert_eq!((metrics.shown.samples().len(), metrics.shown.samples()[0].uptime_seconds), (3_600, Some(400.0)));
    assert_eq!(metrics.shown.operations().count(), 500);
}

#[test]
fn a_trace_that_says_nothing_and_what_is_not_measured_here_change_nothing() {
    let mut metrics = MetricsRecorder::new();
    assert!(!metrics.event("latency_trace", json!({"stt_seconds": null, "component_times": {}})));
    assert!(!metrics.event("conversation_turn", json!({"role": "user", "content": "hi"})));
    assert!(metrics.shown.turns().is_empty());
}
