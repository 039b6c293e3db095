//! Several tabs of one browser, which share one connection.

use std::future::Future;
use std::time::{Duration, Instant};

use fantoccini::wd::WindowHandle;
use serde_json::json;

use crate::harness::{Backend, Outcome, Page, failed};

/// Longest time without a connection after the tab that held it was closed or has crashed, and after it hung.
const AFTER_AN_END: Duration = Duration::from_secs(1);
const AFTER_A_HANG: Duration = Duration::from_secs(3);

/// The test server ends its answers with one of these.
const ENDS: &str = "[...document.querySelectorAll('[data-role=assistant][data-open=false] .markdown')] \
    .filter(body => /1024|That is all|and the rest|hello|in the documentation/.test(body.innerText)).length === COUNT";
const BODIES: &str = "[data-testid=turn] .turn-body";

/// Opens this many tabs of one browser. The first one holds the connection.
async fn tabs(backend: &Backend, count: usize) -> Result<(Page, Vec<WindowHandle>), Box<dyn std::error::Error>> {
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    let mut windows = vec![page.window().await?];
    while windows.len() < count {
        page.open_tab().await?;
        page.go(&backend.query()).await?;
        page.until_phase("ready").await?;
        windows.push(page.window().await?);
    }
    until_tab_is(&page, "follower").await?;
    Ok((page, windows))
}

/// Waits until the tab on view has this part in the sharing.
async fn until_tab_is(page: &Page, role: &str) -> Outcome {
    let shown = "document.querySelector('[data-testid=connection]')?.dataset.sharing";
    page.until_js(role, &format!("{shown} === '{role}'")).await
}

/// Ends the part of the tab with the connection. Fails if it takes longer than this until Coda has another connection.
async fn replace(backend: &Backend, within: Duration, end: impl Future<Output = Outcome>) -> Outcome {
    let before = backend.signed_in().await?;
    let start = Instant::now();
    let replaced = async {
        while backend.signed_in().await? == before {
            if start.elapsed() > 3 * within {
                return failed(format!("there is no other connection after {:?}", start.elapsed()));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(start.elapsed())
    };
    let (ended, took) = tokio::join!(end, replaced);
    ended?;
    let took = took?;
    if took <= within { Ok(()) } else { failed(format!("it took {took:?} until there was another connection")) }
}

/// All of these tabs show the same, and Coda acted once on each text.
async fn assert_one_truth(page: &Page, windows: &[WindowHandle], backend: &Backend, texts: &[&str]) -> Outcome {
    let mut shown = None;
    for window in windows {
        page.switch_to(window).await?;
        page.until_js("the ends of all answers", &ENDS.replace("COUNT", &texts.len().to_string())).await?;
        let bodies = page.texts(BODIES).await?;
        if let Some(shown) = &shown
            && *shown != bodies
        {
            return failed(format!("one tab shows {shown:?}, another {bodies:?}"));
        }
        shown = Some(bodies);
    }
    let acted: Vec<_> = backend.acted_on("text_input").await?.iter().map(|data| data["text"].clone()).collect();
    if acted == texts { Ok(()) } else { failed(format!("Coda acted on {acted:?}")) }
}

async fn assert_one_connection_at_a_time(backend: &Backend) -> Outcome {
    let most = backend.report().await?["connections_max"].as_u64();
    if most == Some(1) { Ok(()) } else { failed(format!("{most:?} connections at once")) }
}

async fn until_first_words(page: &Page) -> Outcome {
    page.until_js("the first words", "document.querySelector('[data-role=assistant] .markdown')?.innerText.length > 3")
        .await
}

#[tokio::test]
async fn the_tab_with_the_connection_is_closed_during_an_answer_and_another_goes_on() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics", "--speed", "0.3"]).await?;
    let (page, windows) = tabs(&backend, 3).await?;
    page.say("tell me something").await?;
    page.switch_to(&windows[0]).await?;
    until_first_words(&page).await?;
    replace(&backend, AFTER_AN_END, page.close_window()).await?;
    assert_one_truth(&page, &windows[1..], &backend, &["tell me something"]).await?;
    page.say("and one more").await?;
    assert_one_truth(&page, &windows[1..], &backend, &["tell me something", "and one more"]).await?;
    assert_one_connection_at_a_time(&backend).await?;
    page.close().await
}

#[tokio::test]
async fn the_tab_with_the_connection_crashes_and_another_goes_on() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics", "--speed", "0.3"]).await?;
    let (page, windows) = tabs(&backend, 2).await?;
    page.say("tell me something").await?;
    page.switch_to(&windows[0]).await?;
    until_first_words(&page).await?;
    replace(&backend, AFTER_AN_END, page.crash()).await?;
    assert_one_truth(&page, &windows[1..], &backend, &["tell me something"]).await?;
    assert_one_connection_at_a_time(&backend).await?;
    page.close().await
}

#[tokio::test]
async fn the_tab_with_the_connection_hangs_and_another_goes_on_and_it_follows_when_it_wakes() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let (page, windows) = tabs(&backend, 3).await?;
    page.switch_to(&windows[0]).await?;
    let hang = "setTimeout(() => { const end = Date.now() + 8000; while (Date.now() < end); })";
    replace(&backend, AFTER_A_HANG, async {
        page.run(hang).await?;
        page.switch_to(&windows[1]).await?;
        page.say("while it hangs").await
    })
    .await?;
    assert_one_truth(&page, &windows[1..], &backend, &["while it hangs"]).await?;
    page.switch_to(&windows[0]).await?;
    until_tab_is(&page, "follower").await?;
    assert_one_truth(&page, &windows, &backend, &["while it hangs"]).await?;
    page.close().await
}

#[tokio::test]
async fn the_tab_with_the_connection_is_frozen_and_another_goes_on() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let (page, windows) = tabs(&backend, 2).await?;
    page.switch_to(&windows[0]).await?;
    let freeze = page.ask("Page.setWebLifecycleState", json!({ "state": "frozen" }));
    replace(&backend, AFTER_A_HANG, async { freeze.await.map(drop) }).await?;
    page.switch_to(&windows[1]).await?;
    page.say("hello").await?;
    assert_one_truth(&page, &windows[1..], &backend, &["hello"]).await?;
    assert_one_connection_at_a_time(&backend).await?;
    page.close().await
}

#[tokio::test]
async fn a_text_that_waits_in_a_duplicated_tab_is_sent_once_when_coda_is_back() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/stop-listening", json!({})).await?;
    backend.make("/drop", json!({})).await?;
    page.until_phase("waiting").await?;
    page.say("once only").await?;
    page.until_js("it is kept", "(sessionStorage.getItem('coda.waiting') ?? '').includes('once only')").await?;
    let original = page.window().await?;
    // Like duplicating a tab, `window.open` copies the session storage.
    page.run("window.open(location.href)").await?;
    page.switch_to_other_window(&original).await?;
    until_tab_is(&page, "follower").await?;
    page.until_js("the text", "document.querySelectorAll('[data-testid=outgoing]').length === 1").await?;
    let copy = page.window().await?;
    backend.make("/start-listening", json!({})).await?;
    page.until_answered(1).await?;
    assert_one_truth(&page, &[original.clone(), copy.clone()], &backend, &["once only"]).await?;
    // Neither repeats it after a reload, together or alone.
    page.reload().await?;
    page.until_phase("ready").await?;
    page.switch_to(&original).await?;
    page.close_window().await?;
    page.switch_to(&copy).await?;
    until_tab_is(&page, "owner").await?;
    page.until_phase("ready").await?;
    assert_one_truth(&page, &[copy], &backend, &["once only"]).await?;
    assert_one_connection_at_a_time(&backend).await?;
    page.close().await
}

#[tokio::test]
async fn tabs_with_two_addresses_have_two_connections_and_the_demo_is_never_shared() -> Outcome {
    let (one, other) = (Backend::start(&["--quiet-metrics"]).await?, Backend::start(&["--quiet-metrics"]).await?);
    let page = Page::open(&one.query()).await?;
    page.until_phase("ready").await?;
    let first = page.window().await?;
    page.open_tab().await?;
    page.go(&other.query()).await?;
    page.until_phase("ready").await?;
    until_tab_is(&page, "owner").await?;
    page.say("for the other").await?;
    page.until_answered(1).await?;
    page.switch_to(&first).await?;
    until_tab_is(&page, "owner").await?;
    assert_eq!(page.count("[data-testid=turn]").await?, 0);
    for _ in 0..2 {
        page.open_tab().await?;
        page.go("/?backend=demo").await?;
        page.until_phase("ready").await?;
        until_tab_is(&page, "alone").await?;
        assert_eq!(page.count("[data-testid=turn]").await?, 0);
        page.say("in the demo").await?;
        page.until_answered(1).await?;
    }
    assert_eq!(one.acted_on("text_input").await?.len(), 0);
    page.close().await
}

#[tokio::test]
async fn a_second_tab_disconnects_and_connects_both() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let (page, windows) = tabs(&backend, 2).await?;
    page.click("connection").await?;
    page.until_shown("2 share this connection; another one holds it").await?;
    page.click_text("Disconnect").await?;
    page.switch_to(&windows[0]).await?;
    page.until_phase("offline").await?;
    page.click("connection").await?;
    page.click_text("Connect").await?;
    page.switch_to(&windows[1]).await?;
    page.until_phase("ready").await?;
    page.say("hello").await?;
    assert_one_truth(&page, &windows, &backend, &["hello"]).await?;
    assert_one_connection_at_a_time(&backend).await?;
    page.close().await
}
