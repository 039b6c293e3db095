//! Every fault of the test server leads to its finding on screen, and a recorded session shows
//! the same conversation again.

use serde_json::{Value, json};

use crate::harness::{Backend, Outcome, Page, failed};

/// Docks the debugger and opens the findings beside the table.
async fn watch(page: &Page) -> Outcome {
    page.until_js("the page", "document.querySelector('[data-testid=connection]')").await?;
    page.run("window.dispatchEvent(new KeyboardEvent('keydown', {key: '`', ctrlKey: true, bubbles: true}))").await?;
    page.until_js("the debugger", "document.querySelector('[data-testid=debugger-open-findings]')").await?;
    page.run("document.querySelector('[data-testid=debugger-open-findings]').click()").await?;
    page.until_js("the findings", "document.querySelector('[data-testid=debugger-findings]')").await
}

/// Opens a connected page that shows the findings.
async fn watched(backend: &Backend) -> Result<Page, Box<dyn std::error::Error>> {
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    watch(&page).await?;
    Ok(page)
}

async fn until_found(page: &Page, kind: &str) -> Outcome {
    let found = format!("document.querySelector('[data-testid=finding][data-kind={kind}][data-open=true]')");
    page.until_js(&format!("the finding {kind}"), &found).await
}

#[tokio::test]
async fn a_healthy_session_shows_no_finding() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = watched(&backend).await?;
    page.say("hello Coda").await?;
    page.until_answered(1).await?;
    page.say("use a tool").await?;
    page.until_answered(2).await?;
    page.until_shown("No findings in this record").await?;
    assert_eq!(page.count("[data-testid=finding]").await?, 0);
    page.close().await
}

#[tokio::test]
async fn faults_of_messages_and_events_are_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    backend.make("/send", json!({"text": "not json"})).await?;
    until_found(&page, "frames-could-not-be-read").await?;
    let large = json!({"type": "llm_result", "data": {"text": "x".repeat(2 << 20)}});
    backend.make("/event", large).await?;
    until_found(&page, "a-frame-was-too-large").await?;
    backend.make("/exception", json!({"where": "callback", "text": "artificial"})).await?;
    until_found(&page, "coda-reported-an-error").await?;
    page.until_shown("RuntimeError: artificial").await?;
    backend.make("/other-client", json!({"type": "stt_start", "count": 10})).await?;
    until_found(&page, "another-dashboard-is-connected").await?;
    until_found(&page, "messages-came-in-a-burst").await?;
    backend.make("/event", json!({"type": "note", "data": {}})).await?;
    backend.make("/clock", json!({"jump_seconds": -60})).await?;
    // Events are analyzed a few times per second.
    backend.make("/flood", json!({"rate": 20, "count": 20, "mix": "tts_progress", "wait": true})).await?;
    until_found(&page, "codas-clock-jumped").await?;
    backend.make("/skip-seq", json!({"n": 5})).await?;
    backend.make("/event", json!({"type": "note", "data": {}})).await?;
    until_found(&page, "events-were-missed").await?;
    backend.make("/echo", json!({"swallow": 1, "types": ["text_input"]})).await?;
    page.say("hello").await?;
    until_found(&page, "coda-dropped-a-message-as-a-duplicate").await?;
    page.run("for (const _ of [1, 2]) document.querySelector('[data-testid=ask]').click()").await?;
    until_found(&page, "a-message-was-made-twice").await?;
    page.close().await
}

#[tokio::test]
async fn binary_frames_are_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    backend.make("/send-binary", json!({"hex": "00ff00"})).await?;
    until_found(&page, "frames-could-not-be-read").await?;
    page.until_shown("A binary frame of 3 bytes came").await?;
    page.close().await
}

#[tokio::test]
async fn a_connection_that_was_closed_because_of_a_frames_size_is_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    backend.make("/drop", json!({"code": 1009, "reason": "message too big"})).await?;
    until_found(&page, "a-frame-was-too-large").await?;
    page.until_phase("ready").await?;
    page.close().await
}

#[tokio::test]
async fn errors_of_tasks_and_of_the_log_are_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    for (place, text) in [("task", "artificial in a task"), ("log", "artificial in the log")] {
        let page = watched(&backend).await?;
        backend.make("/exception", json!({"where": place, "text": text})).await?;
        until_found(&page, "coda-reported-an-error").await?;
        page.until_shown(text).await?;
        page.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn echoes_that_become_slow_are_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    let say = "document.querySelector('[data-testid=ask]').click()";
    let in_all =
        |count: usize| format!("Number(document.querySelector('[data-testid=frames-out]').innerText) >= {}", count + 2);
    for count in 1..=9 {
        // Equal messages within a second would be suppressed.
        page.say(&format!("text {count}")).await?;
        page.until_js("its frame", &in_all(count)).await?;
    }
    backend.make("/echo", json!({"delay_ms": 600})).await?;
    for count in 10..=13 {
        page.say(&format!("text {count}")).await?;
    }
    page.run(say).await?;
    until_found(&page, "echoes-became-slow").await?;
    page.close().await
}

#[tokio::test]
async fn faults_of_the_connection_are_found() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    backend.make("/flood", json!({"count": 100, "wait": true})).await?;
    backend.make("/freeze", json!({"on": true})).await?;
    page.say("is anybody there").await?;
    until_found(&page, "coda-stopped-answering").await?;
    backend.make("/freeze", json!({"on": false})).await?;
    page.until_phase("ready").await?;
    backend.make("/deaf", json!({"only_present": true})).await?;
    page.say("can you hear me").await?;
    until_found(&page, "coda-sends-no-events").await?;
    page.until_phase("ready").await?;
    // A turn with its words would prove that a text arrived. For the demo command there is no such proof.
    backend.make("/echo", json!({"swallow": true, "types": ["demo_flow"]})).await?;
    page.command("play sample turn").await?;
    backend.until_acted_on("demo_flow", 1).await?;
    backend.make("/restart", json!({"down_seconds": 0.2})).await?;
    page.until_phase("ready").await?;
    until_found(&page, "coda-was-restarted").await?;
    until_found(&page, "messages-are-unconfirmed").await?;
    for _ in 0..4 {
        page.until_phase("ready").await?;
        // The page reconnects too fast for the intermediate phase to be observed.
        let connections = backend.connections().await?;
        backend.make("/drop", json!({})).await?;
        page.until("another connection", || async { Ok(backend.connections().await? > connections) }).await?;
    }
    until_found(&page, "the-connection-keeps-breaking").await?;
    page.close().await
}

#[tokio::test]
async fn faults_of_the_challenge_are_found() -> Outcome {
    let faults = [
        (json!({"mode": "stall"}), "no-challenge-came"),
        (json!({"mode": "none"}), "no-challenge-came"),
        (json!({"mode": "late", "delay_ms": 2_000}), "the-challenge-was-late"),
        (json!({"mode": "refuse"}), "coda-turned-the-dashboard-away"),
    ];
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open(&backend.query()).await?;
    for (fault, kind) in faults {
        backend.make("/challenge", fault).await?;
        page.reload().await?;
        watch(&page).await?;
        until_found(&page, kind).await?;
    }
    page.close().await
}

#[tokio::test]
async fn overlaps_are_found_while_the_protections_are_off() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    page.run("document.querySelector('[data-testid=debugger-open-experiments]').click()").await?;
    page.until_js("the switch", "document.querySelector('[data-testid=experiment-unprotected]')").await?;
    page.run("document.querySelector('[data-testid=experiment-unprotected]').click()").await?;
    page.until_js("the banner", "document.querySelector('[data-testid=experiment]')").await?;
    backend.make("/echo", json!({"delay_ms": 1_500})).await?;
    page.say("one").await?;
    page.say("two").await?;
    page.say("three").await?;
    page.run("document.querySelector('[data-testid=debugger-open-findings]').click()").await?;
    until_found(&page, "messages-overlapped").await?;
    page.close().await
}

/// The conversation on screen, without anything that only a live page knows.
const WORDS: &str = "return [...document.querySelectorAll('[data-testid=turn]')].map(turn => \
                     turn.dataset.role + ': ' + turn.querySelector('.turn-body').innerText)";

#[tokio::test]
async fn a_recorded_session_shows_the_same_conversation_in_a_fresh_page() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = watched(&backend).await?;
    page.say("hello Coda").await?;
    page.until_answered(1).await?;
    page.say("show me markdown").await?;
    page.until_answered(2).await?;
    let said = page.run(WORDS).await?;
    page.run(
        "const make = URL.createObjectURL; URL.createObjectURL = blob => { \
         blob.text().then(text => { window.__exported = text }); return make(blob) }; \
         document.querySelector('[data-testid=debugger-open-recordings]').click()",
    )
    .await?;
    let export = "document.querySelector('[aria-label=\"Export everything as JSON Lines\"]')";
    page.until_js("the export", export).await?;
    page.run(&format!("{export}.click()")).await?;
    page.until_js("the file", "window.__exported").await?;
    let exported = page.run("return window.__exported").await?;
    let Value::String(exported) = exported else { return failed("no text was exported") };
    page.close().await?;
    drop(backend);

    let fresh = Page::open("/?ws=ws://127.0.0.1:9").await?;
    watch(&fresh).await?;
    fresh.run("document.querySelector('[data-testid=debugger-open-recordings]').click()").await?;
    fresh.until_js("the import", "document.querySelector('[data-testid=debugger-import]')").await?;
    let file = json!(exported);
    fresh
        .run(&format!(
            "const files = new DataTransfer(); files.items.add(new File([{file}], 'session.jsonl')); \
             const input = document.querySelector('[data-testid=debugger-import]'); \
             input.files = files.files; input.dispatchEvent(new Event('change'))"
        ))
        .await?;
    fresh.until_shown("Recording: session.jsonl").await?;
    fresh.run("document.querySelector('[data-testid=recording-play]').click()").await?;
    fresh.until_js("the bar", "document.querySelector('[data-testid=playback]')").await?;
    fresh.until("the same conversation", || async { Ok(fresh.run(WORDS).await? == said) }).await?;
    fresh.run("document.querySelector('[data-testid=playback-end]').click()").await?;
    fresh.until_js("the live page", "document.querySelectorAll('[data-testid=turn]').length === 0").await?;
    fresh.close().await
}

#[tokio::test]
async fn a_finding_leads_to_its_help() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = watched(&backend).await?;
    backend.make("/send", json!({"text": "not json"})).await?;
    until_found(&page, "frames-could-not-be-read").await?;
    page.run("document.querySelector('.finding-advice a').click()").await?;
    page.until_js("the help", "document.querySelector('[data-testid=help] h3#frames-could-not-be-read')").await?;
    page.until_js("its heading", "document.activeElement?.matches('summary:has(#frames-could-not-be-read)')").await?;
    page.close().await
}
