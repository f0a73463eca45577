//! The command line of leadstream.

use std::process::ExitCode;

/// See Cargo.toml: the records of a batch come and go by the thousand.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    leadstream::app::main()
}
