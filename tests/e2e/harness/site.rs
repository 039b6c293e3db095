//! Serves a page from its folder, and the page itself for every unknown path, as Trunk does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct Site {
    /// Without a trailing slash.
    pub url: String,
    seen: Arc<Mutex<Seen>>,
    serving: JoinHandle<()>,
}

/// Requests of the browsers.
#[derive(Default)]
struct Seen {
    served: BTreeSet<PathBuf>,
    /// Paths outside the site.
    refused: BTreeSet<String>,
}

impl Site {
    /// Serves the built dashboard.
    pub async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        Self::of("dist").await
    }

    /// Serves the page in a folder of the checkout.
    pub async fn of(folder: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Self::below("/", folder).await
    }

    /// Serves the page in a folder of the checkout below a path that ends with a slash. Any other path is refused.
    pub async fn below(base: &'static str, folder: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if !dist.join("index.html").exists() {
            return super::failed(format!("there is no {folder}/index.html: run `make build` first"));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}{}", listener.local_addr()?, base.trim_end_matches('/'));
        let seen = Arc::<Mutex<Seen>>::default();
        let by_server = seen.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (dist, seen) = (dist.clone(), by_server.clone());
                tokio::spawn(async move {
                    // A browser may close the connection at any time.
                    let _ = answer(stream, base, dist, &seen).await;
                });
            }
        });
        Ok(Self { url, seen, serving })
    }

    /// Returns the files requested so far.
    pub fn served(&self) -> Vec<PathBuf> {
        self.seen.lock().map(|seen| seen.served.iter().cloned().collect()).unwrap_or_default()
    }

    /// Returns the paths outside the site requested so far.
    pub fn refused(&self) -> Vec<String> {
        self.seen.lock().map(|seen| seen.refused.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, base: &str, dist: PathBuf, seen: &Mutex<Seen>) -> std::io::Result<()> {
    let mut request = vec![0; 16 * 1024];
    let mut length = 0;
    while !request[..length].windows(4).any(|end| end == b"\r\n\r\n") && length < request.len() {
        match stream.read(&mut request[length..]).await? {
            0 => return Ok(()),
            more => length += more,
        }
    }
    let request = String::from_utf8_lossy(&request[..length]);
    let path = request.split_whitespace().nth(1).unwrap_or("/");
    let Some(name) = path.split('?').next().unwrap_or("/").strip_prefix(base) else {
        if let Ok(mut seen) = seen.lock() {
            seen.refused.insert(path.to_owned());
        }
        stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await?;
        return stream.shutdown().await;
    };
    let is_plain = !name.contains("..") && !name.is_empty();
    let file =
        Some(dist.join(name)).filter(|file| is_plain && file.is_file()).unwrap_or_else(|| dist.join("index.html"));
    let body = tokio::fs::read(&file).await?;
    if let Ok(mut seen) = seen.lock() {
        seen.served.insert(file.clone());
    }
    let kind = match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}
