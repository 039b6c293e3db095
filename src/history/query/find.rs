//! Case-insensitive text search in frames that also sees through JSON's escapes.

use memchr::memchr2_iter;

/// The frequent bytes of frames, most frequent first.
const FREQUENT: &[u8] = b" \"e:tanoirs,l_dumcp0gh1yf2b.34w56789k-v";

/// A search text, prepared for repeated use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    text: String,
    /// In lower case.
    lowercase: String,
    /// Index in `lowercase` of its rarest byte, which `memchr` looks for.
    rarest: usize,
    /// Only characters that JSON writers leave unescaped, so an escape cannot hide the text.
    is_plain: bool,
}

impl Needle {
    /// Prepares a search that ignores case.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        let lowercase = text.to_lowercase();
        let rank = |byte: u8| FREQUENT.iter().position(|frequent| *frequent == byte).unwrap_or(FREQUENT.len());
        let rarest = lowercase.bytes().enumerate().max_by_key(|(_, byte)| rank(*byte)).map_or(0, |(at, _)| at);
        Self { text: text.to_owned(), lowercase, rarest, is_plain }
    }

    /// The text as given, in its original case.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text occurs in `haystack`.
    #[must_use]
    pub fn occurs_in(&self, haystack: &str) -> bool {
        if self.occurs_in_bytes(haystack.as_bytes()) {
            return true;
        }
        // Python's `json` escapes all non-ASCII characters.
        let may_be_hidden = !self.is_plain && (haystack.contains('\\') || !haystack.is_ascii());
        may_be_hidden && unescape(haystack).to_lowercase().contains(&self.lowercase)
    }

    /// Ignores case for ASCII letters only.
    fn occurs_in_bytes(&self, haystack: &[u8]) -> bool {
        let needle = self.lowercase.as_bytes();
        let Some(rarest) = needle.get(self.rarest) else { return true };
        memchr2_iter(*rarest, rarest.to_ascii_uppercase(), haystack).any(|at| {
            let found = at.checked_sub(self.rarest).and_then(|start| haystack.get(start..start + needle.len()));
            found.is_some_and(|found| found.eq_ignore_ascii_case(needle))
        })
    }
}

/// Replaces JSON's escapes wherever they occur.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (decoded, length) = read_escape(&rest[at..]);
        plain.push(decoded);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    plain
}

/// Decodes the escape at the start of `text`; returns the character and the escape's length in bytes.
fn read_escape(text: &str) -> (char, usize) {
    let unit = |from: usize| text.get(from..from + 4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(byte @ (b'"' | b'\\' | b'/')) => (char::from(*byte), 2),
        Some(b'u') => {
            let units = unit(2).into_iter().chain(unit(8).filter(|_| text.get(6..8) == Some("\\u")));
            match char::decode_utf16(units).next() {
                Some(Ok(decoded)) => (decoded, if u32::from(decoded) > 0xffff { 12 } else { 6 }),
                _ => ('\\', 1),
            }
        }
        _ => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case() {
        for haystack in ["rabat", "in RABAT", "rRabat", "RarabaRabat"] {
            assert!(Needle::new("Rabat").occurs_in(haystack), "{haystack}");
        }
        assert!(!Needle::new("rabat").occurs_in("raba"));
        assert!(Needle::new("ÉTÉ").occurs_in("L'été"));
        assert!(Needle::new("").occurs_in(""));
        assert!(!Needle::new("kit").occurs_in("k"), "the rarest byte alone, at the end");
        assert!(!Needle::new("tik").occurs_in("k"), "the rarest byte alone, at the beginning");
    }

    #[test]
    fn words_are_found_through_escapes() {
        let frame = r#"{"text": "Stra\u00dfe \ud83d\ude00 said \"hi\"\nbye \u12 \ud83d! \"#;
        for word in ["straße", "Straße 😀 SAID", "said \"hi\"", "said \\\"hi", "\"text\": ", "hi\"\nbye", "\\u12"] {
            assert!(Needle::new(word).occurs_in(frame), "{word}");
        }
        assert!(!Needle::new("große").occurs_in(frame));
    }
}
