#!/usr/bin/env python3
"""How much of a broken GoogleTest cohort repairs: one row a seed, one row a kind of breakage.

    repair_table.py --work DIR [--seeds 1-10] [--count 40] [--jobs N] [--sequential 1-3]

For each seed: breaks all units of GoogleTest, headers included, in `count` places, each of which alone breaks the build;
runs cohort; and judges every place without asking cohort. What is done stands in DIR and is not done again, so the
script can be stopped and called again at any time.

A breakage is
  restored     the original text is back (apart from white space);
  otherwise    something else stands there, which is no deletion, and in the unbroken sources both compilers
               accept every unit that reads what cohort changed;
  left         the broken text stands there;
  worse        everything else.
A change that belongs to no repaired breakage is counted as `stray`.

Exit status: 0 the table is complete; 1 a run failed; 2 it could not start.
"""
from __future__ import annotations

import argparse
import difflib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INJECTOR = ROOT / "tests/support/break_workspace.py"
TASK = "fix the compile errors"
CONFIGURE = ("-DBUILD_GMOCK=OFF", "-Dgtest_build_tests=ON", "-DCMAKE_CXX_FLAGS=-Werror=format")
COMPILERS = ("g++", "clang++")
VERDICTS = ("restored", "otherwise", "left", "worse")


class Stopped(Exception):
    """It cannot go on; the text says why."""


def call(command: list, cwd: Path, allowed: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    if done.returncode not in allowed:
        words = " ".join(map(str, command))
        raise Stopped(f"{words}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def save(path: Path, data) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(data, indent=1))
    part.replace(path)


# --------------------------------------------------------------------------- workspace

def make_clean(source: Path, folder: Path) -> None:
    """The sources and a build folder; `folder` appears when both are complete."""
    if (folder / "build/compile_commands.json").exists():
        return
    if not (source / "googletest/src/gtest-all.cc").is_file():
        raise Stopped(f"no GoogleTest sources in {source}: install the package googletest, or name them with --googletest")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder / "tree")
    call(["cmake", "-S", folder / "tree", "-B", folder / "build", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *CONFIGURE], folder)


def break_it(clean: Path, folder: Path, seed: int, count: int, jobs: int) -> dict:
    truth = folder / "truth.json"
    if not truth.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(clean / "tree", folder / "tree")
        build = folder / "configured"
        call(["cmake", "-S", folder / "tree", "-B", build, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *CONFIGURE], folder)
        call([sys.executable, INJECTOR, "--root", folder / "tree", "--truth", folder / "fresh.json", "--seed", seed,
              "--count", count, "--jobs", jobs, "--verify", "--compile-commands", build / "compile_commands.json"],
             folder, allowed=(0, 1))
        if not (folder / "fresh.json").exists():
            raise Stopped(f"{INJECTOR} made no breakages in {folder / 'tree'}; call it by hand to see why")
        identity = ["-c", "user.name=table", "-c", "user.email=table@localhost"]
        for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "broken"]):
            call(["git", *identity, *words], folder / "tree")
        (folder / "fresh.json").rename(truth)
    return json.loads(truth.read_text())


def run_cohort(args, folder: Path, name: str, options: list[str]) -> dict:
    """One run with a state folder of its own; the result's tree is put under its name."""
    done = folder / f"{name}.json"
    if args.again or not done.exists():
        state, tree = folder / f"{name}.state", folder / "tree"
        if not args.again:
            shutil.rmtree(state, ignore_errors=True)
        command = [args.cohort, "run", TASK, "-w", tree, "--state", state, "--output-format", "json", *options,
                   *(f"--configure-arg={c}" for c in CONFIGURE), "--set", "parallel_workers.quality_gates.tests=false"]
        with (folder / f"{name}.log").open("w") as log:
            ended = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            result = json.loads(ended.stdout)
        except ValueError:
            raise Stopped(f"{folder}: cohort ended with exit status {ended.returncode}; see {name}.log") from None
        ref = result.get("branch") or "HEAD"
        result["tree"] = call(["git", "rev-parse", f"{ref}^{{tree}}"], tree).strip()
        result["exit_status"] = ended.returncode
        save(done, result)
    return json.loads(done.read_text())


# --------------------------------------------------------------------------- compilers

@dataclass(frozen=True)
class Unit:
    path: str
    directory: str
    arguments: tuple[str, ...]


class Compilers:
    """Checks trees that differ from the clean one in a few files."""

    def __init__(self, clean: Path, jobs: int):
        self.tree, self.jobs = clean / "tree", jobs
        self.units: list[Unit] = []
        seen = set()
        for entry in json.loads((clean / "build/compile_commands.json").read_text()):
            path = os.path.relpath(Path(entry["directory"], entry["file"]).resolve(), self.tree)
            if path.startswith("..") or path in seen:
                continue
            seen.add(path)
            words, kept, skip = shlex.split(entry["command"])[1:], [], False
            for word in words:
                if skip or word in ("-o", "-MF", "-MT", "-MQ"):
                    skip = not skip
                elif word not in ("-c", "-MD", "-MMD"):
                    kept.append(word)
            self.units.append(Unit(path, entry["directory"], tuple(kept)))
        cache = clean / "reads.json"
        if not cache.exists():
            with ThreadPoolExecutor(jobs) as pool:
                save(cache, dict(zip([u.path for u in self.units], pool.map(self._reads, self.units))))
        self.reads = {u: set(files) for u, files in json.loads(cache.read_text()).items()}

    def _reads(self, unit: Unit) -> list[str]:
        words = call(["g++", *unit.arguments, "-M"], Path(unit.directory)).replace("\\\n", " ").split()[1:]
        inside = [os.path.relpath(Path(unit.directory, w).resolve(), self.tree) for w in words]
        return sorted({p for p in inside if not p.startswith("..")})

    def accept(self, changed: dict[str, str], scratch: Path) -> bool:
        """Whether both compilers accept every unit that reads what is changed."""
        readers = [u for u in self.units if self.reads[u.path] & changed.keys()]
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(self.tree, scratch, symlinks=True)
        for name, text in changed.items():
            (scratch / name).write_text(text, errors="surrogateescape")

        def check(job: tuple[Unit, str]) -> bool:
            unit, compiler = job
            words = [w.replace(str(self.tree), str(scratch)) for w in unit.arguments]
            standard = [] if any(w.startswith("-std=") for w in words) else ["-std=gnu++17"]
            return subprocess.run([compiler, *standard, *words, "-Wno-error", "-Werror=format", "-fsyntax-only", "-w" if
                                   compiler == "clang++" else "-Wformat"], cwd=unit.directory, capture_output=True).returncode == 0
        installed = [c for c in reversed(COMPILERS) if shutil.which(c)]  # The quicker one first.
        with ThreadPoolExecutor(self.jobs) as pool:
            checks = [pool.submit(check, (u, c)) for c in installed for u in readers]
            ok = all(done.result() for done in as_completed(checks))
            pool.shutdown(cancel_futures=True)
        shutil.rmtree(scratch, ignore_errors=True)
        return bool(readers) and ok


# --------------------------------------------------------------------------- judgement

@dataclass(frozen=True)
class Change:
    """Lines [begin, end) of the original that read otherwise in the result."""
    file: str
    begin: int
    end: int
    text: tuple[str, ...]

    def covers(self, breakage: dict) -> bool:
        first, last = breakage["lines"]
        return self.file == breakage["file"] and self.begin <= last and self.end >= first


def squeeze(text: str) -> str:
    return "".join(text.split())


def changes(file: str, original: str, now: str) -> list[Change]:
    a, b = original.split("\n"), now.split("\n")
    return [Change(file, i, j, tuple(b[k:m])) for what, i, j, k, m in
            difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes() if what != "equal"]


def apply(original: str, some: list[Change]) -> str:
    lines = original.split("\n")
    for c in sorted(some, key=lambda c: -c.begin):
        lines[c.begin:c.end] = c.text
    return "\n".join(lines)


class Judge:
    def __init__(self, truth: dict, folder: Path, result: dict, compilers: Compilers):
        self.truth, self.compilers, self.scratch = truth, compilers, folder / "scratch"
        repository = folder / "tree"
        names = call(["git", "diff", "--name-only", "HEAD", result["tree"]], repository).split()
        self.files = sorted({b["file"] for b in truth["breakages"]} | set(names))
        self.original, self.broken, self.now = {}, {}, {}
        for name in self.files:
            self.original[name] = (compilers.tree / name).read_text(errors="surrogateescape")
            self.broken[name] = (repository / name).read_text(errors="surrogateescape")
            shown = subprocess.run(["git", "show", f"{result['tree']}:{name}"], cwd=repository, capture_output=True)
            self.now[name] = shown.stdout.decode(errors="surrogateescape")
        self.left_open = [c for n in self.files for c in changes(n, self.original[n], self.now[n])]
        was = [c for n in self.files for c in changes(n, self.original[n], self.broken[n])]
        for b in truth["breakages"]:
            near = [c for c in was if c.file == b["file"] and c.begin - 1 <= b["line"] - 1 <= c.end + 1]
            b["lines"] = (min([c.begin for c in near] + [b["line"] - 1]), max([c.end for c in near] + [b["line"]]))
            b["was"] = near

    def run(self) -> dict:
        broken = self.truth["breakages"]
        owned = {c for c in self.left_open if any(c.covers(b) for b in broken)}
        free = [c for c in self.left_open if c not in owned]
        used: set[Change] = set()
        verdicts = []
        for b in broken:
            mine = [c for c in owned if c.covers(b)]
            verdicts.append(self._judge(b, mine, free, used))
        stray = [c for c in free if c not in used]
        return {"verdicts": verdicts, "stray": [[c.file, c.begin + 1, *c.text[:2]] for c in stray]}

    def _judge(self, b: dict, mine: list[Change], free: list[Change], used: set[Change]) -> str:
        original = self.original[b["file"]].split("\n")
        if all(squeeze("".join(c.text)) == squeeze("".join(original[c.begin:c.end])) for c in mine) \
                and not any(self._same_include(c, b) for c in mine):
            return "restored"
        untouched = all(c in b["was"] for c in mine)
        if b["kind"] != "duplicate_declaration" and self._is_deletion(b, mine):
            return "worse"
        # Alone, with what else changed in its file, with everything else that changed.
        more = [[c for c in free if c.file == b["file"]], free]
        attempts = ([] if untouched else [[]]) + [m for i, m in enumerate(more) if m and m not in more[:i]]
        for extra in attempts:
            if self._accepted(mine + extra):
                used.update(extra)
                return "otherwise"
        return "left" if untouched else "worse"

    @staticmethod
    def _same_include(c: Change, b: dict) -> bool:
        return b["kind"].endswith("_include") and not c.text

    def _is_deletion(self, b: dict, mine: list[Change]) -> bool:
        """Much less stands there than in the broken text."""
        now = sum(len(squeeze("".join(c.text))) for c in mine)
        was = sum(len(squeeze("".join(c.text))) for c in b["was"])
        return bool(mine) and now * 2 < was

    def _accepted(self, some: list[Change]) -> bool:
        by_file: dict[str, list[Change]] = {}
        for c in some:
            by_file.setdefault(c.file, []).append(c)
        return self.compilers.accept({f: apply(self.original[f], cs) for f, cs in by_file.items()}, self.scratch)


# --------------------------------------------------------------------------- table

def seed_row(args, clean: Path, seed: int, compilers: Compilers) -> dict:
    folder = args.work / f"seed-{seed}"
    truth = break_it(clean, folder, seed, args.count, args.jobs)
    result = run_cohort(args, folder, "parallel", ["--mode", "parallel", "-j", str(args.jobs)])
    if args.again or not (folder / "row.json").exists():
        judged = Judge(truth, folder, result, compilers).run()
        metrics = result.get("metrics", {})
        save(folder / "row.json", {
            "seed": seed, **judged, "wall_seconds": result["wall_seconds"], "metrics": metrics,
            "kinds": [b["kind"] for b in truth["breakages"]], "fixable": [b["fixable"] for b in truth["breakages"]],
            "places": [f"{b['file']}:{b['line']}" for b in truth["breakages"]],
            "errors_before": result["errors_before"], "errors_after": result["errors_after"],
            "fixes_kept": result["fixes_kept"], "exit_status": result["exit_status"]})
    row = json.loads((folder / "row.json").read_text())
    if seed in args.sequential:
        again = run_cohort(args, folder, "sequential", ["--mode", "sequential", "-j", "1"])
        row["same_tree"] = again["tree"] == result["tree"]
        row["sequential_seconds"] = again["wall_seconds"]
    return row


def share(good: int, of: int) -> str:
    return f"{good} of {of} ({100 * good / of:.0f} %)" if of else "-"


def repaired(row: dict, fixable: str = "") -> tuple[int, int]:
    some = [v for v, f in zip(row["verdicts"], row["fixable"]) if not fixable or f == fixable]
    return sum(v in ("restored", "otherwise") for v in some), len(some)


def show(rows: list[dict]) -> None:
    print('| seed | fixable "yes" | all | left | worse | stray | errors before | after | seconds | sequential |')
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        counts = Counter(row["verdicts"])
        other = f"{row['sequential_seconds']:.0f} s, {'same' if row['same_tree'] else 'OTHER'} tree" if "same_tree" in row else ""
        print(f"| {row['seed']} | {share(*repaired(row, 'yes'))} | {share(*repaired(row))} | {counts['left']} | {counts['worse']} "
              f"| {len(row['stray'])} | {row['errors_before']} | {row['errors_after']} | {row['wall_seconds']:.0f} | {other} |")
    total = [tuple(map(sum, zip(*(repaired(r, f) for r in rows)))) for f in ("yes", "")]
    print(f"| all | {share(*total[0])} | {share(*total[1])} | | | | | | | |\n")
    print("| kind | fixable | " + " | ".join(VERDICTS) + " |")
    print("| --- | --- |" + " --- |" * len(VERDICTS))
    kinds: dict[tuple[str, str], Counter] = {}
    for row in rows:
        for kind, fixable, verdict in zip(row["kinds"], row["fixable"], row["verdicts"]):
            kinds.setdefault((fixable, kind), Counter())[verdict] += 1
    for (fixable, kind), counts in sorted(kinds.items(), key=lambda x: (-("no", "partly", "yes").index(x[0][0]), x[0][1])):
        print(f"| {kind} | {fixable} | " + " | ".join(str(counts[v]) for v in VERDICTS) + " |")


def numbers(text: str) -> list[int]:
    result = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        result += range(int(first), int(last or first) + 1)
    return result


def main() -> int:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--work", type=Path, required=True, metavar="DIR", help="what is done is kept here")
    ap.add_argument("--seeds", type=numbers, default=numbers("1-10"))
    ap.add_argument("--sequential", type=numbers, default=[], help="seeds that are repaired sequentially as well")
    ap.add_argument("--count", type=int, default=40)
    ap.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    ap.add_argument("--cohort", type=Path, default=ROOT / "build/release/nodes/cohort")
    ap.add_argument("--googletest", type=Path, default=Path("/usr/src/googletest"))
    ap.add_argument("--again", action="store_true", help="run cohort again, with what its caches know by now")
    ap.add_argument("--details", action="store_true", help="list every breakage that is not repaired, and what is stray")
    args = ap.parse_args()
    args.cohort, args.work = args.cohort.absolute(), args.work.absolute()
    try:
        args.work.mkdir(parents=True, exist_ok=True)
        clean = args.work / "clean"
        make_clean(args.googletest, clean)
        compilers = Compilers(clean, args.jobs)
        rows = [seed_row(args, clean, seed, compilers) for seed in args.seeds]
    except (Stopped, OSError) as why:
        print(f"repair_table: {why}", file=sys.stderr)
        return 1 if isinstance(why, Stopped) else 2
    show(rows)
    if args.details:
        for row in rows:
            for verdict, kind, place in zip(row["verdicts"], row["kinds"], row["places"]):
                if verdict not in ("restored", "otherwise"):
                    print(f"seed {row['seed']}: {verdict:8} {kind:24} {place}")
            for stray in row["stray"]:
                print(f"seed {row['seed']}: stray    {stray}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
