//! Hold to talk, stop speaking, run the demo.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page};

#[tokio::test]
async fn holding_the_button_listens_until_it_is_let_go() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.hold("talk").await?;
    backend.until_acted_on("stt_start", 1).await?;
    page.until_js("the avatar listens", "document.querySelector('[data-testid=avatar]').dataset.mode === 'listening'")
        .await?;
    let heard = "document.querySelector('[data-testid=turn][data-role=user][data-open=true]')";
    page.until_js("words that are heard", heard).await?;
    page.let_go().await?;
    backend.until_acted_on("stt_stop", 1).await?;
    page.until_answered(1).await?;
    assert_eq!(page.texts("[data-testid=talk-hint]").await?, [""], "it was held");
    let started = backend.acted_on("stt_start").await?;
    assert_eq!(started.len(), 1);
    assert_eq!(started[0]["continuous"], json!(true));
    assert_eq!(backend.acted_on("stt_stop").await?.len(), 1);
    page.close().await
}

#[tokio::test]
async fn a_short_click_starts_no_turn_and_says_to_hold_the_button() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.run(
        "const talk = document.querySelector('[data-testid=talk]'); \
         for (const kind of ['pointerdown', 'pointerup']) talk.dispatchEvent(new PointerEvent(kind, {bubbles: true}))",
    )
    .await?;
    page.until_shown("Hold the button, or the talk key, while you speak.").await?;
    page.until_js("a free button", "document.querySelector('[data-testid=talk]').ariaPressed === 'false'").await?;
    page.say("hello").await?;
    page.until_answered(1).await?;
    assert_eq!(page.count("[data-testid=turn]").await?, 2, "a question and its answer");
    page.close().await
}

#[tokio::test]
async fn the_space_bar_talks_but_not_while_typing() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.type_text("a b").await?;
    assert_eq!(backend.acted_on("stt_start").await?.len(), 0);
    let key = |kind: &str, repeat: bool| {
        format!(
            "document.activeElement.blur(); window.dispatchEvent(new KeyboardEvent('{kind}', {{code: 'Space', repeat: {repeat}, bubbles: true}}))"
        )
    };
    page.run(&key("keydown", false)).await?;
    page.run(&key("keydown", true)).await?;
    backend.until_acted_on("stt_start", 1).await?;
    page.run(&key("keyup", false)).await?;
    backend.until_acted_on("stt_stop", 1).await?;
    assert_eq!(backend.acted_on("stt_start").await?.len(), 1);
    page.close().await
}

#[tokio::test]
async fn a_lost_connection_lets_go_of_the_button() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.hold("talk").await?;
    backend.until_acted_on("stt_start", 1).await?;
    backend.make("/drop", json!({})).await?;
    backend.until_acted_on("stt_stop", 1).await?;
    page.until_js("the button is free", "document.querySelector('[data-testid=talk]').ariaPressed === 'false'").await?;
    page.close().await
}

#[tokio::test]
async fn speaking_can_be_stopped_and_the_demo_be_run() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.click("run-demo").await?;
    page.until_js("the avatar speaks", "document.querySelector('[data-testid=avatar]').dataset.mode === 'speaking'")
        .await?;
    page.click("stop-speaking").await?;
    page.until_js("the avatar rests", "document.querySelector('[data-testid=avatar]').dataset.mode === 'idle'").await?;
    assert_eq!(backend.acted_on("demo_flow").await?.len(), 1);
    assert_eq!(backend.acted_on("tts_stop").await?.len(), 1);
    page.close().await
}
