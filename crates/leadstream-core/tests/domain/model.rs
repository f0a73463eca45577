//! The language of models: what is wrong with a file, where, and what to do; and one meaning has one hash.

mod faults;
mod persona_faults;

use leadstream_model::FileFault;

fn show(faults: &[FileFault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// There is exactly one fault: there, and saying that.
#[track_caller]
fn assert_one_fault(faults: &[FileFault], line: usize, path: &str, says: &str) {
    assert_eq!(faults.len(), 1, "{}", show(faults));
    let fault = &faults[0].fault;
    assert_eq!((fault.place.line, fault.place.path.as_str()), (line, path), "{}", show(faults));
    assert!(fault.message.contains(says), "{says:?} is not in: {}", fault.message);
}
