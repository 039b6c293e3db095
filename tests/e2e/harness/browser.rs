//! A headless Chromium with its driver. Dropping the value ends both.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Number of attempts to find a free port.
const DRIVER_TRIES: usize = 5;
/// Maximum time for a browser to end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

pub struct Browser {
    pub client: Client,
    /// The driver's address and the path of its session.
    session: (String, String),
    _driver: Child,
}

/// A test that fails does not close its browser, which would outlive a driver that is killed.
impl Drop for Browser {
    fn drop(&mut self) {
        let (address, path) = &self.session;
        let Ok(mut stream) = TcpStream::connect(address) else { return };
        let _ = stream.set_read_timeout(Some(CLOSE_TIMEOUT));
        let request = format!("DELETE {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        if stream.write_all(request.as_bytes()).is_ok() {
            // The answer comes once the browser has ended.
            let _ = stream.read(&mut [0; 64]);
        }
    }
}

impl Browser {
    /// Starts a browser with a new profile, or with the one in `profile`.
    pub async fn start(profile: Option<&Path>) -> Result<Self, Box<dyn std::error::Error>> {
        let (driver, port) = start_driver().await?;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/webdriver.json");
        let mut capabilities: serde_json::Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(file)?)?;
        capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        if let Some(profile) = profile
            && let Some(arguments) = capabilities["goog:chromeOptions"]["args"].as_array_mut()
        {
            arguments.push(format!("--user-data-dir={}", profile.display()).into());
        }
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await?;
        let id = client.session_id().await?.ok_or("the driver has no session")?;
        Ok(Self { client, session: (format!("127.0.0.1:{port}"), format!("/session/{id}")), _driver: driver })
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
