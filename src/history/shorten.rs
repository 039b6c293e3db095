//! The truncation of long texts.

/// Truncates to at most `chars` characters plus "…". Cuts between words, and in JSON between values, closing all
/// brackets.
#[must_use]
pub fn shorten(text: &str, chars: usize) -> String {
    let Some((limit, _)) = text.char_indices().nth(chars) else { return text.to_owned() };
    let beginning = &text[..limit];
    if text.starts_with(['{', '[']) {
        return shorten_json(beginning);
    }
    let is_word_over = text[limit..].starts_with(char::is_whitespace);
    let end = beginning.rfind(char::is_whitespace).filter(|end| !is_word_over && *end > limit / 2).unwrap_or(limit);
    format!("{}…", beginning[..end].trim_end_matches(is_opening))
}

/// Whether a truncated text should not end with this character.
fn is_opening(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, ',' | ':' | ';' | '(' | '[' | '{' | '"' | '“')
}

/// A position where JSON can be cut.
struct Cut {
    end: usize,
    /// Closes the string and brackets that are open there.
    closing: String,
}

impl Cut {
    fn at(end: usize, quote: &str, open: &[char]) -> Self {
        Self { end, closing: quote.chars().chain(open.iter().rev().copied()).collect() }
    }
}

/// Cuts a JSON text after its last whole value, or between the words of a string.
fn shorten_json(text: &str) -> String {
    let mut open: Vec<char> = Vec::new();
    let (mut cut, mut hard): (Option<Cut>, Option<Cut>) = (None, None);
    let (mut is_string, mut is_key, mut is_escaped) = (false, false, false);
    let mut last = ' ';
    for (at, letter) in text.char_indices() {
        if is_string {
            if is_escaped {
                is_escaped = false;
            } else if letter == '"' {
                is_string = false;
                if !is_key {
                    cut = Some(Cut::at(at + 1, "", &open));
                    hard = None;
                }
                last = letter;
            } else {
                is_escaped = letter == '\\';
                if !is_key {
                    hard = Some(Cut::at(at, "\"", &open));
                    if letter.is_whitespace() {
                        cut = Some(Cut::at(at, "\"", &open));
                    }
                }
            }
            continue;
        }
        match letter {
            '"' => {
                is_string = true;
                is_key = open.last() == Some(&'}') && matches!(last, '{' | ',');
            }
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                open.pop();
                cut = Some(Cut::at(at + 1, "", &open));
            }
            ',' => cut = Some(Cut::at(at, "", &open)),
            _ => {}
        }
        if !letter.is_whitespace() {
            last = letter;
        }
    }
    // Cutting before a long last word would drop most of the text.
    let is_little = cut.as_ref().is_none_or(|cut| cut.end < text.len() / 2);
    match if is_little { hard.or(cut) } else { cut } {
        Some(Cut { end, closing }) => format!("{}{closing}…", &text[..end]),
        None => "…".to_owned(),
    }
}
