//! One WebSocket. Dropping it removes its listeners: a replaced socket cannot be heard again.

use std::future::poll_fn;
use std::pin::pin;

use futures_util::future::{AbortHandle, Abortable};
use futures_util::{Sink, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
use wasm_bindgen_futures::spawn_local;

use super::Driver;
use crate::link::{CloseInfo, ConnId, Input};

pub(super) struct Socket {
    conn: ConnId,
    raw: web_sys::WebSocket,
    reader: AbortHandle,
}

/// What a socket that broke without a word says.
const ABNORMAL: u16 = 1006;

impl Socket {
    /// Opens a socket; where the browser refuses to, the link is told at once and there is none.
    pub(super) fn open(driver: &Driver, conn: ConnId, url: &str) -> Option<Self> {
        let refused = |reason: String| {
            driver.0.inputs.borrow_mut().push_back(Input::Closed(conn, CloseInfo { code: ABNORMAL, reason }));
        };
        let raw = match web_sys::WebSocket::new(url) {
            Ok(raw) => raw,
            Err(error) => {
                refused(js_sys::Error::from(error).message().into());
                return None;
            }
        };
        let socket = match WebSocket::try_from(raw.clone()) {
            Ok(socket) => socket,
            Err(error) => {
                refused(error.to_string());
                return None;
            }
        };
        let (reader, registration) = AbortHandle::new_pair();
        let driver = driver.clone();
        spawn_local(async move {
            // Aborted means closed by us: nobody is to be told.
            let _ = Abortable::new(read(driver, conn, socket), registration).await;
        });
        Some(Self { conn, raw, reader })
    }

    pub(super) const fn conn(&self) -> ConnId {
        self.conn
    }

    /// Writes a frame and returns how many bytes the browser has yet to send.
    pub(super) fn send(&self, text: &str) -> u32 {
        let _ = self.raw.send_with_str(text);
        self.raw.buffered_amount()
    }

    pub(super) fn close(self, code: u16) {
        let _ = self.raw.close_with_code(code);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

async fn read(driver: Driver, conn: ConnId, socket: WebSocket) {
    let mut socket = pin!(socket);
    // gloo-net has no open event: ready to write means open, or failed.
    let _ = poll_fn(|cx| Sink::<Message>::poll_ready(socket.as_mut(), cx)).await;
    if matches!(socket.state(), State::Open) {
        driver.dispatch(Input::Opened(conn));
    }
    let mut info = CloseInfo { code: ABNORMAL, reason: String::new() };
    while let Some(message) = socket.next().await {
        match message {
            Ok(Message::Text(text)) => {
                driver.receive(conn, text.into());
                driver.pump();
            }
            Ok(Message::Bytes(bytes)) => driver.dispatch(Input::Binary(conn, bytes.len())),
            Err(WebSocketError::ConnectionClose(close)) => {
                info = CloseInfo { code: close.code, reason: close.reason };
            }
            // An error is followed by the close, which says more.
            Err(_) => {}
        }
    }
    driver.dispatch(Input::Closed(conn, info));
}
