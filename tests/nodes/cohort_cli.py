"""Runs the built cohort on small workspaces; what the tests of this folder share."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BINARY = Path(os.environ.get("COHORT_BINARY", Path(__file__).resolve().parents[2] / "build/release/nodes/cohort")).absolute()
# What a run measures beside its tests would build everything once more; tests that are about it ask for it.
NO_MEASURES = [word for gate in ("coverage", "mutation")
               for word in ("--set", f"parallel_workers.quality_gates.{gate}=off")]
GOLDEN = Path(__file__).resolve().parents[1] / "golden"

LISTS = """cmake_minimum_required(VERSION 3.16)
project(small CXX)
enable_testing()
add_library(shapes area.cc name.cc)
add_executable(shapes_test shapes_test.cc)
target_link_libraries(shapes_test shapes)
add_test(NAME shapes_test COMMAND shapes_test)
"""

# A workspace that compiles and passes its test. It reads no header of the standard library: most tests check it some ten times.
SMALL = {
    "CMakeLists.txt": LISTS,
    "shapes.h": "#pragma once\n\nstruct circle {\n  double radius = 1;\n};\n\n"
                "double area_of(const circle& shape);\nconst char* name_of(const circle& shape);\n",
    "area.cc": '#include "shapes.h"\n\ndouble area_of(const circle& shape) {\n'
               "  double squared = shape.radius * shape.radius;\n  return 3 * squared;\n}\n",
    "name.cc": '#include "shapes.h"\n\nconst char* name_of(const circle& shape) {\n'
               '  const char* result = "large circle";\n  return result + (shape.radius > 1 ? 0 : 6);\n}\n',
    "shapes_test.cc": '#include "shapes.h"\n\nint main() {\n  circle unit;\n'
                      '  return area_of(unit) == 3 && name_of(unit)[0] == \'c\' ? 0 : 1;\n}\n',
}


def broken(**changes: tuple[str, str]) -> dict[str, str]:
    """SMALL with texts exchanged: broken(area_cc=("squared;", "squared"))."""
    files = dict(SMALL)
    for name, (old, new) in changes.items():
        name = name.replace("_cc", ".cc").replace("_h", ".h")
        assert old in files[name], (name, old)
        files[name] = files[name].replace(old, new, 1)
    return files


TWO_FAULTS = broken(area_cc=("shape.radius;", "shape.radius"), name_cc=("result + (", "reslt + ("))
# For tests that must find it at work: each check takes about a second.
TWO_FAULTS_SLOWLY = {**TWO_FAULTS, "shapes.h": TWO_FAULTS["shapes.h"].replace("once\n", "once\n#include <regex>\n")}


def git(folder: Path, *words: str) -> str:
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *words], cwd=folder, env=env,
                          check=True, capture_output=True, text=True).stdout.strip()


def live_processes() -> set[int]:
    """Children of this process, of whatever depth, that are still there."""
    parents: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            state, parent = stat[stat.rindex(")") + 2:].split()[:2]
            if state != "Z":
                parents[int(entry)] = int(parent)
    found, more = set(), {os.getpid()}
    while more:
        more = {pid for pid, parent in parents.items() if parent in more and pid not in found}
        found |= more
    return found


class CohortTest(unittest.TestCase):
    maxDiff = None

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="cohort-test."))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.state = self.folder / "state"

    def workspace(self, files: dict[str, str], repository: bool = True, name: str = "ws") -> Path:
        root = self.folder / name
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        if repository:
            git(root, "init", "-q", "-b", "main")
            git(root, "add", "-A")
            git(root, "commit", "-q", "-m", "start")
        return root

    def command(self, *words) -> list[str]:
        asks = any("quality_gates.coverage" in str(word) for word in words)
        settings = NO_MEASURES if words[0] in ("run", "serve") and not asks else []
        return [str(BINARY), *map(str, words), "--state", str(self.state), *settings]

    def cohort(self, *words, code: int | None = 0, timeout: float = 300, **kw) -> subprocess.CompletedProcess:
        done = subprocess.run(self.command(*words), capture_output=True, text=kw.pop("text", True), timeout=timeout, **kw)
        if code is not None and done.returncode != code:
            self.fail(f"{words}: exit status {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}")
        return done

    def run_task(self, root: Path, *words, code: int = 0, task: str = "fix the compile errors", **kw) -> dict:
        done = self.cohort("run", task, "-w", root, "-j", 2, "--output-format", "json", *words, code=code, **kw)
        return json.loads(done.stdout)

    def hanging_compiler(self, word: str) -> str:
        """A setting: g++ that never ends for command lines with this word."""
        program = self.folder / "g++-sometimes"
        program.write_text(f'#!/bin/sh\ncase "$*" in *{word}*) exec sleep 1000;; esac\nexec {shutil.which("g++")} "$@"\n')
        program.chmod(0o755)
        return f"toolchain.gcc={program}"

    def golden(self, name: str, text: str) -> None:
        """REWRITE=1 agrees to what came out."""
        if os.environ.get("REWRITE"):
            (GOLDEN / name).write_text(text)
        self.assertEqual((GOLDEN / name).read_text(), text)


def steady(text: str) -> str:
    """Without what differs from run to run: ids, durations and what follows from them."""
    text = re.sub(r"\d{8}-\d{6}-[0-9a-f]{4}", "TASK", text)
    text = re.sub(r"\b\d+(\.\d+)? s\b", "N s", text)
    text = re.sub(r"\b\d+(\.\d+)?x\b", "Nx", text)
    text = re.sub(r"speed-up .*", "speed-up N", text)
    text = re.sub(r"((?:balance|granularity) .*) probability [\d.]+", r"\1 probability N", text)
    text = re.sub(r"expects +[\d.]+ +s\d(?= takes half)", "expects N  sN", text)
    text = re.sub(r"expects +[\d.]+(?= +overhead)", "expects N", text)
    text = re.sub(r"probe [\d.]+, work [\d.]+, gates [\d.]+", "probe N, work N, gates N", text)
    return re.sub(r" +(?=N)", " ", text)


def main() -> None:
    if not BINARY.is_file():
        sys.exit(f"{BINARY} is not there; build it first, or say where it is in COHORT_BINARY")
    unittest.main()
