//! One WebSocket. Dropping it removes its listeners: a replaced socket cannot be heard again.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{BinaryType, CloseEvent, MessageEvent};

use super::Driver;
use crate::link::{CloseInfo, ConnId, Input};

pub(super) struct Socket {
    conn: ConnId,
    raw: web_sys::WebSocket,
    /// An error is not listened for: the close that follows says more.
    _listeners: [EventListener; 3],
}

impl Socket {
    /// Opens a socket; where the browser refuses to, the link is told at once and there is none. A listener may drop the socket
    /// that it is of: wasm-bindgen keeps it until it returns.
    pub(super) fn open(driver: &Driver, conn: ConnId, url: &str) -> Option<Self> {
        match web_sys::WebSocket::new(url) {
            Ok(raw) => {
                // Of a binary frame only its length is read, which a blob would tell later.
                raw.set_binary_type(BinaryType::Arraybuffer);
                Some(Self { conn, _listeners: listen(driver, conn, &raw), raw })
            }
            Err(error) => {
                let info = CloseInfo::broken(js_sys::Error::from(error).message());
                driver.0.inputs.borrow_mut().push_back(Input::Closed(conn, info));
                None
            }
        }
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
    /// Closes what nobody closed: a second close is nothing to the browser.
    fn drop(&mut self) {
        let _ = self.raw.close();
    }
}

fn listen(driver: &Driver, conn: ConnId, raw: &web_sys::WebSocket) -> [EventListener; 3] {
    let (opened, heard, closed) = (driver.clone(), driver.clone(), driver.clone());
    [
        EventListener::new(raw, "open", move |_| opened.dispatch(Input::Opened(conn))),
        EventListener::new(raw, "message", move |event| {
            let data = event.unchecked_ref::<MessageEvent>().data();
            if let Some(text) = data.as_string() {
                heard.receive(conn, text.into());
                heard.pump();
            } else {
                let length = js_sys::ArrayBuffer::from(data).byte_length();
                heard.dispatch(Input::Binary(conn, length as usize));
            }
        }),
        EventListener::new(raw, "close", move |event| {
            let event = event.unchecked_ref::<CloseEvent>();
            closed.dispatch(Input::Closed(conn, CloseInfo { code: event.code(), reason: event.reason() }));
        }),
    ]
}
