//! Asking questions and reading replies.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page};

const ANSWER: &str = "[data-testid=turn][data-role=assistant]";

#[tokio::test]
async fn a_sentence_is_answered_word_by_word_until_it_is_complete() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("tell me something long").await?;
    page.until_js(
        "a part of the answer",
        &format!("document.querySelector('{ANSWER}[data-open=true] .streaming')?.innerText.length > 20"),
    )
    .await?;
    page.until_answered(1).await?;
    let answer = page.texts(&format!("{ANSWER} .turn-body")).await?.concat();
    assert!(answer.contains("You said: tell me something long"), "{answer}");
    assert!(answer.contains("word0") && answer.contains("word399"), "{answer}");
    assert_eq!(page.texts("[data-testid=turn][data-role=user]").await?.len(), 1, "said once, shown once");
    assert_eq!(page.attributes("[data-testid=outgoing]", "data-state").await?, ["delivered"]);
    page.close().await
}

#[tokio::test]
async fn what_is_typed_outlives_a_reload_until_it_is_sent() -> Outcome {
    let page = Page::open("/?backend=demo").await?;
    page.until_phase("ready").await?;
    let is_typed = |text: &str| format!("document.querySelector('[data-testid=composer]')?.value === '{text}'");
    page.type_text("half a sentence").await?;
    page.reload().await?;
    page.until_js("what was typed", &is_typed("half a sentence")).await?;
    page.until_phase("ready").await?;
    page.press_enter().await?;
    page.until_answered(1).await?;
    page.reload().await?;
    page.until_js("an empty box", &is_typed("")).await?;
    page.close().await
}

#[tokio::test]
async fn tools_and_errors_are_shown_in_their_turn() -> Outcome {
    // Slow enough for a busy machine to draw the error before the speech about it starts.
    let backend = Backend::start(&["--speed", "0.5"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("use a tool").await?;
    page.until_js("a tool that is done", "document.querySelector('.tool[data-state=done]')").await?;
    page.until_answered(1).await?;
    // The speech about the error changes the mode soon after.
    page.run(
        "const avatar = document.querySelector('[data-testid=avatar]'); window.__modes = []; \
         new MutationObserver(() => window.__modes.push(avatar.dataset.mode)).observe(avatar, {attributes: true})",
    )
    .await?;
    page.say("make an error").await?;
    page.until_shown("The model ran out of memory").await?;
    page.until_js("the avatar in error", "window.__modes.includes('error')").await?;
    page.close().await
}

#[tokio::test]
async fn markdown_is_rendered_and_hostile_html_is_only_text() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("markdown please").await?;
    page.until_answered(1).await?;
    for element in [
        "h3",
        "strong",
        "em",
        "del",
        "code",
        "ol li",
        "ul li",
        "blockquote",
        "table td",
        "pre code",
        "hr",
        "a[href='https://example.org/']",
    ] {
        assert!(page.count(&format!("{ANSWER} .markdown {element}")).await? > 0, "no {element}");
    }
    page.say("hostile please").await?;
    page.until_answered(2).await?;
    assert_eq!(page.run("return window.__hacked ?? null").await?, serde_json::Value::Null);
    for element in [
        "script",
        "iframe",
        "img",
        "style",
        "[onerror]",
        "[onclick]",
        "[onload]",
        "a[href^='javascript' i]",
        "a[href^='data' i]",
        "a[href^='vbscript' i]",
    ] {
        assert_eq!(page.count(&format!(".markdown {element}")).await?, 0, "{element} slipped through");
    }
    page.close().await
}

#[tokio::test]
async fn shift_enter_breaks_the_line_and_a_double_click_sends_once() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.type_text("one\u{e008}\u{e007}\u{e000}two").await?;
    let script = "const send = document.querySelector('[data-testid=send]'); send.click(); send.click()";
    page.run(script).await?;
    backend.until_acted_on("text_input", 1).await?;
    page.until_answered(1).await?;
    let sent = backend.acted_on("text_input").await?;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["text"], "one\ntwo");
    page.close().await
}

#[tokio::test]
async fn the_same_text_twice_at_once_is_held_back_and_can_be_sent_again() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    let send_twice = "const box = document.querySelector('[data-testid=composer]'); \
         for (let n = 0; n < 2; n++) { box.value = 'again'; box.dispatchEvent(new Event('input', {bubbles: true})); \
         box.form.requestSubmit(); }";
    page.run(send_twice).await?;
    page.until_js("one held back", "document.querySelector('[data-testid=outgoing][data-state=suppressed]')").await?;
    page.until_answered(1).await?;
    page.click_text("Resend").await?;
    backend.until_acted_on("text_input", 2).await?;
    page.close().await
}

#[tokio::test]
async fn an_unreadable_frame_is_shown_and_loses_nothing() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    for text in ["not json", r#"{"type": "llm_token", "seq": 900, "data": {"token": 7}}"#, r#"{"type": 5}"#, "[]", ""] {
        backend.make("/send", serde_json::json!({ "text": text })).await?;
    }
    backend.make("/send-binary", serde_json::json!({"hex": "00ff"})).await?;
    page.until_shown("could not be read").await?;
    page.until_shown("binary frame").await?;
    page.say("still there?").await?;
    page.until_answered(1).await?;
    page.close().await
}

#[tokio::test]
async fn a_flood_of_events_ends_with_the_right_count() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.until_js("the first echo", "Number(document.querySelector('[data-testid=frames-in]').innerText) >= 5").await?;
    let before: u64 = page.count_of("frames-in").await?;
    backend.make("/flood", serde_json::json!({"count": 5_000, "wait": true})).await?;
    let expected = before + 5_000;
    page.until_js(
        "all frames counted",
        &format!("Number(document.querySelector('[data-testid=frames-in]').innerText) === {expected}"),
    )
    .await?;
    page.close().await
}

#[tokio::test]
async fn a_reader_who_has_scrolled_up_is_told_how_much_was_said_since() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    backend.make("/flood", json!({"count": 60, "mix": "conversation_turn", "wait": true})).await?;
    page.until_js("the newest turn", "document.querySelector('.turns').textContent.includes('flood-1-end')").await?;
    page.run("document.querySelector('.conversation').scrollTop = 0").await?;
    page.until_js("the button", "document.querySelector('[data-testid=new-messages]')?.innerText === 'Latest'").await?;
    for content in ["one", "two"] {
        let turn = json!({"role": "assistant", "content": content, "turn_id": content});
        backend.make("/event", json!({"type": "conversation_turn", "data": turn})).await?;
    }
    page.until_js("the count", "document.querySelector('[data-testid=new-messages]')?.innerText === '2 new messages'")
        .await?;
    page.run("document.querySelector('[data-testid=new-messages]').click()").await?;
    page.until_js("no button", "!document.querySelector('[data-testid=new-messages]')").await?;
    page.close().await
}
