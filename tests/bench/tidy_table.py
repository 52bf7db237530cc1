#!/usr/bin/env python3
"""clang-tidy's fixes over GoogleTest: cohort beside run-clang-tidy, on the same units, checks and cores.

    tidy_table.py --work DIR [--cohort FILE] [--jobs 2] [--units GLOB ...]

Prints, for run-clang-tidy without fixing (which is only the analysis), run-clang-tidy -fix, and `cohort run` with 1
and with `jobs` workers: seconds, units that a compiler refuses afterwards, findings that are left. Two trees that cohort
makes must be the same; exit status 1 when they are not. DIR must not exist yet.
"""
from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = Path("/usr/src/googletest/googletest")
CHECKS = ("modernize-use-override", "modernize-use-nullptr", "modernize-use-using",
          "readability-braces-around-statements", "modernize-loop-convert")
CONFIGURE = ("-Dgtest_build_tests=ON", "-Dgtest_build_samples=ON", "-DCMAKE_CXX_COMPILER=clang++")
UNITS = ("src/gtest-all.cc", "samples/*.cc", "test/googletest-listener-test.cc", "test/gtest_environment_test.cc")


def call(words, cwd=None, check=True) -> subprocess.CompletedProcess:
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True)
    if check and done.returncode != 0:
        sys.exit(f"{words}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-3000:]}")
    return done


def copy(folder: Path) -> Path:
    shutil.copytree(SOURCES, folder)
    call(["git", "init", "-q"], folder)
    call(["git", "add", "-A"], folder)
    call(["git", "-c", "user.name=b", "-c", "user.email=b@localhost", "commit", "-qm", "start"], folder)
    return folder


def configure(folder: Path, build: Path) -> list[dict]:
    call(["cmake", "-S", folder, "-B", build, "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *CONFIGURE])
    return json.loads((build / "compile_commands.json").read_text())


def wanted(entries: list[dict], folder: Path, globs) -> list[dict]:
    units = {}
    for entry in entries:
        name = str(Path(entry["file"]).relative_to(folder))
        if any(fnmatch(name, glob) for glob in globs):
            units.setdefault(name, entry)
    return [units[name] for name in sorted(units)]


def refused(entries: list[dict], jobs: int) -> int:
    """(unit, compiler) pairs that do not compile."""
    def fails(job) -> bool:
        entry, compiler = job
        command = re.sub(r"^\S+", compiler, entry["command"])
        return call(["sh", "-c", command + " -fsyntax-only"], entry["directory"], False).returncode != 0
    with ThreadPoolExecutor(jobs) as pool:
        return sum(pool.map(fails, [(entry, compiler) for entry in entries for compiler in ("g++", "clang++")]))


def tidy(entries, build: Path, folder: Path, jobs: int, *more) -> tuple[float, str]:
    files = ["^" + re.escape(entry["file"]) + "$" for entry in entries]
    begin = time.monotonic()
    done = call(["run-clang-tidy", "-quiet", "-p", build, "-j", jobs, f"-checks=-*,{','.join(CHECKS)}",
                 f"-header-filter=^{folder}/", *more, *files], check=False)
    return time.monotonic() - begin, done.stdout


def findings(text: str) -> int:
    return len(set(re.findall(r"^(/\S+:\d+:\d+: warning: .*)$", text, re.M)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--cohort", type=Path, default=ROOT / "build/release/nodes/cohort")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--units", nargs="+", default=UNITS)
    options = parser.parse_args()
    work = options.work.absolute()
    work.mkdir(parents=True)
    rows = []

    def row(what: str, seconds: float, folder: Path, build: Path) -> None:
        entries = wanted(configure(folder, build), folder, options.units)
        left = findings(tidy(entries, build, folder, options.jobs)[1])
        rows.append((what, seconds, refused(entries, options.jobs), left))
        print("{:44} {:8.1f} s   {:3} refused   {:4} findings left".format(*rows[-1]), flush=True)

    plain = copy(work / "analysis")
    entries = wanted(configure(plain, work / "b-analysis"), plain, options.units)
    if not entries:
        sys.exit("no unit of the build matches --units")
    print(f"{len(entries)} units, {len(CHECKS)} checks, {options.jobs} jobs")
    seconds, said = tidy(entries, work / "b-analysis", plain, options.jobs)
    print(f"{'run-clang-tidy, which fixes nothing':44} {seconds:8.1f} s                 {findings(said):4} findings")
    peer = copy(work / "peer")
    entries = wanted(configure(peer, work / "b-peer"), peer, options.units)
    seconds, _ = tidy(entries, work / "b-peer", peer, options.jobs, "-fix")
    row("run-clang-tidy -fix", seconds, peer, work / "b-peer")
    trees = set()
    for jobs in dict.fromkeys((options.jobs, 1)):
        mine = copy(work / f"cohort-{jobs}")
        begin = time.monotonic()
        done = call([options.cohort, "run", "apply the checks", "--specialty", "refactoring", "--checks", ",".join(CHECKS),
                     "-w", mine, "-j", jobs, "--mode", "parallel", "--apply", "--output-format", "json",
                     "--state", work / f"state-{jobs}", *(f"--configure-arg={word}" for word in CONFIGURE), "--units",
                     *options.units, "--set", "parallel_workers.quality_gates.coverage=off",
                     "parallel_workers.quality_gates.mutation=off"], check=False)
        seconds = time.monotonic() - begin
        result = json.loads(done.stdout)
        trees.add((result.get("patch") or {}).get("result_tree", "nothing changed"))
        phases = ", ".join(f"{name} {value:.1f}" for name, value in zip(("probe", "work", "gates"), result["phase_seconds"]))
        row(f"cohort run -j {jobs} ({phases})", seconds, mine, work / f"b-cohort-{jobs}")
        print(f"    {result['outcome']}: {result['summary']}")
    print("the same tree" if len(trees) == 1 else f"trees differ: {trees}")
    sys.exit(len(trees) != 1)


if __name__ == "__main__":
    main()
