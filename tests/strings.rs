//! Every string that the page shows, in one file that a person can read through: docs/STRINGS.md.
//!
//! `UPDATE_STRINGS=1 cargo test --no-default-features --test strings` writes it anew.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const FILE: &str = "docs/STRINGS.md";
const START: &str = "public/start.js";
const TROUBLESHOOTING: &str = "docs/TROUBLESHOOTING.md";
/// The stand-in for Coda, names of the wire, keywords of languages, and code that is written for developers.
const OTHER_SOURCES: [&str; 4] =
    ["src/sim", "src/protocol/event.rs", "src/model/highlight.rs", "src/replay/as_test.rs"];
/// Attributes, fields, functions and macros whose strings are not for people: names, classes, keys, paths, drawings.
const NOT_SHOWN: [&str; 40] = [
    "add_event_listener_with_callback",
    "asset_path",
    "assert",
    "autocomplete",
    "class",
    "closest",
    "color",
    "create_object_store",
    "d",
    "debug",
    "debug_assert",
    "expect",
    "fill",
    "for",
    "from_static",
    "get_attribute",
    "href",
    "id",
    "inputmode",
    "js_name",
    "key",
    "matches",
    "media",
    "path",
    "property_value",
    "query_selector",
    "query_selector_all",
    "rename",
    "role",
    "set_attribute",
    "set_property",
    "stroke",
    "style",
    "test_id",
    "testid",
    "trace",
    "type",
    "viewBox",
    "warn",
    "with_suffix",
];

/// The string literals of a source text without its tests and attributes; of attributes, only error texts count.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    collect(source.parse().unwrap(), "", &mut found);
    found
}

/// Collects the literals for people. `name` is what the tokens are the arguments of.
fn collect(tokens: TokenStream, name: &str, found: &mut Vec<String>) {
    // The name before an opening parenthesis or an equals sign.
    let mut last_name = String::new();
    let mut value_of = None::<String>;
    let mut is_attribute = false;
    for token in tokens {
        let valued = value_of.take();
        match token {
            TokenTree::Ident(ident) => last_name = ident.to_string(),
            TokenTree::Punct(punct) => match punct.as_char() {
                '=' => value_of = Some(last_name.clone()),
                '#' => is_attribute = true,
                // Of a macro's name, of an attribute's, or of a reference.
                '!' | '&' => value_of = valued,
                _ => last_name.clear(),
            },
            TokenTree::Group(group) if is_attribute && group.delimiter() == Delimiter::Bracket => {
                is_attribute = false;
                if group.stream().to_string().starts_with("error") {
                    collect(group.stream(), "", found);
                }
            }
            TokenTree::Group(group) => {
                let inner = match group.delimiter() {
                    Delimiter::Parenthesis => last_name.as_str(),
                    _ => valued.as_deref().unwrap_or(name),
                };
                collect(group.stream(), inner, found);
                last_name.clear();
            }
            TokenTree::Literal(literal) => {
                let owner = valued.as_deref().unwrap_or(name);
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && !NOT_SHOWN.contains(&owner)
                    && is_shown(&text.value())
                {
                    found.push(text.value());
                }
                last_name.clear();
            }
        }
    }
}

/// Whether a person may read it: it has words, and is no name of the program.
fn is_shown(text: &str) -> bool {
    let has_word = text.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    let begins_as_words = text.starts_with(char::is_uppercase) || text.contains(' ');
    let is_code = ["::", "${", "[data-", "var(--", "=>", "rgb(", "url(", "\"{"].iter().any(|sign| text.contains(sign));
    let is_path = !text.contains(' ') && text.contains(['/', '_', '.', '-', ':']);
    has_word && begins_as_words && !is_code && !is_path
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The strings by file, each once per file.
fn strings() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    rust_files(&root.join("src"), &mut files);
    let mut by_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        if OTHER_SOURCES.iter().any(|other| name.starts_with(other)) {
            continue;
        }
        for text in literals(&fs::read_to_string(&file).unwrap()) {
            let texts = by_file.entry(name.clone()).or_default();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
    }
    // What is said before the program runs.
    let start = fs::read_to_string(root.join(START)).unwrap();
    let quoted = start.split(['"', '`']).skip(1).step_by(2);
    by_file.insert(START.to_owned(), quoted.filter(|text| text.contains(' ')).map(str::to_owned).collect());
    by_file
}

#[test]
fn the_list_of_strings_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut list =
        "# Strings\n\nEverything that the page says, by the file that says it. Made from the sources by a test; \
                    `{}` stands for a value.\n"
            .to_owned();
    for (file, texts) in strings() {
        write!(list, "\n## {file}\n\n").unwrap();
        for text in texts {
            writeln!(list, "- {}", text.replace('\n', "⏎")).unwrap();
        }
    }
    if std::env::var_os("UPDATE_STRINGS").is_some() {
        fs::write(root.join(FILE), &list).unwrap();
    }
    let known = fs::read_to_string(root.join(FILE)).unwrap_or_default();
    assert!(
        known == list,
        "{FILE} is out of date: run UPDATE_STRINGS=1 cargo test --no-default-features --test strings"
    );
}

/// A text without its values, such as `{count}` or 10, in lower case.
fn without_values(text: &str) -> String {
    let mut words = String::new();
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                words.push('…');
            }
            letter if depth == 0 && letter.is_ascii_digit() => words.push('…'),
            letter if depth == 0 => words.extend(letter.to_lowercase()),
            _ => {}
        }
    }
    words
}

#[test]
fn what_the_troubleshooting_page_quotes_is_what_the_dashboard_says() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TROUBLESHOOTING)).unwrap();
    let said: Vec<String> = strings().values().flatten().map(|text| without_values(text)).collect();
    let mut unknown = Vec::new();
    // Names of controls and of settings.
    for name in text.split('"').skip(1).step_by(2).map(without_values) {
        if !said.iter().any(|text| text.contains(&name)) {
            unknown.push(format!("“{name}”"));
        }
    }
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        // Of four columns, the first is what the page says.
        let [says, _, _, _] = *cells.as_slice() else { continue };
        if says == "the page says" || says.starts_with("---") {
            continue;
        }
        // What follows in parentheses says where; what stands between values is quoted word by word.
        let quotes = says.split("; ").filter_map(|quote| quote.split(" (").next()).map(without_values);
        for quote in quotes {
            for part in quote.split('…').map(|part| part.trim_matches([' ', '“', '”'])) {
                if part.len() > 1 && !said.iter().any(|text| text.contains(part)) {
                    unknown.push(format!("“{part}” in: {says}"));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "{TROUBLESHOOTING} quotes what the dashboard does not say:\n{}", unknown.join("\n"));
}
