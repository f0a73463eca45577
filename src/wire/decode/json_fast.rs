//! Events in JSON, in the Segment spec: the fast parser, which nearly every record takes.
//!
//! One pass over the text, borrowing from it; what no one looks at is skipped. Whatever this parser can't read, it leaves to
//! the slow one, which reads the record from its beginning and knows what to say.

use super::event_builder::EventBuilder;
use super::fields::{BuiltIn, ITEM, PRODUCT, PROPERTIES, Top};
use super::json_cursor::Scan;
use super::json_slow;
use super::lookup::{Entry, Lookup};
use super::products::ProductBuilder;
use super::value::Scalar;

/// Checks the bytes once, so that nothing after has to; a byte order mark is skipped.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    // The quick check doesn't say what is wrong.
    let text = simdutf8::basic::from_utf8(bytes).or_else(|_| std::str::from_utf8(bytes));
    let text = text.map_err(|e| format!("not UTF-8: {e}"))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads one event into an empty builder.
///
/// # Errors
/// The text is no JSON object; what is wrong with it, without any of its content.
pub(super) fn parse<'a>(text: &'a str, lookup: &Lookup, file: bool, builder: &mut EventBuilder<'a>) -> Result<(), String> {
    let mut scan = Scan::new(text);
    if envelope(&mut scan, lookup, file, builder).and_then(|()| scan.end()).is_some() {
        return Ok(());
    }
    *builder = EventBuilder::default();
    json_slow::parse(text, lookup, file, builder)
}

fn envelope<'a>(scan: &mut Scan<'a>, lookup: &Lookup, file: bool, builder: &mut EventBuilder<'a>) -> Option<()> {
    let top = lookup.top(file);
    scan.object(|scan, key| match top.get(key) {
        Some(Top::Field(field)) => {
            let scalar = scan.scalar()?;
            // A time in an object is for the slow parser.
            (!matches!(scalar, Scalar::Other) || !field.is_time()).then(|| builder.set_top(*field, scalar))
        }
        Some(Top::Otherwise(field)) => {
            let scalar = scan.scalar()?;
            (!matches!(scalar, Scalar::Other) || !field.is_time()).then(|| builder.set_top_otherwise(*field, scalar))
        }
        Some(Top::Properties) => properties(scan, lookup, builder),
        Some(Top::Nested(node)) => nested(scan, lookup, *node, builder),
        Some(Top::Nothing) | None => scan.skip(),
    })
}

fn properties<'a>(scan: &mut Scan<'a>, lookup: &Lookup, builder: &mut EventBuilder<'a>) -> Option<()> {
    builder.begin_properties();
    if scan.peek()? != b'{' {
        return skip_broken(scan, builder);
    }
    object(scan, lookup, PROPERTIES, builder)
}

/// A value that models look at, below this place or as a whole.
fn wanted<'a>(scan: &mut Scan<'a>, lookup: &Lookup, entry: &Entry, builder: &mut EventBuilder<'a>) -> Option<()> {
    match entry.child {
        Some(node) if entry.is_inner() || matches!(scan.peek()?, b'{' | b'[') => nested(scan, lookup, node, builder),
        // Lists of values are for the slow parser.
        _ if entry.is_list && matches!(scan.peek()?, b'{' | b'[') => None,
        _ => {
            let scalar = scan.scalar()?;
            builder.put(entry, &scalar);
            Some(())
        }
    }
}

/// An object below which models look at something. Of an array the first element that has the value counts.
fn nested<'a>(scan: &mut Scan<'a>, lookup: &Lookup, node: u16, builder: &mut EventBuilder<'a>) -> Option<()> {
    match scan.peek()? {
        b'{' => object(scan, lookup, node, builder),
        b'[' => scan.array(|scan| match scan.peek()? {
            b'{' => object(scan, lookup, node, builder),
            // Arrays of arrays are not looked into: the depth of the stack stays that of the vocabulary.
            _ => scan.skip(),
        }),
        _ => scan.skip(),
    }
}

fn object<'a>(scan: &mut Scan<'a>, lookup: &Lookup, node: u16, builder: &mut EventBuilder<'a>) -> Option<()> {
    builder.single.is_object |= node == ITEM;
    let node = lookup.node(node);
    scan.object(|scan, key| {
        let Some(entry) = node.get(key) else { return scan.skip() };
        match entry.built_in {
            None => wanted(scan, lookup, entry, builder),
            Some(BuiltIn::Products) => products(scan, lookup, entry, builder),
            Some(field) => {
                let scalar = scan.scalar()?;
                builder.set_property(field, entry, scalar);
                Some(())
            }
        }
    })
}

/// A list of objects is read here; any other form of it is left to the slow parser.
fn products<'a>(scan: &mut Scan<'a>, lookup: &Lookup, entry: &Entry, builder: &mut EventBuilder<'a>) -> Option<()> {
    match scan.peek()? {
        b'[' => {}
        b'{' | b'"' => return None,
        _ => {
            let before = builder.list.begin(entry.rank, &builder.faults);
            let scalar = scan.scalar()?;
            builder.set_property(BuiltIn::Products, entry, scalar);
            builder.list.settle(before, &mut builder.faults);
            return Some(());
        }
    }
    let before = builder.list.begin(entry.rank, &builder.faults);
    builder.list.given = true;
    scan.array(|scan| match scan.peek()? {
        b'{' => product(scan, lookup, builder),
        b'n' => scan.skip(),
        b'[' | b'"' => None,
        _ => {
            builder.list.drop_one(&mut builder.faults);
            scan.skip()
        }
    })?;
    builder.list.settle(before, &mut builder.faults);
    Some(())
}

fn product<'a>(scan: &mut Scan<'a>, lookup: &Lookup, builder: &mut EventBuilder<'a>) -> Option<()> {
    let mut product = ProductBuilder::default();
    let node = lookup.node(PRODUCT);
    scan.object(|scan, key| {
        let Some(entry) = node.get(key) else { return scan.skip() };
        let Some(BuiltIn::Product(field)) = entry.built_in else { return wanted(scan, lookup, entry, builder) };
        let scalar = scan.scalar()?;
        builder.set_of_product(&mut product, field, entry, scalar);
        Some(())
    })?;
    builder.list.push(product, &mut builder.faults);
    Some(())
}

/// A value in place of an object or list: null is absent, anything else broken.
fn skip_broken(scan: &mut Scan<'_>, builder: &mut EventBuilder<'_>) -> Option<()> {
    if scan.peek()? != b'n' {
        builder.faults.count_broken();
    }
    scan.skip()
}
