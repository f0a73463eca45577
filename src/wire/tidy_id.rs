//! Ids as everything else calls them.

use std::borrow::Cow;

/// An id without blanks around it; of one that Shopify's interface writes (`gid://shopify/Product/7?…`) what stands at its end, which is
/// how everything else calls it.
#[inline]
pub(in crate::wire) fn tidy(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.as_bytes() {
        [first, .., last]
            if first.is_ascii_graphic() && last.is_ascii_graphic() && !(*first == b'g' && text.starts_with(GID)) =>
        {
            text
        }
        [only] if only.is_ascii_graphic() => text,
        _ => tidied(text),
    }
}

/// How ids of Shopify's interface begin.
const GID: &str = "gid://";

#[cold]
fn tidied(text: Cow<'_, str>) -> Cow<'_, str> {
    fn inner(text: &str) -> &str {
        let text = text.trim();
        let Some(path) = text.strip_prefix(GID) else { return text };
        let path = path.split(['?', '#']).next().unwrap_or(path);
        // Who, of what, which one: with less it is no such id.
        path.splitn(3, '/').nth(2).filter(|id| !id.is_empty()).unwrap_or(text)
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(inner(text)),
        Cow::Owned(text) => Cow::Owned(inner(&text).to_owned()),
    }
}
