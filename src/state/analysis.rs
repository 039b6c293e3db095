//! The analysis of the record. Its code lies in a part of its own, which is fetched when somebody looks, or else once the
//! page has long been up: it reads the record from its beginning, so it loses nothing by coming late.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::notices::Notices;
use super::writer::Writer;
use crate::analysis::Analyst;
use crate::history::{Level, Recorder};
use crate::lazy::part;
use crate::protocol::Now;

/// When it is fetched though nobody looks: long before the record's oldest rows have to go.
const BY_ITSELF: Duration = Duration::from_secs(60);

/// What the writer calls.
#[derive(Clone, Copy)]
pub(super) struct Analysis {
    pub(super) catch_up: fn(&mut Analyst, &Recorder),
    pub(super) tick: fn(&mut Analyst, Now),
}

part! {
    in analysis: fn analysis() -> Analysis { Analysis { catch_up: Analyst::catch_up, tick: Analyst::tick } }
}

/// Has the record analysed.
#[derive(Clone, Copy)]
pub(super) struct Starter {
    writer: StoredValue<Rc<RefCell<Writer>>, LocalStorage>,
    notices: Notices,
    has_begun: StoredValue<bool>,
}

impl Starter {
    /// Begins by itself after a while.
    pub(super) fn new(writer: Rc<RefCell<Writer>>, notices: Notices) -> Self {
        let starter = Self { writer: StoredValue::new_local(writer), notices, has_begun: StoredValue::new(false) };
        set_timeout(move || starter.start(), BY_ITSELF);
        starter
    }

    /// Begins now, unless it has begun.
    pub(super) fn start(self) {
        if self.has_begun.get_value() {
            return;
        }
        self.has_begun.set_value(true);
        spawn_local(async move {
            match analysis().await {
                Ok(analysis) => self.writer.with_value(|writer| writer.borrow_mut().begin_analysis(analysis)),
                Err(missing) => {
                    self.has_begun.set_value(false);
                    self.notices.show(Level::Warn, "analysis", format!("Nothing is analysed: {missing}."));
                }
            }
        });
    }
}
