#!/usr/bin/env bash
# Starts epmd on a port of its own, loopback only, two worker nodes and the master; stops all by pid.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=$(mktemp -d)
pids=()
stop() {
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 143' TERM

erlc -o "$folder" peer_erlang.erl
export ERL_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1 HOME=$folder
ERL_EPMD_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
epmd >/dev/null 2>&1 &
pids+=($!)
for _ in $(seq 50); do
  epmd -names >/dev/null 2>&1 && break
  sleep 0.1
done
options=(+sbwt none +sbwtdcpu none +sbwtdio none -noshell -setcookie "peers$$" -pa "$folder"
         -kernel inet_dist_use_interface '{127,0,0,1}' -kernel dist_nodelay true)
for name in w1 w2; do
  erl -name "$name@127.0.0.1" "${options[@]}" </dev/null >/dev/null 2>&1 &
  pids+=($!)
done
erl -name m@127.0.0.1 "${options[@]}" -run peer_erlang main w1@127.0.0.1 w2@127.0.0.1 </dev/null
