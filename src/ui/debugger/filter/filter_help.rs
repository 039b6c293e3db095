//! Reference of the filter language, with examples to try.

use leptos::prelude::*;

use crate::ui::debugger::state::use_debugger;

const TERMS: [(&str, &str); 21] = [
    ("hello", "a word anywhere in the row, whatever its case"),
    ("\"two words\"", "quotes for more than one word, and for any text that looks like a term"),
    ("type:stt*", "the wire type; * stands for anything"),
    ("type:stt*,tts*", "one of several; so do state:, dir:, conn: and id:"),
    ("dir:in", "frames that came in; dir:out for those written"),
    ("state:queued,written", "messages in a state, and their frames"),
    ("is:error", "what went wrong: unreadable frames, events of errors, failed messages"),
    ("is:bookmarked", "rows with a bookmark of yours"),
    ("is:noted", "rows with a note of yours"),
    ("is:synthetic", "events that you gave to the page, and Coda never sent"),
    ("text:\"hello\"", "a text in the frame, in the message's own text, or in your note"),
    ("id:3f2a", "what is about one message, by the beginning of its id"),
    ("conn:2", "what belongs to the second connection"),
    ("rtt>200", "answered later than 200 ms; rtt< for sooner"),
    ("size>10k", "frames of more than 10 kB; size< for fewer"),
    ("after:10:32", "from this time of day on"),
    ("before:10:32:05.5", "before this time of day"),
    ("!type:llm_token", "! turns any term or group around; so does -"),
    ("is:error or rtt>200", "what is on either side; or is weaker than terms side by side"),
    ("dir:out (hello or is:error)", "parentheses for a group"),
    ("-(type:llm_token or type:tts_progress)", "what is not in the group"),
];

#[component]
pub fn FilterHelp() -> impl IntoView {
    let debugger = use_debugger();
    view! {
        <div class="debugger-help" role="region" aria-label="Terms of the filter" tabindex="0">
            <p>"A row is shown when all terms hold; or separates alternatives. Press an example to try it."</p>
            <table class="data-table">
                <thead>
                    <tr>
                        <th scope="col">"Term"</th>
                        <th scope="col">"Lets through"</th>
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
