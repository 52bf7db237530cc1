"""What the Python drivers share: the workloads' sizes, clocks, and one JSON line a workload."""
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time

REPS = int(os.environ.get("REPS", "3"))
LAYERS, WIDTH, FANIN = 50, 20, 3


def dag():
    """The graph that all Python drivers run: {(layer, i): [nodes of the layer before]}."""
    rnd = random.Random(42)
    return {(layer, i): [] if layer == 0 else [(layer - 1, j) for j in rnd.sample(range(WIDTH), FANIN)]
            for layer in range(LAYERS) for i in range(WIDTH)}


def emit(peer, workload, n, seconds, **more):
    """`seconds`: one per repetition. The line carries the median and the spread."""
    s = sorted(seconds)
    median = statistics.median(s)
    print(json.dumps(dict(peer=peer, workload=workload, n=n, seconds=round(median, 6), per_second=round(n / median, 1),
                          min_s=round(s[0], 6), max_s=round(s[-1], 6), reps=len(s), **more)), flush=True)


def emit_roundtrip(peer, repetitions, **more):
    """`repetitions`: lists of single round trips in seconds."""
    trips = sorted(t for r in repetitions for t in r)
    n, total = len(trips), sum(trips)
    print(json.dumps(dict(peer=peer, workload="roundtrip", n=n, seconds=round(total, 6), per_second=round(n / total, 1),
                          p50_us=round(trips[n // 2] * 1e6, 1), p99_us=round(trips[min(n - 1, int(n * .99))] * 1e6, 1),
                          reps=len(repetitions), **more)), flush=True)


def check(codes):
    if any(code != 0 for code in codes):
        sys.exit("a task failed")


def timed(f, reps=None):
    out = []
    for _ in range(reps or REPS):
        began = time.perf_counter()
        f()
        out.append(time.perf_counter() - began)
    return out


def round_trips(f, n, warm=5):
    for _ in range(warm):
        f()
    return [timed(f, n) for _ in range(REPS)]


def drive_dag(submit, wait_some):
    """For systems without dependencies: submit(node) when it is ready; wait_some() gives finished nodes."""
    graph = dag()
    left, children = {node: len(before) for node, before in graph.items()}, {}
    for node, before in graph.items():
        for parent in before:
            children.setdefault(parent, []).append(node)
    for node, count in left.items():
        if count == 0:
            submit(node)
    done = 0
    while done < len(graph):
        for node in wait_some():
            done += 1
            for child in children.get(node, ()):
                left[child] -= 1
                if left[child] == 0:
                    submit(child)


class Processes:
    """Helper processes, stopped one by one when the block ends."""

    def __init__(self):
        self.started = []

    def start(self, command, **kw):
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)
        self.started.append(process)
        return process

    def __enter__(self):
        # A time limit ends a driver by SIGTERM: then, too, what it started must go.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return self

    def __exit__(self, *_):
        for p in self.started:
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
        for p in self.started:
            try:
                p.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, signal.SIGKILL)
                p.wait()
