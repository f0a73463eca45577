//! What differs, in words.

use leadstream::domain::output::Output;
use leadstream::domain::state::prospect::Prospect;

/// Lines of a record that are shown.
const MOST_DIFFERENCES: usize = 8;

/// An output, for people.
pub fn show(whose: &str, output: &Output) -> String {
    let text = format!("{output:?}");
    format!("{whose}: {}", text.chars().take(400).collect::<String>())
}

/// The first lines in which two records differ.
pub fn first_differences(fold: &Prospect, written: &Prospect) -> (usize, String) {
    let (fold, written) = (format!("{fold:#?}"), format!("{written:#?}"));
    let mut place: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for (ours, theirs) in fold.lines().zip(written.lines()) {
        let depth = (ours.len() - ours.trim_start().len()) / 4;
        place.truncate(depth);
        if ours != theirs {
            all.push(format!("{} by the fold `{}`, written `{}`", place.join(" "), ours.trim(), theirs.trim()));
        }
        place.push(ours.trim());
    }
    let count = all.len();
    all.truncate(MOST_DIFFERENCES);
    if count == 0 {
        return (0, "state differs only in length or bytes".to_owned());
    }
    (count, format!("state differs in {}", all.join("; ")))
}
