#!/usr/bin/env python3
"""How much cohort adds to programs that only wait.

    tests/bench/command_workers.py [--workers 8] [--units 64] [--runs 5] [--sandbox preferred]

One custom specialty with a trivial check, a subtask for each of its files, and an executor that waits for a second and
then does what the check wants. With 8 workers and 64 units nothing can take less than 8 seconds; the goal for the phase of
work is 8.3. Told are the whole run, its phases (probe, work, gates), how many seconds of processors all its programs took,
and what `xargs -P` needs for the same programs at that moment, bubblewrap in front of them or not: the floor. The split is not
reviewed, since the council merges subtasks that are this small.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

BINARY = Path(os.environ.get("COHORT_BINARY", Path(__file__).resolve().parents[2] / "build/release/nodes/cohort")).absolute()

CONFIG = """
executors:
  waiter: {{command: [sh, -c, 'sleep 1; for file; do echo Licence >> "$file"; done', waiter, "{{files}}"]}}
specialties:
  licence: {{words: [licence], files: ["*.txt"], check: [grep, -q, Licence, "{{file}}"], executors: [waiter]}}
parallel_workers:
  max_concurrent_workers: {workers}
  max_subtasks_per_task: {units}
  decomposition: {{strategy: file_based, enable_council_validation: false}}
"""


def one_run(folder: Path, arguments: argparse.Namespace) -> dict:
    root = folder / "workspace"
    root.mkdir()
    for number in range(arguments.units):
        (root / f"file{number:03}.txt").write_text(f"file {number}\n")
    config = folder / "cohort.yaml"
    config.write_text(CONFIG.format(workers=arguments.workers, units=arguments.units))
    done = subprocess.run([BINARY, "run", "add the licence", "-w", root, "-j", str(arguments.workers), "--mode", "parallel",
                           "--config", config, "--state", folder / "state", "--no-branch", "--output-format", "json",
                           "--set", f"processes.sandbox={arguments.sandbox}"], capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert result["outcome"] == "TASK_OUTCOME_DONE", done.stdout + done.stderr
    assert result["subtasks_total"] == arguments.units, result["subtasks_total"]
    return result


BWRAP = "bwrap --unshare-all --die-with-parent --ro-bind / / --dev /dev --proc /proc --bind $PWD $PWD "


def floor(folder: Path, arguments: argparse.Namespace) -> float:
    front = "" if arguments.sandbox == "off" else BWRAP
    both = f"{front}sh -c 'sleep 1; echo Licence >> floor$0' $0; {front}grep -q Licence floor$0"
    begin = time.monotonic()
    subprocess.run(["xargs", "-P", str(arguments.workers), "-n", "1", "sh", "-c", both], cwd=folder, check=True, text=True,
                   input="\n".join(map(str, range(arguments.units))))
    return time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--units", type=int, default=64)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sandbox", default="preferred")
    arguments = parser.parse_args()
    rows = []
    for _ in range(arguments.runs):
        with tempfile.TemporaryDirectory(prefix="cohort-bench.") as folder:
            result = one_run(Path(folder), arguments)
            least = floor(Path(folder), arguments)
        rows.append([result["wall_seconds"], *result["phase_seconds"], result["metrics"]["cpu_seconds"], least])
        print("  ".join(f"{value:7.3f}" for value in rows[-1]), flush=True)
    print("median of", arguments.runs, "(whole, probe, work, gates, processor, floor):")
    print("  ".join(f"{statistics.median(column):7.3f}" for column in zip(*rows)))


if __name__ == "__main__":
    main()
