//! Nothing that Coda sends is ever more than text: a corpus of hostile Markdown, HTML and URLs in every text field of
//! every event, checked on every page.

use serde_json::{Value, json};

use crate::harness::{Backend, Outcome, Page, failed};

/// Each would set `window.__ran` if interpreted, or lead to a forbidden address.
const CORPUS: [&str; 14] = [
    "<script>window.__ran = 1</script>",
    "<img src=x onerror='window.__ran = 2'>",
    "<svg onload=window.__ran=3><animate onbegin=window.__ran=3 attributeName=x dur=1s>",
    "<iframe srcdoc='<script>parent.__ran = 4</script>'></iframe>",
    "[click](javascript:window.__ran=5) [and](JaVaScRiPt:window.__ran=5) [and](\u{1}javascript:window.__ran=5)",
    "[data](data:text/html,<script>opener.__ran=6</script>) [vb](vbscript:window.__ran=6)",
    "![picture](https://elsewhere.example/x.png\"onerror=\"window.__ran=7)",
    "<a href='javascript:window.__ran=8' onclick='window.__ran=8'>link</a> <javascript:window.__ran=8>",
    "`</code><script>window.__ran = 9</script>` ```\n</pre><script>window.__ran = 9</script>\n```",
    "| <b onmouseover=window.__ran=10>a</b> | </td></table><script>window.__ran=10</script> |\n|---|---|\n| x | y |",
    "\"><script>window.__ran=11</script> '><script>window.__ran=11</script> --><script>window.__ran=11</script>",
    "</textarea></title></style><script>window.__ran=12</script><style>*{background:url(https://elsewhere.example)}</style>",
    "{{constructor.constructor('window.__ran=13')()}} ${window.__ran=13} <%= window.__ran=13 %>",
    "<base href='https://elsewhere.example/'><meta http-equiv=refresh content='0;url=https://elsewhere.example'>\u{202e}<form action=https://elsewhere.example><button>",
];

/// Lists what must not be in the page; empty if all is well.
const LOOK: &str = "
    const wrong = window.__ran === undefined ? [] : [`${window.__ran} ran`];
    const forbidden = new Set(['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'IMG', 'VIDEO', 'AUDIO', 'BASE', 'META', 'LINK', 'STYLE', 'MARQUEE']);
    const addresses = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster', 'srcset', 'ping'];
    for (const element of document.body.querySelectorAll('*')) {
        if (forbidden.has(element.tagName.toUpperCase())) wrong.push(`<${element.tagName}>`);
        for (const { name, value } of element.attributes) {
            if (name.startsWith('on') || name === 'srcdoc') wrong.push(`${element.tagName} ${name}`);
            if (addresses.includes(name) && !/^(https?:\\/\\/|mailto:|\\/(?!\\/)|#|\\?)/.test(value)) wrong.push(`${name}=${value}`);
            if (name === 'style' && /url\\(|expression/i.test(value)) wrong.push(`style=${value}`);
        }
    }
    if (document.baseURI !== location.href) wrong.push(`base ${document.baseURI}`);
    return wrong.concat(window.__broken ?? []);
";

/// Returns the documented example of each event.
fn examples() -> Vec<(String, Value)> {
    let text = include_str!("../../docs/PROTOCOL.md");
    let blocks = text.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next());
    let frames = blocks.filter_map(|block| serde_json::from_str::<Value>(block).ok());
    let events = frames.filter(|frame| frame.get("seq").is_some() && frame["type"] != "client_message");
    events.map(|frame| (frame["type"].as_str().unwrap_or_default().to_owned(), frame["data"].clone())).collect()
}

/// Replaces every text by this one, except for the values that decide where the page shows the event.
fn poisoned(value: &Value, text: &str) -> Value {
    match value {
        Value::String(_) => text.into(),
        Value::Array(items) => items.iter().map(|item| poisoned(item, text)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| {
                let value = if name == "role" { json!("assistant") } else { poisoned(value, text) };
                (name.clone(), value)
            })
            .collect(),
        other => other.clone(),
    }
}

async fn look(page: &Page, place: &str, wrong: &mut Vec<String>) -> Outcome {
    page.run("document.querySelectorAll('details').forEach(details => details.open = true)").await?;
    let found = page.run(LOOK).await?;
    page.run("document.querySelectorAll('details').forEach(details => details.open = false)").await?;
    wrong.extend(found.as_array().into_iter().flatten().map(|found| format!("{place}: {found}")));
    Ok(())
}

#[tokio::test]
async fn whatever_coda_says_stays_text_on_every_page() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics"]).await?;
    let page = Page::open("/").await?;
    page.before_each_document(
        "document.addEventListener('securitypolicyviolation', event => \
         (window.__broken ??= []).push(`${event.violatedDirective} ${event.sample}`))",
    )
    .await?;
    page.go(&backend.query()).await?;
    page.until_phase("ready").await?;
    let examples = examples();
    assert!(examples.len() > 30, "{} examples", examples.len());
    for text in CORPUS {
        for (kind, data) in &examples {
            backend.make("/event", json!({ "type": kind, "data": poisoned(data, text) })).await?;
        }
        backend.make("/send", json!({ "text": text })).await?;
    }
    let marker = json!({"role": "assistant", "content": "The corpus ends **here**.", "turn_id": 999});
    backend.make("/event", json!({ "type": "conversation_turn", "data": marker })).await?;
    page.until_js("the end", "[...document.querySelectorAll('.turns strong')].some(it => it.textContent === 'here')")
        .await?;
    let mut wrong = Vec::new();
    let (debugger, others): (Vec<_>, Vec<_>) =
        page.pages().await?.into_iter().partition(|(href, _)| href == "/debugger");
    // The debugger last, whose panels follow.
    for (href, _) in others.iter().chain(&debugger) {
        page.follow(href).await?;
        if href == "/memory" {
            look(&page, "the memories", &mut wrong).await?;
            page.run("document.getElementById('memory-tab-debug').click()").await?;
        }
        look(&page, href, &mut wrong).await?;
    }
    for side in ["details", "findings", "send", "replay", "recordings", "experiments"] {
        if side == "details" {
            page.run("document.querySelector('.debugger-rows [data-testid=debugger-row]').click()").await?;
        } else {
            page.open_tool(side).await?;
        }
        page.until_js("the side", "document.querySelector('[data-testid=debugger-side]')").await?;
        look(&page, side, &mut wrong).await?;
    }
    if wrong.is_empty() { page.close().await } else { failed(wrong.join("\n")) }
}
