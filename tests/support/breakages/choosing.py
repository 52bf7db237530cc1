"""Which breakages a seed stands for."""
from __future__ import annotations

import heapq
import random
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

from .checking import Checker, Trial
from .kinds import KINDS, Kind
from .source import Edit, Source

HARDLY = 12     # After this many tries a kind that broke less than 1 in 6 is given up.


@dataclass(frozen=True)
class Wish:
    """What `--only KIND:FILE:LINE:COLUMN` asks for; a part that is missing or `*` matches all."""
    kind: str
    file: str
    line: str
    column: str

    @staticmethod
    def parse(text: str) -> Wish:
        parts = (text.split(":") + ["*"] * 3)[:max(4, text.count(":") + 1)]
        numbers = all(re.fullmatch(r"\*|\d+", n) for n in parts[2:])
        if len(parts) > 4 or not numbers or parts[0] not in ("*", *KINDS):
            raise ValueError(f"--only {text}: expected KIND[:FILE[:LINE[:COLUMN]]]; --list-kinds lists the kinds")
        return Wish(*parts)

    def matches(self, kind: str, file: str, src: Source, edit: Edit) -> bool:
        line = src.line_of(edit.start)
        column = edit.start - src.line_span(line)[0] + 1
        return (self.kind in ("*", kind) and self.file in ("*", file) and self.line in ("*", str(line))
                and self.column in ("*", str(column)))


@dataclass(frozen=True)
class Limits:
    seed: int
    count: int
    kinds: tuple[str, ...] = ()         # Empty: all.
    only: tuple[Wish, ...] = ()         # Empty: everything.
    per_file: int = 40                  # Candidates of one kind kept per file.
    gap: int = 8                        # Least distance in lines of two breakages in a file.
    tries: int = 6                      # Compiles spent per pick.


@dataclass(frozen=True)
class Pick:
    kind: Kind
    path: Path
    edit: Edit
    unit: int | None


@dataclass
class Workspace:
    root: Path
    sources: dict[Path, Source] = field(default_factory=dict)
    picked: dict[Path, list[Edit]] = field(default_factory=dict)

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.root))

    def clashes(self, path: Path, edit: Edit, gap: int) -> bool:
        src = self.sources[path]
        line = src.line_of(edit.start)
        return any(abs(src.line_of(e.start) - line) < gap for e in self.picked.get(path, []))


def candidates(ws: Workspace, kind: Kind, limits: Limits, rng: random.Random) -> list[tuple[Path, Edit]]:
    """A kind's places in shuffled order; what the seed makes of a file does not depend on the other files."""
    pool = []
    for path, src in sorted(ws.sources.items()):
        if kind.cxx_only and path.suffix == ".c":
            continue
        name = ws.name(path)
        here = list(kind.find(src, random.Random(f"{limits.seed}/{kind.name}/{name}")))
        if limits.only:
            here = [e for e in here if any(w.matches(kind.name, name, src, e) for w in limits.only)]
        rng.shuffle(here)
        pool += [(path, e) for e in here[:limits.per_file]]
    rng.shuffle(pool)
    return pool


class Pool:
    """A kind's candidates: those of the least used file first, else in the given order."""

    def __init__(self, ws: Workspace, gap: int, offered: list[tuple[Path, Edit]]):
        self.ws, self.gap, self.offered = ws, gap, offered
        self.heap = [(0, i) for i in range(len(offered))]

    def peek(self) -> tuple[Path, Edit] | None:
        while self.heap:
            used, i = self.heap[0]
            path, edit = self.offered[i]
            now = len(self.ws.picked.get(path, []))
            if used != now:
                heapq.heapreplace(self.heap, (now, i))
            elif self.ws.clashes(path, edit, self.gap):
                heapq.heappop(self.heap)
            else:
                return path, edit
        return None

    def pop(self) -> None:
        heapq.heappop(self.heap)


class Chooser:
    def __init__(self, ws: Workspace, limits: Limits, check: Checker | None):
        self.ws, self.limits, self.check = ws, limits, check
        rng = random.Random(limits.seed)
        names = [n for n in KINDS if not limits.kinds or n in limits.kinds]
        self.pools = {n: Pool(ws, limits.gap, candidates(ws, KINDS[n], limits, rng)) for n in names}
        self.tried = {n: [0, 0] for n in names}
        self.chosen: list[Pick] = []

    def run(self) -> list[Pick]:
        while len(self.chosen) < self.limits.count and any(p.heap for p in self.pools.values()):
            for name, pool in self.pools.items():
                if len(self.chosen) < self.limits.count:
                    self._pick(name, pool)
        return self.chosen

    def _pick(self, name: str, pool: Pool) -> None:
        tried, budget = self.tried[name], self.limits.tries
        while budget and (found := pool.peek()):
            path, edit = found
            trial = self._trial(name, path, edit)
            pool.pop()
            if self.check:
                if not trial:
                    continue
                budget -= 1
                tried[0] += 1
                if not self.check.breaks(trial, self._ahead(name)):
                    continue
            tried[1] += 1
            self.ws.picked.setdefault(path, []).append(edit)
            self.chosen.append(Pick(KINDS[name], path, edit, trial.unit if trial else None))
            break
        if tried[0] >= HARDLY and tried[1] * 6 < tried[0]:
            pool.heap.clear()

    def _trial(self, name: str, path: Path, edit: Edit) -> Trial | None:
        unit = self.check.unit_for(path) if self.check else None
        if unit is None:
            return None
        return Trial(path, edit, unit, KINDS[name].flags, self.ws.sources[path].text)

    def _ahead(self, name: str) -> list[Trial]:
        """What will be asked next if this candidate is taken, then if it is not."""
        names = list(self.pools)
        at = names.index(name)
        nexts = [(n, self.pools[n].peek()) for n in names[at + 1:] + names[:at + 1]]
        return [t for n, c in nexts if c and (t := self._trial(n, *c))]


def report(chooser: Chooser) -> None:
    for name, (tries, broke) in chooser.tried.items():
        print(f"{name:26} tried {tries:3} broke {broke:3}", file=sys.stderr)
