//! One WebSocket, read as a stream by its own task. Dropping it aborts the task, so a replaced
//! socket cannot deliver anything.

use futures::future::{AbortHandle, Abortable, poll_fn};
use futures::stream::{SplitSink, SplitStream};
use futures::{FutureExt, SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
use wasm_bindgen_futures::spawn_local;

use super::Driver;
use crate::browser::answers_http;
use crate::link::{CloseInfo, ConnId, Input};

pub(super) struct Socket {
    conn: ConnId,
    /// `None` until the socket is open.
    sink: Option<SplitSink<WebSocket, Message>>,
    /// The same socket, for what gloo-net does not offer: the buffered amount, and closing while
    /// the stream is being read.
    raw: web_sys::WebSocket,
    task: AbortHandle,
}

impl Socket {
    /// Opens a socket. If the browser refuses, the link is informed at once and `None` is returned.
    pub(super) fn open(driver: &Driver, conn: ConnId, url: &str) -> Option<Self> {
        match connect(url) {
            Ok((raw, socket)) => {
                let (task, registration) = AbortHandle::new_pair();
                let run = Abortable::new(run(driver.clone(), conn, socket, url.to_owned()), registration);
                spawn_local(run.map(drop));
                Some(Self { conn, sink: None, raw, task })
            }
            Err(reason) => {
                driver.enqueue(Input::Closed(conn, CloseInfo::broken(reason)));
                None
            }
        }
    }

    pub(super) const fn conn(&self) -> ConnId {
        self.conn
    }

    /// Writes a frame and returns the browser's `bufferedAmount`, the bytes not yet sent.
    pub(super) fn send(&mut self, text: &str) -> u32 {
        if let Some(sink) = &mut self.sink {
            // An open socket accepts a frame immediately. To the link, a frame that it refuses
            // is a write without an echo.
            let _ = sink.send(Message::Text(text.to_owned())).now_or_never();
        }
        self.raw.buffered_amount()
    }

    pub(super) fn close(self, code: u16) {
        let _ = self.raw.close_with_code(code);
    }
}

impl Drop for Socket {
    /// Closes the socket if nobody did. The browser ignores a second close.
    fn drop(&mut self) {
        self.task.abort();
        let _ = self.raw.close();
    }
}

fn connect(url: &str) -> Result<(web_sys::WebSocket, WebSocket), String> {
    let raw = web_sys::WebSocket::new(url).map_err(|error| String::from(js_sys::Error::from(error).message()))?;
    let socket = WebSocket::try_from(raw.clone()).map_err(|error| error.to_string())?;
    Ok((raw, socket))
}

/// Waits until the socket opens, then reads it to its end.
async fn run(driver: Driver, conn: ConnId, mut socket: WebSocket, url: String) {
    // gloo-net has no open event, but the sink becomes ready as soon as the socket opens or fails.
    let _ = poll_fn(|cx| socket.poll_ready_unpin(cx)).await;
    let is_open = matches!(socket.state(), State::Open);
    let (sink, stream) = socket.split();
    if is_open {
        if let Some(socket) = driver.0.socket.borrow_mut().as_mut().filter(|socket| socket.conn == conn) {
            socket.sink = Some(sink);
        }
        driver.dispatch(Input::Opened(conn));
    } else {
        // Apart, because the link drops this socket, and with it this task, when it learns that it is closed.
        let driver = driver.clone();
        spawn_local(async move { driver.dispatch(Input::HttpAnswered(answers_http(&url).await)) });
    }
    read(&driver, conn, stream).await;
}

async fn read(driver: &Driver, conn: ConnId, mut stream: SplitStream<WebSocket>) {
    while let Some(item) = stream.next().await {
        match item {
            Ok(Message::Text(text)) => {
                driver.receive(conn, text.into());
                driver.pump();
            }
            Ok(Message::Bytes(bytes)) => driver.dispatch(Input::Binary(conn, bytes.len())),
            Err(WebSocketError::ConnectionClose(close)) => {
                driver.dispatch(Input::Closed(conn, CloseInfo { code: close.code, reason: close.reason }));
            }
            // The close event that follows has the details.
            Err(_) => {}
        }
    }
}
