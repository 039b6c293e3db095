//! The Python servers. Each ends with its value, or with this process.

use std::process::Stdio;
use std::time::Instant;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use super::{Outcome, PATIENCE, failed};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub struct Backend {
    pub ws: String,
    control: Option<String>,
    _stdin: Option<ChildStdin>,
    _process: Child,
}

impl Backend {
    /// Starts the project's own test server.
    pub async fn start(arguments: &[&str]) -> Result<Self, Box<dyn std::error::Error>> {
        let mut command = Command::new(format!("{ROOT}/.venv/bin/python"));
        command.current_dir(format!("{ROOT}/tests/backend"));
        command.args(["-m", "coda_backend", "--port", "0", "--control-port", "0", "--exit-with-stdin"]);
        command.args(arguments);
        Self::spawn(command).await
    }

    /// Starts Coda Lite's own server from a checkout, on a free port if `port` is 0.
    pub async fn start_coda_lite(checkout: &str, port: u16) -> Result<Self, Box<dyn std::error::Error>> {
        let mut command = Command::new(format!("{ROOT}/.venv/bin/python"));
        command.arg(format!("{ROOT}/tests/coda/serve.py"));
        command.args(["--coda", checkout, "--port", &port.to_string(), "--exit-with-stdin"]);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Result<Self, Box<dyn std::error::Error>> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the Python server does not start ({error}): run `make setup-test`"))?;
        let stdin = process.stdin.take();
        let Some(stdout) = process.stdout.take() else { return failed("the Python server has no output") };
        let Some(stderr) = process.stderr.take() else { return failed("the Python server has no error output") };
        let Some(line) = BufReader::new(stdout).lines().next_line().await? else {
            let mut words = String::new();
            BufReader::new(stderr).read_to_string(&mut words).await?;
            return failed(format!("the Python server ended before it named its ports:\n{words}"));
        };
        // Drained so that the server never blocks on a full pipe.
        tokio::spawn(async move { tokio::io::copy(&mut BufReader::new(stderr), &mut tokio::io::sink()).await });
        let ready: Value = serde_json::from_str(&line)?;
        let Some(ws) = ready["ws"].as_str() else { return failed(format!("no address in: {line}")) };
        let control = ready["control"].as_str().map(str::to_owned);
        Ok(Self { ws: ws.to_owned(), control, _stdin: stdin, _process: process })
    }

    pub fn port(&self) -> u16 {
        self.ws.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    /// Returns the query that connects the page to this server.
    pub fn query(&self) -> String {
        format!("/?ws={}", self.ws)
    }

    fn control(&self, endpoint: &str) -> Result<String, Box<dyn std::error::Error>> {
        match &self.control {
            Some(control) => Ok(format!("{control}{endpoint}")),
            None => failed("this server has no control interface"),
        }
    }

    /// Sends a request to the control interface.
    pub async fn make(&self, endpoint: &str, body: Value) -> Outcome {
        let url = self.control(endpoint)?;
        let answer = tokio::task::spawn_blocking(move || ureq::post(&url).send(body.to_string())).await?;
        answer.map(drop).map_err(|error| format!("{endpoint}: {error}").into())
    }

    /// Returns the server's report on everything so far.
    pub async fn report(&self) -> Result<Value, Box<dyn std::error::Error>> {
        let url = self.control("/report")?;
        let read = move || ureq::get(&url).call().and_then(|mut answer| answer.body_mut().read_to_string());
        Ok(serde_json::from_str(&tokio::task::spawn_blocking(read).await??)?)
    }

    /// Returns the total number of connections.
    pub async fn connections(&self) -> Result<u64, Box<dyn std::error::Error>> {
        Ok(self.report().await?["connections_total"].as_u64().unwrap_or_default())
    }

    /// Returns the number of connections that have authenticated so far.
    pub async fn signed_in(&self) -> Result<u64, Box<dyn std::error::Error>> {
        Ok(self.report().await?["auth_ok"].as_u64().unwrap_or_default())
    }

    /// Returns the `data` of all messages of this type that the server executed.
    pub async fn acted_on(&self, kind: &str) -> Result<Vec<Value>, Box<dyn std::error::Error>> {
        let report = self.report().await?;
        let messages = report["messages"].as_array().cloned().unwrap_or_default();
        let acted = |message: &&Value| message["type"] == kind && message["acted"] == json!(true);
        Ok(messages.iter().filter(acted).map(|message| message["data"].clone()).collect())
    }

    /// Waits until the server has executed `count` messages of this type.
    pub async fn until_acted_on(&self, kind: &str, count: usize) -> Outcome {
        let start = Instant::now();
        loop {
            let acted = self.acted_on(kind).await?;
            if acted.len() >= count {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                return failed(format!(
                    "the server acted on {} of {count} {kind}: {}",
                    acted.len(),
                    self.report().await?
                ));
            }
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
    }
}
