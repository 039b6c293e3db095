//! The Python test server and its control interface.

use gloo_net::http::Request;
use serde_json::{Value, json};

/// Address at which `make test-web` starts the server.
const WS: &str = "ws://127.0.0.1:18765";
const CONTROL: &str = "http://127.0.0.1:18766";
const NO_SERVER: &str = "run the browser tests by `make test-web`, which starts the server they talk to";

/// Resets the server, so that tests are independent. Returns the query that connects to it.
pub async fn fresh() -> String {
    make("/reset", json!({})).await;
    format!("?ws={WS}")
}

/// Sends a request to the control interface.
pub async fn make(endpoint: &str, body: Value) {
    let answer = Request::post(&url(endpoint)).body(body.to_string()).unwrap().send().await.expect(NO_SERVER);
    assert!(answer.ok(), "{endpoint}: {}", answer.text().await.unwrap());
}

/// Returns the server's report since the last reset.
pub async fn report() -> Value {
    let answer = Request::get(&url("/report")).send().await.expect(NO_SERVER);
    serde_json::from_str(&answer.text().await.unwrap()).unwrap()
}

fn url(endpoint: &str) -> String {
    format!("{CONTROL}{endpoint}")
}
