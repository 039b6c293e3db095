//! Interruptions: restarts, broken connections, silence.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page};

#[tokio::test]
async fn a_restart_of_the_server_in_between_loses_nothing_that_was_shown() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("before").await?;
    page.until_answered(1).await?;
    backend.make("/restart", json!({"down_seconds": 1})).await?;
    page.until_phase("ready").await?;
    page.until_shown("Coda was restarted").await?;
    page.say("after").await?;
    page.until_answered(2).await?;
    page.until_shown("You said: before").await?;
    page.until_shown("You said: after").await?;
    page.close().await
}

#[tokio::test]
async fn a_server_killed_in_the_middle_of_an_answer_is_found_and_the_rest_goes_on() -> Outcome {
    let backend = Backend::start(&["--speed", "4"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("a long one").await?;
    page.until_js("a part of the answer", "document.querySelector('.streaming')?.innerText.length > 20").await?;
    backend.make("/stop-listening", json!({})).await?;
    backend.make("/drop", json!({})).await?;
    page.until_phase("waiting").await?;
    page.type_text("typed while away").await?;
    page.press_enter().await?;
    page.until_js("the text waits", "document.querySelector('[data-testid=outgoing][data-state=queued]')").await?;
    backend.make("/start-listening", json!({})).await?;
    // Coda was in a turn throughout and drops texts meanwhile, so the text is held until the end.
    page.until_phase("ready").await?;
    page.until_js("the text is held", "document.querySelector('[data-testid=outgoing][data-state=held]')").await?;
    page.until_answered(1).await?;
    page.until_shown("You said: typed while away").await?;
    assert_eq!(backend.acted_on("text_input").await?.len(), 2, "each once");
    let answers = page.texts("[data-testid=turn][data-role=assistant] .turn-body").await?;
    assert!(answers[0].contains("You said: a long one") && answers[0].contains("word399"), "{answers:?}");
    page.close().await
}

#[tokio::test]
async fn a_swallowed_echo_is_settled_without_acting_twice() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/echo", json!({"swallow": 1, "types": ["text_input"]})).await?;
    page.say("only once").await?;
    page.until_js("delivered", "document.querySelector('[data-testid=outgoing][data-state=delivered]')").await?;
    assert_eq!(backend.acted_on("text_input").await?.len(), 1);
    page.close().await
}

#[tokio::test]
async fn a_server_that_falls_silent_is_found_out_and_left() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/freeze", json!({"on": true})).await?;
    page.say("anybody there?").await?;
    page.until_js("it is noticed", "document.querySelector('[data-testid=connection]').dataset.phase !== 'ready'")
        .await?;
    backend.make("/freeze", json!({"on": false})).await?;
    page.until_phase("ready").await?;
    page.until_shown("You said: anybody there?").await?;
    assert_eq!(backend.acted_on("text_input").await?.len(), 1);
    page.close().await
}

#[tokio::test]
async fn every_reconnect_leaves_one_connection() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    for drop in 1..=5 {
        page.until_phase("ready").await?;
        backend.make("/drop", json!({})).await?;
        page.until("a new connection", || async {
            let report = backend.report().await?;
            Ok(report["auth_ok"] == json!(drop + 1) && report["connections_now"] == json!(1))
        })
        .await?;
    }
    page.close().await
}

#[tokio::test]
async fn a_text_that_waits_outlives_a_reload_and_is_sent_once() -> Outcome {
    let backend = Backend::start(&[]).await?;
    backend.make("/stop-listening", json!({})).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("waiting").await?;
    page.say("first").await?;
    page.say("second").await?;
    page.until_shown("2 waiting").await?;
    page.reload().await?;
    page.until_shown("2 waiting").await?;
    backend.make("/start-listening", json!({})).await?;
    page.until_phase("ready").await?;
    backend.until_acted_on("text_input", 2).await?;
    let texts: Vec<_> = backend.acted_on("text_input").await?.iter().map(|data| data["text"].clone()).collect();
    assert_eq!(texts, ["first", "second"]);
    page.reload().await?;
    page.until_phase("ready").await?;
    let unsent = "[data-testid=outgoing][data-state=queued], [data-testid=outgoing][data-state=held]";
    assert_eq!(page.count(unsent).await?, 0, "nothing is left to be sent");
    assert_eq!(backend.acted_on("text_input").await?.len(), 2);
    page.close().await
}

/// Whether the browser would ask before it closes the tab.
async fn asks_before_closing(page: &Page) -> Result<bool, Box<dyn std::error::Error>> {
    let event = "new Event('beforeunload', { cancelable: true })";
    Ok(page.run(&format!("return !window.dispatchEvent({event})")).await? == json!(true))
}

#[tokio::test]
async fn what_waits_can_be_taken_back_at_once_and_stays_so_after_a_reload() -> Outcome {
    let page = Page::open("/?ws=ws://127.0.0.1:9").await?;
    page.until_phase("waiting").await?;
    page.say("first").await?;
    page.say("second").await?;
    assert!(asks_before_closing(&page).await?, "texts would be lost with the tab");
    page.click_text("Cancel unsent (2)").await?;
    page.until_js("both taken back", "document.querySelectorAll('[data-state=cancelled]').length === 2").await?;
    assert!(!asks_before_closing(&page).await?);
    page.reload().await?;
    page.until_phase("waiting").await?;
    assert_eq!(page.count("[data-testid=outgoing]:not([data-state=cancelled])").await?, 0);
    page.close().await
}

#[tokio::test]
async fn a_text_for_one_address_is_not_sent_to_another() -> Outcome {
    let (home, other) = (Backend::start(&["--quiet-metrics"]).await?, Backend::start(&["--quiet-metrics"]).await?);
    let page = Page::open(&home.query()).await?;
    page.until_phase("ready").await?;
    home.make("/stop-listening", json!({})).await?;
    home.make("/drop", json!({})).await?;
    page.until_phase("waiting").await?;
    page.type_text("for home only").await?;
    page.press_enter().await?;
    page.until_js("the banner in place of the card", "document.querySelector('.trouble')").await?;
    page.click_text("Change address").await?;
    page.element("address").await?.clear().await?;
    page.element("address").await?.send_keys(&other.ws).await?;
    page.click_text("Connect").await?;
    page.until_phase("ready").await?;
    page.until_js("it is held", "document.querySelector('[data-testid=outgoing][data-state=held]')").await?;
    page.until_shown(&format!("Held for {}", home.ws)).await?;
    assert_eq!(page.run("return document.body.innerText.includes('Coda was restarted')").await?, json!(false));
    page.say("for the other").await?;
    other.until_acted_on("text_input", 1).await?;
    assert_eq!(other.acted_on("text_input").await?[0]["text"], "for the other");
    page.click("send-now").await?;
    other.until_acted_on("text_input", 2).await?;
    page.close().await
}
