//! Single values as the generated messages have them: ids and texts as strings.

use crate::domain::Text;
use crate::wire::output::fields::hex;

pub(super) fn id_text(id: u128) -> String {
    hex(id, &mut [0; 32]).to_owned()
}

pub(super) fn text(text: Option<&Text>) -> Option<String> {
    text.map(Text::to_string)
}

pub(super) fn texts(texts: &[Text]) -> Vec<String> {
    texts.iter().map(Text::to_string).collect()
}
