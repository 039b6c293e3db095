//! Reference of the filter language, with examples to try.

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;

const TERMS: [(&str, &str); 21] = [
    ("hello", "the word anywhere in the row"),
    ("\"two words\"", "the exact text, also if it looks like a term"),
    ("type:stt*", "the type; * matches anything"),
    ("type:stt*,tts*", "any of these; also state:, dir:, conn: and id:"),
    ("dir:in", "received frames; dir:out for sent ones"),
    ("state:queued,written", "messages in a state, and their frames"),
    ("is:error", "errors: unreadable frames, error events, failed messages"),
    ("is:bookmarked", "bookmarked rows"),
    ("is:noted", "rows with a note"),
    ("is:synthetic", "injected events"),
    ("text:\"hello\"", "the text in the frame, the message or your note"),
    ("id:3f2a", "one message, by the start of its id"),
    ("conn:2", "the second connection"),
    ("rtt>200", "round trip over 200 ms; rtt< for under"),
    ("size>10k", "frames over 10 kB; size< for under"),
    ("after:10:32", "from this time of day"),
    ("before:10:32:05.5", "before this time of day"),
    ("!type:llm_token", "exclude: write ! or - before any term or group"),
    ("is:error or rtt>200", "either side matches; adjacent terms bind tighter"),
    ("dir:out (hello or is:error)", "a group"),
    ("-(type:llm_token or type:tts_progress)", "everything outside the group"),
];

#[component]
pub fn FilterHelp() -> impl IntoView {
    let debugger = use_debugger();
    view! {
        <div class="debugger-help" role="region" aria-label="Filter syntax" tabindex="0">
            <p>"A row matches when all terms do. Click an example to try it."</p>
            <table class="data-table">
                <thead>
                    <tr>
                        <th scope="col">"Term"</th>
                        <th scope="col">"Matches"</th>
                    </tr>
                </thead>
                <tbody>
                    {TERMS
                        .map(|(term, meaning)| {
                            view! {
                                <tr>
                                    <td>
                                        <button class="link-button" type="button" on:click=move |_| debugger.filter.set(term)>
                                            <code>{term}</code>
                                        </button>
                                    </td>
                                    <td>{meaning}</td>
                                </tr>
                            }
                        })
                        .collect_view()}
                </tbody>
            </table>
        </div>
    }
}
