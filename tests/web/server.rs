//! The Python test server and its control interface.

use gloo_net::http::Request;
use serde_json::{Value, json};

/// Ports at which `make test-web` starts the server and its control interface.
const PORT: &str = match option_env!("WEB_TEST_PORT") {
    Some(port) => port,
    None => "18765",
};
const CONTROL_PORT: &str = match option_env!("WEB_TEST_CONTROL") {
    Some(port) => port,
    None => "18766",
};
const NO_SERVER: &str = "run the browser tests by `make test-web`, which starts the server they talk to";

/// Restarts the server, so that its replay holds nothing of other tests. Returns the query that connects to it.
pub async fn fresh() -> String {
    make("/restart", json!({})).await;
    make("/reset", json!({})).await;
    format!("?ws=ws://127.0.0.1:{PORT}")
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
    format!("http://127.0.0.1:{CONTROL_PORT}{endpoint}")
}
