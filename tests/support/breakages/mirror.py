"""Copies of a workspace made of links, so that a broken file can be compiled without touching the original."""
from __future__ import annotations

import os
import shutil
from pathlib import Path

# Options whose value is a path that a compiler takes relative to its own folder.
PATH_OPTIONS = ("-I", "-isystem", "-iquote", "-idirafter", "-include", "-imacros")


class Mirror:
    """Folders are real and files are links, so quoted includes find their neighbours inside the mirror."""

    def __init__(self, root: Path, folder: Path):
        self.root, self.folder = root, folder
        for here, folders, files in os.walk(root):
            folders[:] = [f for f in folders if f != ".git"]
            target = folder / Path(here).relative_to(root)
            target.mkdir(parents=True, exist_ok=True)
            for name in files:
                os.symlink(os.path.join(here, name), target / name)
            for name in list(folders):
                if os.path.islink(os.path.join(here, name)):
                    os.symlink(os.path.join(here, name), target / name)
                    folders.remove(name)

    def path(self, original: Path) -> Path:
        return self.folder / original.relative_to(self.root)

    def original(self, name: str) -> Path | None:
        """The workspace's file that a compiler read under this name; None when it is none of its files."""
        path = Path(os.path.normpath(name))
        if path.is_relative_to(self.folder):
            return self.root / path.relative_to(self.folder)
        return path if path.is_relative_to(self.root) else None

    def replace(self, original: Path, text: bytes) -> None:
        path = self.path(original)
        path.unlink()
        path.write_bytes(text)

    def put_back(self, original: Path) -> None:
        path = self.path(original)
        path.unlink()
        path.symlink_to(original)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def absolute_arguments(arguments: list[str], directory: Path, main: str, path: Path) -> list[str]:
    """The arguments with the main file and include folders made absolute."""
    def full(value: str) -> str:
        return os.path.normpath(directory / value)

    result, takes_path = [], False
    for a in arguments:
        joined = next((o for o in PATH_OPTIONS if a.startswith(o) and len(a) > len(o)), None)
        if takes_path:
            result.append(full(a))
        elif a == main:
            result.append(str(path))
        elif joined and not (joined == "-include" and a.startswith("-include-pch")):
            result.append(joined + full(a[len(joined):]))
        else:
            result.append(a)
        takes_path = a in PATH_OPTIONS and not takes_path
    return result


def moved(arguments: list[str], names: list[str], target: Path) -> list[str]:
    """The arguments with each path below one of `names` (spellings of the root) moved below `target`."""
    def move(a: str) -> str:
        for name in names:
            at = a.find(name)
            if at >= 0 and a[at + len(name):at + len(name) + 1] in ("", "/"):
                return a[:at] + str(target) + a[at + len(name):]
        return a

    return [move(a) for a in arguments]
