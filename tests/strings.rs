//! Every string that the page shows, in one file that a person can read through: docs/STRINGS.md.
//!
//! `UPDATE_STRINGS=1 cargo test --no-default-features --test strings` writes it anew.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const FILE: &str = "docs/STRINGS.md";
/// Where strings for people are written.
const SOURCES: [&str; 6] = ["src/ui", "src/state", "src/analysis", "src/link", "src/history", "src/model"];
/// What stands before a string that is not for people: names, classes, keys, paths and drawings.
const NOT_SHOWN: [&str; 27] = [
    "class=",
    "data-testid=",
    "testid=",
    "test_id=",
    "id=",
    "key=",
    "role=",
    "type=",
    "d=",
    "viewBox=",
    "fill=",
    "stroke=",
    "style=",
    "color=",
    "href=",
    "path!(",
    "property_value(",
    "closest(",
    "query_selector(",
    "query_selector_all(",
    "inputmode=",
    "autocomplete=",
    "rename = ",
    "expect(",
    "reason = ",
    "attr:class=",
    "for=",
];

/// The string literals of a source text, without comments and tests, each with the code before it on its line.
fn literals(source: &str) -> Vec<(String, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in source.lines() {
        let code = line.trim_start();
        if code.starts_with("//") || code.starts_with("#[") {
            continue;
        }
        let (mut before, mut rest) = (String::new(), code);
        while let Some(start) = rest.find('"') {
            before.push_str(&rest[..start]);
            let text = &rest[start + 1..];
            let mut end = None;
            let mut is_escaped = false;
            for (at, letter) in text.char_indices() {
                match letter {
                    '"' if !is_escaped => {
                        end = Some(at);
                        break;
                    }
                    '\\' => is_escaped = !is_escaped,
                    _ => is_escaped = false,
                }
            }
            let Some(end) = end else { break };
            found.push((before.clone(), text[..end].to_owned()));
            before.push_str("\"\"");
            rest = &text[end + 1..];
        }
    }
    found
}

/// Whether a person may read it: it has words, and is no name of the program.
fn is_shown(before: &str, text: &str) -> bool {
    let before = before.trim_end_matches(['&', '(', '{', ' ']);
    let is_named = NOT_SHOWN.iter().any(|name| before.ends_with(name.trim_end()) || before.ends_with(name));
    let has_word = text.chars().filter(|letter| letter.is_alphabetic()).count() > 1;
    let begins_as_words = text.starts_with(char::is_uppercase) || text.contains(' ');
    let is_code =
        ["::", "${", "[data-", "var(--", "=>", "rgb(", "url(", "://", "\\\"{"].iter().any(|sign| text.contains(sign));
    let is_path = !text.contains(' ') && text.contains(['/', '_', '.', '-']);
    has_word && begins_as_words && !is_named && !is_code && !is_path
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

#[test]
fn the_list_of_strings_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in SOURCES {
        rust_files(&root.join(folder), &mut files);
    }
    let mut by_file: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        for (before, text) in literals(&fs::read_to_string(&file).unwrap()) {
            if is_shown(&before, &text) {
                let texts = by_file.entry(name.clone()).or_default();
                if !texts.contains(&text) {
                    texts.push(text);
                }
            }
        }
    }
    let mut list =
        "# Strings\n\nEverything that the page says, by the file that says it. Made from the sources by a test; \
                    `{}` stands for a value.\n"
            .to_owned();
    for (file, texts) in by_file {
        write!(list, "\n## {file}\n\n").unwrap();
        for text in texts {
            writeln!(list, "- {text}").unwrap();
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
