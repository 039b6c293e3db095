//! Cost of a message over its lifetime in the core, of an inbound event, and of recording them.
#![allow(missing_docs, reason = "criterion's macros make undocumented functions")]

use std::hint::black_box;

use chrono::DateTime;

use coda_dashboard::history::{Context, Limits, Query, Recorder};
use coda_dashboard::link::{Action, ConnId, Input, Link, LinkConfig, LinkEvent, Origin, Submission};
use coda_dashboard::protocol::{Command, Instant, Moment};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const CONN: ConnId = ConnId(1);
/// More than the recorder keeps, so that it evicts.
const RECORDED: usize = 50_000;

/// A ready link without a gap between messages, and its clock.
struct Bench {
    link: Link,
    millis: u64,
    seq: u64,
    /// Events of the link, if they are to be recorded.
    told: Option<Vec<LinkEvent>>,
}

impl Bench {
    fn ready() -> Self {
        let config = LinkConfig { gap: std::time::Duration::ZERO, ..LinkConfig::default() };
        let mut bench = Self { link: Link::new(config, 1), millis: 1, seq: 0, told: None };
        bench.input(Input::Connect { url: "ws://localhost:8765".into() });
        bench.input(Input::Opened(CONN));
        bench.frame(r#"{"type":"auth_challenge","data":{"token":"t"}}"#.into());
        let written = bench.frame(r#"{"type":"auth_result","data":{"success":true,"client_id":"c"}}"#.into());
        bench.echo(&written);
        bench
    }

    /// Passes an input to the link and returns the last frame written.
    fn input(&mut self, input: Input) -> String {
        let now = Moment { mono: Instant::from_millis(self.millis), wall: DateTime::default() };
        self.link.handle(now, input);
        let mut written = String::new();
        while let Some(action) = self.link.poll_action() {
            match black_box(action) {
                Action::Send { text, .. } => written = text.to_string(),
                Action::Emit(event) => {
                    if let Some(told) = &mut self.told {
                        told.push(event);
                    }
                }
                _ => {}
            }
        }
        written
    }

    fn frame(&mut self, text: String) -> String {
        self.input(Input::Frame(CONN, text.into()))
    }

    fn echo(&mut self, written: &str) {
        let id = written.split("\"message_id\":\"").nth(1).and_then(|rest| rest.get(..36)).unwrap_or_default();
        self.seq += 1;
        let seq = self.seq;
        self.frame(format!(
            r#"{{"version":"1.0","seq":{seq},"timestamp":2886.0,"type":"client_message","data":{{"client_id":"c","message_type":"text_input","message_data":{{"text":"hello","message_id":"{id}"}}}}}}"#
        ));
    }

    fn message(&mut self) {
        self.millis += 2;
        let command = Command::TextInput { text: format!("hello {}", self.millis) };
        let origin = Origin::new("bench", "say");
        let written = self.input(Input::Submit(Submission { command, origin, resend_of: None }));
        self.echo(&written);
    }

    fn token(&mut self) {
        self.seq += 1;
        let seq = self.seq;
        self.frame(format!(
            r#"{{"version":"1.0","seq":{seq},"timestamp":2886.0,"type":"llm_token","data":{{"token":"word ","token_index":{seq}}}}}"#
        ));
    }
}

/// Collects the link's events of [`RECORDED`] calls of `what`.
fn told(what: impl Fn(&mut Bench)) -> Vec<Vec<LinkEvent>> {
    let mut bench = Bench::ready();
    let mut one = || {
        bench.told = Some(Vec::new());
        what(&mut bench);
        bench.told.take().unwrap_or_default()
    };
    (0..RECORDED).map(|_| one()).collect()
}

fn recorder(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("recorder");
    group.throughput(Throughput::Elements(1));
    for (name, told) in [("a message's life", told(Bench::message)), ("a token", told(Bench::token))] {
        let mut recorder = Recorder::new(Limits::default());
        let mut next = told.iter().cycle();
        group.bench_function(name, |bencher| {
            bencher.iter(|| next.next().into_iter().flatten().for_each(|event| recorder.record(event)));
        });
    }
    group.finish();
}

fn link(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("link");
    group.throughput(Throughput::Elements(1));
    let mut bench = Bench::ready();
    group.bench_function("a message from submit to echo", |bencher| bencher.iter(|| bench.message()));
    let mut bench = Bench::ready();
    group.bench_function("an inbound token", |bencher| bencher.iter(|| bench.token()));
    group.finish();
}

/// A record as large as the debugger keeps it, every tenth row of another type.
fn filled_recorder() -> Recorder {
    let mut bench = Bench::ready();
    bench.told = Some(Vec::new());
    for number in 0..100_000 {
        if number % 10 == 0 { bench.message() } else { bench.token() }
    }
    let mut recorder = Recorder::new(Limits::default());
    bench.told.unwrap_or_default().iter().for_each(|event| recorder.record(event));
    recorder
}

fn filter(criterion: &mut Criterion) {
    let recorder = filled_recorder();
    let mut group = criterion.benchmark_group("filter");
    group.sample_size(10);
    for text in ["rabat", "type:client*", "straße", "type:text_input,stt* -(rabat or state:queued) or \"two words\""] {
        let Ok(query) = text.parse::<Query>() else { continue };
        group.bench_function(text, |bencher| {
            let context = Context { recorder: &recorder, utc_offset_minutes: 0 };
            bencher.iter(|| recorder.rows(..).filter(|row| query.matches(row, &context)).count());
        });
    }
    group.finish();
}

criterion_group!(benches, link, recorder, filter);
criterion_main!(benches);
