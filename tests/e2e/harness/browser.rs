//! A headless Chromium with its driver. Dropping the value ends both.

use std::process::Stdio;

use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Number of attempts to find a free port.
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

/// Starts a chromedriver and returns its port.
///
/// It picks any port that is free on IPv4, and exits if the same port is taken on IPv6. Then it is started again.
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
