//! Troubleshooting page: `docs/TROUBLESHOOTING.md` of this version.

use leptos::html::Article;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::analysis::slug;
use crate::ui::address::base_path;
use crate::ui::components::{Markdown, SearchField, SectionNav, section_id};

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

/// Opens the symptom that the address names, and scrolls to it.
fn go_to_heading(article: &web_sys::Element, wanted: &str) {
    let Some(heading) = document().get_element_by_id(wanted).filter(|heading| article.contains(Some(heading))) else {
        return;
    };
    if let Ok(Some(symptom)) = heading.closest("details") {
        // Setting an attribute of one's own element cannot fail.
        let _ = symptom.set_attribute("open", "");
    }
    heading.scroll_into_view();
    if let Ok(Some(Ok(summary))) =
        heading.closest("summary").map(|summary| summary.map(JsCast::dyn_into::<web_sys::HtmlElement>))
    {
        let _ = summary.focus();
    }
}

/// First cells of the heads of tables.
const TABLE_HEADS: [&str; 2] = ["the page says", "what happens"];

/// A symptom, and what there is to say about it.
#[derive(Clone)]
struct Symptom {
    title: String,
    /// Markdown.
    body: String,
    id: String,
}

impl Symptom {
    /// A row of a table: what the page says, its meaning, how to check it, and what to do; or what happens, and what to do.
    fn of_row(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split(" | ").map(str::trim).collect();
        let (says, body) = match *cells.as_slice() {
            [says, ..] if says.starts_with("---") || TABLE_HEADS.contains(&says) => return None,
            [says, fix] => (says, format!("{fix}.")),
            [says, means, check, fix] => {
                let check = if check == "–" { String::new() } else { format!("\n\n**Check:** {check}.") };
                (says, format!("**What to do:** {fix}.\n\n**Cause:** {means}.{check}"))
            }
            _ => return None,
        };
        // A title is no Markdown.
        Some(Self { title: says.replace('`', ""), body: body.replace("..", "."), id: String::new() })
    }

    fn has(&self, words: &str) -> bool {
        let text = format!("{} {}", self.title, self.body).to_lowercase();
        words.split_whitespace().all(|word| text.contains(word))
    }
}

/// A section of the text.
#[derive(Clone)]
struct Topic {
    title: String,
    introduction: String,
    symptoms: Vec<Symptom>,
}

impl Topic {
    fn read(part: &str) -> Self {
        let (title, rest) = part.split_once('\n').unwrap_or((part, ""));
        let (mut introduction, mut symptoms) = (String::new(), Vec::<Symptom>::new());
        for line in rest.lines() {
            if let Some(title) = line.strip_prefix("### ") {
                symptoms.push(Symptom { title: title.to_owned(), body: String::new(), id: slug(title) });
            } else if line.starts_with('|') {
                symptoms.extend(Symptom::of_row(line));
            } else {
                let body = symptoms.last_mut().map_or(&mut introduction, |symptom| &mut symptom.body);
                body.push_str(line);
                body.push('\n');
            }
        }
        Self { title: title.to_owned(), introduction, symptoms }
    }
}

#[component]
fn Topics(text: String) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let words = Memo::new(move |_| typed.with(|typed| typed.trim().to_lowercase()));
    let topics: Vec<Topic> = text.split("\n## ").skip(1).map(Topic::read).collect();
    let names: Vec<String> = topics.iter().map(|topic| topic.title.clone()).collect();
    let sections = topics
        .into_iter()
        .map(|topic| {
            let Topic { title, introduction, symptoms } = topic;
            let id = section_id(&title);
            let symptoms = StoredValue::new(symptoms);
            let is_any = move || {
                let words = words.get();
                symptoms.with_value(|symptoms| words.is_empty() || symptoms.iter().any(|symptom| symptom.has(&words)))
            };
            let cards = symptoms
                .get_value()
                .into_iter()
                .map(|symptom| {
                    let Symptom { title, body, id } = symptom.clone();
                    let is_hidden = move || words.with(|words| !symptom.has(words));
                    view! {
                        <details class="symptom" data-testid="symptom" hidden=is_hidden>
                            <summary>
                                <h3 id=id>{title}</h3>
                            </summary>
                            <Markdown text=body />
                        </details>
                    }
                })
                .collect_view();
            view! {
                <section class="help-topic" id=id tabindex="-1" hidden=move || !is_any()>
                    <h2>{title}</h2>
                    <Markdown text=introduction />
                    {cards}
                </section>
            }
        })
        .collect_view();
    view! {
        <SectionNav names />
        <SearchField label="Search help" testid="help-search" text=typed on_input=move |text| typed.set(text) />
        {sections}
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
        <section class="page-body prose">
            <article node_ref=article class="help" data-testid="help">
                <h1>"Help"</h1>
                {move || match text.get() {
                    None => view! { <p>"Loading…"</p> }.into_any(),
                    Some(Ok(text)) => view! { <Topics text /> }.into_any(),
                    Some(Err(())) => {
                        view! {
                            <p>"Help could not be loaded: the dashboard's server does not answer or lacks the file. Read docs/TROUBLESHOOTING.md in the repository."</p>
                        }
                            .into_any()
                    }
                }}
            </article>
        </section>
    }
}
