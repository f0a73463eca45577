//! What all sections of the page begin with.

use crate::app::report::how;
use crate::http::dashboard::escape;

/// How the figures of a section are counted.
pub(super) fn said(out: &mut String, section: &str) {
    *out += &format!("<p class=\"soft\">{}.</p>", escape(how::section(section)));
}
