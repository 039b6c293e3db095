//! What the page says and what can be done: docs/TROUBLESHOOTING.md, as it comes with this version.

use leptos::html::Article;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::ui::components::Markdown;
use crate::ui::renders;

const FILE: &str = "/TROUBLESHOOTING.md";

async fn fetched() -> Option<String> {
    let answer = JsFuture::from(window().fetch_with_str(FILE)).await.ok()?;
    let answer: web_sys::Response = answer.dyn_into().ok()?;
    let text = JsFuture::from(answer.text().ok()?).await.ok()?.as_string()?;
    // A server that answers every address with the page itself has no such file.
    (answer.ok() && text.starts_with('#')).then_some(text)
}

/// A heading's name in an address, as docs on the web make it.
fn slug(heading: &str) -> String {
    let letters = heading.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == ' ');
    letters.map(|letter| if letter == ' ' { '-' } else { letter.to_ascii_lowercase() }).collect()
}

/// Names the headings, and goes to the one that the address asks for.
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

/// The page.
#[component]
pub fn HelpPage() -> impl IntoView {
    renders::count("HelpPage");
    let text = RwSignal::new(None::<Result<String, ()>>);
    let article = NodeRef::<Article>::new();
    let hash = use_location().hash;
    spawn_local(async move {
        let found = fetched().await.ok_or(());
        // The page may have been left meanwhile.
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
                {move || match text.get() {
                    None => view! { <p>"Loading…"</p> }.into_any(),
                    Some(Ok(text)) => view! { <Markdown text /> }.into_any(),
                    Some(Err(())) => {
                        view! {
                            <h1>"Troubleshooting"</h1>
                            <p>"The text could not be loaded: the server of this page does not answer, or has no such file. It is docs/TROUBLESHOOTING.md in the repository."</p>
                        }
                            .into_any()
                    }
                }}
            </article>
        </section>
    }
}
