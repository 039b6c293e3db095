//! The filter as it is written, read and kept in the address.

use std::time::Duration;

use leptos::prelude::*;

use crate::history::{ParseError, Query, QueryDraft};
use crate::link::MessageId;
use crate::ui::address::{Address, page_href};

/// The name in the address.
const PARAMETER: &str = "filter";
/// Browsers slow pages down that change their address with every key.
const ADDRESS_AFTER: Duration = Duration::from_millis(300);

/// The address of the debugger with everything about this message.
pub fn message_href(id: MessageId) -> impl Fn() -> String + Send + Sync {
    page_href(&format!("/debugger?{PARAMETER}=id:{id}"))
}

/// What stands in the field, as long as the address is the one that it was typed over.
#[derive(Clone, PartialEq)]
struct Typed {
    over: String,
    text: String,
}

/// The filter.
#[derive(Clone, Copy)]
pub struct FilterState {
    /// As it is written.
    pub text: Memo<String>,
    /// What is wrong with it. A term that is still being typed is not.
    pub error: Memo<Option<ParseError>>,
    /// The filter in force: the part before an unfinished term, and the last right one where the text is wrong.
    pub query: Memo<Query>,
    address: Memo<String>,
    typed: RwSignal<Option<Typed>>,
    is_being_typed: RwSignal<bool>,
    asked: RwSignal<Option<String>>,
    timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
    page: Address,
}

impl FilterState {
    /// The filter of the address. To be made inside the router.
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

    /// Puts another text in force, the last term of which may go on.
    pub fn type_in(&self, text: &str) {
        self.set(text);
        self.is_being_typed.set(true);
    }

    /// Takes the text as it is: an unfinished term is an error now.
    pub fn finish(&self) {
        self.is_being_typed.set(false);
    }

    /// Puts another text in force; the address follows soon.
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

    /// The one wire type that the filter asks for.
    pub fn only_type(&self) -> Option<String> {
        self.query.with(|query| query.only_type().map(str::to_owned))
    }

    /// Asks for this wire type only, or no more.
    pub fn toggle_type(&self, kind: &str) {
        let text = self.query.with_untracked(|query| query.toggle_type(kind).to_string());
        self.set(&text);
    }
}
