//! What is kept across reloads and a killed browser.

use std::path::PathBuf;

use serde_json::json;

use crate::harness::{Backend, Outcome, Page, Site, failed};

const TURNS: &str = "[data-testid=turn]";

/// A new folder for a browser's profile, deleted at the end.
struct Profile(PathBuf);

impl Profile {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("coda-dashboard-profile-{}", std::process::id())))
    }
}

impl Drop for Profile {
    fn drop(&mut self) {
        // What a dying browser still holds is left to the system.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Waits until the number of kept entries is at least this.
pub async fn until_kept(page: &Page, count: usize) -> Outcome {
    let read = format!(
        "(() => {{
            if (window.__kept >= {count}) return true;
            const open = indexedDB.open('coda-dashboard');
            open.onsuccess = () => {{
                const all = open.result.transaction('turns').objectStore('turns').count();
                all.onsuccess = () => {{ window.__kept = all.result; open.result.close(); }};
            }};
            return false;
        }})()"
    );
    page.until_js("the entries to be kept", &read).await
}

#[tokio::test]
async fn a_reload_in_the_middle_of_an_answer_repeats_nothing_and_the_answer_is_completed() -> Outcome {
    let backend = Backend::start(&["--quiet-metrics", "--speed", "0.3"]).await?;
    let page = Page::open(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("tell me something").await?;
    page.until_js("the first words", "document.querySelector('[data-role=assistant] .markdown')?.innerText.length > 3")
        .await?;
    until_kept(&page, 2).await?;
    page.reload().await?;
    page.until_js("the question and the begun answer", "document.querySelectorAll('[data-testid=turn]').length === 2")
        .await?;
    page.until_phase("ready").await?;
    page.until_js(
        "the complete answer",
        "document.querySelector('[data-role=assistant][data-open=false] .markdown')?.innerText.includes('1024')",
    )
    .await?;
    let texts = page.texts(TURNS).await?;
    if texts.len() != 2 || !texts[1].contains("You said: tell me something") {
        return failed(format!("after the reload: {texts:?}"));
    }
    let sent = backend.acted_on("text_input").await?.len();
    if sent != 1 {
        return failed(format!("Coda acted on {sent} texts"));
    }
    page.close().await
}

#[tokio::test]
async fn a_killed_browser_shows_the_conversation_again_before_it_connects_and_the_record_of_the_visit() -> Outcome {
    let (backend, folder) = (Backend::start(&["--quiet-metrics"]).await?, Profile::new());
    let page = Page::in_profile(Site::start().await?, &folder.0).await?;
    page.go(&backend.query()).await?;
    page.until_phase("ready").await?;
    page.say("remember the rabbit").await?;
    page.until_answered(1).await?;
    until_kept(&page, 2).await?;
    let site = page.kill(&folder.0).await?;
    backend.make("/stop-listening", json!({})).await?;

    let page = Page::in_profile(site, &folder.0).await?;
    page.go(&backend.query()).await?;
    page.until_js("the conversation", "document.querySelectorAll('[data-testid=turn]').length === 2").await?;
    if page.count("[data-phase=ready]").await? > 0 {
        return failed("the page is connected");
    }
    page.follow("/debugger").await?;
    page.open_tool("recordings").await?;
    page.until_js("the visit before", "document.querySelector('[data-testid=open-visit]')").await?;
    page.click("open-visit").await?;
    page.until_js(
        "its message",
        "[...document.querySelectorAll('[data-testid=debugger-row]')].some(row => row.innerText.includes('rabbit'))",
    )
    .await?;
    page.close().await
}
