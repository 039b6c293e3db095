//! Splits Markdown that is still being written into blocks that are finished.

/// Returns the end of each finished block: whatever is appended, the text before it will be rendered the same. The rest
/// may still change.
///
/// A block is finished where a blank line follows it and another block begins after that: one that continues neither a
/// list nor a quotation, and not within a code fence.
#[must_use]
pub fn finished_blocks(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut fence: Option<&str> = None;
    let mut is_after_blank = false;
    let mut is_list = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let is_whole = line.ends_with('\n');
        if is_after_blank && !content.is_empty() && fence.is_none() {
            // A marker may still grow, as "1" to "1." does.
            let is_told = is_whole || content.len() > MARKER;
            let continues = content.starts_with([' ', '\t']) || (is_list && (is_list_item(content) || !is_told));
            if !continues {
                ends.push(at);
                is_list = false;
            }
        }
        let marker = content.trim_start();
        match fence {
            Some(open) if marker.starts_with(open) && marker.trim_start_matches(&open[..1]).is_empty() => fence = None,
            Some(_) => {}
            None => {
                fence = FENCES.into_iter().find(|fence| marker.starts_with(fence));
                is_list |= is_list_item(content);
            }
        }
        is_after_blank = content.is_empty() && is_whole;
        at += line.len();
    }
    ends
}

const FENCES: [&str; 2] = ["```", "~~~"];
/// Characters after which a line is known to begin a list item or not.
const MARKER: usize = 4;

fn is_list_item(line: &str) -> bool {
    let rest = line.trim_start();
    let after_bullet = rest.strip_prefix(['-', '*', '+']);
    let digits = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let after_number = (digits.len() < rest.len()).then(|| digits.strip_prefix(['.', ')'])).flatten();
    after_bullet.or(after_number).is_some_and(|after| after.is_empty() || after.starts_with(' '))
}
