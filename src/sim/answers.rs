//! The assistant's lines: for every text, a reply and the effects that go with it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::memory::Remembered;
use crate::protocol::iso8601;

/// Greets the first client.
pub(super) const GREETING: &str = "Hello! I am a **simulated Coda**: I live inside this page and need no server. \
    Write to me or hold the microphone button; *what can you do?* is a good start.";

/// A reply with its tool call, memory effect and fault.
#[derive(Debug)]
pub(super) struct Answer {
    /// Markdown.
    pub text: String,
    /// Tool to call before replying.
    pub tool: Option<Tool>,
    /// Effect on the memory.
    pub memory: MemoryWish,
    /// Fault that the text asks for.
    pub fault: Option<Fault>,
}

/// A tool call with its outcome.
#[derive(Debug)]
pub(super) struct Tool {
    pub name: &'static str,
    pub parameters: Value,
    pub result: String,
}

/// The effect of a text on the memory.
#[derive(Debug)]
pub(super) enum MemoryWish {
    Nothing,
    Store(String),
    Recall,
    Forget,
}

/// A fault that can be injected into a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The language model fails in mid-reply.
    Answer,
    /// The speech fails; the text of the reply stands.
    Speech,
    /// The tool fails; the reply goes on without it.
    Tool,
    /// An unrelated `system_error` follows the turn.
    System,
}

impl From<String> for Answer {
    fn from(text: String) -> Self {
        Self { text, tool: None, memory: MemoryWish::Nothing, fault: None }
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// Chooses the reply by the words in the text. `error`, `tool`, `long` and `markdown` take precedence.
pub(super) fn choose(text: &str, now: DateTime<Utc>, memories: &[Remembered]) -> Answer {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(&["error"]) {
        let fault = match () {
            () if has(&["tool"]) => Fault::Tool,
            () if has(&["speech"]) => Fault::Speech,
            () if has(&["system"]) => Fault::System,
            () => Fault::Answer,
        };
        let tool = (fault == Fault::Tool).then(calculator);
        Answer { fault: Some(fault), tool, ..WITH_ERROR.into() }
    } else if has(&["tool"]) {
        Answer { tool: Some(calculator()), ..CALCULATED.into() }
    } else if has(&["long"]) {
        LONG.join("\n\n").into()
    } else if has(&["markdown"]) {
        MARKDOWN.into()
    } else if has(&["forget"]) {
        Answer { memory: MemoryWish::Forget, ..FORGOTTEN.into() }
    } else if has(&["remember", "memory", "memories", "know"]) {
        about_memory(text, &words, memories)
    } else if has(&["weather", "forecast", "rain", "sunny"]) {
        weather(text)
    } else if has(&["time", "date", "clock", "day"]) {
        time(now)
    } else if has(&["code", "python", "rust", "program", "script"]) {
        CODE.into()
    } else if has(&["joke", "funny", "laugh"]) {
        JOKE.into()
    } else if has(&["help", "can", "hello", "hi", "who"]) {
        HELP.into()
    } else {
        default_answer(text)
    }
}

/// The reply after a tool has failed.
pub(super) fn without_tool(name: &str) -> String {
    format!("I tried to use `{name}`, but it did not answer. *Shall I try again in a moment?*")
}

/// Splits a text into tokens, which concatenate to the same text.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

fn calculator() -> Tool {
    Tool { name: "calculator", parameters: json!({ "expression": "6 * 7" }), result: "42".to_owned() }
}

fn weather(text: &str) -> Answer {
    let after_in = text.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("in")).nth(1);
    let city: String = after_in.unwrap_or("Rabat").chars().filter(|c| c.is_alphabetic()).collect();
    let city = if city.is_empty() { "Rabat".to_owned() } else { city };
    let text = format!(
        "It is **24 °C and sunny** in {city}. The rest of the day:\n\n| When | Sky | °C | Rain |\n\
         |---|---|---:|---:|\n| Noon | sunny | 26 | 0 % |\n| Evening | a few clouds | 21 | 10 % |\n\
         | Night | clear | 16 | 5 % |\n\nNo umbrella needed. *I made these figures up; a real Coda asks a weather \
         service such as* [Open-Meteo](https://open-meteo.com/)."
    );
    let result = "{'temp_c': 24, 'sky': 'sunny'}".to_owned();
    Answer { tool: Some(Tool { name: "get_weather", parameters: json!({ "city": city }), result }), ..text.into() }
}

fn time(now: DateTime<Utc>) -> Answer {
    let iso = iso8601(now);
    let (date, clock) = (iso.get(..10).unwrap_or(&iso), iso.get(11..16).unwrap_or(&iso));
    let text = format!("It is **{clock} UTC** on {date}. At least *that* is not simulated: your own clock told me.");
    let tool = Tool { name: "get_time", parameters: json!({ "zone": "UTC" }), result: iso.clone() };
    Answer { tool: Some(tool), ..text.into() }
}

fn about_memory(text: &str, words: &[&str], memories: &[Remembered]) -> Answer {
    let what = text.find("that ").map(|at| text[at + "that ".len()..].trim());
    match what {
        Some(what) if words.contains(&"remember") && !what.is_empty() => {
            let answer = format!("I will remember: *{what}*. You can see it on the **Memory** page.");
            Answer { memory: MemoryWish::Store(format!("User said: {what}")), ..answer.into() }
        }
        _ => {
            let known: Vec<&str> = memories.iter().rev().take(6).map(|memory| memory.content.as_str()).collect();
            let known = known.join("\n- ");
            let answer = format!(
                "This is what I remember best:\n\n- {known}\n\nSay *remember that …* to add to it, or *forget …* to take \
                 something away."
            );
            Answer { memory: MemoryWish::Recall, ..answer.into() }
        }
    }
}

fn default_answer(text: &str) -> Answer {
    let quoted = text.replace('\n', "\n> ");
    format!(
        "You said:\n\n> {quoted}\n\nI am only the **simulated Coda** in this page, without a language model, so I cannot \
         say much about that. I do know about the *weather*, the *time*, *code*, *jokes* and what you told me to \
         *remember*. For real answers, start Coda and connect to it in the settings."
    )
    .into()
}

const CALCULATED: &str = "The calculator says that 6 × 7 is **42**.";

const WITH_ERROR: &str = "You asked for an error, and here is one: somewhere in this turn something goes wrong on \
    purpose, so that you can see how the dashboard shows it and how it carries on.";

const FORGOTTEN: &str = "If I knew anything about that, I have **forgotten** it.";

const HELP: &str = "I can show you what this dashboard does with a real Coda:\n\n\
    1. **Weather** and **time**: I use a tool, and you see the call and its result.\n\
    2. **Code**: I write a short program.\n\
    3. **Memory**: say *remember that I like tea*, then ask *what do you remember?*\n\
    4. **Trouble**: the word `error` makes a turn fail, on purpose.\n\
    5. **Patience**: the word `long` makes me talk for a while; stop me with the stop button.\n\n\
    Everything you see comes from a simulation in this page; nothing leaves your browser.";

const CODE: &str = "Here is how to list files by size in Python:\n\n\
    ```python\nfrom pathlib import Path\n\n\
    files = (path for path in Path(\".\").iterdir() if path.is_file())\n\
    for path in sorted(files, key=lambda path: path.stat().st_size, reverse=True):\n\
    \x20   print(f\"{path.stat().st_size:>10}  {path.name}\")\n```\n\n\
    - `iterdir` does not go into folders; use `rglob(\"*\")` for that.\n\
    - The sizes are in **bytes**.\n\n\
    More in the [documentation of pathlib](https://docs.python.org/3/library/pathlib.html).";

const JOKE: &str = "Why did the WebSocket go to therapy?\n\n*It had trouble with closure*, and every time somebody said \
    **goodbye**, it tried to reconnect.";

const MARKDOWN: &str = "# Everything at once\n\nSome *emphasis*, some **strong words**, some ~~regret~~ and `code`.\n\n\
    ## Lists\n\n- first\n- second\n  - inside the second\n\n1. one\n2. two\n\n- [x] done\n- [ ] to do\n\n\
    ## A quote\n\n> Talk is cheap.\n> Show me the events.\n\n\
    ## A table\n\n| Left | Right |\n|:---|---:|\n| a | 1 |\n| b | 22 |\n\n\
    ## A block\n\n```rust\nfn main() {\n    println!(\"<b>not bold</b>\");\n}\n```\n\n---\n\n\
    A [good link](https://www.rust-lang.org/), a [bad link](javascript:alert(1)) and <script>alert(1)</script>, \
    which had better do nothing.";

/// About 400 words.
const LONG: [&str; 9] = [
    "Let me take you through **one whole turn**, from your voice to mine. It takes a real Coda two or three seconds, \
     most of which goes by before you hear the first word, and every part of it sends events to this dashboard.",
    "## Listening\n\nWhile you speak, the microphone's samples go to the speech recognizer. It guesses early and often: \
     each guess is an *interim* result, shown in grey, and each may correct the one before. Only when you let go of \
     the button does it settle on a final text, and that text becomes your turn in the conversation.",
    "## Remembering\n\nBefore the model sees your words, Coda looks through its long-term memory for anything that may \
     help: your name, your taste in music, what you asked yesterday. The few best matches are put into the prompt. \
     That is why the prompt grows even when your question is short.",
    "## Thinking\n\nThe language model reads the prompt and begins to answer, one token after the other. A token is \
     a word or a piece of one. Each arrives here as an event of its own, so a long answer is hundreds of small \
     messages, and the page has to add each one without drawing everything anew.",
    "## Using tools\n\nSometimes the model does not know and asks for a **tool**: the weather, the clock, a \
     calculator. Coda runs it, hands the result back, and the model goes on. If a tool fails, a good answer says so \
     plainly and offers to try again, instead of making something up.",
    "## Speaking\n\nWhen the text is complete, the voice takes over. Synthesis is quick, but speech is slow: the sound \
     lasts far longer than its making. The progress that you see is the progress of the sound, and the stop button \
     ends it at once, without touching the text.",
    "## Accounting\n\nAt the end comes a summary of where the time went: recognition, memory, tools, model and voice. \
     The performance page keeps these figures, so you can see whether today is slower than yesterday, and which part \
     is to blame for it.",
    "## When things go wrong\n\nConnections break, servers restart, laptops sleep. The dashboard numbers what it sends, \
     waits for each echo, and sends again what was lost, always the same bytes, so that the server can tell a repeated \
     message from a new one.",
    "And that is *all there is to it*: a handful of small parts, each saying what it does, and a page that listens \
     carefully. Thank you for your patience; ask me for a **joke** if you need to recover.",
];
