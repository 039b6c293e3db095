//! The built page under constant faults: everything typed arrives exactly once, in order.

use serde_json::json;

use crate::harness::{Backend, Outcome, Page, failed};

const MESSAGES: usize = 1_000;
const FAULTS: usize = 100;
/// Texts typed between two faults.
const BATCH: usize = MESSAGES / FAULTS;

/// Fires `online` whenever the page is waiting, as a browser does. With the backoff of a connection that never holds,
/// this test would take minutes.
const IMPATIENT: &str = "document.querySelector('[data-testid=connection]').dataset.phase === 'waiting' \
                         && dispatchEvent(new Event('online'))";

/// Makes the fault of this number, in rotation. None of them clears the server's deduplication cache: messages lost in
/// a restart need the user's decision, which other tests cover.
async fn make_fault(backend: &Backend, number: usize) -> Outcome {
    match number % 10 {
        0 => backend.make("/echo", json!({"swallow": 1, "types": ["text_input"]})).await,
        1 => backend.make("/echo", json!({"delay_ms": 150})).await,
        2 => backend.make("/drop", json!({"code": 1012, "reason": "restart"})).await,
        3 => backend.make("/send", json!({"text": "{\"type\": \"llm_token\", \"data\": 5}"})).await,
        4 => {
            backend.make("/echo", json!({})).await?;
            backend.make("/skip-seq", json!({"n": 7})).await
        }
        _ => backend.make("/drop", json!({})).await,
    }
}

/// Every message on the page is delivered, and the last one has this number. The page shows only the newest turns. That
/// none is missing is checked with the server's report at the end.
fn all_delivered(last: usize) -> String {
    format!(
        "(own => own.every(state => state.dataset.state === 'delivered') \
         && own.at(-1)?.closest('article').querySelector('.turn-body').textContent === 'text {last}')\
         ([...document.querySelectorAll('[data-testid=outgoing]')])"
    )
}

fn type_batch(first: usize) -> String {
    format!(
        "const box = document.querySelector('[data-testid=composer]'); \
         for (let n = {first}; n < {}; n++) {{ box.value = 'text ' + n; \
         box.dispatchEvent(new Event('input', {{bubbles: true}})); box.form.requestSubmit(); }}",
        first + BATCH
    )
}

#[tokio::test]
async fn a_thousand_messages_through_a_hundred_faults_arrive_once_each_and_in_order() -> Outcome {
    let backend = Backend::start(&[]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    // Otherwise each text would wait for the end of the turn before it, half a second each.
    page.run("localStorage.setItem('coda.settings', JSON.stringify({version: 1, hold_texts: false}))").await?;
    page.reload().await?;
    page.until_phase("ready").await?;
    // Enough events for the server's run to be recognized after a reconnect.
    backend.make("/flood", json!({"count": 60, "mix": "system_metrics", "wait": true})).await?;
    for number in 0..FAULTS {
        page.run(&type_batch(number * BATCH)).await?;
        make_fault(&backend, number).await?;
        let last = (number + 1) * BATCH - 1;
        page.until_js("what was typed is delivered", &format!("({IMPATIENT}, {})", all_delivered(last))).await?;
    }
    let report = backend.report().await?;
    let acted = backend.acted_on("text_input").await?;
    let texts: Vec<&str> = acted.iter().filter_map(|data| data["text"].as_str()).collect();
    let expected: Vec<String> = (0..MESSAGES).map(|number| format!("text {number}")).collect();
    if texts != expected {
        let first = texts.iter().zip(&expected).position(|(text, expected)| text != expected);
        return failed(format!("{} of {MESSAGES} arrived; the first out of place: {first:?}", texts.len()));
    }
    let doubled = report["by_message_id"].as_object().into_iter().flatten();
    let doubled = doubled.filter(|(_, counts)| counts["acted"] != json!(1)).count();
    assert_eq!(doubled, 0, "messages that the server acted on more than once");
    eprintln!("chaos: {MESSAGES} messages, {FAULTS} faults, {} connections", report["auth_ok"]);
    page.close().await
}
