//! Quotes, backslashes and control characters: what ends a string of JSON or needs a closer look.

// Places in a text never wrap around: the sums are not checked, for every byte of every record passes here.

/// How many bytes are looked at together.
const STEP: usize = 16;

/// How many bytes come before the first special one.
pub(super) fn plain_bytes(bytes: &[u8]) -> usize {
    // Most strings end in the first step, and the loop takes some instructions to begin.
    match bytes.split_first_chunk() {
        Some((chunk, rest)) => first_special(chunk).unwrap_or_else(|| STEP.wrapping_add(plain_bytes_of_many(rest))),
        None => plain_bytes_of_many(bytes),
    }
}

#[inline(never)]
fn plain_bytes_of_many(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks();
    for (n, chunk) in chunks.iter().enumerate() {
        if let Some(at) = first_special(chunk) {
            return n.wrapping_mul(STEP).wrapping_add(at);
        }
    }
    let plain = rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len());
    bytes.len().wrapping_sub(rest.len()).wrapping_add(plain)
}

#[inline]
fn first_special(chunk: &[u8; STEP]) -> Option<usize> {
    let [low, high] = marks(chunk);
    if low != 0 {
        return Some(low.trailing_zeros() as usize / 8);
    }
    (high != 0).then(|| 8 + high.trailing_zeros() as usize / 8)
}

fn is_special(byte: u8) -> bool {
    // The flipped bit puts the quote next to the control characters: two comparisons instead of three.
    (byte ^ 2 <= b'"' ^ 2) | (byte == b'\\')
}

/// All bits of each byte that is special, in two halves.
#[inline]
fn marks(chunk: &[u8; STEP]) -> [u64; 2] {
    let mut marks = [[0; 8]; 2];
    // No branch, so that it becomes a few vector instructions.
    for (mark, byte) in marks.as_flattened_mut().iter_mut().zip(chunk) {
        *mark = if is_special(*byte) { 0xFF } else { 0 };
    }
    // Without this the compiler sees through to the numbers, and makes them byte by byte.
    std::hint::black_box(marks).map(u64::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_is() {
        for (length, filler) in (0..50).flat_map(|length| [b'x', b' ', b'!', b'#', b'[', b']', 0x7F, 0xFF].map(|b| (length, b))) {
            assert_eq!(plain_bytes(&vec![filler; length]), length);
            for (place, special) in (0..length).flat_map(|place| [b'"', b'\\', 0, b'\n', 0x1F].map(|b| (place, b))) {
                let mut bytes = vec![filler; length];
                bytes[place] = special;
                assert_eq!(plain_bytes(&bytes), place, "{special} among {length} times {filler}");
                bytes[length - 1] = b'"';
                assert_eq!(plain_bytes(&bytes), place, "the first of two");
            }
        }
    }

    #[test]
    fn exactly_quotes_backslashes_and_control_characters_are_special() {
        for byte in 0..=255 {
            let special = matches!(byte, b'"' | b'\\' | 0..0x20);
            assert_eq!(plain_bytes(&[byte; STEP]) == 0, special, "{byte}");
            assert_eq!(plain_bytes(&[byte]) == 0, special, "{byte}");
        }
    }
}
