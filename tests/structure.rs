//! The folders of the source: who uses whom, that no two files use each other, and that the documentation names what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Module = Vec<String>;

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn module_of(file: &Path) -> Module {
    let path = file.strip_prefix(source()).unwrap().with_extension("");
    let mut parts: Module = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The `use` declarations of a file, without its unit tests.
fn declarations(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find("use ") {
        let is_start = rest[..at].chars().next_back().is_none_or(|before| before == '\n' || before == ' ');
        rest = &rest[at + 4..];
        if is_start && let Some(end) = rest.find(';') {
            found.push(rest[..end].split_whitespace().collect());
        }
    }
    found
}

/// The paths that a declaration names, with its groups written out.
fn paths(declaration: &str) -> Vec<String> {
    let Some((before, group)) = declaration.split_once('{') else { return vec![declaration.to_owned()] };
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut item, mut items) = (0, String::new(), Vec::new());
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(std::mem::take(&mut item));
                continue;
            }
            _ => {}
        }
        item.push(letter);
    }
    items.push(item);
    items.iter().flat_map(|item| paths(&format!("{before}{item}"))).collect()
}

/// What each module uses: the nearest module of each path.
fn uses() -> BTreeMap<Module, BTreeSet<Module>> {
    let files: BTreeMap<Module, PathBuf> = files(&source()).into_iter().map(|file| (module_of(&file), file)).collect();
    let mut uses = BTreeMap::new();
    for (module, file) in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let found: BTreeSet<Module> = declarations(&text)
            .iter()
            .flat_map(|declaration| paths(declaration))
            .filter_map(|path| {
                let mut parts: Vec<&str> = path.split("::").collect();
                let mut base: Module = Vec::new();
                match parts.first().copied()? {
                    "crate" => drop(parts.remove(0)),
                    "super" => {
                        let above = parts.iter().take_while(|part| **part == "super").count();
                        base = module.get(..module.len().checked_sub(above)?)?.to_vec();
                        parts.drain(..above);
                    }
                    _ => return None,
                }
                base.extend(parts.iter().map(|part| (*part).to_owned()));
                (1..=base.len()).rev().map(|length| base[..length].to_vec()).find(|prefix| files.contains_key(prefix))
            })
            // What a module has in its own folder is its own.
            .filter(|used| used != module && !module.starts_with(used))
            .collect();
        uses.insert(module.clone(), found);
    }
    uses
}

#[test]
fn each_layer_uses_only_those_that_the_architecture_names() {
    let text = std::fs::read_to_string(source().join("../docs/ARCHITECTURE.md")).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, used) in
        uses().into_iter().filter(|(module, _)| module.len() > 1 || source().join(&module[0]).is_dir())
    {
        let layer = found.entry(module[0].clone()).or_default();
        let layers = used.into_iter().map(|used| used[0].clone()).filter(|used| source().join(used).is_dir());
        layer.extend(layers.filter(|used| *used != module[0]));
    }
    for (layer, used) in found {
        let row = text.lines().find(|line| line.starts_with(&format!("| `src/{layer}/` |")));
        let row = row.unwrap_or_else(|| panic!("docs/ARCHITECTURE.md has no row for src/{layer}/"));
        let documented: BTreeSet<String> =
            row.split('|').nth(3).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(documented, used, "what src/{layer}/ uses, in docs/ARCHITECTURE.md and in the source");
    }
}

#[test]
fn no_two_files_use_each_other() {
    let uses = uses();
    let mut circles = BTreeSet::new();
    for (module, used) in &uses {
        for other in used.iter().filter(|other| uses.get(*other).is_some_and(|used| used.contains(module))) {
            let mut pair = [module.join("/"), other.join("/")];
            pair.sort();
            circles.insert(pair);
        }
    }
    assert_eq!(circles, BTreeSet::new());
}

#[test]
fn the_tests_and_files_that_the_development_guide_names_exist() {
    let root = source().join("..");
    let guide = std::fs::read_to_string(root.join("docs/DEVELOPMENT.md")).unwrap();
    let sources: Vec<PathBuf> = ["src", "tests"].iter().flat_map(|folder| files(&root.join(folder))).collect();
    let mut code: String = sources.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    code += &std::fs::read_to_string(root.join("tests/backend/test_protocol.py")).unwrap();
    for name in guide.split('`').skip(1).step_by(2) {
        if ["src/", "tests/", "style/", "docs/"].iter().any(|folder| name.starts_with(folder)) {
            assert!(root.join(name).exists(), "docs/DEVELOPMENT.md names {name}");
        } else if name.matches('_').count() >= 4 && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        {
            let is_there = code.contains(&format!("fn {name}(")) || code.contains(&format!("def {name}("));
            assert!(is_there, "docs/DEVELOPMENT.md names {name}");
        }
    }
}

#[test]
fn only_the_state_writes_its_signals() {
    let texts: BTreeMap<PathBuf, String> =
        files(&source()).into_iter().map(|file| (file.clone(), std::fs::read_to_string(file).unwrap())).collect();
    let all: String = texts.values().map(String::as_str).collect();
    assert_eq!(all.matches("writable_in_tests").count(), 1, "writable_in_tests is for tests");
    for (file, text) in texts.iter().filter(|(file, _)| file.starts_with(source().join("state"))) {
        let public = text.lines().find(|line| line.trim().starts_with("pub ") && line.contains(": RwSignal<"));
        assert_eq!(public, None, "{}: a signal that anybody can write", file.display());
    }
}

#[test]
fn every_command_is_offered_carried_out_and_tested() {
    let read = |path: &str| std::fs::read_to_string(source().join("..").join(path)).unwrap();
    let all = |folder: &str| -> String {
        files(&source().join("..").join(folder)).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    };
    let commands = read("src/protocol/command.rs");
    let kinds = commands.lines().filter_map(|line| {
        let (kind, name) = line.trim().strip_prefix('"')?.split_once("\" ")?;
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        // Only the link sends pings, and nothing follows but their echo.
        (line.starts_with("    \"") && kind != "ping" && !name.is_empty()).then_some((kind, format!("Command::{name}")))
    });
    let kinds: Vec<(&str, String)> = kinds.collect();
    assert!(kinds.len() >= 5, "{kinds:?}");
    let (pages, web) = (all("src/ui"), all("tests/web") + &all("tests/e2e"));
    let chaos = read("tests/link/chaos.rs") + &read("tests/link/world.rs");
    let demo = read("src/sim/assistant.rs");
    let backend = read("tests/backend/coda_backend/commands.py");
    for (kind, name) in kinds {
        let quoted = format!("\"{kind}\"");
        let places = [
            ("a component sends it", pages.contains(&name)),
            ("the chaos test sends it", chaos.contains(&name)),
            ("the demo carries it out", demo.contains(&quoted)),
            ("the test server carries it out", backend.contains(&format!("{quoted}:"))),
            ("a test in the browser uses it", web.contains(&quoted) || web.contains(&name)),
        ];
        for (what, holds) in places {
            assert!(holds, "{kind}: {what}");
        }
    }
}

#[test]
fn the_test_of_all_reducers_has_every_model_of_the_page() {
    let read = |path: &str| std::fs::read_to_string(source().join("..").join(path)).unwrap();
    let (store, test) = (read("src/state/data.rs"), read("tests/model/system.rs"));
    let models = store.split("pub ").filter_map(|field| field.split_once(": ModelSignal<")?.1.split('>').next());
    let models: BTreeSet<&str> = models.collect();
    assert!(models.len() >= 5, "{models:?}");
    for model in models {
        assert!(test.contains(&format!(": {model},\n")), "`Everything` in tests/model/system.rs has no {model}");
    }
}

#[test]
fn styles_are_set_by_property_because_the_policy_allows_no_style_attribute() {
    // `style:left=…` and `style=("--size", …)` set properties; `style=text` is an attribute, which a release ignores.
    for file in files(&source().join("ui")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices(" style=") {
            assert!(text[at..].starts_with(" style=("), "{}: {}", file.display(), text[at..].lines().next().unwrap());
        }
    }
}

#[test]
fn style_sheets_use_the_documented_breakpoints_and_named_layers_only() {
    let folder = source().join("../style");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for line in text.lines().map(str::trim) {
            if line.starts_with("@media (width") {
                let known = ["480px", "800px", "1100px", "1600px", "2200px"].iter().any(|width| line.contains(width));
                assert!(known, "{}: {line}", path.display());
            } else if line.starts_with("z-index:") {
                assert!(line.contains("var(--layer-"), "{}: {line}", path.display());
            } else if ["gap:", "padding", "margin"].iter().any(|property| line.starts_with(property)) {
                let has_pixels = line
                    .split([' ', '(', ')', ';'])
                    .any(|word| word.ends_with("px") && !["1px", "-1px"].contains(&word));
                assert!(!has_pixels || path.ends_with("tokens.css"), "{}: {line}", path.display());
            }
        }
    }
}
