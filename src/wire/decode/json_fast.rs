//! Events in JSON, in the Segment spec: the quick pass, which nearly every record takes.
//!
//! One pass over the text, borrowing from it; what nobody looks at is skipped. Whatever this pass stumbles over, it leaves to
//! the careful one, which reads the record from its beginning and knows what to say.

use super::draft::Draft;
use super::fields::{BuiltIn, ITEM, PRODUCT, PROPERTIES, Top};
use super::json_cursor::Scan;
use super::json_slow;
use super::lookup::{Entry, Lookup};
use super::products::DraftProduct;
use super::value::Scalar;

/// Checks the bytes once, so that nothing after has to; a byte order mark is skipped.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    // The quick check doesn't say what is wrong.
    let text = simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes));
    let text = text.map_err(|e| format!("not UTF-8: {e}"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads one event into an empty draft.
///
/// # Errors
/// The text is no JSON object; what is wrong with it, without any of its content.
pub(super) fn parse<'a>(text: &'a str, lookup: &Lookup, file: bool, draft: &mut Draft<'a>) -> Result<(), String> {
    let mut scan = Scan::new(text);
    if envelope(&mut scan, lookup, file, draft).and_then(|()| scan.end()).is_some() {
        return Ok(());
    }
    *draft = Draft::default();
    json_slow::parse(text, lookup, file, draft)
}

fn envelope<'a>(scan: &mut Scan<'a>, lookup: &Lookup, file: bool, draft: &mut Draft<'a>) -> Option<()> {
    let top = lookup.top(file);
    scan.object(|scan, key| match top.get(key) {
        Some(Top::Field(field)) => {
            let scalar = scan.scalar()?;
            // A time in an object is for the careful pass.
            (!matches!(scalar, Scalar::Other) || !field.is_time()).then(|| draft.set_top(*field, scalar))
        }
        Some(Top::Otherwise(field)) => {
            let scalar = scan.scalar()?;
            (!matches!(scalar, Scalar::Other) || !field.is_time()).then(|| draft.set_top_otherwise(*field, scalar))
        }
        Some(Top::Properties) => properties(scan, lookup, draft),
        Some(Top::Nested(node)) => nested(scan, lookup, *node, draft),
        Some(Top::Nothing) | None => scan.skip(),
    })
}

fn properties<'a>(scan: &mut Scan<'a>, lookup: &Lookup, draft: &mut Draft<'a>) -> Option<()> {
    draft.begin_properties();
    if scan.peek()? != b'{' {
        return skip_broken(scan, draft);
    }
    object(scan, lookup, PROPERTIES, draft)
}

/// A value that models look at, below this place or as a whole.
fn looked_at<'a>(scan: &mut Scan<'a>, lookup: &Lookup, entry: &Entry, draft: &mut Draft<'a>) -> Option<()> {
    match entry.child {
        Some(node) if entry.is_inner() || matches!(scan.peek()?, b'{' | b'[') => nested(scan, lookup, node, draft),
        // Lists of values are for the careful pass.
        _ if entry.is_list && matches!(scan.peek()?, b'{' | b'[') => None,
        _ => {
            let scalar = scan.scalar()?;
            draft.put(entry, &scalar);
            Some(())
        }
    }
}

/// An object below which models look at something. Of an array the first element that has the value counts.
fn nested<'a>(scan: &mut Scan<'a>, lookup: &Lookup, node: u16, draft: &mut Draft<'a>) -> Option<()> {
    match scan.peek()? {
        b'{' => object(scan, lookup, node, draft),
        b'[' => scan.array(|scan| match scan.peek()? {
            b'{' => object(scan, lookup, node, draft),
            // Arrays of arrays are not looked into: the depth of the stack stays that of the vocabulary.
            _ => scan.skip(),
        }),
        _ => scan.skip(),
    }
}

fn object<'a>(scan: &mut Scan<'a>, lookup: &Lookup, node: u16, draft: &mut Draft<'a>) -> Option<()> {
    draft.single.is_object |= node == ITEM;
    let node = lookup.node(node);
    scan.object(|scan, key| {
        let Some(entry) = node.get(key) else { return scan.skip() };
        match entry.built_in {
            None => looked_at(scan, lookup, entry, draft),
            Some(BuiltIn::Products) => products(scan, lookup, entry, draft),
            Some(field) => {
                let scalar = scan.scalar()?;
                draft.set_property(field, entry, scalar);
                Some(())
            }
        }
    })
}

/// A list of objects is read here; any other form of it is left to the careful pass.
fn products<'a>(scan: &mut Scan<'a>, lookup: &Lookup, entry: &Entry, draft: &mut Draft<'a>) -> Option<()> {
    match scan.peek()? {
        b'[' => {}
        b'{' | b'"' => return None,
        _ => {
            let before = draft.list.begin(entry.rank, &draft.faults);
            let scalar = scan.scalar()?;
            draft.set_property(BuiltIn::Products, entry, scalar);
            draft.list.settle(before, &mut draft.faults);
            return Some(());
        }
    }
    let before = draft.list.begin(entry.rank, &draft.faults);
    draft.list.given = true;
    scan.array(|scan| match scan.peek()? {
        b'{' => product(scan, lookup, draft),
        b'n' => scan.skip(),
        b'[' | b'"' => None,
        _ => {
            draft.list.drop_one(&mut draft.faults);
            scan.skip()
        }
    })?;
    draft.list.settle(before, &mut draft.faults);
    Some(())
}

fn product<'a>(scan: &mut Scan<'a>, lookup: &Lookup, draft: &mut Draft<'a>) -> Option<()> {
    let mut product = DraftProduct::default();
    let node = lookup.node(PRODUCT);
    scan.object(|scan, key| {
        let Some(entry) = node.get(key) else { return scan.skip() };
        let Some(BuiltIn::Product(field)) = entry.built_in else { return looked_at(scan, lookup, entry, draft) };
        let scalar = scan.scalar()?;
        draft.set_of_product(&mut product, field, entry, scalar);
        Some(())
    })?;
    draft.list.push(product, &mut draft.faults);
    Some(())
}

/// A value in place of an object or list: null is absent, anything else broken.
fn skip_broken(scan: &mut Scan<'_>, draft: &mut Draft<'_>) -> Option<()> {
    if scan.peek()? != b'n' {
        draft.faults.broken::<()>();
    }
    scan.skip()
}
