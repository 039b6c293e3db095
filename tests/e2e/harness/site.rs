//! Serves a page from its folder, every unknown path with the page itself, as Trunk does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct Site {
    pub url: String,
    served: Arc<Mutex<BTreeSet<PathBuf>>>,
    serving: JoinHandle<()>,
}

impl Site {
    /// The built dashboard.
    pub async fn start() -> Result<Self, Box<dyn std::error::Error>> {
        Self::of("dist").await
    }

    /// The page in a folder of the checkout.
    pub async fn of(folder: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if !dist.join("index.html").exists() {
            return super::failed(format!("there is no {folder}/index.html: run `make build` first"));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let served = Arc::new(Mutex::new(BTreeSet::new()));
        let seen = served.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (dist, seen) = (dist.clone(), seen.clone());
                tokio::spawn(async move {
                    // A browser that hangs up is no fault of the page's.
                    let _ = answer(stream, dist, &seen).await;
                });
            }
        });
        Ok(Self { url, served, serving })
    }

    /// The files that were asked for so far.
    pub fn served(&self) -> Vec<PathBuf> {
        self.served.lock().map(|served| served.iter().cloned().collect()).unwrap_or_default()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, dist: PathBuf, seen: &Mutex<BTreeSet<PathBuf>>) -> std::io::Result<()> {
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
    let name = path.split('?').next().unwrap_or("/").trim_start_matches('/');
    let is_plain = !name.contains("..") && !name.is_empty();
    let file =
        Some(dist.join(name)).filter(|file| is_plain && file.is_file()).unwrap_or_else(|| dist.join("index.html"));
    let body = tokio::fs::read(&file).await?;
    if let Ok(mut seen) = seen.lock() {
        seen.insert(file.clone());
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
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    stream.shutdown().await
}
