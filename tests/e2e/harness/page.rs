//! The dashboard as a person sees and uses it.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use super::browser::Browser;
use super::{Outcome, PATIENCE, Site, cdp, failed};

/// How much of the page a failure shows, from its end.
const SHOWN_CHARS: usize = 3_000;

type Found<T> = Result<T, Box<dyn std::error::Error>>;

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(30);

pub struct Page {
    browser: Browser,
    site: Site,
}

impl Page {
    /// A fresh browser with the page opened at `query`, as in `/?ws=…`.
    pub async fn open(query: &str) -> Found<Self> {
        let page = Self::blank(Site::start().await?).await?;
        page.go(query).await?;
        Ok(page)
    }

    /// A fresh browser that has not opened the site yet.
    pub async fn blank(site: Site) -> Found<Self> {
        let page = Self { browser: Browser::start().await?, site };
        page.browser.client.set_window_size(1400, 900).await?;
        Ok(page)
    }

    /// Runs a command of the protocol of Chrome's developer tools.
    pub async fn ask(&self, method: &'static str, parameters: Value) -> Found<Value> {
        cdp::ask(&self.browser.client, method, parameters).await
    }

    /// Keeps the memory of the program in reach, from the next document on.
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

    /// How large the memory of the program is that was watched; 0 for a page without one.
    pub async fn wasm_bytes(&self) -> Result<f64, Box<dyn std::error::Error>> {
        Ok(self.run("return window.__memory?.buffer.byteLength ?? 0").await?.as_f64().unwrap_or_default())
    }

    /// Runs this script in every document before the document's own.
    pub async fn before_each_document(&self, script: &str) -> Outcome {
        self.ask("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(drop)
    }

    /// The files of the site that were asked for so far.
    pub fn downloaded(&self) -> Vec<PathBuf> {
        self.site.served()
    }

    /// The paths outside the site's own that were asked for so far.
    pub fn refused(&self) -> Vec<String> {
        self.site.refused()
    }

    /// Opens another address of the same page.
    pub async fn go(&self, query: &str) -> Outcome {
        Ok(self.browser.client.goto(&format!("{}{query}", self.site.url)).await?)
    }

    /// Goes to a page by its link in the navigation.
    pub async fn follow(&self, path: &str) -> Outcome {
        let link = format!("[...document.querySelectorAll('.nav a')].find(link => link.pathname === '{path}')");
        self.run(&format!("{link}.click()")).await?;
        self.until_js("the page", &format!("location.pathname === '{path}' && document.querySelector('h1')")).await
    }

    pub async fn reload(&self) -> Outcome {
        Ok(self.browser.client.refresh().await?)
    }

    /// The window that is used at the moment.
    pub async fn window(&self) -> Found<WindowHandle> {
        Ok(self.browser.client.window().await?)
    }

    /// Closes the window that is used at the moment; another one has to be chosen then.
    pub async fn close_window(&self) -> Outcome {
        Ok(self.browser.client.close_window().await?)
    }

    /// Goes on in this window.
    pub async fn switch_to(&self, window: &WindowHandle) -> Outcome {
        Ok(self.browser.client.switch_to_window(window.clone()).await?)
    }

    /// Goes on in the window that was opened from this one.
    pub async fn switch_to_other_window(&self, this: &WindowHandle) -> Outcome {
        let windows = self.browser.client.windows().await?;
        match windows.into_iter().find(|window| window != this) {
            Some(other) => self.switch_to(&other).await,
            None => failed("no other window was opened"),
        }
    }

    /// Ends the browser; a test that fails before leaves that to the driver's end.
    pub async fn close(self) -> Outcome {
        Ok(self.browser.client.close().await?)
    }

    pub async fn run(&self, script: &str) -> Found<Value> {
        Ok(self.browser.client.execute(script, vec![]).await?)
    }

    /// Waits until `condition` holds; fails with `what` and what the page showed.
    pub async fn until<F>(&self, what: &str, mut condition: impl FnMut() -> F) -> Outcome
    where
        F: Future<Output = Found<bool>>,
    {
        let start = Instant::now();
        loop {
            // An element may be replaced between two looks at it.
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

    /// Waits for a script's expression to hold.
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

    /// Waits for the answer to the last thing said to be complete.
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

    /// The texts of all elements that match.
    pub async fn texts(&self, css: &str) -> Found<Vec<String>> {
        let script = format!("return [...document.querySelectorAll({})].map(element => element.innerText)", json!(css));
        Ok(serde_json::from_value(self.run(&script).await?)?)
    }

    /// An attribute of all elements that match.
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

    /// Presses the mouse on an element and keeps it pressed.
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

    /// Gives the page so many pixels, also fewer than a window can have.
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
