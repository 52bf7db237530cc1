#!/usr/bin/env python3
"""Inject realistic, labelled breakages into a clean C or C++ workspace.

    break_workspace.py --root DIR --glob '**/*.cc' --glob '**/*.h' --seed 7 --count 40 \\
        --truth truth.json [--verify --compile-commands build/compile_commands.json]
    break_workspace.py --restore truth.json
    break_workspace.py --list-kinds

The same inputs and seed always give the same breakages, whatever --jobs says.  Every
breakage is one atomic text edit, recorded with file, line, kind, original line, whether a
deterministic fixer could in principle undo it, and the byte-exact original file
(hash plus a copy beside the truth file, used by --restore).

With --verify each candidate is first applied alone, in a copy made of links, and compiled
with `-fsyntax-only` by the translation unit that reads the file and least besides; one that
still compiles is dropped and the next candidate of that kind is tried.  Generated code that
names files of the workspace by absolute paths (unity builds) is not seen through: such a
candidate counts as compiling.

Exit status: 0 as many as asked; 1 fewer; 2 nothing was changed, the words say why.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
from contextlib import nullcontext
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from breakages.checking import BadDatabase, Checker, read_units          # noqa: E402
from breakages.choosing import Chooser, Limits, Pick, Wish, Workspace, report    # noqa: E402
from breakages.kinds import KINDS                                         # noqa: E402
from breakages.source import Source, apply                                # noqa: E402


class Refused(Exception):
    """Nothing was changed; the text says why."""


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def matching(root: Path, globs: list[str]) -> set[Path]:
    try:
        return {p.resolve() for g in globs for p in root.glob(g) if p.is_file()}
    except (ValueError, NotImplementedError) as why:
        raise Refused(f"bad glob: {why}") from why


def read_sources(root: Path, paths: set[Path]) -> Workspace:
    ws = Workspace(root)
    for p in sorted(paths):
        if not p.is_relative_to(root):
            print(f"skipped, a link out of the workspace: {p}", file=sys.stderr)
            continue
        try:
            ws.sources[p] = Source(p.read_bytes().decode("utf-8"))
        except UnicodeDecodeError:
            print(f"skipped, not UTF-8: {p}", file=sys.stderr)
    return ws


def refuse_to_forget(truth: Path) -> None:
    """The originals of breakages that are still there must not be written over."""
    if not truth.exists():
        return
    data = read_truth(truth)
    for name, old in data["sha256"].items():
        path, kept = Path(data["root"], name), Path(data["originals"], name)
        if path.exists() and kept.exists() and digest(path.read_bytes()) != old:
            raise Refused(f"{truth} describes breakages that are still in {path}: "
                          f"--restore {truth} first, or name another --truth")


def make_checker(args, root: Path) -> Checker:
    units = read_units(args.compile_commands, args.compiler)
    if args.units:
        wanted = matching(root, args.units)
        units = [u for u in units if u.path in wanted]
    units = [u for u in units if u.path.is_relative_to(root)]
    if not units:
        raise Refused(f"{args.compile_commands} has no unit below {root} that --units allows")
    return Checker(root, units, args.jobs)


def survey(args, check: Checker) -> None:
    dirty = check.survey()
    if dirty and not args.allow_dirty:
        raise Refused("not a clean workspace: " + " ".join(map(str, dirty)))


def inject(args) -> int:
    root = args.root.resolve()
    if not root.is_dir():
        raise Refused(f"--root {root} is no folder")
    refuse_to_forget(args.truth)
    limits = Limits(args.seed, args.count, tuple(args.kinds or ()), tuple(args.only), args.per_file, args.gap, args.tries)
    paths = matching(root, args.glob)
    with make_checker(args, root) if args.verify else nullcontext() as check:
        if check:
            survey(args, check)
            paths = check.files() & paths if args.glob else check.files()
        ws = read_sources(root, paths)
        chooser = Chooser(ws, limits, check)
        chosen = chooser.run()
    if args.verify:
        report(chooser)
    store = args.truth.with_suffix(".originals")
    write_broken(ws, store)
    units = {i: str(u.path) for i, u in enumerate(check.units)} if check else {}
    breakages = describe(ws, chosen, units)
    args.truth.write_text(json.dumps({
        "root": str(root), "seed": args.seed, "asked": args.count, "verified": bool(check),
        "originals": str(store.resolve()),
        "sha256": {ws.name(p): digest(ws.sources[p].text.encode()) for p in sorted(ws.picked)},
        "breakages": breakages}, indent=1) + "\n")
    print(f"{len(breakages)} breakages of {len({b['kind'] for b in breakages})} kinds in {len(ws.picked)} files -> {args.truth}")
    return 0 if len(breakages) == args.count else 1


def write_broken(ws: Workspace, store: Path) -> None:
    """Keeps every original before the first file changes, so that an interrupted run can be put back by hand."""
    if store.exists():
        shutil.rmtree(store)
    store.mkdir(parents=True)
    for path in sorted(ws.picked):
        copy = store / ws.name(path)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(ws.sources[path].text.encode())
    for path, edits in sorted(ws.picked.items()):
        path.write_bytes(apply(ws.sources[path].text, edits).encode())


def describe(ws: Workspace, chosen: list[Pick], units: dict[int, str]) -> list[dict]:
    result = []
    for c in sorted(chosen, key=lambda c: (str(c.path), c.edit.start)):
        src, e = ws.sources[c.path], c.edit
        line = src.line_of(e.start)
        shift = sum(x.new.count("\n") - src.text[x.start:x.end].count("\n")
                    for x in ws.picked[c.path] if x.start < e.start)
        result.append({
            "id": len(result) + 1, "file": ws.name(c.path), "line": line,
            "column": e.start - src.line_span(line)[0] + 1, "broken_line_number": line + shift,
            "kind": c.kind.name, "fixable": c.kind.fixable, "how": c.kind.how,
            "severity": "warning" if c.kind.flags else "error",
            "detail": e.detail, "original_line": src.line_text(line), "offset": e.start,
            "original_text": src.text[e.start:e.end], "broken_text": e.new,
            "unit": units.get(c.unit)})
    return result


def read_truth(truth: Path) -> dict:
    try:
        data = json.loads(truth.read_text())
        if isinstance(data["sha256"], dict) and Path(data["root"]) and Path(data["originals"]):
            return data
        raise ValueError("no file list")
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise Refused(f"{truth} is not a truth file: {why!r}") from why


def restore(truth: Path) -> int:
    data = read_truth(truth)
    root, texts = Path(data["root"]), {}
    for name, old in data["sha256"].items():
        target = Path(os.path.normpath(root / name))
        if not target.is_relative_to(root):
            raise Refused(f"{truth} names a file outside its root: {name}")
        try:
            texts[target] = Path(data["originals"], name).read_bytes()
        except OSError as why:
            raise Refused(f"the stored original of {name} cannot be read: {why}") from why
        if digest(texts[target]) != old:
            raise Refused(f"the stored original of {name} was changed")
    for target, text in texts.items():
        target.write_bytes(text)
    print(f"restored {len(texts)} files")
    return 0


def list_kinds() -> int:
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)     # `| head` is no error.
    for k in KINDS.values():
        print(f"{k.name:26} {k.fixable:7} {'C++' if k.cxx_only else 'C, C++':7} {k.how}")
    return 0


def arguments() -> argparse.ArgumentParser:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--root", type=Path)
    ap.add_argument("--glob", action="append", default=[], help="relative to --root; may be repeated. With --verify it may be left out: all that the units read")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--count", type=int, default=20)
    ap.add_argument("--kinds", nargs="*", help="only these: " + " ".join(KINDS))
    ap.add_argument("--only", action="append", default=[], metavar="KIND:FILE:LINE:COLUMN", help="only these places; may be repeated, * matches all")
    ap.add_argument("--truth", type=Path)
    ap.add_argument("--per-file", type=int, default=40, help="candidates of one kind kept per file")
    ap.add_argument("--gap", type=int, default=8, help="least distance in lines of two breakages in a file")
    ap.add_argument("--tries", type=int, default=6, help="compiles spent per pick in --verify")
    ap.add_argument("--verify", action="store_true")
    ap.add_argument("--units", action="append", default=[], metavar="GLOB", help="with --verify: only these main files compile; may be repeated")
    ap.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="with --verify: compiles at once")
    ap.add_argument("--allow-dirty", action="store_true", help="leave out units that do not compile as they are")
    ap.add_argument("--compile-commands", type=Path)
    ap.add_argument("--compiler", help="instead of the database's own")
    ap.add_argument("--restore", type=Path, metavar="TRUTH")
    ap.add_argument("--list-kinds", action="store_true")
    return ap


def checked(ap: argparse.ArgumentParser) -> argparse.Namespace:
    args = ap.parse_args()
    if args.restore or args.list_kinds:
        return args
    if not (args.root and args.truth and (args.glob or args.verify)):
        ap.error("--root, --truth and --glob (or --verify) are needed")
    if args.verify and not args.compile_commands:
        ap.error("--verify needs --compile-commands")
    if args.jobs < 1 or args.count < 0 or args.per_file < 1 or args.tries < 1:
        ap.error("--jobs, --per-file and --tries must be at least 1, --count at least 0")
    if args.kinds is not None:
        args.kinds = [k for part in args.kinds for k in part.split(",") if k]
        if unknown := [k for k in args.kinds if k not in KINDS]:
            ap.error(f"--kinds: unknown {' '.join(unknown)}; --list-kinds lists them")
    try:
        args.only = [Wish.parse(text) for text in args.only]
    except ValueError as why:
        ap.error(str(why))
    return args


def main() -> int:
    # A terminated run must still remove its copies.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args = checked(arguments())
    try:
        return list_kinds() if args.list_kinds else restore(args.restore) if args.restore else inject(args)
    except (Refused, BadDatabase) as why:
        print(f"break_workspace: {why}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
