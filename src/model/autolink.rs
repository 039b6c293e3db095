//! Finds bare URLs in a text.

const SCHEMES: [&str; 2] = ["https://", "http://"];
/// Trailing characters that end a sentence rather than a URL.
const PUNCTUATION: [char; 10] = ['.', ',', ':', ';', '!', '?', '\'', '"', '*', '_'];

/// A segment of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// A URL.
    Url(&'a str),
}

/// Splits a text at its URLs. The segments concatenate to the text.
#[must_use]
pub fn cut_at_addresses(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut begun, mut at) = (0, 0);
    while let Some(start) = next_scheme(text, at) {
        let length = address_length(&text[start..]);
        at = start + length.max(1);
        if length > 0 {
            if begun < start {
                pieces.push(Piece::Words(&text[begun..start]));
            }
            pieces.push(Piece::Url(&text[start..at]));
            begun = at;
        }
    }
    if begun < text.len() {
        pieces.push(Piece::Words(&text[begun..]));
    }
    pieces
}

/// Returns the start of the next scheme that does not continue a word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let is_scheme = |at: usize| {
        SCHEMES.iter().any(|scheme| text[at..].get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))
    };
    let begins_word = |at: usize| !text[..at].ends_with(|before: char| before.is_alphanumeric());
    let letters = text[from..].char_indices().filter(|(_, letter)| letter.eq_ignore_ascii_case(&'h'));
    letters.map(|(at, _)| from + at).find(|at| begins_word(*at) && is_scheme(*at))
}

/// Returns the length of the URL at the start of a text, or 0 if there is only a scheme.
fn address_length(text: &str) -> usize {
    let ends = |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '<' | '>' | '"' | '`');
    let mut address = &text[..text.find(ends).unwrap_or(text.len())];
    while let Some(last) = address.chars().next_back() {
        let opened_by = match last {
            ')' => Some('('),
            ']' => Some('['),
            '}' => Some('{'),
            _ => None,
        };
        // A closing bracket belongs to the URL only if its opening one does.
        let is_loose = opened_by.is_some_and(|open| address.matches(last).count() > address.matches(open).count());
        if !is_loose && !PUNCTUATION.contains(&last) {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    let host = address.split_once("://").map_or("", |(_, rest)| rest);
    if host.starts_with(|first: char| first.is_alphanumeric() || first == '[') { address.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Vec<&str> {
        let pieces = cut_at_addresses(text);
        let words = |piece: &Piece<'_>| match piece {
            Piece::Words(text) | Piece::Url(text) => (*text).to_owned(),
        };
        assert_eq!(pieces.iter().map(words).collect::<String>(), text, "nothing is lost");
        let address = |piece| match piece {
            Piece::Url(address) => Some(address),
            Piece::Words(_) => None,
        };
        pieces.into_iter().filter_map(address).collect()
    }

    #[test]
    fn addresses_are_found_without_the_punctuation_after_them() {
        for (text, expected) in [
            ("see https://example.org.", "https://example.org"),
            ("HTTP://Example.org/a?b=c&d=e#f, or", "HTTP://Example.org/a?b=c&d=e#f"),
            ("(http://example.org/a)", "http://example.org/a"),
            ("http://example.org/a_(b)", "http://example.org/a_(b)"),
            ("[http://[::1]:8080/]!?", "http://[::1]:8080/"),
            ("\"https://example.org/\"", "https://example.org/"),
            ("ü https://exämple.org/ß…", "https://exämple.org/ß…"),
        ] {
            assert_eq!(addresses(text), [expected], "{text}");
        }
        assert_eq!(addresses("http://a.b http://c.d"), ["http://a.b", "http://c.d"]);
    }

    #[test]
    fn what_is_no_address_of_the_web_stays_words() {
        for text in [
            "",
            "http",
            "https://",
            "http://.",
            "xhttp://a.b",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://a.b",
            "hhhttp:/",
        ] {
            assert_eq!(addresses(text), Vec::<&str>::new(), "{text}");
        }
    }
}
