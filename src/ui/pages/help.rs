//! Troubleshooting page: `docs/TROUBLESHOOTING.md` of this version.

use leptos::html::Article;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::analysis::slug;
use crate::ui::address::base_path;
use crate::ui::components::Markdown;

async fn fetched() -> Option<String> {
    let file = format!("{}/TROUBLESHOOTING.md", base_path());
    let answer = JsFuture::from(window().fetch_with_str(&file)).await.ok()?;
    let answer: web_sys::Response = answer.dyn_into().ok()?;
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    // Rejects servers that answer every address with the page itself. The title is dropped, because the page has its
    // own.
    let (title, rest) = text.split_once('\n')?;
    (answer.ok() && title.starts_with("# ")).then(|| rest.to_owned())
}

/// Sets the ids of the headings, and scrolls to the one in the address.
fn go_to_heading(article: &web_sys::Element, wanted: &str) {
    let Ok(headings) = article.query_selector_all("h2, h3") else { return };
    for at in 0..headings.length() {
        let heading = headings.get(at).and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok());
        let Some(heading) = heading else { continue };
        let name = slug(&heading.text_content().unwrap_or_default());
        if name == wanted {
            heading.set_tab_index(-1);
            heading.scroll_into_view();
            let _ = heading.focus();
        }
        heading.set_id(&name);
    }
}

/// Renders each section on its own, because Markdown in messages has a single heading level.
fn sections(text: &str) -> impl IntoView + use<> {
    let mut parts = text.split("\n## ");
    let before = parts.next().unwrap_or_default().to_owned();
    let parts = parts.map(|part| {
        let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
        view! {
            <h2>{title.to_owned()}</h2>
            <Markdown text=rest.to_owned() />
        }
    });
    view! {
        <Markdown text=before />
        {parts.collect_view()}
    }
}

#[component]
pub fn HelpPage() -> impl IntoView {
    let text = RwSignal::new(None::<Result<String, ()>>);
    let article = NodeRef::<Article>::new();
    let hash = use_location().hash;
    spawn_local(async move {
        let found = fetched().await.ok_or(());
        // The component may be disposed by then.
        let _ = text.try_set(Some(found));
    });
    Effect::new(move |_| {
        let wanted = hash.get().trim_start_matches('#').to_owned();
        let is_there = text.with(|text| matches!(text, Some(Ok(_))));
        if let Some(article) = article.get().filter(|_| is_there) {
            request_animation_frame(move || go_to_heading(&article, &wanted));
        }
    });
    view! {
        <section class="page-body">
            <article node_ref=article class="help" data-testid="help">
                <h1>"Troubleshooting"</h1>
                {move || match text.get() {
                    None => view! { <p>"Loading…"</p> }.into_any(),
                    Some(Ok(text)) => sections(&text).into_any(),
                    Some(Err(())) => {
                        view! {
                            <p>"The text could not be loaded: the server of this page does not answer, or has no such file. It is docs/TROUBLESHOOTING.md in the repository."</p>
                        }
                            .into_any()
                    }
                }}
            </article>
        </section>
    }
}
