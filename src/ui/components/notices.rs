//! The stack of notices. New ones are announced to screen readers.

use icondata_lu::LuX;
use leptos::prelude::*;

use super::{Each, Icon};
use crate::state::{Notice, use_websocket};
use crate::ui::format;

#[component]
pub fn NoticeList() -> impl IntoView {
    let notices = use_websocket().notices;
    view! {
        <div class="notices" role="region" aria-label="Notices" aria-live="polite">
            <Each each=move || notices.shown.get() key=|notice| notice.id let:notice>
                <NoticeView notice />
            </Each>
        </div>
    }
}

#[component]
fn NoticeView(notice: Notice) -> impl IntoView {
    let notices = use_websocket().notices;
    let Notice { id, level, text, details, count, .. } = notice;
    view! {
        <div class="notice" data-testid="notice" data-level=level.name()>
            <div class="notice-body">
                <p>
                    {text}
                    {(count > 1)
                        .then(|| view! { <span class="notice-count">{format!(" ({})", format::times(count))}</span> })}
                </p>
                {details
                    .map(|details| {
                        view! {
                            <details>
                                <summary>"Details"</summary>
                                <pre>{details}</pre>
                            </details>
                        }
                    })}
            </div>
            <button class="icon-button" aria-label="Dismiss" on:click=move |_| notices.dismiss(id)>
                <Icon icon=LuX />
            </button>
        </div>
    }
}
