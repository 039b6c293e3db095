//! Chrome `DevTools` Protocol, for what `WebDriver` does not offer.

use fantoccini::Client;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use url::{ParseError, Url};

#[derive(Debug)]
struct Command {
    method: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.method, "params": self.parameters }).to_string()))
    }
}

/// Runs a `DevTools` command.
pub async fn ask(
    client: &Client,
    method: &'static str,
    parameters: Value,
) -> Result<Value, Box<dyn std::error::Error>> {
    Ok(client.issue_cmd(Command { method, parameters }).await?)
}
