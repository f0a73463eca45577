//! The command line of leadstream.

use std::process::ExitCode;

fn main() -> ExitCode {
    leadstream::app::main()
}
