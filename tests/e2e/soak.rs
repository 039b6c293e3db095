//! A long day in half an hour: traffic, lost connections and changes of page. Nothing may grow.
//!
//! Run by `make soak`, for `SOAK_MINUTES` (default 30).

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Backend, Outcome, Page, failed};

/// Interval between two measurements.
const EVERY: Duration = Duration::from_secs(30);
/// Allowed growth from the first to the last measurements, besides what the browser itself retains.
const GROWTH: f64 = 1.1;

/// Number of floods that certainly fill the record and the conversation.
const MOST_FLOODS: u32 = 40;

/// Counts running intervals, for which the browser has no metric.
const WATCH: &str = "
    window.__intervals = new Set();
    const { setInterval: begin, clearInterval: end } = window;
    window.setInterval = (...given) => { const id = begin(...given); window.__intervals.add(id); return id };
    window.clearInterval = id => { window.__intervals.delete(id); end(id) };
";

/// Sizes that must not grow.
#[derive(Clone, Copy, Debug)]
struct Size {
    nodes: f64,
    listeners: f64,
    intervals: f64,
    heap_mib: f64,
    wasm_mib: f64,
}

async fn size(page: &Page) -> Result<Size, Box<dyn std::error::Error>> {
    page.ask("HeapProfiler.collectGarbage", json!({})).await?;
    let answer = page.ask("Performance.getMetrics", json!({})).await?;
    let figure = |name: &str| {
        let all = answer["metrics"].as_array().into_iter().flatten();
        all.clone()
            .find(|metric| metric["name"] == name)
            .and_then(|metric| metric["value"].as_f64())
            .unwrap_or_default()
    };
    let intervals = run(page, "window.__intervals.size").await?;
    Ok(Size {
        nodes: figure("Nodes"),
        listeners: figure("JSEventListeners"),
        intervals: intervals.as_f64().unwrap_or_default(),
        heap_mib: figure("JSHeapUsedSize") / 1_048_576.0,
        wasm_mib: page.wasm_bytes().await? / 1_048_576.0,
    })
}

/// Runs a script through `DevTools`. `WebDriver` leaves some sixty bytes in the page with each script, and thousands of
/// them would look like a leak of the page.
async fn run(page: &Page, script: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let answer = page.ask("Runtime.evaluate", json!({ "expression": script, "returnByValue": true })).await?;
    match answer.get("exceptionDetails") {
        Some(details) => failed(format!("{details} in: {script}")),
        None => Ok(answer["result"]["value"].clone()),
    }
}

async fn until(page: &Page, what: &str, condition: &str) -> Outcome {
    let script = format!("!!({condition})");
    page.until(what, || async { Ok(run(page, &script).await? == true) }).await
}

async fn go(page: &Page, href: &str) -> Outcome {
    let link = format!("[...document.querySelectorAll('.nav a')].find(link => link.pathname === '{href}')");
    run(page, &format!("{link}.click()")).await?;
    until(page, "the page", &format!("location.pathname === '{href}' && document.querySelector('h1')")).await
}

/// One round of everything: a text, its reply, each page, the docked debugger, a lost connection.
async fn round(page: &Page, backend: &Backend, number: u32) -> Outcome {
    go(page, "/").await?;
    until(page, "a ready connection", "document.querySelector('[data-phase=ready]')").await?;
    // By script: an element that is referenced, by WebDriver or a variable, keeps its whole page alive.
    let say = "(field => { field.value = TEXT; field.dispatchEvent(new Event('input', {bubbles: true})); \
               field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true})) \
               })(document.querySelector('[data-testid=composer]'))";
    run(page, &say.replace("TEXT", &json!(format!("use a tool, round {number}")).to_string())).await?;
    until(
        page,
        "its answer",
        "document.querySelector('.turns > :last-child [data-testid=turn], .turns > [data-testid=turn]:last-child')",
    )
    .await?;
    backend.make("/flood", json!({"count": 2_000, "wait": true})).await?;
    let paths = run(page, "[...document.querySelectorAll('.nav a')].map(link => link.pathname)").await?;
    for href in paths.as_array().ok_or("no navigation")? {
        go(page, href.as_str().unwrap_or_default()).await?;
    }
    for _ in 0..2 {
        run(page, "dispatchEvent(new KeyboardEvent('keydown', {key: '`', ctrlKey: true, bubbles: true}))").await?;
    }
    match number % 4 {
        0 => backend.make("/drop", json!({})).await?,
        2 => backend.make("/restart", json!({"down_seconds": 0.2})).await?,
        _ => {}
    }
    Ok(())
}

#[tokio::test]
#[ignore = "takes half an hour; `make soak` runs it"]
async fn a_long_day_leaves_nothing_behind() -> Outcome {
    let minutes = std::env::var("SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(30_u64);
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open("/").await?;
    page.ask("Performance.enable", json!({})).await?;
    page.watch_memory().await?;
    page.before_each_document(WATCH).await?;
    page.go(&backend.query()).await?;
    page.until_phase("ready").await?;
    // Record and conversation fill up to their limits first. Until then they are meant to grow.
    let mut floods = 0;
    while run(&page, "!document.querySelector('.turns').textContent.includes('discarded')").await? == true {
        backend.make("/flood", json!({"count": 10_000, "wait": true})).await?;
        floods += 1;
        if floods == MOST_FLOODS {
            return failed("the conversation did not come to its bound");
        }
    }
    eprintln!("soak: full after {floods} floods");
    let end = Instant::now() + Duration::from_secs(minutes * 60);
    let (mut sizes, mut number, mut measured) = (Vec::new(), 0, Instant::now());
    while Instant::now() < end {
        round(&page, &backend, number).await?;
        number += 1;
        // After two rounds every part of the page has been used.
        if number > 2 && measured.elapsed() >= EVERY.min(Duration::from_secs(minutes * 3)) {
            measured = Instant::now();
            go(&page, "/settings").await?;
            sizes.push(size(&page).await?);
            eprintln!("soak: round {number}: {:?}", sizes[sizes.len() - 1]);
        }
    }
    let quarter = (sizes.len() / 4).max(1);
    let (Some(first), Some(last)) = (sizes.get(..quarter), sizes.get(sizes.len().saturating_sub(quarter)..)) else {
        return failed("the soak was too short for a measurement");
    };
    let mut grown = Vec::new();
    for (name, of) in [
        ("DOM nodes", (|size: &Size| size.nodes) as fn(&Size) -> f64),
        ("listeners", |size| size.listeners),
        ("intervals", |size| size.intervals),
        ("JavaScript heap", |size| size.heap_mib),
        ("memory of the program", |size| size.wasm_mib),
    ] {
        let smallest = |sizes: &[Size]| sizes.iter().map(of).fold(f64::INFINITY, f64::min);
        let (before, after) = (smallest(first), smallest(last));
        eprintln!("soak: {name}: {before:.1} at first, {after:.1} at last");
        if after > before * GROWTH {
            grown.push(format!("{name} grew from {before:.1} to {after:.1}"));
        }
    }
    if grown.is_empty() { page.close().await } else { failed(grown.join("; ")) }
}
