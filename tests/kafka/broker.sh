#!/usr/bin/env bash
# A one-node Apache Kafka (KRaft) on loopback for the tests; no Docker. Needs Java 17 or newer, and Maven for the first fetch.
#
#   broker.sh fetch                          bring the jars into the cache (once, 54 MB), print where they are
#   broker.sh start DIR PORT [WATCH_PID]     start in DIR (data, logs) on PORT and PORT+1; with WATCH_PID it ends with that process
#   broker.sh stop DIR                       stop it
#   broker.sh end-hanging PORT               end transactions that are open although nobody is at work on them any more
#
# LEADSTREAM_TEST_KAFKA_VERSION=3.9.2 takes that version instead; each has its folder in the cache.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/kafka/java.sh
. "$here/java.sh"
version=${LEADSTREAM_TEST_KAFKA_VERSION:-4.4.0}
libs=${LEADSTREAM_KAFKA_LIBS:-${XDG_CACHE_HOME:-$HOME/.cache}/leadstream/kafka-$version}

fetch() { from_maven "$libs" pom.xml kafka.version="$version"; }

start() {
  dir=$1 port=$2 watch=${3:-}
  fetch >/dev/null
  mkdir -p "$dir"
  cat > "$dir/server.properties" <<P
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((port + 1))
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$((port + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$dir/data
num.partitions=4
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
group.initial.rebalance.delay.ms=0
log.segment.bytes=268435456
# What retention may take away, it takes at once: a test that would lose a record to it must not pass by luck.
log.retention.check.interval.ms=1000
log.initial.task.delay.ms=1000
P
  # Kafka 3 knows no share groups.
  [ "${version%%.*}" -lt 4 ] || echo share.coordinator.state.topic.replication.factor=1 >> "$dir/server.properties"
  cat > "$dir/log4j2.properties" <<P
status=error
rootLogger.level=warn
rootLogger.appenderRef.f.ref=F
appender.f.type=File
appender.f.name=F
appender.f.fileName=$dir/broker.log
appender.f.layout.type=PatternLayout
appender.f.layout.pattern=%d %p %c %m%n
P
  if [ ! -e "$dir/data/meta.properties" ]; then
    id=$(java -cp "$libs/*" kafka.tools.StorageTool random-uuid | tail -1)
    java -cp "$libs/*" kafka.tools.StorageTool format -t "$id" -c "$dir/server.properties" >/dev/null
  fi
  # Words, not one argument.
  # shellcheck disable=SC2086
  setsid nohup java ${LEADSTREAM_BROKER_JAVA:--Xms256m -Xmx768m -XX:TieredStopAtLevel=1} -Dlog4j2.configurationFile="$dir/log4j2.properties" \
    -cp "$libs/*" kafka.Kafka "$dir/server.properties" >"$dir/out.log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" > "$dir/pid"
  if [ -n "$watch" ]; then
    # The broker must not outlive the tests, however they end.
    setsid nohup bash -c "while kill -0 $watch 2>/dev/null; do sleep 1; done; kill $pid 2>/dev/null; sleep 5; kill -9 $pid 2>/dev/null; rm -rf '$dir'" \
      >/dev/null 2>&1 </dev/null &
  fi
  for _ in $(seq 1 240); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then exit 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.25
  done
  echo "broker.sh: the broker did not come up" >&2
  tail "$dir/out.log" "$dir/broker.log" >&2
  exit 1
}

end_hanging() {
  fetch >/dev/null
  local port=$1
  tool() {
    java -XX:TieredStopAtLevel=1 -cp "$libs/*" org.apache.kafka.tools.TransactionsCommand --bootstrap-server "127.0.0.1:$port" "$@" 2>/dev/null </dev/null
  }
  tool find-hanging --broker-id 1 --max-transaction-timeout 0 | awk '$2 ~ /^[0-9]+$/ { print $1, $2, $6 }' |
    while read -r topic partition offset; do
      tool abort --topic "$topic" --partition "$partition" --start-offset "$offset"
      echo "ended: $topic, partition $partition, offset $offset"
    done
}

case ${1:-} in
end-hanging) end_hanging "${2:?PORT}" ;;
fetch) fetch ;;
start) start "${2:?DIR}" "${3:?PORT}" "${4:-}" ;;
stop) kill "$(cat "${2:?DIR}/pid")" ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
