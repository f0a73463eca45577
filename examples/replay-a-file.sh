#!/bin/sh
# What would have happened? Replays the events of four visitors, one a line in Segment's JSON, without Kafka and
# at full speed. It prints which reminders would have left, how each cart ended, and the report over all of them.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/examples/find-leadstream.sh"

files=$root/examples/replay-a-file
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# The topic decides what an input may say: consent is withdrawn by mails, not by what a browser sends. The clock
# stops at a fixed time, and is never asked, so that the answer is the same whenever you run this.
set -- --input "clickstream=$files/clickstream.jsonl" --input "email=$files/email.jsonl" \
  --until 2026-03-31T00:00:00Z --as-of 2026-03-31T00:00:00Z

"$leadstream" replay "$@" --out "$results" >/dev/null

echo "Reminders"
sed -E 's/.*"prospect":"([^"]*)","at":"([^"]*)".*"step":([0-9]+),"steps":([0-9]+).*"value":([0-9.]+).*/  \2  \1: step \3 of \4, \5 EUR/' \
  "$results/cart-abandoned.jsonl"
echo
echo "How carts ended"
sed -E 's/.*"type":"([^"]*)","prospect":"([^"]*)","at":"([^"]*)".*"reason":"([^"]*)".*/  \3  \2: \1, \4/' \
  "$results/cart-outcomes.jsonl"
echo
"$leadstream" report "$@" --time-zone UTC
