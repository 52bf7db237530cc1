#!/usr/bin/env bash
# Measures cohort's dispatch and the peers that are installed, in one run, and prints a table with ratios.
#   scripts/bench.sh [arguments of `cohort bench dispatch`, for instance --workload noop --scale 10]
# PEERS="erlang make" limits the peers, PEERS= leaves all out; LIMIT=60 is each one's time in seconds.
# DAGS=FILE names task graphs for `cohort bench schedule`; without it they are made up.
# The measurements stay in build/bench/results.jsonl and schedule.jsonl. tests/bench/README.md says what they mean.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
peers=$root/tests/bench/peers
out=$root/build/bench
limit=${LIMIT:-60}

"$root/scripts/setup.sh"
(cd "$root" && cmake --preset release && cmake --build --preset release --target cohort bench_wait) >&2
mkdir -p "$out"
results=$out/results.jsonl
: >"$results"

missing=()
daemon=
stop_daemon() {
  if [ -n "$daemon" ]; then
    kill "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
    daemon=
  fi
}
trap stop_daemon EXIT
trap 'exit 130' INT TERM

wanted() {
  [ -z "${PEERS+set}" ] || [[ " $PEERS " == *" $1 "* ]]
}
have() {
  command -v "$1" >/dev/null
}
compiled() { # NAME LIBRARY...
  g++ -std=c++20 -O2 "$peers/$1.cpp" -o "$out/$1" "${@:2}" -lpthread 2>"$out/$1.log"
}
measure() { # NAME COMMAND...
  local name=$1 status=0
  shift
  echo "bench: $name (load $(cut -d' ' -f1 /proc/loadavg))" >&2
  timeout -k 8 "$limit" "$@" >>"$results" 2>"$out/$name.log" || status=$?
  if [ "$status" -eq 124 ]; then
    echo "bench: $name was stopped after $limit s; what it measured until then is kept" >&2
  elif [ "$status" -ne 0 ]; then
    echo "bench: $name: exit status $status: $(tail -n 1 "$out/$name.log")" >&2
  fi
}
# Runs a peer, or says that what it needs is missing.
peer() { # NAME NEED... -- COMMAND...
  local name=$1
  shift
  wanted "$name" || return 0
  while [ "$1" != -- ]; do
    if ! eval "$1"; then
      missing+=("$name")
      return 0
    fi
    shift
  done
  shift
  measure "$name" "$@"
}
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
gearman() {
  local port
  port=$(free_port)
  gearmand -L 127.0.0.1 -p "$port" -l "$out/gearmand.log" -P "$out/gearmand.pid" --user "$(id -un)" >/dev/null 2>&1 &
  daemon=$!
  for _ in $(seq 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.1
  done
  peer gearman -- "$out/peer_gearman" "$port"
  stop_daemon
}

measure cohort "$root/build/release/nodes/cohort" bench dispatch "$@"
measure cohort-nodes "$root/build/release/nodes/cohort" bench dispatch --nodes 2 --workload noop --workload roundtrip \
  --workload wait
measure cohort-wait "$root/build/release/tests/bench/bench_wait"
graphs=(--generate 1000 --generate 1000000)
[ -z "${DAGS:-}" ] || graphs=(--dags "$DAGS" --noise 0.5:2)
: >"$out/schedule.jsonl"
for workers in 2 8 64; do
  results=$out/schedule.jsonl measure "schedule-$workers" "$root/build/release/nodes/cohort" bench schedule \
    --workers "$workers" "${graphs[@]}"
done
peer floor "compiled floor" -- "$out/floor"
certificates=$out/certs
rm -rf "$certificates"
for kind in ca head client; do
  "$root/build/release/nodes/cohort" certs "$kind" --dir "$certificates" >/dev/null
done
peer caf "compiled caf_base -lcaf_openssl -lcaf_io -lcaf_core -lssl -lcrypto" -- bash -c "
  '$out/caf_base' local stealing 64 200000 && '$out/caf_base' local stealing 1 20000 &&
  '$out/caf_base' basp sharing 64 20000 && '$out/caf_base' basp sharing 1 3000 &&
  '$out/caf_base' tls sharing 64 20000 '$certificates' && '$out/caf_base' tls sharing 1 3000 '$certificates'"
peer procpool -- python3 "$peers/peer_procpool.py"
peer cmdtools "have xargs" -- python3 "$peers/peer_cmdtools.py"
peer erlang "have erl" "have erlc" "have epmd" -- "$peers/peer_erlang.sh"
if wanted gearman; then
  if have gearmand && compiled peer_gearman -lgearman; then
    gearman
  else
    missing+=(gearman)
  fi
fi
peer dask "python3 -c 'import distributed' 2>/dev/null" -- python3 "$peers/peer_dask.py"

echo
python3 "$peers/table.py" <"$results"
echo
cat "$out"/schedule-{2,8,64}.log
[ ${#missing[@]} -eq 0 ] || echo "not installed here: ${missing[*]}"
