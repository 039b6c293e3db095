//! Every illness of Coda itself is named on screen, and a healthy Coda for half an hour is not.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Backend, Outcome, Page, failed};

/// The page with its findings open, connected to a server that says nothing by itself.
async fn findings(backend: &Backend) -> Result<Page, Box<dyn std::error::Error>> {
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.follow("/debugger").await?;
    page.click("debugger-open-findings").await?;
    Ok(page)
}

async fn event(backend: &Backend, kind: &str, data: Value) -> Outcome {
    backend.make("/event", json!({"type": kind, "data": data})).await
}

async fn use_tool(backend: &Backend, number: u32) -> Outcome {
    event(backend, "tool_call", json!({"tool_name": "search", "parameters": {"n": number}})).await?;
    event(backend, "tool_result", json!({"tool_name": "search", "result_preview": number.to_string()})).await
}

/// Waits until a finding of this kind is on screen. A stage needs up to 15 s to count as stuck.
async fn until_found(page: &Page, kind: &str) -> Outcome {
    let found = format!("document.querySelector('[data-testid=finding][data-kind={kind}]')");
    match page.until_js(kind, &found).await {
        Ok(()) => Ok(()),
        Err(_) => page.until_js(kind, &found).await,
    }
}

#[tokio::test]
async fn work_that_hangs_is_named_with_its_past() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = findings(&backend).await?;
    for number in 0..8 {
        use_tool(&backend, number).await?;
    }
    event(&backend, "tool_call", json!({"tool_name": "search", "parameters": {"n": "last"}})).await?;
    until_found(&page, "coda-is-stuck-in-a-stage").await?;
    page.until_shown("The tool “search” has been going on for").await?;
    page.until_shown("Coda itself answers, so only this part hangs.").await?;
    event(&backend, "tool_result", json!({"tool_name": "search"})).await?;
    page.until_js("closed", "document.querySelector('[data-kind=coda-is-stuck-in-a-stage][data-open=false]')").await?;
    page.close().await
}

#[tokio::test]
async fn a_model_that_hangs_in_a_turn_of_the_server_is_named() -> Outcome {
    let backend = Backend::start(&["--speed", "20"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    for turn in 1..=6 {
        page.say(&format!("question {turn}")).await?;
        page.until_answered(turn).await?;
    }
    backend.make("/ill", json!({"hang": ["llm_token"]})).await?;
    page.say("and now?").await?;
    page.follow("/debugger").await?;
    page.click("debugger-open-findings").await?;
    until_found(&page, "coda-is-stuck-in-a-stage").await?;
    page.until_shown("The language model “gemma2:2b”").await?;
    page.close().await
}

#[tokio::test]
async fn what_becomes_slow_keeps_failing_or_is_cut_off_is_named() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = findings(&backend).await?;
    for number in 0..14 {
        use_tool(&backend, number).await?;
    }
    backend.make("/ill", json!({"delay_ms": {"tool_result": 700}})).await?;
    for number in 14..18 {
        use_tool(&backend, number).await?;
    }
    until_found(&page, "coda-became-slower").await?;
    backend
        .make("/ill", json!({"replace": {"tool_result": ["tool_error", {"tool_name": "mail", "message": "no route"}]}}))
        .await?;
    for number in 0..3 {
        event(&backend, "tool_call", json!({"tool_name": "mail", "parameters": {"n": number}})).await?;
        event(&backend, "tool_result", json!({"tool_name": "mail"})).await?;
    }
    until_found(&page, "a-part-of-coda-keeps-failing").await?;
    backend.make("/ill", json!({})).await?;
    event(&backend, "llm_start", json!({"model": "gemma2:2b"})).await?;
    event(&backend, "llm_token", json!({"token": "It", "token_index": 0})).await?;
    event(&backend, "llm_start", json!({"model": "gemma2:2b"})).await?;
    until_found(&page, "an-answer-was-cut-off").await?;
    page.close().await
}

#[tokio::test]
async fn events_that_are_not_what_they_were_are_named() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = findings(&backend).await?;
    let store = |id: Value| json!({"content_preview": "a", "memory_id": id});
    for number in 0..9 {
        event(&backend, "memory_store", store(number.into())).await?;
    }
    event(&backend, "memory_store", store("mem_9".into())).await?;
    until_found(&page, "codas-events-changed").await?;
    backend.make("/ill", json!({"twice": ["memory_store"]})).await?;
    event(&backend, "memory_store", store("mem_10".into())).await?;
    until_found(&page, "events-came-twice").await?;
    backend.make("/ill", json!({"swap": ["memory_store"]})).await?;
    event(&backend, "memory_store", store("mem_11".into())).await?;
    event(&backend, "emotion_change", json!({"emotion": "witty"})).await?;
    until_found(&page, "events-came-out-of-order").await?;
    backend.make("/ill", json!({"clock_stands": true, "metrics_ms": 250})).await?;
    until_found(&page, "codas-clock-stands-still").await?;
    backend.make("/flood", json!({"count": 1_000, "mix": "component_timing", "wait": true})).await?;
    until_found(&page, "coda-floods-this-page-with-events").await?;
    page.close().await
}

#[tokio::test]
async fn memory_that_grows_without_coming_back_is_named_with_its_rate() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = findings(&backend).await?;
    backend.make("/ill", json!({"grow_mb": 20, "metrics_ms": 60})).await?;
    until_found(&page, "coda-uses-more-and-more").await?;
    page.until_shown("The memory that Coda uses grows without coming back").await?;
    page.close().await
}

#[tokio::test]
async fn a_limit_of_the_user_is_drawn_and_found_when_it_is_exceeded() -> Outcome {
    let backend = Backend::start(&["--speed", "4"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.follow("/settings").await?;
    let field = "document.getElementById('tool_limit')";
    page.run(&format!(
        "const field = {field}; field.value = '1'; field.dispatchEvent(new Event('change', {{bubbles: true}}))"
    ))
    .await?;
    backend.make("/ill", json!({"delay_ms": {"tool_result": 1_500}})).await?;
    page.follow("/").await?;
    page.say("use a tool").await?;
    page.follow("/performance").await?;
    page.until_js("the limit in the chart", "document.querySelector('.gap-limit')").await?;
    page.run("document.querySelector('[data-testid=gap] details').open = true").await?;
    page.until_shown("over its limit").await?;
    page.follow("/debugger").await?;
    page.click("debugger-open-findings").await?;
    until_found(&page, "a-stage-took-longer-than-its-limit").await?;
    page.close().await
}

#[tokio::test]
async fn an_answer_in_a_hidden_page_is_counted_in_its_title_until_it_is_seen() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    // Headless windows are never hidden, so the page is told that it is.
    let show = |state: &str| {
        format!(
            "Object.defineProperty(document, 'visibilityState', {{value: '{state}', configurable: true}}); \
             document.dispatchEvent(new Event('visibilitychange'))"
        )
    };
    page.run(&show("hidden")).await?;
    event(&backend, "conversation_turn", json!({"role": "assistant", "content": "Done."})).await?;
    page.until_js("a mark", "document.title.startsWith('(1) ')").await?;
    page.run(&show("visible")).await?;
    page.until_js("no mark", "!document.title.startsWith('(')").await?;
    page.close().await
}

#[tokio::test]
#[ignore = "takes half an hour; part of make soak"]
async fn soak_half_an_hour_of_healthy_traffic_raises_no_finding() -> Outcome {
    let minutes = std::env::var("SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    let start = Instant::now();
    let mut turn = 0;
    while start.elapsed() < Duration::from_secs(minutes * 60) {
        turn += 1;
        let text = if turn % 7 == 0 { "a long one".to_owned() } else { format!("what is the weather, {turn}") };
        page.say(&text).await?;
        page.until("the answer", || async { Ok(backend.acted_on("text_input").await?.len() == turn) }).await?;
        let spoken = "document.querySelector('.pipeline [data-stage=speaking][data-state=done]')";
        // A long answer takes longer than a test usually waits.
        while page.until_js("speech", spoken).await.is_err() {}
        if turn % 10 == 0 {
            page.reload().await?;
            page.until_phase("ready").await?;
        }
    }
    page.follow("/debugger").await?;
    page.click("debugger-open-findings").await?;
    let found = page.texts("[data-testid=finding]").await?;
    if found.is_empty() { page.close().await } else { failed(format!("{turn} healthy turns: {found:#?}")) }
}
