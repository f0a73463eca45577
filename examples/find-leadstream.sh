# Read by the other scripts, which say in $root where the repository is: sets $leadstream to the program. That is
# $LEADSTREAM if it is set, else the one on the PATH, else the one that cargo builds (the first time in minutes).

if [ -n "${LEADSTREAM:-}" ]; then
  leadstream=$LEADSTREAM
elif command -v leadstream >/dev/null; then
  leadstream=leadstream
else
  cargo build --release --manifest-path "$root/Cargo.toml" >&2
  leadstream=${CARGO_TARGET_DIR:-$root/target}/release/leadstream
fi
