#!/usr/bin/env python3
"""How well the groups of `cohort diagnose` match what is really wrong with a broken GoogleTest: one row a seed.

    cause_f1.py --work DIR [--seeds 1-4] [--count 20] [--jobs N] [--again]

For each seed two workspaces are broken in `count` places, one in headers and sources, one in sources only. A breakage that
alone breaks nothing has no errors, and so no part in what is measured.
What is done stands in DIR and is not done again, so the script can be stopped and called again at any time.

Which breakage an error belongs to is found out without the groups, from what the compilers say of other trees. A breakage
*explains* an error of the broken tree when the tree that has only this breakage gives
  the same error: tool, file, line and message, the line counted in the unbroken text; or, if none does that,
  some error of that line.
That is sound, since the unbroken tree has no errors: the breakage is enough to cause what stands there. An error with no
explanation arises from several breakages together, one with several has no one cause: both are left out, and the column
`attributed` says how many are not.

Pairs of errors are counted: those that have one cause and are in one group (good), in one group (found), with one cause
(true). Precision is good/found, recall is good/true. cohort is asked for what the compilers say, because its cache
makes the many trees cheap; its groups are read only for what is measured.

Exit status: 0 the table is complete; 1 a run failed; 2 it could not start.
"""
from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from math import comb
from pathlib import Path

from repair_table import INJECTOR, ROOT, Stopped, call, numbers, save

UNITS = (*(f"src/{name}.cc" for name in ("gtest", "gtest-assertion-result", "gtest-death-test", "gtest-filepath",
                                         "gtest-matchers", "gtest-port", "gtest-printers", "gtest-typed-test")),
         *(f"test/{name}.cc" for name in ("googletest-filepath-test", "googletest-listener-test", "googletest-message-test",
                                          "gtest-typed-test_test")))
PLACES = {"headers": ("include/gtest/**/*.h", *UNITS), "sources": UNITS}
FLAGS = "-std=c++17 -Wformat -Werror=format -Iinclude -I."


def break_it(source: Path, folder: Path, seed: int, count: int, globs: tuple[str, ...]) -> dict:
    truth = folder / "truth.json"
    if not truth.exists():
        tree, build = folder / "tree", folder / "build"
        shutil.rmtree(folder, ignore_errors=True)
        for part in ("include", "src", "test"):
            shutil.copytree(source / "googletest" / part, tree / part)
        build.mkdir()
        save(build / "compile_commands.json",
             [{"directory": str(tree), "file": unit, "command": f"c++ {FLAGS} -c {unit}"} for unit in UNITS])
        words = [word for glob in globs for word in ("--glob", glob)]
        call([sys.executable, INJECTOR, "--root", tree, "--truth", truth, "--seed", seed, "--count", count, *words],
             folder, allowed=(0, 1))
    return json.loads(truth.read_text())


@dataclass(frozen=True)
class Error:
    tool: str
    file: str
    line: int  # Of the unbroken text.
    message: str


class Tree:
    """The workspace with any choice of its breakages."""

    def __init__(self, args, folder: Path, truth: dict):
        self.args, self.folder, self.root = args, folder, Path(truth["root"])
        self.breakages = truth["breakages"]
        self.originals = {name: Path(truth["originals"], name).read_bytes().decode() for name in truth["sha256"]}

    def edits(self, name: str, chosen: set[int]) -> list[dict]:
        return sorted((b for b in self.breakages if b["file"] == name and b["id"] in chosen), key=lambda b: b["offset"])

    def text(self, name: str, chosen: set[int]) -> str:
        result, end = [], 0
        for b in self.edits(name, chosen):
            result += [self.originals[name][end:b["offset"]], b["broken_text"]]
            end = b["offset"] + len(b["original_text"])
        return "".join(result) + self.originals[name][end:]

    def line(self, name: str, line: int, chosen: set[int]) -> int:
        """The line of the unbroken text that `line` of the broken one stems from."""
        edits = self.edits(name, chosen) if name in self.originals else []
        for b in reversed(edits):
            added = b["broken_text"].count("\n") - b["original_text"].count("\n")
            before = sum(x["broken_text"].count("\n") - x["original_text"].count("\n") for x in edits if x["offset"] < b["offset"])
            if line - before > b["line"]:
                return max(line - before - added, b["line"])
        return line

    def diagnose(self, name: str, chosen: set[int], again: bool = False) -> list[tuple[Error, str]]:
        """Each error with its group, as cohort tells them; kept under `name`."""
        done = self.folder / f"{name}.json"
        if again or not done.exists():
            for file in self.originals:
                (self.root / file).write_bytes(self.text(file, chosen).encode())
            command = [self.args.cohort, "diagnose", "-w", self.root, "-p", self.folder / "build", "-j", self.args.jobs,
                       "--state", self.folder / "state", "--quiet"]
            ended = subprocess.run([str(c) for c in command], capture_output=True, text=True)
            try:
                groups = json.loads(ended.stdout)["groups"]
            except (ValueError, KeyError):
                raise Stopped(f"{self.folder}: cohort diagnose: exit status {ended.returncode}\n{ended.stderr[-2000:]}") from None
            save(done, [[g["id"], d["tool"], d["file"], d["line"], d["message"]] for g in groups for d in g["diagnostics"]])
        return [(Error(tool, file, self.line(file, line, chosen), message), group)
                for group, tool, file, line, message in json.loads(done.read_text())]


class Attribution:
    """Which breakage explains an error; None when not just one does."""

    def __init__(self, tree: Tree):
        self.exact, self.place = defaultdict(set), defaultdict(set)
        for b in tree.breakages:
            for error, _ in tree.diagnose(f"only-{b['id']}", {b["id"]}):
                self.exact[error].add(b["id"])
                self.place[error.file, error.line].add(b["id"])

    def of(self, error: Error) -> int | None:
        by = self.exact.get(error) or self.place.get((error.file, error.line), ())
        return next(iter(by)) if len(by) == 1 else None


def pairs(counts) -> int:
    return sum(comb(n, 2) for n in counts)


def share(good: int, of: int) -> float:
    return good / of if of else 1.0


def row(args, seed: int, places: str) -> dict:
    folder = args.work / f"{places}-{seed}"
    truth = break_it(args.googletest, folder, seed, args.count, PLACES[places])
    tree = Tree(args, folder, truth)
    together = tree.diagnose("together", {b["id"] for b in truth["breakages"]}, args.again)
    attribution = Attribution(tree)
    known = [(attribution.of(error), group) for error, group in together if attribution.of(error) is not None]
    good, found, true = (pairs(Counter(key).values()) for key in (known, [g for _, g in known], [c for c, _ in known]))
    precision, recall = share(good, found), share(good, true)
    return {"seed": seed, "places": places, "breakages": len(truth["breakages"]), "errors": len(together),
            "attributed": share(len(known), len(together)), "visible": len({c for c, _ in known}),
            "groups": len({g for _, g in together}), "precision": precision, "recall": recall,
            "f1": 2 * precision * recall / (precision + recall) if precision + recall else 0.0}


def show(rows: list[dict]) -> None:
    print("| seed | broken | breakages | visible | errors | attributed | groups | precision | recall | F1 |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for r in rows:
        print(f"| {r['seed']} | {r['places']} | {r['breakages']} | {r['visible']} | {r['errors']} | {100 * r['attributed']:.1f} % "
              f"| {r['groups']} | {r['precision']:.3f} | {r['recall']:.3f} | {r['f1']:.3f} |")
    for places in PLACES:
        if some := [r["f1"] for r in rows if r["places"] == places]:
            print(f"{places}: F1 {min(some):.3f} to {max(some):.3f}, mean {sum(some) / len(some):.3f}")


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", type=Path, required=True, metavar="DIR", help="what is done is kept here")
    ap.add_argument("--seeds", type=numbers, default=numbers("1-4"))
    ap.add_argument("--places", choices=PLACES, action="append", help="only these; may be repeated")
    ap.add_argument("--count", type=int, default=20)
    ap.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    ap.add_argument("--cohort", type=Path, default=ROOT / "build/release/nodes/cohort")
    ap.add_argument("--googletest", type=Path, default=Path("/usr/src/googletest"))
    ap.add_argument("--again", action="store_true", help="diagnose the broken trees again; the truth stays")
    args = ap.parse_args()
    args.cohort, args.work = args.cohort.absolute(), args.work.absolute()
    rows = []
    try:
        args.work.mkdir(parents=True, exist_ok=True)
        for seed in args.seeds:
            rows += [row(args, seed, places) for places in args.places or PLACES]
    except (Stopped, OSError) as why:
        print(f"cause_f1: {why}", file=sys.stderr)
        return 1 if isinstance(why, Stopped) else 2
    finally:
        show(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
