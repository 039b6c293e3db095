//! The dashboard as a person sees and uses it.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{Outcome, PATIENCE, Site, cdp, failed};

/// Length of the page's text in a failure message, taken from the end.
const SHOWN_CHARS: usize = 3_000;

type Found<T> = Result<T, Box<dyn std::error::Error>>;

/// Time for a tab to crash, about which nobody tells.
const CRASH: Duration = Duration::from_secs(2);

/// Polling interval of conditions.
const LOOK_EVERY: Duration = Duration::from_millis(30);

pub struct Page {
    browser: Browser,
    site: Site,
}

impl Page {
    /// Opens the page at `query`, as in `/?ws=…`, in a fresh browser.
    pub async fn open(query: &str) -> Found<Self> {
        let page = Self::blank(Site::start().await?).await?;
        page.go(query).await?;
        Ok(page)
    }

    /// Starts a fresh browser that has not opened the site yet.
    pub async fn blank(site: Site) -> Found<Self> {
        Self::of(Browser::start(None).await?, site).await
    }

    /// Starts a browser with the profile in this folder, which it creates if need be.
    pub async fn in_profile(site: Site, profile: &Path) -> Found<Self> {
        Self::of(Browser::start(Some(profile)).await?, site).await
    }

    async fn of(browser: Browser, site: Site) -> Found<Self> {
        let page = Self { browser, site };
        page.browser.client.set_window_size(1400, 900).await?;
        Ok(page)
    }

    /// Runs a `DevTools` command.
    pub async fn ask(&self, method: &'static str, parameters: Value) -> Found<Value> {
        cdp::ask(&self.browser.client, method, parameters).await
    }

    /// Makes the program's memory accessible to scripts, from the next document on.
    pub async fn watch_memory(&self) -> Outcome {
        let watch = "for (const name of ['instantiate', 'instantiateStreaming']) {
            const original = WebAssembly[name];
            WebAssembly[name] = async (...given) => {
                const made = await original.apply(WebAssembly, given);
                window.__memory ??= (made.instance ?? made).exports.memory;
                return made;
            };
        }";
        self.before_each_document(watch).await
    }

    /// Returns the size of the program's memory after [`Self::watch_memory`]; 0 for a page without a program.
    pub async fn wasm_bytes(&self) -> Result<f64, Box<dyn std::error::Error>> {
        Ok(self.run("return window.__memory?.buffer.byteLength ?? 0").await?.as_f64().unwrap_or_default())
    }

    /// Runs a script in every document before the document's own scripts.
    pub async fn before_each_document(&self, script: &str) -> Outcome {
        self.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }

    /// Returns the files of the site requested so far.
    pub fn downloaded(&self) -> Vec<PathBuf> {
        self.site.served()
    }

    /// Returns the paths outside the site requested so far.
    pub fn refused(&self) -> Vec<String> {
        self.site.refused()
    }

    /// Navigates to another URL of the site.
    pub async fn go(&self, query: &str) -> Outcome {
        Ok(self.browser.client.goto(&format!("{}{query}", self.site.url)).await?)
    }

    /// Goes to a page by its link in the navigation.
    pub async fn follow(&self, path: &str) -> Outcome {
        let link = format!("[...document.querySelectorAll('.nav a')].find(link => link.pathname === '{path}')");
        self.run(&format!("{link}.click()")).await?;
        self.until_js("the page", &format!("location.pathname === '{path}' && document.querySelector('h1')")).await
    }

    /// The pages in the navigation: path and title.
    pub async fn pages(&self) -> Found<Vec<(String, String)>> {
        let links = "return [...document.querySelectorAll('.nav a')].map(a => [a.pathname, a.querySelector('span').textContent])";
        let found: Vec<(String, String)> = serde_json::from_value(self.run(links).await?)?;
        if found.is_empty() { failed("the navigation is empty") } else { Ok(found) }
    }

    pub async fn reload(&self) -> Outcome {
        Ok(self.browser.client.refresh().await?)
    }

    /// Returns the current window.
    pub async fn window(&self) -> Found<WindowHandle> {
        Ok(self.browser.client.window().await?)
    }

    /// Opens another tab of this browser and goes to it.
    pub async fn open_tab(&self) -> Outcome {
        let tab = self.browser.client.new_window(true).await?.handle;
        self.switch_to(&tab).await
    }

    /// Crashes the current tab. Another one has to be selected afterwards.
    pub async fn crash(&self) -> Outcome {
        let crash = tokio::time::timeout(CRASH, self.ask("Page.crash", json!({}))).await;
        // There is nobody to answer.
        if let Ok(Ok(answer)) = crash { failed(format!("the tab is still there: {answer}")) } else { Ok(()) }
    }

    /// Closes the current window. Another one has to be selected afterwards.
    pub async fn close_window(&self) -> Outcome {
        Ok(self.browser.client.close_window().await?)
    }

    pub async fn switch_to(&self, window: &WindowHandle) -> Outcome {
        Ok(self.browser.client.switch_to_window(window.clone()).await?)
    }

    /// Switches to the window that was opened from this one.
    pub async fn switch_to_other_window(&self, this: &WindowHandle) -> Outcome {
        let windows = self.browser.client.windows().await?;
        match windows.into_iter().find(|window| window != this) {
            Some(other) => self.switch_to(&other).await,
            None => failed("no other window was opened"),
        }
    }

    /// Closes the browser. If a test fails before, dropping the driver does.
    /// Kills the browser with this profile, as the system does when memory runs out. Returns the site.
    pub async fn kill(self, profile: &Path) -> Found<Site> {
        let lock = std::fs::read_link(profile.join("SingletonLock"))?;
        let process = lock.to_string_lossy().rsplit('-').next().unwrap_or_default().to_owned();
        let killed = tokio::process::Command::new("kill").args(["-9", &process]).status().await?;
        if !killed.success() {
            return failed(format!("the browser's process {process} cannot be killed"));
        }
        let _ = std::fs::remove_file(profile.join("SingletonLock"));
        Ok(self.site)
    }

    pub async fn close(self) -> Outcome {
        Ok(self.browser.client.clone().close().await?)
    }

    pub async fn run(&self, script: &str) -> Found<Value> {
        Ok(self.browser.client.execute(script, vec![]).await?)
    }

    /// Waits until `condition` holds. Otherwise fails with `what` and the page's text.
    pub async fn until<F>(&self, what: &str, mut condition: impl FnMut() -> F) -> Outcome
    where
        F: Future<Output = Found<bool>>,
    {
        let start = Instant::now();
        loop {
            // Errors are retried: an element may be replaced while it is being read.
            if condition().await.unwrap_or(false) {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let shown = self.run("return document.body.innerText").await.unwrap_or_default();
                let shown = shown.as_str().unwrap_or("");
                let end = shown.char_indices().rev().nth(SHOWN_CHARS).map_or(0, |(at, _)| at);
                return failed(format!("waited {PATIENCE:?} for: {what}\nthe page showed:\n{}", &shown[end..]));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until a JavaScript expression is true.
    pub async fn until_js(&self, what: &str, expression: &str) -> Outcome {
        let script = format!("return Boolean({expression})");
        self.until(what, || async { Ok(self.run(&script).await? == json!(true)) }).await
    }

    pub async fn until_phase(&self, phase: &str) -> Outcome {
        let expression = format!("document.querySelector('[data-testid=connection]')?.dataset.phase === '{phase}'");
        self.until_js(&format!("the phase {phase}"), &expression).await
    }

    /// Waits until the page shows `text`.
    pub async fn until_shown(&self, text: &str) -> Outcome {
        let expression = format!("document.body.innerText.includes({})", json!(text));
        self.until_js(&format!("“{text}” on the page"), &expression).await
    }

    /// Waits until at least `turns` replies are complete.
    pub async fn until_answered(&self, turns: usize) -> Outcome {
        let expression = format!(
            "document.querySelectorAll('[data-testid=turn][data-role=assistant][data-open=false]').length >= {turns}"
        );
        self.until_js(&format!("{turns} complete answers"), &expression).await
    }

    pub async fn element(&self, testid: &str) -> Found<Element> {
        let css = format!("[data-testid={testid}]");
        Ok(self.browser.client.wait().at_most(PATIENCE).for_element(Locator::Css(&css)).await?)
    }

    pub async fn count(&self, css: &str) -> Found<u64> {
        let script = format!("return document.querySelectorAll({}).length", json!(css));
        Ok(self.run(&script).await?.as_u64().unwrap_or_default())
    }

    /// Returns the texts of all matching elements.
    pub async fn texts(&self, css: &str) -> Found<Vec<String>> {
        let script = format!("return [...document.querySelectorAll({})].map(element => element.innerText)", json!(css));
        Ok(serde_json::from_value(self.run(&script).await?)?)
    }

    /// Returns an attribute of all matching elements.
    pub async fn attributes(&self, css: &str, name: &str) -> Found<Vec<String>> {
        let script = format!(
            "return [...document.querySelectorAll({})].map(element => element.getAttribute('{name}'))",
            json!(css)
        );
        Ok(serde_json::from_value(self.run(&script).await?)?)
    }

    pub async fn click(&self, testid: &str) -> Outcome {
        Ok(self.element(testid).await?.click().await?)
    }

    /// Runs the first command that the palette finds for these words.
    pub async fn command(&self, words: &str) -> Outcome {
        self.run("dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))").await?;
        let field = "document.querySelector('dialog.palette[open] input')";
        self.until_js("the palette", field).await?;
        let steps = format!(
            "const field = {field}; field.value = {}; field.dispatchEvent(new Event('input', {{bubbles: true}}))",
            json!(words)
        );
        self.run(&steps).await?;
        self.until_js("the command", "document.querySelector('.palette [role=option]')").await?;
        self.run(&format!("{field}.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true}}))"))
            .await?;
        Ok(())
    }

    /// Sets media features, as the user's system would.
    pub async fn emulate_media(&self, features: &[(&str, &str)]) -> Outcome {
        let features: Vec<Value> =
            features.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        self.ask("Emulation.setEmulatedMedia", json!({ "features": features })).await.map(drop)
    }

    /// Roles and names in the accessibility tree.
    pub async fn accessible_names(&self) -> Found<Vec<(String, String)>> {
        self.ask("Accessibility.enable", json!({})).await?;
        let tree = self.ask("Accessibility.getFullAXTree", json!({})).await?;
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        Ok(nodes
            .iter()
            .filter(|node| node["ignored"] != json!(true))
            .map(|node| (text(&node["role"]), text(&node["name"])))
            .collect())
    }

    /// Opens a part of the debugger by its button, which may be in the menu.
    pub async fn open_tool(&self, side: &str) -> Outcome {
        let button = format!("debugger-open-{side}");
        if self.element(&button).await?.is_displayed().await? {
            return self.click(&button).await;
        }
        self.run("document.querySelector('[data-testid=debugger-tools] summary').click()").await?;
        if self.element(&button).await?.is_displayed().await? {
            return self.click(&button).await;
        }
        let name = side.replace('-', " ");
        let find = format!(
            "[...document.querySelectorAll('.debugger-more button')].find(button => button.innerText.toLowerCase().startsWith('{name}')).click()"
        );
        self.run(&find).await?;
        Ok(())
    }

    pub async fn click_text(&self, text: &str) -> Outcome {
        let xpath = format!("//*[self::button or self::a][normalize-space()='{text}']");
        let button = self.browser.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await?;
        Ok(button.click().await?)
    }

    pub async fn type_text(&self, text: &str) -> Outcome {
        Ok(self.element("composer").await?.send_keys(text).await?)
    }

    pub async fn press_enter(&self) -> Outcome {
        self.type_text(&char::from(Key::Enter).to_string()).await
    }

    pub async fn say(&self, text: &str) -> Outcome {
        self.type_text(text).await?;
        self.press_enter().await
    }

    /// Reads a number that may be out of sight.
    pub async fn count_of(&self, testid: &str) -> Found<u64> {
        let read = format!("return Number(document.querySelector('[data-testid={testid}]').textContent)");
        self.run(&read).await?.as_u64().ok_or_else(|| "no number".into())
    }

    /// Presses the mouse button on an element and keeps it pressed.
    pub async fn hold(&self, testid: &str) -> Outcome {
        let element = self.element(testid).await?;
        let actions = MouseActions::new("mouse".into())
            .then(PointerAction::MoveToElement { element, duration: None, x: 0., y: 0. })
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        Ok(self.browser.client.perform_actions(actions).await?)
    }

    pub async fn let_go(&self) -> Outcome {
        let actions = MouseActions::new("mouse".into()).then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        Ok(self.browser.client.perform_actions(actions).await?)
    }

    /// Sets the page's width in pixels, which may be less than a window's minimum.
    pub async fn be_wide(&self, pixels: u32) -> Outcome {
        self.be_sized(pixels, 600).await
    }

    pub async fn be_sized(&self, width: u32, height: u32) -> Outcome {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.ask("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
    }

    pub async fn resize(&self, width: u32, height: u32) -> Outcome {
        Ok(self.browser.client.set_window_size(width, height).await?)
    }
}
