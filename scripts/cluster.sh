#!/usr/bin/env bash
# A cluster on this host, for development: a head and N nodes, each a process of its own.
#
#   scripts/cluster.sh up N [WORKERS]   start a head without workers, and N nodes with WORKERS each (default 1)
#   scripts/cluster.sh status           the head's nodes, tasks and workers
#   scripts/cluster.sh logs             what the processes said
#   scripts/cluster.sh cohort ARG...    cohort as a client of this cluster: submit, watch, result, ...
#   scripts/cluster.sh down             stop all, and remove the folder
#
# Everything is in one folder: $COHORT_CLUSTER, or cohort-cluster-UID in $TMPDIR. The port is $COHORT_PORT (4750).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=${COHORT_BINARY:-$root/build/release/nodes/cohort}
folder=${COHORT_CLUSTER:-${TMPDIR:-/tmp}/cohort-cluster-$(id -u)}
port=${COHORT_PORT:-4750}
head=127.0.0.1:$port

fail() {
  echo "cluster.sh: $*" >&2
  exit 1
}

# client VERB ARG...: those that read what a task left work on the head's state folder.
client() {
  local verb=$1
  shift
  case $verb in
    apply | report | audit | history) exec "$binary" "$verb" --state "$folder/head" "$@" ;;
  esac
  "$binary" "$verb" --state "$folder/client" --head "$head" --certs "$folder/certs" "$@"
}

# start NAME ARG...: in the background, its process id in NAME.pid, its words in NAME.log
start() {
  local name=$1
  shift
  setsid "$binary" "$@" >"$folder/$name.log" 2>&1 </dev/null &
  echo $! >"$folder/$name.pid"
}

# wait_for SECONDS COMMAND...
wait_for() {
  local tries=$(($1 * 10))
  shift
  until "$@" >/dev/null 2>&1; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}

all_joined() {
  [[ $(client nodes --output-format json | grep -c '"NODE_STATE_JOINED"') -eq $1 ]]
}

up() {
  local nodes=${1:?how many nodes?} workers=${2:-1} i
  [[ -x $binary ]] || fail "$binary is not there; build it first: scripts/run.sh version"
  [[ ! -e $folder ]] || fail "$folder is there already: 'down' first"
  mkdir -p "$folder/certs"
  chmod 700 "$folder"
  start head serve --state "$folder/head" --certs "$folder/certs" --port "$port" -j 0 -v
  wait_for 20 client nodes || { cat "$folder/head.log" >&2; fail "the head does not answer"; }
  for ((i = 1; i <= nodes; ++i)); do
    "$binary" certs node "n$i" --dir "$folder/certs" >/dev/null
    start "n$i" node --state "$folder/n$i" --certs "$folder/certs" --join "$head" --name "n$i" -j "$workers" -v
  done
  wait_for 20 all_joined "$nodes" || { tail -n 5 "$folder"/*.log >&2; fail "not all nodes joined"; }
  client nodes
}

down() {
  [[ -d $folder ]] || fail "$folder is not there"
  local file pid
  for file in "$folder"/n*.pid "$folder"/head.pid; do
    [[ -e $file ]] || continue
    pid=$(<"$file")
    kill "$pid" 2>/dev/null || true
  done
  for file in "$folder"/*.pid; do
    pid=$(<"$file")
    if ! wait_for 20 bash -c "! kill -0 $pid"; then
      echo "cluster.sh: ${file##*/} did not stop; killed" >&2
      kill -9 "$pid" 2>/dev/null || true
    fi
  done
  rm -rf "$folder"
}

case ${1:-} in
  up) up "${@:2}" ;;
  down) down ;;
  status) client nodes && echo && client status ;;
  logs) tail -n "${2:-20}" "$folder"/*.log ;;
  cohort) client "${@:2}" ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 2 ;;
esac
