#!/bin/sh
# From nothing to the first abandoned-cart trigger, without Kafka and without a setting: the demo runs the whole
# service on a broker inside its own process, with a simulated shop that lives 14,400 times faster than your
# clock. This prints the first reminder that leaves, a few seconds after the start, and ends.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/examples/find-leadstream.sh"

# `sed` closes the pipe after the first line with a letter in it; that ends the demo.
"$leadstream" demo --plain --duration 1m --listen 127.0.0.1:0 | sed -n '/✉/{s/^ *//;p;q;}' | grep .
