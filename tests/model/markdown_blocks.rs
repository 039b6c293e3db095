//! Blocks of Markdown that is still being written.

use coda_dashboard::model::finished_blocks;

fn blocks(text: &str) -> Vec<&str> {
    let ends = finished_blocks(text);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    starts.zip(&ends).map(|(start, end)| text[start..*end].trim_end()).collect()
}

#[test]
fn a_block_is_finished_when_the_next_one_has_begun() {
    assert_eq!(blocks("One."), [""; 0]);
    assert_eq!(blocks("One.\n\n"), [""; 0]);
    assert_eq!(blocks("One.\n\nT"), ["One."]);
    assert_eq!(blocks("# Title\n\nOne.\n\nTwo."), ["# Title", "One."]);
}

#[test]
fn a_code_block_with_blank_lines_is_one_block() {
    assert_eq!(blocks("```py\na = 1\n\nb = 2\n"), [""; 0]);
    assert_eq!(blocks("```py\na = 1\n\nb = 2\n```\n\nAfter."), ["```py\na = 1\n\nb = 2\n```"]);
}

#[test]
fn a_list_with_blank_lines_is_one_block() {
    assert_eq!(blocks("- one\n\n- two\n\n  more\n\n3"), [""; 0], "a number may become the next item");
    assert_eq!(blocks("1. one\n\n2. two\n\nAfter it"), ["1. one\n\n2. two"]);
}

#[test]
fn whatever_is_appended_finished_blocks_stay_as_they_are() {
    let text = "# A\n\ntext\n\n- x\n\n- y\n\n```\n\n- no list\n\n```\n\n> q\n\n1. z\n\n\n| a |\n|---|\n| 1 |\n\nend\n";
    let mut before: Vec<usize> = Vec::new();
    for end in 0..=text.len() {
        let now = finished_blocks(&text[..end]);
        assert!(now.starts_with(&before), "{:?} after {before:?} at {:?}", now, &text[..end]);
        before = now;
    }
}
