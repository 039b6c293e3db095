//! Connecting: from an address to "ready", and everything that can get in the way.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page, failed};

/// A port without a listener.
const NOBODY: &str = "/?ws=ws://127.0.0.1:9";

/// The Coda that the page's URL names.
const NAMED: &str = "(query => query.get('ws') ?? query.get('backend'))(new URLSearchParams(location.search))";

#[tokio::test]
async fn a_fresh_load_gets_ready_and_shows_a_round_trip() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.until_js("a round trip in the chip", "document.querySelector('.chip-detail')?.innerText.includes('ms')")
        .await?;
    assert_eq!(backend.report().await?["connections_total"], 1, "one socket, no more");
    assert_eq!(page.count("[data-testid=demo-badge]").await?, 0);
    assert_eq!(page.count(".trouble").await?, 0);
    page.close().await
}

#[tokio::test]
async fn a_server_that_never_challenges_gets_ready_too() -> Outcome {
    let backend = Backend::start(&["--no-challenge"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("hello").await?;
    page.until_answered(1).await?;
    page.close().await
}

#[tokio::test]
async fn without_a_server_the_page_says_so_counts_down_and_offers_ways_out() -> Outcome {
    let page = Page::open(NOBODY).await?;
    page.until_phase("waiting").await?;
    page.until_shown("No WebSocket server answers at this address").await?;
    page.until_shown("Retrying in").await?;
    for offer in ["Try now", "Change address", "Try the demo"] {
        page.until_shown(offer).await?;
    }
    page.click_text("Try the demo").await?;
    page.until_phase("ready").await?;
    page.until_shown("Demo").await?;
    page.close().await
}

#[tokio::test]
async fn the_address_can_be_changed_where_the_trouble_is_shown() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(NOBODY).await?;
    page.click_text("Change address").await?;
    page.until_js("the field", "document.querySelector('.first-run input')").await?;
    page.run("const input = document.querySelector('.first-run input'); input.value = 'localhost:8765'; input.dispatchEvent(new Event('input', {bubbles: true}))").await?;
    page.click_text("Connect").await?;
    page.until_shown("but Coda needs ws:// or wss://").await?;
    let script = "const input = document.querySelector('.first-run input'); input.value = '{URL}'; input.dispatchEvent(new Event('input', {bubbles: true}))";
    page.run(&script.replace("{URL}", &backend.ws)).await?;
    page.click_text("Connect").await?;
    page.until_phase("ready").await?;
    page.until_js("no other address beside it", &format!("{NAMED} === null")).await?;
    page.reload().await?;
    page.until_phase("ready").await?;
    page.go("/").await?;
    page.until_phase("ready").await?;
    page.close().await
}

#[tokio::test]
async fn the_server_of_a_link_is_kept_on_every_page_and_after_a_reload() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.follow("/tools").await?;
    page.follow("/system").await?;
    page.reload().await?;
    page.until_phase("ready").await?;
    page.until_js("the server in the address", &format!("{NAMED} === '{}'", backend.ws)).await?;
    page.close().await
}

#[tokio::test]
async fn the_demo_takes_the_place_of_the_server_in_the_address_of_every_page() -> Outcome {
    let page = Page::open(NOBODY).await?;
    page.until_phase("waiting").await?;
    page.follow("/tools").await?;
    page.click_text("Try the demo").await?;
    page.until_phase("ready").await?;
    let is_named = format!("{NAMED} === 'demo'");
    page.until_js("the demo in the address", &is_named).await?;
    page.follow("/system").await?;
    // The first page was left before the demo was chosen.
    page.run("history.go(-2)").await?;
    page.until_js("the first page", "location.pathname === '/' && document.querySelector('.talk')").await?;
    page.until_js("the demo in its address, too", &is_named).await?;
    page.reload().await?;
    page.until_phase("ready").await?;
    page.element("demo-badge").await?;
    page.close().await
}

#[tokio::test]
async fn a_server_that_turns_us_away_is_explained_and_tried_again_on_request() -> Outcome {
    let backend = Backend::start(&[]).await?;
    backend.make("/challenge", json!({"mode": "refuse"})).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("refused").await?;
    page.until_shown("Invalid authentication token").await?;
    backend.make("/challenge", json!({"mode": "normal"})).await?;
    page.click_text("Try now").await?;
    page.until_phase("ready").await?;
    page.close().await
}

#[tokio::test]
async fn an_address_that_is_none_gets_a_clear_message() -> Outcome {
    let page = Page::open("/?ws=http://127.0.0.1:8765").await?;
    page.until_shown("starts with http:").await?;
    page.until_phase("offline").await?;
    page.close().await
}

#[tokio::test]
async fn another_host_must_be_agreed_to_before_anything_is_sent_there() -> Outcome {
    let page = Page::open("/?ws=ws://coda.invalid:8765").await?;
    page.until_shown("Connect to coda.invalid?").await?;
    page.until_phase("offline").await?;
    page.click_text("Cancel").await?;
    page.until_js("the dialog closed", "!document.querySelector('dialog[open]')").await?;
    page.until_phase("offline").await?;
    page.close().await
}

#[tokio::test]
async fn the_demo_answers_without_any_server_and_is_labelled() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    page.element("demo-badge").await?;
    page.say("What can you do?").await?;
    page.until_answered(1).await?;
    page.until_js(
        "the text delivered",
        "document.querySelector('[data-testid=outgoing]').dataset.state === 'delivered'",
    )
    .await?;
    page.close().await
}

#[tokio::test]
async fn the_chip_opens_to_details_and_disconnects_and_connects() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.click("connection").await?;
    page.until_shown("Round trip").await?;
    page.click_text("Disconnect").await?;
    page.until_phase("offline").await?;
    page.click_text("Connect").await?;
    page.until_phase("ready").await?;
    page.close().await
}

#[tokio::test]
async fn nothing_sticks_out_sideways_from_320_pixels_to_4k() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    page.say("markdown").await?;
    page.until_answered(1).await?;
    for (width, height) in [(3840, 2160), (1400, 900), (800, 600), (500, 700)] {
        page.resize(width, height).await?;
        page.until_js("no sideways scrolling", "document.documentElement.scrollWidth <= innerWidth").await?;
    }
    // Narrower than a browser window can be.
    page.be_wide(320).await?;
    page.until_js("no sideways scrolling at 320", "document.documentElement.scrollWidth <= 320").await?;
    page.close().await
}

#[tokio::test]
async fn a_page_that_comes_back_by_the_back_button_goes_on_as_it_was_and_is_connected_within_a_second() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("hello").await?;
    page.until_answered(1).await?;
    page.run(
        "window.__mark = true;
         addEventListener('pageshow', () => {
             const start = performance.now();
             const look = () => {
                 if (document.querySelector('[data-phase=ready]')) window.__back = performance.now() - start;
                 else requestAnimationFrame(look);
             };
             // The link hears of the return in the same event.
             setTimeout(look);
         });
         location.href = '/icon.svg'",
    )
    .await?;
    page.until_js("another document", "document.documentElement.localName === 'svg'").await?;
    page.until("the connection to be closed", || async { Ok(backend.report().await?["connections_now"] == 0) }).await?;
    page.run("history.back()").await?;
    page.until_js("the page again", "document.querySelector('[data-phase=ready]')").await?;
    let reasons = "JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)";
    if page.run("return window.__mark === true").await? != json!(true) {
        return failed(format!("the page was loaded anew: {}", page.run(&format!("return {reasons}")).await?));
    }
    page.until_js("the time it took", "window.__back !== undefined").await?;
    let took = page.run("return window.__back").await?.as_f64().unwrap_or(f64::MAX);
    if took > 1_000.0 {
        return failed(format!("connected {took:.0} ms after the return"));
    }
    page.say("and on").await?;
    page.until_answered(2).await?;
    if backend.report().await?["connections_now"] != 1 {
        return failed("there is more than one connection");
    }
    page.close().await
}
