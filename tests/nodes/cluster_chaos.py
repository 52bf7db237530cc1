#!/usr/bin/env python3
"""Breaks a cluster at random moments, and looks whether anybody can tell.

    cluster_chaos.py --work DIR [--faults kill_node,...] [--seeds 1-20]

For each fault and seed: a fresh head and three nodes on this host, each node behind a proxy that can hold its traffic; one
task; the fault at a random moment of it, on a random node. What is done stands in DIR/runs.jsonl and is not done again, so
the script can be stopped and called again at any time.

A run is right when
  - the task is done and its tree is the one that a single host makes of the same workspace;
  - no subtask was merged twice, by the head's journal;
  - after the head and the nodes were stopped, no process of theirs is left;
  - it took at most 1.2 x (the undisturbed time + the time that detection may take + the longest attempt, which may be lost).

Faults: kill_node (SIGKILL), stop_node (SIGSTOP for twice the timeout), cut_short and cut_long (nothing crosses, both ways, for half
and for twice the timeout), cut_far (five times), cut_to_node and cut_to_head (one way, twice the timeout), kill_child (SIGKILL to a compiler),
restart_node (SIGKILL, and at once a new one of the same name).

Exit status: 0 all runs are right; 1 one is not; 2 it could not start.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from cohort_cli import BINARY, git, live_processes

NODES = 3
TIMEOUT = 3.0       # cluster.failure_timeout_ms of the head; its default.
MERGED = 28         # The journal's kind of event.
SHARE = 1.2

FAULTS = ("kill_node", "stop_node", "cut_short", "cut_long", "cut_far", "cut_to_node", "cut_to_head", "kill_child", "restart_node")

# In timeouts.
CUTS = {"cut_short": 0.5, "cut_far": 5.0}

HEADER = """#pragma once
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <regex>
#include <string>
#include <vector>

"""


def workspace(root: Path, units: int = 12, faults: int = 8) -> None:
    """`units` sources that take a while to compile, `faults` of them broken."""
    root.mkdir(parents=True)
    names = [f"part{i}" for i in range(units)]
    (root / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.16)\nproject(parts CXX)\nadd_library(parts "
                                         + " ".join(f"{name}.cc" for name in names) + ")\n")
    (root / "parts.h").write_text(HEADER + "".join(f"std::map<std::string, int> {name}(int limit);\n" for name in names))
    for i, name in enumerate(names):
        end = "" if i < faults and i % 2 == 0 else ";"
        total = "totl" if i < faults and i % 2 == 1 else "total"
        (root / f"{name}.cc").write_text(
            f'#include "parts.h"\n\nstd::map<std::string, int> {name}(int limit) {{\n'
            f"  std::map<std::string, int> result;\n  int total = {i}{end}\n"
            f'  for (int i = 0; i < limit; ++i)\n    result["{name}" + std::to_string(i)] = {total} + i;\n'
            f"  return result;\n}}\n")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "start")):
        git(root, *words)


class Proxy:
    """Carries TCP connections to `target`; each direction can be held, and goes on with what it held."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.open = {"to_head": threading.Event(), "to_node": threading.Event()}
        self.hold(False, False)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def hold(self, to_head: bool, to_node: bool) -> None:
        for name, held in (("to_head", to_head), ("to_node", to_node)):
            self.open[name].clear() if held else self.open[name].set()

    def accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connect, args=(near,), daemon=True).start()

    def connect(self, near: socket.socket) -> None:
        self.open["to_head"].wait()
        try:
            far = socket.create_connection(("127.0.0.1", self.target))
        except OSError:
            near.close()
            return
        for name, source, sink in (("to_head", near, far), ("to_node", far, near)):
            threading.Thread(target=self.carry, args=(self.open[name], source, sink), daemon=True).start()

    @staticmethod
    def carry(is_open: threading.Event, source: socket.socket, sink: socket.socket) -> None:
        try:
            while True:
                select.select([source], [], [])
                is_open.wait()
                data = source.recv(1 << 16)
                is_open.wait()
                if not data:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self) -> None:
        self.hold(False, False)
        self.listener.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Wrong(Exception):
    """What a run did that it may not do."""


class Cluster:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certs = folder / "certs"
        self.port = free_port()
        self.running: dict[str, subprocess.Popen] = {}
        self.proxies = {f"n{i}": Proxy(self.port) for i in range(1, NODES + 1)}
        self.certs.mkdir(parents=True)
        self.start("head", "serve", "--port", self.port, "-j", 0)
        self.wait(lambda: self.client("nodes").returncode == 0, "the head answers")
        for name in self.proxies:
            subprocess.run([BINARY, "certs", "node", name, "--dir", self.certs], check=True, capture_output=True)
            self.start_node(name)
        self.wait(lambda: self.joined() == NODES, "all nodes joined")

    def start(self, name: str, *words) -> None:
        with open(self.folder / f"{name}.log", "ab") as log:
            command = [BINARY, *map(str, words), "--state", self.folder / name, "--certs", self.certs, "-v"]
            self.running[name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_node(self, name: str) -> None:
        self.start(name, "node", "--join", f"127.0.0.1:{self.proxies[name].port}", "--name", name, "-j", 1)

    def client_command(self, *words) -> list[str]:
        return [str(BINARY), *map(str, words), "--head", f"127.0.0.1:{self.port}", "--certs", str(self.certs), "--state",
                str(self.folder / "client")]

    def client(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run(self.client_command(*words), capture_output=True, text=True, timeout=60)

    def joined(self) -> int:
        return self.client("nodes", "--output-format", "json").stdout.count('"NODE_STATE_JOINED"')

    @staticmethod
    def wait(what, why: str, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                raise Wrong(f"not within {seconds:.0f} s: {why}")
            time.sleep(0.05)

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def merged(self) -> list[str]:
        """The subtasks whose patches were merged, in order, as the journal has them."""
        with sqlite3.connect(f"file:{self.folder / 'head/journal.db'}?mode=ro", uri=True) as journal:
            bodies = [body for (body,) in journal.execute("SELECT body FROM events WHERE kind = ? ORDER BY id", (MERGED,))]
        return [decode_merged(body) for body in bodies]

    def stop(self) -> None:
        for name in sorted(self.running, reverse=True):
            self.running[name].send_signal(signal.SIGCONT)
            self.running[name].terminate()
        for name, process in self.running.items():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Wrong(f"{name} does not stop")
        for proxy in self.proxies.values():
            proxy.close()


def decode_merged(body: bytes) -> str:
    """subtask/round of a PatchMerged event."""
    text = subprocess.run(["protoc", "--decode_raw"], input=body, capture_output=True, check=True).stdout.decode()
    inner = text[text.index("28 {"):].splitlines()[1:3] if "28 {" in text else text.splitlines()[:2]
    return "/".join(line.split(":", 1)[1].strip().strip('"') for line in inner if ":" in line)


def compilers_of(process: int) -> list[int]:
    """Compilers that run somewhere below this process."""
    children: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            names[int(entry)] = stat[stat.index("(") + 1:stat.rindex(")")]
            children.setdefault(int(stat[stat.rindex(")") + 2:].split()[1]), []).append(int(entry))
    found, more = [], [process]
    while more:
        more = [child for parent in more for child in children.get(parent, [])]
        found += [child for child in more if names[child].startswith(("cc1plus", "clang"))]
    return found


def inject(fault: str, cluster: Cluster, node: str) -> dict:
    """Does it; returns what is to be known about it."""
    process = cluster.running[node]
    proxy = cluster.proxies[node]
    if fault == "kill_node":
        cluster.kill(node)
    elif fault == "restart_node":
        cluster.kill(node)
        cluster.start_node(node)
    elif fault == "stop_node":
        process.send_signal(signal.SIGSTOP)
        time.sleep(2 * TIMEOUT)
        process.send_signal(signal.SIGCONT)
    elif fault == "kill_child":
        for _ in range(500):
            for victim in compilers_of(process.pid):
                try:
                    os.kill(victim, signal.SIGKILL)
                    return {"child": victim}
                except ProcessLookupError:
                    continue
            time.sleep(0.01)
        return {"child": None}
    else:
        seconds = CUTS.get(fault, 2.0) * TIMEOUT
        proxy.hold(to_head=fault != "cut_to_node", to_node=fault != "cut_to_head")
        time.sleep(seconds)
        proxy.hold(False, False)
    return {}


def detection(fault: str) -> float:
    """Seconds that it may take to know what happened."""
    return {"kill_node": 0.0, "restart_node": 0.0, "kill_child": 0.0, "cut_short": TIMEOUT / 2}.get(fault, TIMEOUT + 1)


def run(work: Path, fault: str, seed: int, reference: dict) -> dict:
    choose = random.Random(f"{fault} {seed}")
    folder = work / "run"
    shutil.rmtree(folder, ignore_errors=True)
    before = live_processes()
    cluster = Cluster(folder)
    record = {"fault": fault, "seed": seed, "node": choose.choice(sorted(cluster.proxies))}
    try:
        begun = time.monotonic()
        task = subprocess.Popen(cluster.client_command("submit", "fix the compile errors", "-w", work / "ws", "--mode", "parallel",
                                                       "--watch", "--output-format", "json"),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if fault != "none":
            time.sleep(choose.uniform(0.05, 0.9) * reference.get("seconds", 0))
            record["moment"] = round(time.monotonic() - begun, 2)
            record |= inject(fault, cluster, record["node"])
        try:
            out, err = task.communicate(timeout=max(120.0, 5 * reference.get("seconds", 60)))
        except subprocess.TimeoutExpired:
            task.kill()
            raise Wrong("the task does not end")
        record["seconds"] = round(time.monotonic() - begun, 2)
        if task.returncode != 0:
            raise Wrong(f"exit status {task.returncode}: {err[-500:]}")
        result = json.loads(out)
        record["tree"] = result["patch"]["result_tree"]
        record["longest"] = round(max(float(subtask.get("seconds", 0)) for subtask in result["subtasks"]), 2)
        if record["tree"] != reference["tree"]:
            raise Wrong("another tree than that of one host")
        merged = cluster.merged()
        if len(merged) != len(set(merged)) or not merged:
            raise Wrong(f"merged: {merged}")
        if "seconds" in reference:
            record["limit"] = round(SHARE * (reference["seconds"] + detection(fault) + reference["longest"]), 2)
            if record["seconds"] > record["limit"]:
                raise Wrong(f"{record['seconds']} s, more than {record['limit']} s")
    except Wrong as why:
        record["wrong"] = str(why)
    finally:
        try:
            cluster.stop()
            left = live_processes() - before
            if left:
                record["wrong"] = f"processes are left: {sorted(left)}"
        except Wrong as why:
            record["wrong"] = str(why)
    if "wrong" in record:
        kept = work / f"{fault}-{seed}"
        shutil.rmtree(kept, ignore_errors=True)
        folder.rename(kept)
    return record


def undisturbed(work: Path) -> dict:
    """What one host makes of it, and how long three nodes take: the median of three."""
    path = work / "reference.json"
    if path.exists():
        return json.loads(path.read_text())
    shutil.rmtree(work / "ws", ignore_errors=True)
    workspace(work / "ws")
    alone = subprocess.run([BINARY, "run", "fix the compile errors", "-w", work / "ws", "--mode", "parallel", "-j", "2", "--output-format",
                            "json", "--state", work / "alone", "--no-branch"], capture_output=True, text=True)
    if alone.returncode != 0:
        raise Wrong(f"one host alone fails: {alone.stderr[-1000:]}")
    reference = {"tree": json.loads(alone.stdout)["patch"]["result_tree"]}
    runs = [run(work, "none", seed, reference) for seed in (1, 2, 3)]
    for record in runs:
        if "wrong" in record:
            raise Wrong(f"undisturbed: {record['wrong']}")
    reference["seconds"] = sorted(record["seconds"] for record in runs)[1]
    reference["longest"] = max(record["longest"] for record in runs)
    path.write_text(json.dumps(reference))
    return reference


def table(records: list[dict], reference: dict) -> None:
    print(f"undisturbed {reference['seconds']:.1f} s, longest attempt {reference['longest']:.1f} s, timeout {TIMEOUT:.0f} s")
    print(f"{'fault':<14}{'runs':>5}{'right':>6}{'median s':>10}{'most s':>8}{'limit s':>9}")
    for fault in dict.fromkeys(record["fault"] for record in records):
        mine = [record for record in records if record["fault"] == fault]
        took = sorted(record["seconds"] for record in mine if "seconds" in record) or [0]
        limit = SHARE * (reference["seconds"] + detection(fault) + reference["longest"])
        print(f"{fault:<14}{len(mine):>5}{sum('wrong' not in record for record in mine):>6}{took[len(took) // 2]:>10.1f}"
              f"{took[-1]:>8.1f}{limit:>9.1f}")
    for record in records:
        if "wrong" in record:
            print(f"{record['fault']} seed {record['seed']}: {record['wrong']}")


def numbers(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--faults", default=",".join(FAULTS))
    parser.add_argument("--seeds", type=numbers, default=numbers("1-20"))
    options = parser.parse_args()
    faults = options.faults.split(",")
    if not BINARY.is_file() or set(faults) - set(FAULTS):
        print(f"{BINARY} must be there (COHORT_BINARY), and faults be some of {', '.join(FAULTS)}", file=sys.stderr)
        return 2
    work = options.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    path = work / "runs.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(record["fault"], record["seed"]) for record in records}
    try:
        reference = undisturbed(work)
    except Wrong as why:
        print(why, file=sys.stderr)
        return 2
    for seed in options.seeds:
        for fault in faults:
            if (fault, seed) in done:
                continue
            record = run(work, fault, seed, reference)
            with path.open("a") as out:
                out.write(json.dumps(record) + "\n")
            records.append(record)
            print(json.dumps(record), file=sys.stderr)
    table(records, reference)
    return 1 if any("wrong" in record for record in records) else 0


if __name__ == "__main__":
    sys.exit(main())
