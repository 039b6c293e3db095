//! Syntax highlighting of comments, strings, numbers and keywords, by rules that most languages share.
//!
//! A parser per language would be larger than the rest of the page, and an error here only costs a wrong colour.

/// Token class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeKind {
    Plain,
    Comment,
    /// A string literal.
    StringLiteral,
    Number,
    Keyword,
}

const KEYWORDS: &str = " abstract and as assert async await bool break case catch char class const continue crate def \
    default del delete do done echo elif else end enum except export extends extern false False fi finally float fn \
    for from func function go goto global if impl import in include inline instanceof int interface is lambda let \
    local long loop match mod module move mut namespace new nil None nonlocal not null or package pass private \
    protected pub public raise ref return self Self short sizeof static str struct super switch template then this \
    throw trait true True try type typedef typeof union unsafe use using var void where while with yield \
    select insert update from into values group order by join on SELECT INSERT UPDATE FROM INTO VALUES WHERE GROUP \
    ORDER BY JOIN ON AND OR NOT NULL CREATE TABLE ";

/// Longer code is not highlighted, since that would block the page.
const MAX_BYTES: usize = 100_000;

/// Returns the line comment markers of a language.
fn comment_starts(language: &str) -> &'static [&'static str] {
    match language.to_ascii_lowercase().as_str() {
        "python" | "py" | "sh" | "bash" | "shell" | "zsh" | "ruby" | "rb" | "yaml" | "yml" | "toml" | "perl" | "r"
        | "make" | "makefile" | "dockerfile" => &["#"],
        "sql" | "lua" | "haskell" | "hs" => &["--"],
        "json" | "text" | "txt" | "markdown" | "md" | "" => &[],
        "php" => &["//", "#"],
        _ => &["//"],
    }
}

/// Splits code into classified tokens, which concatenate to the code.
#[must_use]
pub fn highlight<'a>(language: &str, code: &'a str) -> Vec<(CodeKind, &'a str)> {
    let is_prose = matches!(language, "text" | "txt" | "markdown" | "md" | "");
    if is_prose || code.len() > MAX_BYTES {
        return vec![(CodeKind::Plain, code)];
    }
    let comments = comment_starts(language);
    let has_blocks = comments.contains(&"//") || language == "css";
    let mut pieces: Vec<(CodeKind, &str)> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = if comments.iter().any(|start| rest.starts_with(start)) {
            (CodeKind::Comment, rest.find('\n').unwrap_or(rest.len()))
        } else if has_blocks && rest.starts_with("/*") {
            // Skips the opening marker: the `*` of `/*/` does not end the comment.
            (CodeKind::Comment, rest[2..].find("*/").map_or(rest.len(), |end| end + 4))
        } else if matches!(first, '"' | '\'' | '`') {
            (CodeKind::StringLiteral, quoted(rest, first))
        } else if first.is_ascii_digit() {
            (CodeKind::Number, run(rest, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_')))
        } else if first.is_alphabetic() || first == '_' {
            let length = run(rest, |c| c.is_alphanumeric() || c == '_');
            let is_keyword = KEYWORDS.contains(&format!(" {} ", &rest[..length]));
            (if is_keyword { CodeKind::Keyword } else { CodeKind::Plain }, length)
        } else {
            (CodeKind::Plain, first.len_utf8())
        };
        let start = code.len() - rest.len();
        match pieces.last_mut() {
            Some((CodeKind::Plain, last)) if kind == CodeKind::Plain => {
                *last = &code[start - last.len()..start + length];
            }
            _ => pieces.push((kind, &rest[..length])),
        }
        rest = &rest[length..];
    }
    pieces
}

fn run(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}

/// Returns the length of a string literal, up to its end or the end of the line. Only backticks span lines, and a lone
/// apostrophe is not a quote.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' if quote != '`' => return if quote == '\'' { 1 } else { at },
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    if quote == '\'' { 1 } else { text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds<'a>(language: &str, code: &'a str) -> Vec<(CodeKind, &'a str)> {
        let pieces = highlight(language, code);
        assert_eq!(pieces.iter().map(|(_, text)| *text).collect::<String>(), code, "nothing is lost");
        pieces.into_iter().filter(|(kind, _)| *kind != CodeKind::Plain).collect()
    }

    #[test]
    fn keywords_texts_numbers_and_comments_are_told_apart() {
        let found = kinds("python", "def size(path):  # bytes\n    return 1024 * len(\"a # b\")\n");
        let expected = [
            (CodeKind::Keyword, "def"),
            (CodeKind::Comment, "# bytes"),
            (CodeKind::Keyword, "return"),
            (CodeKind::Number, "1024"),
            (CodeKind::StringLiteral, "\"a # b\""),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn comments_are_those_of_the_language() {
        assert_eq!(
            kinds("rust", "// no\n# yes /* x */"),
            [(CodeKind::Comment, "// no"), (CodeKind::Comment, "/* x */")]
        );
        assert_eq!(kinds("sql", "-- note"), [(CodeKind::Comment, "-- note")]);
        assert_eq!(kinds("text", "if \"this\" then"), []);
    }

    #[test]
    fn the_star_that_begins_a_comment_does_not_end_it() {
        assert_eq!(kinds("c", "/*/ x */ y"), [(CodeKind::Comment, "/*/ x */")]);
        assert_eq!(kinds("c", "/**/ y"), [(CodeKind::Comment, "/**/")]);
        assert_eq!(kinds("c", "/*/"), [(CodeKind::Comment, "/*/")]);
    }

    #[test]
    fn odd_code_loses_nothing() {
        for code in ["", "'", "\"", "\"\\", "don't", "'a", "`x\ny`", "/*", "ü'ß\"€", "1.2.3x", "\u{0}\r\n"] {
            for language in ["rust", "python", "js", "", "sql"] {
                kinds(language, code);
            }
        }
    }
}
