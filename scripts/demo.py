#!/usr/bin/env python3
"""The demo: GoogleTest, broken in twelve places, repaired by cohort in parallel and sequentially.

Makes a small workspace from the sources in /usr/src/googletest (the library as nine units, and a test of its
own), breaks it with a fixed seed, runs cohort twice on equal copies, and compares both results with each
other, with the truth, and with what the compilers say when asked without cohort.

Exit status: 0 both runs ended with the same tree and every unit compiles; 3 something is left; 1 a run
failed or the trees differ; 2 the demo could not start.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INJECTOR = ROOT / "tests/support/break_workspace.py"
TASK = "fix the compile errors"
LIBRARY = ("gtest", "gtest-assertion-result", "gtest-death-test", "gtest-filepath", "gtest-matchers", "gtest-port",
           "gtest-printers", "gtest-test-part")
TEST = "googletest-filepath-test"
FLAGS = ("-std=c++17", "-Wformat", "-Werror=format")
LISTS = f"""cmake_minimum_required(VERSION 3.16)
project(googletest_demo CXX)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_package(Threads REQUIRED)
enable_testing()
add_compile_options(-Wformat -Werror=format)
include_directories(include .)
add_library(gtest {' '.join(f'src/{name}.cc' for name in LIBRARY)})
target_link_libraries(gtest PUBLIC Threads::Threads)
add_library(gtest_main src/gtest_main.cc)
target_link_libraries(gtest_main PUBLIC gtest)
add_executable({TEST} test/{TEST}.cc)
target_link_libraries({TEST} gtest_main)
add_test(NAME {TEST} COMMAND {TEST})
"""
UNITS = (*(f"src/{name}.cc" for name in LIBRARY), "src/gtest_main.cc", f"test/{TEST}.cc")
NO_TESTS = ("--set", "parallel_workers.quality_gates.tests=false")  # The tree is the same, and compared.
SEED, COUNT = 1, 12
# Kinds for which the compilers have fix-its; mostly in sources, some in headers that most units read.
KINDS = ("misspelled_identifier", "missing_semicolon", "missing_class_semicolon", "dot_vs_arrow", "missing_std_qualifier",
         "missing_typename", "const_mismatch", "bad_override", "wrong_printf_format", "misspelled_keyword", "single_colon")
# For these sources the places of that seed are known, and that each alone breaks the build; others are found out now.
KNOWN = "8a7c107bcd34a7740d48fddd0ee28f50030646c4a0ad5880df97f54a2548ab7b"
PLACES = ("single_colon:include/gtest/gtest-message.h:96:14",
          "missing_std_qualifier:include/gtest/internal/gtest-param-util.h:780:3",
          "dot_vs_arrow:src/gtest-assertion-result.cc:61:15",
          "missing_semicolon:src/gtest-death-test.cc:351:15",
          "const_mismatch:src/gtest-filepath.cc:250:33",
          "bad_override:src/gtest-internal-inl.h:960:39",
          "misspelled_keyword:src/gtest-matchers.cc:46:38",
          "misspelled_identifier:src/gtest-port.cc:980:49",
          "missing_typename:src/gtest-printers.cc:116:19",
          "wrong_printf_format:src/gtest-test-part.cc:71:30",
          "missing_class_semicolon:src/gtest.cc:476:2",
          "misspelled_identifier:test/googletest-filepath-test.cc:247:7")
GLOBS = ("src/*.cc", "src/*.h", "test/*.cc", "include/gtest/gtest-message.h", "include/gtest/internal/gtest-param-util.h")


class Stopped(Exception):
    """The demo cannot go on; the text says why."""


def call(command: list, cwd: Path, **kw) -> subprocess.CompletedProcess:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True, **kw)
    if done.returncode != 0:
        raise Stopped(f"{' '.join(map(str, command))}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}")
    return done


def git(folder: Path, *words: str) -> str:
    env = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    identity = ["-c", "user.name=demo", "-c", "user.email=demo@localhost"]
    return call(["git", *identity, *words], folder, env=env).stdout


# --------------------------------------------------------------------------- workspace

def make_workspace(source: Path, folder: Path) -> None:
    if not (source / "src/gtest-all.cc").is_file():
        raise Stopped(f"no GoogleTest sources in {source}: install the package googletest, or name them with --googletest")
    for part in ("include", "src"):
        shutil.copytree(source / part, folder / part)
    (folder / "src/gtest-all.cc").unlink()  # It includes the others: they would be one unit.
    (folder / "test").mkdir()
    shutil.copy(source / f"test/{TEST}.cc", folder / "test")
    (folder / "CMakeLists.txt").write_text(LISTS)


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cc")):
        total.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return total.hexdigest()


def break_it(folder: Path, truth: Path, jobs: int) -> dict:
    """Twelve mistakes; each breaks the build when it is made alone."""
    command = [sys.executable, INJECTOR, "--root", folder, "--truth", truth, "--seed", SEED, "--count", COUNT,
               *(w for g in GLOBS for w in ("--glob", g)), "--kinds", *KINDS]
    if digest(folder) == KNOWN:
        command += [w for p in PLACES for w in ("--only", p)]
    else:
        print("unknown GoogleTest sources: verifying that each mistake breaks the build", flush=True)
        build = truth.parent / "configured"
        call(["cmake", "-G", "Ninja", "-S", folder, "-B", build], folder)
        command += ["--jobs", jobs, "--verify", "--compile-commands", build / "compile_commands.json"]
    call(command, folder)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "twelve mistakes")
    return json.loads(truth.read_text())


# --------------------------------------------------------------------------- the compilers alone

def check_alone(folder: Path, scratch: Path, jobs: int) -> tuple[float, int, int]:
    """Every unit by every compiler, `jobs` at once, by make: seconds, failed checks, checks."""
    compilers = [c for c in ("g++", "clang++") if shutil.which(c)]
    marks, rules = [], ""
    for c in compilers:
        for u in UNITS:
            marks.append(f"{c}-{Path(u).stem}.ok")
            rules += f"{marks[-1]}:\n\t@cd {folder} && {c} {' '.join(FLAGS)} -Iinclude -I. -fsyntax-only {u}\n\t@touch $@\n"
    scratch.mkdir()
    (scratch / "Makefile").write_text(f"all: {' '.join(marks)}\n{rules}")
    began = time.monotonic()
    subprocess.run(["make", "-C", str(scratch), "-k", "-j", str(jobs)], capture_output=True)
    return time.monotonic() - began, len(marks) - len(list(scratch.glob("*.ok"))), len(marks)


# --------------------------------------------------------------------------- cohort

def run_cohort(cohort: Path, folder: Path, state: Path, options: list[str]) -> dict:
    command = [cohort, "run", TASK, "-w", folder, "--state", state, "--output-format", "json", *options]
    print(f"\n$ cohort run \"{TASK}\" -w DIR {' '.join(options)}", flush=True)
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    try:
        result = json.loads(done.stdout)
    except ValueError:
        raise Stopped(f"cohort ended with exit status {done.returncode} and no result") from None
    if done.returncode not in (0, 3):
        raise Stopped(f"cohort ended with exit status {done.returncode}: {result.get('summary', '')}")
    result["tree"] = git(folder, "rev-parse", f"{result['branch'] or 'HEAD'}^{{tree}}").strip()
    return result


def verdict(breakage: dict, original: str, broken: str, now: str, clean: bool) -> str:
    """What became of one breakage: the text came back, the compilers accept something else, or it is left."""
    lines, at = now.split("\n"), breakage["line"] - 1
    near = [line.strip() for line in lines[max(at - 1, 0):at + 2]]
    if "".join(now.split()) == "".join(original.split()) or breakage["original_line"].strip() in near:
        return "restored"
    if now == broken:
        return "left"
    return "repaired otherwise" if clean else "changed, not repaired"


# --------------------------------------------------------------------------- report

def show_left(result: dict) -> None:
    for left in result["left"]:
        place = left["diagnostic"]["location"]
        print(f"  left: {place['file']}:{place['line']}: {left['diagnostic']['message'][:90]}\n        {left['reason']}")


def show_breakages(truth: dict, folder: Path, result: dict) -> None:
    counts: dict[str, int] = {}
    print("\nbreakages")
    for b in truth["breakages"]:
        broken, now = (git(folder, "show", f"{tree}:{b['file']}") for tree in ("HEAD", result["tree"]))
        original = Path(truth["originals"], b["file"]).read_text()
        what = verdict(b, original, broken, now, result["errors_after"] == 0)
        counts[what] = counts.get(what, 0) + 1
        print(f"  {b['kind']:24} {b['file'] + ':' + str(b['line']):56} {what}")
    print("  " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())) + f"; of {len(truth['breakages'])}")


def seconds_of_builds(result: dict) -> float:
    """Of the gates that build the project: its tests, coverage, mutants."""
    stages = {gate["kind"]: gate.get("seconds", 0) for gate in result["gates"]}
    return sum(stages.get(f"GATE_KIND_{kind}", 0) for kind in ("TESTS", "COVERAGE", "MUTATION"))


def show_times(parallel: dict, sequential: dict | None, jobs: int, alone: tuple) -> None:
    """Without the project's own tests, which only the parallel run builds and runs."""
    print("\ntimes: probe, repair and check")
    fast = parallel["wall_seconds"] - seconds_of_builds(parallel)
    print(f"  cohort, parallel, -j {jobs:<7} {fast:7.1f} s   (and {seconds_of_builds(parallel):.1f} s for tests, coverage and mutants)")
    if sequential:
        slow = sequential["wall_seconds"]
        print(f"  cohort, sequential, -j 1 {slow:9.1f} s   parallel is {slow / max(fast, 1e-9):.2f} times faster")
    print(f"  make -j {jobs}, which checks everything once and repairs nothing: {alone[0]:.1f} s")


def prepare(args, folder: Path) -> dict:
    make_workspace(args.googletest, folder / "parallel")
    return break_it(folder / "parallel", folder / "truth.json", args.jobs)


def demo(args, folder: Path) -> int:
    first, second = folder / "parallel", folder / "sequential"
    truth = prepare(args, folder)
    shutil.copytree(first, second, symlinks=True)
    kinds, files = {b["kind"] for b in truth["breakages"]}, {b["file"] for b in truth["breakages"]}
    print(f"GoogleTest: {len(UNITS)} units, {len(truth['breakages'])} breakages of {len(kinds)} kinds in {len(files)} files")
    before = check_alone(first, folder / "before", args.jobs)
    print(f"before: {before[1]} of {before[2]} compiler runs fail")

    parallel = run_cohort(args.cohort, first, folder / "state-1", ["--mode", "parallel", "-j", str(args.jobs)])
    sequential = None
    if not args.parallel_only:
        sequential = run_cohort(args.cohort, second, folder / "state-2", ["--mode", "sequential", "-j", "1", *NO_TESTS])
    result = folder / "result"
    git(first, "worktree", "add", "-q", "--detach", str(result), parallel["branch"] or "HEAD")
    after = check_alone(result, folder / "after", args.jobs)

    show_breakages(truth, first, parallel)
    print(f"\nbefore: {parallel['errors_before']} distinct errors, {before[1]} of {before[2]} compiler runs fail")
    print(f"after:  {parallel['errors_after']} distinct errors, {after[1]} of {after[2]} compiler runs fail "
          f"({parallel['fixes_kept']} fixes kept, {len(parallel['patch']['files'])} files changed)")
    show_left(parallel)
    outside = set(parallel["patch"]["files"]) - {b["file"] for b in truth["breakages"]}
    if outside:
        print("  changed although nothing was broken there: " + ", ".join(sorted(outside)))
    for gate in parallel["gates"]:
        print(f"gate {gate['kind'][10:].lower():12} {gate['verdict'][13:].lower().replace('_', ' '):13} "
              f"{'(advisory) ' if gate.get('advisory') else ''}{gate['details']}")
    same = sequential is None or parallel["tree"] == sequential["tree"]
    if sequential:
        print(f"\nresult: tree {parallel['tree'][:12]} (parallel), {sequential['tree'][:12]} (sequential): "
              + ("the same" if same else "DIFFERENT"))
    show_times(parallel, sequential, args.jobs, before)
    return 1 if not same or outside else 3 if after[1] else 0


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--cohort", type=Path, default=ROOT / "build/release/nodes/cohort")
    ap.add_argument("--googletest", type=Path, default=Path("/usr/src/googletest/googletest"))
    ap.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    ap.add_argument("--parallel-only", action="store_true", help="leave out the sequential run")
    ap.add_argument("--prepare", type=Path, metavar="DIR", help="only write the broken workspace, to DIR/parallel, and the truth")
    ap.add_argument("--keep", type=Path, metavar="DIR", help="work in this new folder, and leave it there")
    args = ap.parse_args()
    args.cohort = args.cohort.absolute()
    try:
        if args.prepare:
            args.prepare.mkdir(parents=True)
            prepare(args, args.prepare.resolve())
            return 0
        if not os.access(args.cohort, os.X_OK):
            raise Stopped(f"{args.cohort} is not there: scripts/run.sh builds it")
        if args.keep:
            args.keep.mkdir(parents=True)
            return demo(args, args.keep.resolve())
        with tempfile.TemporaryDirectory(prefix="cohort-demo.") as folder:
            return demo(args, Path(folder).resolve())
    except (Stopped, OSError) as why:
        print(f"demo: {why}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
