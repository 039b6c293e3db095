//! The built page against a floor: a bare page that opens the socket, answers the challenge, parses each frame
//! and updates a counter once per frame. Both receive the same events from the Python test server, in turn,
//! and their costs are printed.
//!
//! `make bench` runs it. Variables: `BENCH_ROUNDS` (default 3), and `BENCH_MEMORY=1` for a million events at the end.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "../tests/e2e/harness/mod.rs"]
#[expect(dead_code, reason = "the end-to-end tests use the rest")]
mod harness;

use std::time::Duration;

use harness::{Backend, Outcome, Page, Site, failed};
use serde_json::{Value, json};

/// Page under test: the floor, or a page of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Floor,
    Talk,
    /// The Talk page with nothing kept in the browser's store.
    Unkept,
    Debugger,
}

#[derive(Clone, Copy, Debug)]
enum Load {
    /// 500 events per second, for this many seconds.
    Steady(u64),
    /// This many events, as fast as they are accepted.
    Burst(u64),
}

impl Load {
    const fn events(self) -> u64 {
        match self {
            Self::Steady(seconds) => 500 * seconds,
            Self::Burst(events) => events,
        }
    }

    fn order(self) -> Value {
        match self {
            Self::Steady(seconds) => json!({"rate": 500, "seconds": seconds}),
            Self::Burst(events) => json!({ "count": events, "wait": true }),
        }
    }
}

/// Cost of a page. Times are in milliseconds, sizes in bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    per_event: f64,
    longest_task: f64,
    dropped_frames: f64,
    heap: f64,
    wasm: f64,
}

/// Observes long tasks and animation frames.
const WATCH: &str = "(() => {
    window.__long = []; window.__dropped = 0; window.__ready = null;
    new PerformanceObserver(list => list.getEntries().forEach(entry => window.__long.push(entry.duration)))
        .observe({ type: 'longtask', buffered: true });
    let last = null;
    const frame = now => {
        if (last !== null) window.__dropped += Math.max(0, Math.round((now - last) / (1000 / 60)) - 1);
        last = now;
        requestAnimationFrame(frame);
    };
    window.__watchFrames = () => requestAnimationFrame(frame);
    const looked = setInterval(() => {
        if (document.querySelector('[data-phase=ready]')) {
            window.__ready = performance.now();
            clearInterval(looked);
        }
    }, 1);
})()";

type Found<T> = Result<T, Box<dyn std::error::Error>>;

impl Subject {
    async fn open(self, backend: &Backend) -> Found<Page> {
        let site = if self == Self::Floor { Site::of("benches/floor").await? } else { Site::start().await? };
        let page = Page::blank(site).await?;
        page.ask("Performance.enable", json!({})).await?;
        page.watch_memory().await?;
        page.before_each_document(WATCH).await?;
        if self == Self::Unkept {
            page.before_each_document("localStorage.setItem('coda.settings', '{\"version\":1,\"keep\":false}')")
                .await?;
        }
        self.go(&page, backend).await?;
        Ok(page)
    }

    async fn go(self, page: &Page, backend: &Backend) -> Outcome {
        let path = if self == Self::Debugger { "/debugger" } else { "/" };
        page.go(&format!("{path}{}", backend.query().trim_start_matches('/'))).await?;
        page.until_js("a ready connection", "window.__ready").await?;
        if self == Self::Debugger {
            page.until_js("the debugger", "document.querySelector('[data-testid=debugger-table]')").await?;
        }
        Ok(())
    }
}

async fn count(page: &Page) -> Found<u64> {
    let text = page.run("return document.querySelector('[data-testid=frames-in]').textContent").await?;
    Ok(text.as_str().unwrap_or_default().parse()?)
}

/// Returns one of Chromium's performance metrics.
async fn figure(page: &Page, name: &str) -> Found<f64> {
    let answer = page.ask("Performance.getMetrics", json!({})).await?;
    let all = answer["metrics"].as_array().cloned().unwrap_or_default();
    let found = all.iter().find(|metric| metric["name"] == name).and_then(|metric| metric["value"].as_f64());
    found.ok_or_else(|| format!("Chromium has no figure {name}").into())
}

async fn number(page: &Page, script: &str) -> Found<f64> {
    Ok(page.run(&format!("return {script}")).await?.as_f64().unwrap_or_default())
}

/// Waits until no more frames arrive, such as echoes and the greeting's events. Returns the number of frames received.
async fn until_quiet(page: &Page) -> Found<u64> {
    let mut before = count(page).await?;
    loop {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = count(page).await?;
        if now == before {
            return Ok(now);
        }
        before = now;
    }
}

/// Sends events to the open page and waits until all have arrived.
async fn flood(page: &Page, backend: &Backend, load: Load, before: u64) -> Outcome {
    backend.make("/flood", load.order()).await?;
    let (wanted, patience) = (before + load.events(), Duration::from_secs(60 + load.events() / 1_000));
    let start = std::time::Instant::now();
    // Polled seldom, since each poll costs the page time.
    while count(page).await? < wanted {
        if start.elapsed() > patience {
            return failed(format!("{} of {wanted} frames after {patience:?}", count(page).await?));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    if count(page).await? != wanted {
        return failed(format!("{} frames, not {wanted}", count(page).await?));
    }
    Ok(())
}

/// Measures the cost of events on the open page.
async fn measure(page: &Page, backend: &Backend, load: Load) -> Found<Cost> {
    page.ask("HeapProfiler.collectGarbage", json!({})).await?;
    let before = until_quiet(page).await?;
    page.run("window.__long = []").await?;
    let task_time = figure(page, "TaskDuration").await?;
    flood(page, backend, load, before).await?;
    let task_time = figure(page, "TaskDuration").await? - task_time;
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let per_event = task_time * 1_000.0 / load.events() as f64;
    let longest_task = number(page, "Math.max(0, ...window.__long)").await?;
    page.ask("HeapProfiler.collectGarbage", json!({})).await?;
    Ok(Cost {
        per_event,
        longest_task,
        dropped_frames: 0.0,
        heap: figure(page, "JSHeapUsedSize").await?,
        wasm: page.wasm_bytes().await?,
    })
}

/// Counts the animation frames that the open page misses during the load. Observing frames makes the browser draw sixty
/// times a second, even a page that would draw less often, so costs are measured separately.
async fn dropped_frames(page: &Page, backend: &Backend, load: Load) -> Found<f64> {
    let before = until_quiet(page).await?;
    page.run("window.__watchFrames()").await?;
    flood(page, backend, load, before).await?;
    number(page, "window.__dropped").await
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn median_of(costs: &[Cost]) -> Cost {
    let of = |read: fn(&Cost) -> f64| median(costs.iter().map(read).collect());
    Cost {
        per_event: of(|cost| cost.per_event),
        longest_task: of(|cost| cost.longest_task),
        dropped_frames: of(|cost| cost.dropped_frames),
        heap: of(|cost| cost.heap),
        wasm: of(|cost| cost.wasm),
    }
}

fn print(subject: Subject, cost: Cost, floor: Cost) {
    println!(
        "  {:<9} {:>8.3} ms/event  {:>5.2} × floor  longest task {:>4.0} ms  {:>4.0} frames dropped  heap {:>5.1} MiB  wasm {:>5.1} MiB",
        format!("{subject:?}"),
        cost.per_event,
        cost.per_event / floor.per_event,
        cost.longest_task,
        cost.dropped_frames,
        cost.heap / 1_048_576.0,
        cost.wasm / 1_048_576.0,
    );
}

async fn compare(name: &str, load: Load, rounds: usize) -> Outcome {
    println!("{name}, median of {rounds} rounds (long tasks are counted from 50 ms on):");
    let subjects = [Subject::Floor, Subject::Talk, Subject::Unkept, Subject::Debugger];
    let mut costs: [Vec<Cost>; 4] = Default::default();
    for _ in 0..rounds {
        for (subject, costs) in subjects.iter().zip(&mut costs) {
            let backend = Backend::start(&["--quiet-metrics"]).await?;
            let page = subject.open(&backend).await?;
            let cost = measure(&page, &backend, load).await?;
            costs.push(Cost { dropped_frames: dropped_frames(&page, &backend, load).await?, ..cost });
            page.close().await?;
        }
    }
    let floor = median_of(&costs[0]);
    for (subject, costs) in subjects.iter().zip(&costs) {
        print(*subject, median_of(costs), floor);
    }
    let [kept, unkept] = [&costs[1], &costs[2]].map(|costs| median_of(costs).per_event);
    println!(
        "  keeping the conversation and the record costs {:+.1} % main-thread time",
        (kept / unkept - 1.0) * 100.0
    );
    Ok(())
}

/// Measures the milliseconds from navigation to a ready connection.
async fn starts(rounds: usize) -> Outcome {
    let mut medians = Vec::new();
    for subject in [Subject::Floor, Subject::Talk] {
        let backend = Backend::start(&["--quiet-metrics"]).await?;
        let page = subject.open(&backend).await?;
        let mut times = Vec::new();
        for _ in 0..rounds * 3 {
            subject.go(&page, &backend).await?;
            times.push(number(&page, "window.__ready").await?);
        }
        page.close().await?;
        medians.push(median(times));
    }
    println!(
        "from navigation to ready: floor {:.0} ms, dashboard {:.0} ms, {:.1} ×",
        medians[0],
        medians[1],
        medians[1] / medians[0]
    );
    Ok(())
}

/// Prints memory usage over a million events, to show whether it is stable once the record is full.
async fn memory() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Subject::Talk.open(&backend).await?;
    println!("memory over a million events:");
    for hundred_thousands in 1..=10 {
        let cost = measure(&page, &backend, Load::Burst(100_000)).await?;
        let nodes = figure(&page, "Nodes").await?;
        println!(
            "  after {hundred_thousands:>2} × 100,000: heap {:>5.1} MiB, wasm {:>6.1} MiB, {nodes:.0} DOM nodes",
            cost.heap / 1_048_576.0,
            cost.wasm / 1_048_576.0
        );
    }
    page.close().await
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn run() -> Outcome {
    let rounds = setting("BENCH_ROUNDS", 3);
    starts(rounds).await?;
    compare("500 events a second for 10 s", Load::Steady(10), rounds).await?;
    compare("a burst of 50,000 events", Load::Burst(50_000), rounds).await?;
    if setting("BENCH_MEMORY", 0) > 0 {
        memory().await?;
    }
    Ok(())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run()));
    if let Err::<(), Box<dyn std::error::Error>>(error) = outcome {
        let shown: Value = error.to_string().into();
        eprintln!("the measurement failed: {shown}");
        std::process::exit(1);
    }
}
