#!/usr/bin/env bash
# A schema registry (Apicurio, with Confluent's API below /apis/ccompat/v7) on loopback for the tests; no Docker. Needs Java 17 or
# newer, and Maven for the first fetch.
#
#   registry.sh fetch                          bring it into the cache (once, 142 MB), print where it is
#   registry.sh start DIR PORT [WATCH_PID]     start on PORT with its schemas in DIR; with WATCH_PID it ends with that process
#   registry.sh stop DIR                       stop it; its schemas stay
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/kafka/java.sh
. "$here/java.sh"
version=2.6.13.Final
home=${XDG_CACHE_HOME:-$HOME/.cache}/leadstream/apicurio-$version

unpack() { tar xzf "$1"/*.tar.gz -C "$1" && rm "$1"/*.tar.gz; }

fetch() { from_maven "$home" registry.xml apicurio.version="$version" unpack; }

start() {
  dir=$1 port=$2 watch=${3:-}
  fetch >/dev/null
  mkdir -p "$dir"
  setsid nohup java -Xmx256m -XX:TieredStopAtLevel=1 -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$port" \
    -Dregistry.datasource.url="jdbc:h2:file:$dir/schemas" -Dquarkus.datasource.jdbc.url="jdbc:h2:file:$dir/schemas" \
    -jar "$home/apicurio-registry-app-$version-runner.jar" >>"$dir/out.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" > "$dir/pid"
  if [ -n "$watch" ]; then
    # It must not outlive the tests, however they end.
    setsid nohup bash -c "while kill -0 $watch 2>/dev/null && kill -0 $pid 2>/dev/null; do sleep 1; done; kill $pid 2>/dev/null" \
      >/dev/null 2>&1 </dev/null &
  fi
  for _ in $(seq 1 240); do
    if grep -q "Listening on:" "$dir/out.log" && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then exit 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  echo "registry.sh: the registry did not come up" >&2
  tail "$dir/out.log" >&2
  exit 1
}

stop() {
  pid=$(cat "$1/pid")
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 1 80); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  kill -9 "$pid"
}

case ${1:-} in
fetch) fetch ;;
start) start "${2:?DIR}" "${3:?PORT}" "${4:-}" ;;
stop) stop "${2:?DIR}" ;;
*) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
