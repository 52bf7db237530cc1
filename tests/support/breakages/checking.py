"""Asks the workspace's own compile commands whether an edit breaks the build."""
from __future__ import annotations

import json
import os
import queue
import shlex
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .mirror import Mirror, absolute_arguments, moved
from .source import Edit, apply

LAUNCHERS = ("ccache", "sccache", "distcc")
WITH_VALUE = ("-o", "-MF", "-MT", "-MQ")
ALONE = ("-c", "-Werror", "-M", "-MM", "-MD", "-MMD", "-MP", "-MG")


class BadDatabase(Exception):
    """The compile database cannot be used; the text says why."""


@dataclass(frozen=True)
class Unit:
    path: Path
    arguments: list[str]
    directory: Path


@dataclass(frozen=True)
class Trial:
    """One file with one edit, compiled by one unit."""
    path: Path
    edit: Edit
    unit: int
    flags: tuple[str, ...]
    clean: str = field(compare=False, repr=False)     # The file's text before the edit.


def read_units(database: Path, compiler: str | None) -> list[Unit]:
    """The database's distinct main files, with commands that only check; sorted by path."""
    try:
        entries = json.loads(database.read_text())
        units: dict[Path, Unit] = {}
        for entry in entries:
            words = entry.get("arguments") or shlex.split(entry["command"])
            while words and Path(words[0]).name in LAUNCHERS:
                words = words[1:]
            directory = Path(entry["directory"])
            path = Path(directory, entry["file"]).resolve()
            if path in units or not words:
                continue
            kept, skip = [compiler or words[0]], False
            for a in words[1:]:
                if skip or a in WITH_VALUE:
                    skip = not skip
                elif a not in ALONE:
                    kept.append(a)
            units[path] = Unit(path, absolute_arguments(kept, directory, entry["file"], path), directory)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        raise BadDatabase(f"{database}: not a compile database: {why!r}") from why
    return [units[p] for p in sorted(units)]


class Checker:
    """Compiles in mirrors of the workspace, several at once. A verdict depends on the trial alone, so the
    number of jobs changes the time and nothing else."""

    def __init__(self, root: Path, units: list[Unit], jobs: int):
        self.root, self.units, self.jobs = root, units, jobs
        self._names = sorted({str(root), os.path.abspath(root)}, key=len, reverse=True)
        self._folder = tempfile.TemporaryDirectory(prefix="break_workspace.")
        self._mirrors: queue.Queue[Mirror] = queue.Queue()
        for i in range(jobs):
            self._mirrors.put(Mirror(root, Path(self._folder.name, str(i))))
        self._pool = ThreadPoolExecutor(jobs)
        self._verdicts: dict[Trial, Future] = {}
        self._readers: dict[Path, list[int]] = {}
        self._cost: dict[int, int] = {}

    def __enter__(self) -> Checker:
        return self

    def __exit__(self, *_) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def survey(self) -> list[Path]:
        """Compiles every unit as it is and notes what it reads; returns those that do not compile."""
        dirty = []
        for i, (ok, reads) in enumerate(self._pool.map(self._look, range(len(self.units)))):
            if not ok:
                dirty.append(self.units[i].path)
                continue
            self._cost[i] = sum(p.stat().st_size for p in reads)
            for path in reads:
                self._readers.setdefault(path, []).append(i)
        return dirty

    def files(self) -> set[Path]:
        return set(self._readers)

    def unit_for(self, path: Path) -> int | None:
        """The unit that reads the file and reads the least besides: the quickest, whatever the machine's load."""
        return min(self._readers.get(path, []), key=lambda i: (self._cost[i], i), default=None)

    def breaks(self, trial: Trial, ahead: list[Trial]) -> bool:
        """Whether the trial fails. Idle jobs meanwhile start on `ahead`: what will probably be asked next."""
        wanted = self._submit(trial)
        idle = self.jobs - sum(not f.done() for f in self._verdicts.values())
        for guess in ahead:
            if idle > 0 and guess not in self._verdicts:
                self._submit(guess)
                idle -= 1
        return wanted.result()

    def _submit(self, trial: Trial) -> Future:
        if trial not in self._verdicts:
            self._verdicts[trial] = self._pool.submit(self._try, trial)
        return self._verdicts[trial]

    def _command(self, unit: Unit, mirror: Mirror, extra: tuple[str, ...]) -> list[str]:
        arguments = moved(unit.arguments, self._names, mirror.folder)
        limit = "-ferror-limit=1" if "clang" in Path(arguments[0]).name else "-fmax-errors=1"
        return [*arguments, *extra, limit, "-fsyntax-only"]

    def _run(self, unit: Unit, mirror: Mirror, command: list[str]) -> bool:
        folder = moved([str(unit.directory)], self._names, mirror.folder)[0]
        return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    def _look(self, index: int) -> tuple[bool, list[Path]]:
        unit, mirror = self.units[index], self._mirrors.get()
        try:
            rule = mirror.folder.parent / f"{index}.d"
            ok = self._run(unit, mirror, self._command(unit, mirror, ("-MD", "-MF", str(rule))))
            text = rule.read_text(errors="replace") if ok else ""
            folder = moved([str(unit.directory)], self._names, mirror.folder)[0]
            names = shlex.split(text.replace("\\\n", " ").partition(": ")[2])
            return ok, sorted({p for n in names if (p := mirror.original(os.path.join(folder, n)))})
        finally:
            self._mirrors.put(mirror)

    def _try(self, trial: Trial) -> bool:
        unit, mirror = self.units[trial.unit], self._mirrors.get()
        try:
            mirror.replace(trial.path, apply(trial.clean, [trial.edit]).encode())
            command = self._command(unit, mirror, trial.flags)
            if trial.flags:     # A header of the workspace that counts as a system header shows no warning.
                command = [a.replace("-isystem", "-I") for a in command]
            return not self._run(unit, mirror, command)
        finally:
            mirror.put_back(trial.path)
            self._mirrors.put(mirror)
