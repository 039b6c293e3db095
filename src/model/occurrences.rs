//! Case-insensitive text search.

use std::ops::Range;

/// Finds `words`, given in lower case, in `text`. Positions are in UTF-16 code units, as in the DOM.
#[must_use]
pub fn occurrences(text: &str, words: &str) -> Vec<Range<usize>> {
    if words.is_empty() {
        return Vec::new();
    }
    // A letter and its lower-case form may differ in length, so both texts are walked in parallel.
    let lower = text.to_lowercase();
    let mut letters = text.chars();
    let (mut lower_bytes, mut units) = (0, 0);
    let mut units_until = |end: usize| {
        while lower_bytes < end {
            let Some(letter) = letters.next() else { break };
            lower_bytes += letter.to_lowercase().map(char::len_utf8).sum::<usize>();
            units += letter.len_utf16();
        }
        units
    };
    let place = |(at, found): (usize, &str)| {
        let start = units_until(at);
        start..units_until(at + found.len())
    };
    lower.match_indices(words).map(place).collect()
}

pub(super) fn count(text: &str, words: &str) -> usize {
    text.to_lowercase().matches(words).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, words: &str) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let places = occurrences(text, words);
        assert_eq!(places.len(), count(text, words));
        places.into_iter().map(|place| String::from_utf16(&units[place]).unwrap()).collect()
    }

    #[test]
    fn words_are_found_in_any_case_and_in_their_order() {
        assert_eq!(found("Apples, apples and APPLES", "apples"), ["Apples", "apples", "APPLES"]);
        assert_eq!(occurrences("one two one", "one"), [0..3, 8..11]);
        assert_eq!(found("nothing", "else"), Vec::<String>::new());
    }

    #[test]
    fn places_count_as_the_document_does() {
        // The emoji has two code units, and the lower-case form of İ is longer than İ.
        assert_eq!(occurrences("😀 tea", "tea").pop(), Some(3..6));
        assert_eq!(occurrences("İİ tea", "tea").pop(), Some(3..6));
        assert_eq!(found("ΟΔΟΣ", "οδος"), ["ΟΔΟΣ"]);
    }

    #[test]
    fn no_words_are_nowhere() {
        assert_eq!(occurrences("text", ""), Vec::<Range<usize>>::new());
    }
}
