#!/usr/bin/env python3
"""Python's own ProcessPoolExecutor: one machine, pipes, no network."""
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

from common import check, drive_dag, emit, emit_roundtrip, round_trips, timed
from tasks import nap, noop, run_true

PEER = "procpool"


def run_dag(pool):
    running = {}

    def submit(node):
        running[pool.submit(noop)] = node

    def wait_some():
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        return [running.pop(f) for f in done]

    drive_dag(submit, wait_some)


with ProcessPoolExecutor(2) as pool:
    list(pool.map(noop, range(100)))
    emit(PEER, "noop", 5000, timed(lambda: [f.result() for f in [pool.submit(noop, i) for i in range(5000)]]))
    emit_roundtrip(PEER, round_trips(lambda: pool.submit(noop).result(), 500))
    emit(PEER, "process", 400, timed(lambda: check([f.result() for f in [pool.submit(run_true, i) for i in range(400)]])))
    emit(PEER, "dag", 1000, timed(lambda: run_dag(pool)))
with ProcessPoolExecutor(8) as pool:
    list(pool.map(noop, range(100)))
    emit(PEER, "wait", 64, timed(lambda: list(pool.map(nap, range(64)))))
