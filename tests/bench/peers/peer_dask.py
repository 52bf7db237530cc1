#!/usr/bin/env python3
"""Dask distributed: a real scheduler and real workers, on loopback."""
import os
import socket
import sys
import tempfile

from distributed import Client

from common import LAYERS, WIDTH, Processes, check, dag, emit, emit_roundtrip, round_trips, timed
from tasks import nap, noop, run_true

PEER = "dask.distributed"
ENV = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.abspath(__file__)), DASK_DISTRIBUTED__WORKER__PROFILE__INTERVAL="1s")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cluster(processes, scratch, workers, threads):
    address = f"tcp://127.0.0.1:{free_port()}"
    dask = [sys.executable, "-m"]
    processes.start([*dask, "distributed.cli.dask_scheduler", "--host", address, "--no-dashboard", "--no-show"], env=ENV)
    for _ in range(workers):
        processes.start([*dask, "distributed.cli.dask_worker", address, "--nthreads", str(threads), "--no-dashboard",
                         "--no-nanny", "--host", "127.0.0.1", "--local-directory", scratch], env=ENV)
    client = Client(address, timeout=30)
    client.wait_for_workers(workers, timeout=30)
    return client


def run_all(client, f, n):
    return client.gather(client.map(f, range(n), pure=False))


def run_dag(client):
    nodes = {}
    for node, before in dag().items():
        nodes[node] = client.submit(noop, *[nodes[b] for b in before], pure=False)
    client.gather([nodes[(LAYERS - 1, i)] for i in range(WIDTH)])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dask.") as scratch:
        with Processes() as processes:
            client = cluster(processes, scratch, 2, 1)
            run_all(client, noop, 200)
            emit(PEER, "noop", 1500, timed(lambda: run_all(client, noop, 1500)))
            emit_roundtrip(PEER, round_trips(lambda: client.submit(noop, pure=False).result(), 60))
            emit(PEER, "process", 300, timed(lambda: check(run_all(client, run_true, 300))))
            emit(PEER, "dag", LAYERS * WIDTH, timed(lambda: run_dag(client)))
            client.close()
        with Processes() as processes:
            client = cluster(processes, scratch, 2, 4)
            run_all(client, noop, 64)
            emit(PEER, "wait", 64, timed(lambda: run_all(client, nap, 64)))
            client.close()
