//! A text in Markdown. What reads Markdown is a part of the program of its own, fetched with the first answer; until it is
//! there, and where it cannot be had, the text stands as it was written.

use leptos::__reexports::send_wrapper::SendWrapper;
use leptos::prelude::*;

use super::Markdown;
use crate::lazy::part;
use crate::ui::renders;

part! {
    in markdown: fn read(text: String) -> AnyView { view! { <Markdown text /> }.into_any() }
}

/// A text in Markdown.
#[component]
pub fn RichText(text: String) -> impl IntoView {
    renders::count("RichText");
    let is_read = RwSignal::new(false);
    let reading = SendWrapper::new(read(text.clone()));
    let rich = Suspend::new(async move {
        let read = reading.await.ok();
        is_read.set(read.is_some());
        read
    });
    // The rich one first: where its part is there already, it is read before the plain one would be made.
    view! {
        {rich}
        <Show when=move || !is_read.get()>
            <div class="turn-body verbatim">{text.clone()}</div>
        </Show>
    }
}
