#!/usr/bin/env python3
"""What it costs that the journal is on the disk: the same work with the journal's file in memory, in turns.

Only the journal moves: `journal.db` in the state folder is a link to a file below /dev/shm; store, slots and keys stay on
the disk. Workloads:

  task      a whole `cohort run`, from a cold cache: 12 units with a fault each, repaired in parallel (wall time of the process)
  dag       1,000 no-op units, each after up to two others, an event for each (time until the last unit is done)
  units     the same, until the process has ended, with all events on the disk
  wait      64 units `sleep 0.1` on 8 workers, an event for each

  durability.py --work DIR [--pairs 5] [--binary build/release/nodes/cohort]

Each pair is a line of DIR/pairs.jsonl; it goes on where it was stopped. Prints a table of medians; the ratio is the median of
the pairs' own ratios, since a pair's two runs have the same weather.
"""
from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

UNITS = {f"part{n}.cc": f'#include "parts.h"\n\nint part{n}(int x) {{\n  int result = x + {n}{"" if n % 2 else ";"}\n'
                        f'  return {"result" if n % 2 else "reslt"};\n}}\n' for n in range(12)}
WORKSPACE = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(parts CXX)\nadd_library(parts " + " ".join(UNITS) + ")\n",
    "parts.h": "#pragma once\n#include <map>\n#include <string>\n" + "".join(f"int part{n}(int x);\n" for n in range(12)),
    **UNITS,
}


def timed(command: list[str], **kw) -> tuple[float, str]:
    began = time.monotonic()
    done = subprocess.run(command, check=True, capture_output=True, text=True, **kw)
    return time.monotonic() - began, done.stdout


def measure(binary: Path, work: Path, is_durable: bool) -> dict[str, float]:
    """Seconds, by workload."""
    with tempfile.TemporaryDirectory(dir=work) as folder, tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        def state(name: str) -> list[str]:
            path = Path(folder, name)
            path.mkdir()
            if not is_durable:
                (path / "journal.db").symlink_to(Path(memory, f"{name}.db"))
            return ["--state", str(path)]
        root = Path(folder, "workspace")
        root.mkdir()
        for name, text in WORKSPACE.items():
            (root / name).write_text(text)
        task, _ = timed([str(binary), "run", "fix the compile errors", "-w", str(root), "-j", "2", "--mode", "parallel",
                         "--no-branch", *state("task")])
        bench = [str(binary), "bench", "dispatch", "--journal", "--workload"]
        units, line = timed([*bench, "dag", *state("dag")])
        _, waited = timed([*bench, "wait", *state("wait")])
        return {"task": task, "dag": json.loads(line)["seconds"], "units": units, "wait": json.loads(waited)["seconds"]}


def table(pairs: list[dict]) -> str:
    lines = ["| workload | on the disk | in memory | ratio | pairs |", "| --- | --- | --- | --- | --- |"]
    for name in pairs[0]["disk"]:
        disk, memory = ([pair[where][name] for pair in pairs] for where in ("disk", "memory"))
        ratios = [a / b for a, b in zip(disk, memory)]
        lines.append(f"| {name} | {statistics.median(disk):.3f} s | {statistics.median(memory):.3f} s | "
                     f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) | {len(pairs)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--binary", type=Path, default=Path(__file__).resolve().parents[2] / "build/release/nodes/cohort")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    record = options.work / "pairs.jsonl"
    pairs = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    binary = options.work / "cohort"  # The same one for all pairs, whatever is built meanwhile.
    if not binary.exists():
        shutil.copy2(options.binary, binary)
    while len(pairs) < options.pairs:
        order = ("disk", "memory") if len(pairs) % 2 == 0 else ("memory", "disk")
        pair = {where: measure(binary, options.work, where == "disk") for where in order}
        with record.open("a") as out:
            print(json.dumps(pair), file=out)
        pairs.append(pair)
    print(table(pairs))


if __name__ == "__main__":
    main()
