//! Compiles `proto/` to Rust. protox is a protobuf compiler in Rust, so no system `protoc` is needed.

use std::io::Result;

const FILES: [&str; 6] = ["event", "state", "output", "deadletter", "routed", "forwards"];

fn main() -> Result<()> {
    println!("cargo:rerun-if-changed=../../proto");
    let files = FILES.map(|name| format!("leadstream/v1/{name}.proto"));
    let descriptors = protox::compile(files, ["../../proto"]).map_err(std::io::Error::other)?;
    // Ordered maps: what is decoded never depends on the order of a hash.
    prost_build::Config::new().btree_map(["."]).compile_fds(descriptors)
}
