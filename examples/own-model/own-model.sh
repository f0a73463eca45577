#!/bin/sh
# A model of one's own: checks bike-hire.toml, which has its own stages and its own times for reminders, and
# replays the eight events of two visitors with it. It prints what the model says, each move, and each reminder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
. "$root/examples/find-leadstream.sh"

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

cd "$here"
"$leadstream" model check bike-hire.toml --data events.jsonl

"$leadstream" replay --set model.files=bike-hire.toml --input clickstream=events.jsonl --out "$results" \
  --until 2026-05-05T00:00:00Z --as-of 2026-05-05T00:00:00Z >/dev/null

echo
echo "Moves"
sed -E -e 's/"from":null/"from":"(new)"/' \
  -e 's/.*"prospect":"([^"]*)","at":"([^"]*)".*"from":"([^"]*)","to":"([^"]*)".*/  \2  \1: \3 → \4/' "$results/stage-changes.jsonl"
echo
echo "Reminders"
sed -E 's/.*"prospect":"([^"]*)","at":"([^"]*)".*"step":([0-9]+),"steps":([0-9]+).*"value":([0-9.]+).*/  \2  \1: step \3 of \4, \5 EUR/' \
  "$results/cart-abandoned.jsonl"
