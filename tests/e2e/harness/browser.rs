//! One headless Chromium with its driver; both end with the value.

use std::process::Stdio;

use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// So often a port is asked for that is free.
const DRIVER_TRIES: usize = 5;

pub struct Browser {
    pub client: Client,
    _driver: Child,
}

impl Browser {
    pub async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        let (driver, port) = start_driver().await?;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/webdriver.json");
        let mut capabilities: serde_json::Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        Ok(Self { client, _driver: driver })
    }
}

/// Starts a chromedriver; says on which port it listens.
///
/// It takes any port that is free for IPv4, and ends where the same one is not free for IPv6: then it is asked again.
async fn start_driver() -> Result<(Child, String), Box<dyn std::error::Error>> {
    let mut words = String::new();
    for _ in 0..DRIVER_TRIES {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("chromedriver does not start ({error}): run `make setup-test`"))?;
        let Some(stdout) = driver.stdout.take() else { return super::failed("chromedriver has no output") };
        let mut lines = BufReader::new(stdout).lines();
        words.clear();
        while let Some(line) = lines.next_line().await? {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return Ok((driver, port.trim_end_matches('.').to_owned()));
            }
            words.push_str(&line);
            words.push('\n');
        }
        if !words.contains("port not available") {
            break;
        }
    }
    super::failed(format!("chromedriver ended before it named its port:\n{words}"))
}
