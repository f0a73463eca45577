//! From which scores on a grade is given: what the file says, over the defaults.

use super::spec::GradesSpec;
use crate::fault::Spanned;
use leadstream_core::domain::model::personas::{LETTERS, NUMBERS};

/// Lower thresholds of A to D and of 1 to 4, where the model says nothing.
const DEFAULT_LETTERS: [f64; 4] = [75.0, 50.0, 25.0, 0.0];
const DEFAULT_NUMBERS: [f64; 4] = [100.0, 50.0, 20.0, 0.0];

/// The thresholds in force: what is said, over the defaults.
pub(super) fn grade_lines(grades: Option<&GradesSpec>) -> [[f64; 4]; 2] {
    [
        lines(&LETTERS, DEFAULT_LETTERS, grades.map_or(&[], |g| &g.fit)),
        lines(&NUMBERS, DEFAULT_NUMBERS, grades.map_or(&[], |g| &g.engagement)),
    ]
}

fn lines(names: &[&str; 4], mut lines: [f64; 4], said: &[(Spanned<String>, f64)]) -> [f64; 4] {
    for (name, line) in names.iter().zip(&mut lines) {
        if let Some((_, value)) = said.iter().find(|(said, _)| said.value == **name) {
            *line = *value;
        }
    }
    lines
}
