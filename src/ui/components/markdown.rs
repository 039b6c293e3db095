//! Markdown as elements. HTML in a message is never inserted, only shown as text.

use leptos::html::{ElementChild, custom};
use leptos::prelude::*;
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};

use super::CopyButton;
use crate::model::{CodeKind, Piece, cut_at_addresses, highlight};

/// No answer needs deeper nesting, which would only exhaust the stack.
const MAX_DEPTH: usize = 32;

/// Parser events with adjacent text merged, so that an address is never split.
type Events<'a> = TextMergeStream<'a, Parser<'a>>;

/// Position within the document.
#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    is_in_link: bool,
}

impl Place {
    const TOP: Self = Self { depth: 0, is_in_link: false };

    const fn inner(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

fn parse(text: &str) -> Events<'_> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    TextMergeStream::new(Parser::new_ext(text, options))
}

#[component]
pub fn Markdown(text: String) -> impl IntoView {
    let blocks = children(&mut parse(&text), Place::TOP);
    view! { <div class="turn-body markdown">{blocks}</div> }
}

/// Views of all events up to the end of the current element.
fn children(events: &mut Events<'_>, place: Place) -> Vec<AnyView> {
    let mut views = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::Start(tag) => views.push(element(tag, events, place.inner())),
            Event::End(_) => break,
            Event::Text(text) if !place.is_in_link => views.extend(cut_at_addresses(&text).into_iter().map(piece)),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                views.push(text.into_string().into_any());
            }
            Event::Code(code) => views.push(view! { <code>{code.into_string()}</code> }.into_any()),
            Event::SoftBreak => views.push("\n".into_any()),
            Event::HardBreak => views.push(view! { <br /> }.into_any()),
            Event::Rule => views.push(view! { <hr /> }.into_any()),
            Event::TaskListMarker(done) => views.push(if done { "☑ " } else { "☐ " }.into_any()),
            Event::FootnoteReference(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }
    views
}

fn piece(piece: Piece<'_>) -> AnyView {
    match piece {
        Piece::Words(words) => words.to_owned().into_any(),
        Piece::Url(address) => link(address, vec![address.to_owned().into_any()]),
    }
}

/// Plain text of Markdown, on one line, for reading aloud.
pub fn words(text: &str) -> String {
    let mut words = String::new();
    for event in parse(text) {
        match event {
            Event::Text(more) | Event::Code(more) | Event::Html(more) | Event::InlineHtml(more) => {
                words.push_str(&more);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::End(TagEnd::TableCell) => words.push(' '),
            Event::Start(tag) if is_block(&tag) => words.push(' '),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

/// Plain text up to the end of the current element.
fn plain_text(events: &mut Events<'_>) -> String {
    let mut text = String::new();
    let mut depth = 0;
    for event in events.by_ref() {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => break,
            Event::End(_) => depth -= 1,
            Event::Text(more) | Event::Code(more) => text.push_str(&more),
            _ => {}
        }
    }
    text
}

fn element(tag: Tag<'_>, events: &mut Events<'_>, place: Place) -> AnyView {
    if place.depth > MAX_DEPTH {
        return plain_text(events).into_any();
    }
    match tag {
        Tag::CodeBlock(kind) => {
            let language = match &kind {
                CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
                CodeBlockKind::Indented => String::new(),
            };
            code_block(language, plain_text(events))
        }
        Tag::Link { dest_url, .. } => link(&dest_url, children(events, Place { is_in_link: true, ..place })),
        Tag::Image { dest_url, .. } => {
            // Not loaded: a message must not make the page contact another machine.
            let words = plain_text(events);
            let words = if words.is_empty() { dest_url.to_string() } else { words };
            link(&dest_url, vec![format!("Picture: {words}").into_any()])
        }
        Tag::Table(alignments) => table(&alignments, events, place),
        Tag::List(Some(first)) => {
            let items = children(events, place);
            view! { <ol start=first.to_string()>{items}</ol> }.into_any()
        }
        Tag::HtmlBlock => view! { <p>{children(events, place)}</p> }.into_any(),
        other => match element_name(&other) {
            Some(name) => custom(name).child(children(events, place)).into_any(),
            None => children(events, place).into_any(),
        },
    }
}

const fn element_name(tag: &Tag<'_>) -> Option<&'static str> {
    Some(match tag {
        Tag::Paragraph => "p",
        // Always h3, below the turn's own heading, so that the heading order of the page stays valid.
        Tag::Heading { .. } => "h3",
        Tag::BlockQuote(_) => "blockquote",
        Tag::List(None) => "ul",
        Tag::Item => "li",
        Tag::Emphasis => "em",
        Tag::Strong => "strong",
        Tag::Strikethrough => "del",
        _ => return None,
    })
}

fn code_block(language: String, code: String) -> AnyView {
    let to_copy = code.clone();
    let language_of_code = language.clone();
    view! {
        <div class="code-block">
            <div class="code-head">
                <span>{language}</span>
                <CopyButton label="Copy the code" text=Callback::new(move |()| to_copy.clone()) />
            </div>
            <pre tabindex="0">
                <code>{coloured(&language_of_code, &code)}</code>
            </pre>
        </div>
    }
    .into_any()
}

fn coloured(language: &str, code: &str) -> Vec<AnyView> {
    let view = |(kind, text): (CodeKind, &str)| {
        let class = match kind {
            CodeKind::Plain => return text.to_owned().into_any(),
            CodeKind::Comment => "code-comment",
            CodeKind::StringLiteral => "code-text",
            CodeKind::Number => "code-number",
            CodeKind::Keyword => "code-keyword",
        };
        view! { <span class=class>{text.to_owned()}</span> }.into_any()
    };
    highlight(language, code).into_iter().map(view).collect()
}

/// A link if the scheme is safe, otherwise the text with the address in parentheses.
fn link(address: &str, words: Vec<AnyView>) -> AnyView {
    if is_safe(address) {
        view! {
            <a href=address.to_owned() target="_blank" rel="noopener noreferrer nofollow">
                {words}
            </a>
        }
        .into_any()
    } else {
        view! {
            <span>{words}</span>
            {format!(" ({address})")}
        }
        .into_any()
    }
}

fn is_safe(address: &str) -> bool {
    let lower = address.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme))
}

fn table(alignments: &[Alignment], events: &mut Events<'_>, place: Place) -> AnyView {
    let mut head = Vec::new();
    let mut rows = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::TableHead) => head = cells("th", alignments, events, place),
            Event::Start(Tag::TableRow) => rows.push(cells("td", alignments, events, place)),
            Event::End(_) => break,
            _ => {}
        }
    }
    let rows: Vec<_> = rows.into_iter().map(|cells| view! { <tr>{cells}</tr> }).collect();
    view! {
        <div class="table-scroll" tabindex="0">
            <table class="data-table">
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn cells(name: &'static str, alignments: &[Alignment], events: &mut Events<'_>, place: Place) -> Vec<AnyView> {
    let mut cells = Vec::new();
    while let Some(event) = events.next() {
        match event {
            Event::Start(_) => {
                let align = match alignments.get(cells.len()) {
                    Some(Alignment::Right) => "right",
                    Some(Alignment::Center) => "center",
                    _ => "left",
                };
                let content = children(events, place.inner());
                cells.push(custom(name).attr("data-align", align).child(content).into_any());
            }
            Event::End(_) => break,
            _ => {}
        }
    }
    cells
}
