//! State of the filter: its text, its parsed query, and the address.

use std::time::Duration;

use leptos::prelude::*;

use crate::history::{ParseError, Query, QueryDraft};
use crate::link::MessageId;
use crate::ui::address::{Address, page_href};

/// Query parameter.
const PARAMETER: &str = "filter";
/// Debounce, because browsers throttle pages that change their address with every key.
const ADDRESS_AFTER: Duration = Duration::from_millis(300);

/// Address of the debugger, filtered to one message.
pub fn message_href(id: MessageId) -> impl Fn() -> String + Send + Sync {
    page_href(&format!("/debugger?{PARAMETER}=id:{id}"))
}

/// Text in the field, valid while the address is still the one it was typed over.
#[derive(Clone, PartialEq)]
struct Typed {
    over: String,
    text: String,
}

#[derive(Clone, Copy)]
pub struct FilterState {
    /// Text as typed.
    pub text: Memo<String>,
    /// Parse error. An unfinished last term is not an error while it is being typed.
    pub error: Memo<Option<ParseError>>,
    /// Query in force: without an unfinished term, and the last valid one where the text is wrong.
    pub query: Memo<Query>,
    address: Memo<String>,
    typed: RwSignal<Option<Typed>>,
    is_being_typed: RwSignal<bool>,
    asked: RwSignal<Option<String>>,
    timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
    page: Address,
}

impl FilterState {
    /// Reads the filter from the address. Must be called inside the router.
    pub fn new() -> Self {
        let page = Address::of_page();
        let address = Memo::new(move |_| page.first(PARAMETER));
        let typed = RwSignal::new(None::<Typed>);
        let is_being_typed = RwSignal::new(false);
        let asked = RwSignal::new(None::<String>);
        let text = Memo::new(move |_| {
            let address = address.get();
            let is_asked = asked.with(|asked| asked.as_ref() == Some(&address));
            match typed.get() {
                Some(typed) if is_asked || typed.over == address => typed.text,
                _ => address,
            }
        });
        let draft = Memo::new(move |_| text.with(|text| QueryDraft::read(text)));
        let query = Memo::new(move |last: Option<&Query>| {
            draft.with(|draft| draft.query().or(last).cloned().unwrap_or_default())
        });
        let timer = StoredValue::new_local(None::<TimeoutHandle>);
        on_cleanup(move || {
            if let Some(timer) = timer.try_get_value().flatten() {
                timer.clear();
            }
        });
        Self {
            text,
            error: Memo::new(move |_| draft.with(|draft| draft.error(is_being_typed.get()))),
            query,
            address,
            typed,
            is_being_typed,
            asked,
            timer,
            page,
        }
    }

    /// Sets the text while it is being typed, so that its last term may be unfinished.
    pub fn type_in(&self, text: &str) {
        self.set(text);
        self.is_being_typed.set(true);
    }

    /// Accepts the text as it is: an unfinished term becomes an error.
    pub fn finish(&self) {
        self.is_being_typed.set(false);
    }

    /// Sets the text. The address follows, debounced.
    pub fn set(&self, text: &str) {
        let this = *self;
        self.finish();
        self.typed.set(Some(Typed { over: self.address.get_untracked(), text: text.to_owned() }));
        if let Some(timer) = self.timer.get_value() {
            timer.clear();
        }
        let ask = move || {
            let text = this.text.get_untracked();
            this.asked.set(Some(text.clone()));
            this.page.set(PARAMETER, &text);
        };
        self.timer.set_value(set_timeout_with_handle(ask, ADDRESS_AFTER).ok());
    }

    /// The wire type, if the query selects exactly one.
    pub fn only_type(&self) -> Option<String> {
        self.query.with(|query| query.only_type().map(str::to_owned))
    }

    /// Restricts the filter to this wire type, or lifts that restriction.
    pub fn toggle_type(&self, kind: &str) {
        let text = self.query.with_untracked(|query| query.toggle_type(kind).to_string());
        self.set(&text);
    }
}
