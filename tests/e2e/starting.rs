//! Startup of the page: its download size, its messages if it cannot start, and its Content-Security-Policy.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::harness::{Backend, Outcome, Page, Site, failed};

/// Download limit for opening the page, in bytes after gzip at level 9: a tenth above the actual size. A guard against
/// accidents, such as a library that is included twice; a package or readable code is worth its bytes.
const DOWNLOAD_LIMIT: usize = 1_940_000;
/// Download size of the previous dashboard, written in React.
const OLD_DASHBOARD: usize = 452_000;

fn gzipped(bytes: &[u8]) -> std::io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn brotli_size(bytes: &[u8]) -> std::io::Result<usize> {
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &brotli::enc::BrotliEncoderParams::default())?;
    Ok(compressed.len())
}

#[tokio::test]
async fn opening_the_page_downloads_no_more_than_the_limit() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.until_js("all that the page asked for", "performance.getEntriesByType('resource').length > 4").await?;
    let (mut files, mut with_brotli) = (Vec::new(), 0);
    for file in page.downloaded() {
        let bytes = std::fs::read(&file)?;
        with_brotli += brotli_size(&bytes)?;
        files.push((gzipped(&bytes)?, file.file_name().unwrap_or_default().to_owned()));
    }
    files.sort();
    let total: usize = files.iter().map(|(size, _)| size).sum();
    let shown: Vec<String> = files.iter().rev().map(|(size, name)| format!("{size:>8}  {}", name.display())).collect();
    eprintln!(
        "the page: {total} bytes gzipped, {with_brotli} with brotli; the old dashboard: {OLD_DASHBOARD} gzipped\n{}",
        shown.join("\n")
    );
    if total > DOWNLOAD_LIMIT {
        return failed(format!(
            "{total} bytes are more than the limit of {DOWNLOAD_LIMIT}; what grew shows `make size`\n{}",
            shown.join("\n")
        ));
    }
    page.close().await
}

#[tokio::test]
async fn the_writers_of_times_are_made_before_anybody_speaks() -> Outcome {
    let page = Page::blank(Site::start().await?).await?;
    let count = "window.__made = 0; Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
        construct(target, given) { window.__made += 1; return new target(...given); }
    })";
    page.before_each_document(count).await?;
    page.go("/").await?;
    page.until_js("three writers", "window.__made === 3").await?;
    page.until_js("no entry yet", "!document.querySelector('[data-testid=turn]')").await?;
    page.close().await
}

#[tokio::test]
async fn a_browser_that_cannot_run_the_page_is_told_why() -> Outcome {
    for (missing, words) in [
        ("delete window.WebAssembly", "This browser cannot run the dashboard"),
        ("delete window.WebSocket", "This browser cannot talk to Coda"),
        (
            "WebAssembly.instantiateStreaming = WebAssembly.instantiate = () => Promise.reject(new Error('lost'))",
            "could not be started",
        ),
    ] {
        let page = Page::blank(Site::start().await?).await?;
        page.before_each_document(missing).await?;
        page.go("/").await?;
        page.until_shown(words).await?;
        page.until_js("announced", "document.querySelector('#boot[role=alert] button')").await?;
        page.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_policy_of_the_page_is_strict_and_nothing_breaks_it() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::blank(Site::start().await?).await?;
    page.before_each_document(
        "window.__broken = []; document.addEventListener('securitypolicyviolation', event => \
         window.__broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`))",
    )
    .await?;
    page.go(&backend.query()).await?;
    page.until_phase("ready").await?;
    let policy = page.run("return document.querySelector('meta[http-equiv]').content").await?;
    let policy = policy.as_str().unwrap_or_default();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
    page.say("markdown please, and use a tool").await?;
    page.until_answered(1).await?;
    for (href, _) in page.pages().await? {
        page.follow(&href).await?;
    }
    let broken = page.run("return window.__broken").await?;
    assert_eq!(broken, json!([]));
    // The purpose of the policy: an injected script does not run.
    page.run("const script = document.createElement('script'); script.textContent = 'window.__ran = true'; document.body.append(script)").await?;
    assert_eq!(page.run("return window.__ran ?? false").await?, json!(false));
    page.close().await
}

#[tokio::test]
async fn the_timeline_is_marked_where_asked_for_and_emptied_again() -> Outcome {
    const MEASURES: &str = "performance.getEntriesByType('measure').length";
    let page = Page::open("/?backend=demo&log=timeline").await?;
    page.until_js("events in the timeline", &format!("{MEASURES} > 0")).await?;
    page.until_phase("ready").await?;
    page.until_js("none any more", &format!("{MEASURES} === 0")).await?;
    page.go("/?backend=demo&log=debug").await?;
    page.until_phase("ready").await?;
    page.say("hello").await?;
    page.until_answered(1).await?;
    assert_eq!(page.run(&format!("return {MEASURES}")).await?, json!(0));
    page.close().await
}
