#!/usr/bin/env python3
"""Tests of break_workspace.py, as a user runs it, on a small C++ workspace in a temporary folder."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "break_workspace.py"
HEADER = """#pragma once
#include <string>
#include <vector>

class shape {
public:
  virtual ~shape() {}
  virtual double area() const;
  std::string title() const;

private:
  std::vector<int> corners_;
  std::string title_;
};

template <class T>
typename T::value_type first_of(const T& values) {
  typename T::const_iterator at = values.begin();
  return *at;
}
"""
SOURCE = """#include "shape.h"

#include <cstdio>

double shape::area() const {
  double total = 0;
  for (int corner : corners_) {
    total += corner;
  }
  return total;
}

std::string shape::title() const {
  if (title_.empty()) {
    return std::string("none");
  }
  std::printf("%d corners\\n", static_cast<int>(corners_.size()));
  return title_;
}
"""
MAIN = """#include "shape.h"

static int twice(int number) {
  int doubled = number * 2;
  return doubled;
}

int main() {
  shape square;
  int number = twice(3);
  const char unused[] = "; } ) std::string // not code";
  // retrun ; never a candidate: a comment
  return square.title().size() + number + static_cast<int>(sizeof unused) > 0 ? 0 : 1;
}
"""


class Workspace:
    """A clean workspace of two units and a header, with a compile database beside it."""

    def __init__(self, folder: Path):
        self.folder, self.root = folder, folder / "code"
        for name, text in (("src/shape.h", HEADER), ("src/shape.cc", SOURCE), ("src/main.cc", MAIN)):
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.database = folder / "compile_commands.json"
        self.write_database(["src/shape.cc", "src/main.cc"])

    def write_database(self, units: list) -> None:
        self.database.write_text(json.dumps([
            {"directory": str(self.root), "file": u, "command": f"g++ -std=c++17 -Isrc -c {u} -o {u}.o"} for u in units]))

    def run(self, *words) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, TOOL, *map(str, words)], capture_output=True, text=True)

    def inject(self, *words) -> subprocess.CompletedProcess:
        return self.run("--root", self.root, "--glob", "src/*", "--truth", self.folder / "truth.json", *words)

    def truth(self) -> dict:
        return json.loads((self.folder / "truth.json").read_text())

    def texts(self) -> dict:
        return {str(p.relative_to(self.root)): p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file()}

    def compiles(self, unit: str, *flags: str) -> bool:
        return subprocess.run(["g++", "-std=c++17", "-fsyntax-only", *flags, unit], cwd=self.root,
                              capture_output=True).returncode == 0


class BreakWorkspaceTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="break_workspace_test.", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder)

    def workspace(self, name: str = "a") -> Workspace:
        return Workspace(self.folder / name)

    def test_the_same_seed_gives_the_same_bytes(self):
        for seed in (1, 7, 23):
            first, second = self.workspace(f"a{seed}"), self.workspace(f"b{seed}")
            for ws in (first, second):
                self.assertEqual(ws.inject("--seed", seed, "--count", 6, "--gap", 1).returncode, 0, f"seed={seed}")
            self.assertEqual(first.texts(), second.texts(), f"seed={seed}")
            self.assertEqual(first.truth()["breakages"], second.truth()["breakages"], f"seed={seed}")

    def test_another_seed_gives_other_breakages(self):
        first, second = self.workspace("a"), self.workspace("b")
        first.inject("--seed", 1, "--count", 4, "--gap", 1)
        second.inject("--seed", 2, "--count", 4, "--gap", 1)
        self.assertNotEqual(first.texts(), second.texts())

    def test_the_number_of_jobs_changes_nothing(self):
        results = []
        for jobs in (1, 3):
            ws = self.workspace(f"jobs{jobs}")
            done = ws.inject("--verify", "--compile-commands", ws.database, "--count", 6, "--gap", 1, "--jobs", jobs)
            self.assertEqual(done.returncode, 0, done.stderr)
            truth = ws.truth()
            for b in truth["breakages"]:
                b["unit"] = os.path.relpath(b["unit"], ws.root)
            results.append((ws.texts(), truth["breakages"]))
        self.assertEqual(results[0], results[1])

    def test_restore_gives_back_every_byte(self):
        ws = self.workspace()
        (ws.root / "src/main.cc").write_bytes(MAIN.replace("\n", "\r\n").encode() + b"// no final newline")
        clean = ws.texts()
        ws.inject("--count", 5, "--gap", 1)
        self.assertNotEqual(ws.texts(), clean)
        self.assertEqual(ws.run("--restore", ws.folder / "truth.json").returncode, 0)
        self.assertEqual(ws.texts(), clean)

    def test_what_is_verified_does_not_compile_alone(self):
        ws = self.workspace()
        done = ws.inject("--verify", "--compile-commands", ws.database, "--count", 8, "--gap", 1)
        truth = ws.truth()
        ws.run("--restore", ws.folder / "truth.json")
        self.assertGreater(len(truth["breakages"]), 4, done.stderr)
        for b in truth["breakages"]:
            path = ws.root / b["file"]
            clean = path.read_text()
            self.assertEqual(clean[b["offset"]:b["offset"] + len(b["original_text"])], b["original_text"])
            path.write_text(clean[:b["offset"]] + b["broken_text"] + clean[b["offset"] + len(b["original_text"]):])
            flags = ("-Wformat", "-Werror=format") if b["severity"] == "warning" else ()
            self.assertFalse(all(ws.compiles(u, *flags) for u in ("src/shape.cc", "src/main.cc")), b)
            path.write_text(clean)

    def test_what_compiles_is_dropped(self):
        # An include that nobody needs can be removed, and is, unless it is verified.
        ws = self.workspace()
        (ws.root / "src/main.cc").write_text("#include <cstddef>\n" + MAIN)
        plain = ws.inject("--kinds", "removed_std_include", "--only", "removed_std_include:src/main.cc", "--count", 1)
        self.assertEqual(plain.returncode, 0, plain.stderr)
        ws.run("--restore", ws.folder / "truth.json")
        done = ws.inject("--kinds", "removed_std_include", "--only", "removed_std_include:src/main.cc", "--count", 1,
                         "--verify", "--compile-commands", ws.database)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(ws.truth()["breakages"], [])

    def test_verifying_leaves_no_trace_in_the_workspace(self):
        ws = self.workspace()
        clean = ws.texts()
        ws.inject("--verify", "--compile-commands", ws.database, "--count", 0)
        self.assertEqual(ws.texts(), clean)

    def test_only_picks_the_named_place(self):
        ws = self.workspace()
        line = MAIN.split("\n").index("  return doubled;") + 1
        done = ws.inject("--only", f"missing_semicolon:src/main.cc:{line}", "--count", 1)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("  return doubled\n}", (ws.root / "src/main.cc").read_text())

    def test_comments_and_strings_are_never_broken(self):
        ws = self.workspace()
        ws.inject("--count", 200, "--gap", 1)
        self.assertIn('"; } ) std::string // not code"', (ws.root / "src/main.cc").read_text())
        self.assertIn("// retrun ; never a candidate: a comment", (ws.root / "src/main.cc").read_text())

    def test_kinds_limits_what_is_broken(self):
        ws = self.workspace()
        ws.inject("--kinds", "missing_semicolon,misspelled_keyword", "--count", 6, "--gap", 1)
        self.assertLessEqual({b["kind"] for b in ws.truth()["breakages"]}, {"missing_semicolon", "misspelled_keyword"})

    def test_units_limit_what_is_read(self):
        ws = self.workspace()
        done = ws.run("--root", ws.root, "--truth", ws.folder / "truth.json", "--verify", "--units", "src/main.cc",
                      "--compile-commands", ws.database, "--count", 3, "--gap", 1)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("src/shape.cc", {b["file"] for b in ws.truth()["breakages"]})

    def test_a_workspace_that_does_not_compile_is_refused(self):
        ws = self.workspace()
        (ws.root / "src/main.cc").write_text("int main( {")
        clean = ws.texts()
        done = ws.inject("--verify", "--compile-commands", ws.database)
        self.assertEqual(done.returncode, 2)
        self.assertIn("main.cc", done.stderr)
        self.assertEqual(ws.texts(), clean)

    def test_originals_of_breakages_that_are_still_there_are_not_written_over(self):
        ws = self.workspace()
        clean = ws.texts()
        ws.inject("--count", 2)
        self.assertEqual(ws.inject("--count", 2, "--seed", 5).returncode, 2)
        ws.run("--restore", ws.folder / "truth.json")
        self.assertEqual(ws.texts(), clean)

    def test_bad_input_is_refused_in_words(self):
        ws = self.workspace()
        clean = ws.texts()
        broken = ws.folder / "broken.json"
        for text in ("", "[{}]", '{"a": 1}', "[1]", '[{"directory": "/", "file": "x", "command": 3}]'):
            broken.write_text(text)
            done = ws.inject("--verify", "--compile-commands", broken)
            self.assertEqual(done.returncode, 2, text)
            self.assertNotIn("Traceback", done.stderr, text)
        for words in (["--kinds", "nonsense"], ["--only", "a:b:c:d:e"], ["--only", "missing_semicolon:f:x"]):
            self.assertEqual(ws.inject(*words).returncode, 2, words)
        (ws.folder / "evil.json").write_text(json.dumps(
            {"root": str(ws.root), "originals": str(ws.folder), "sha256": {"../../outside": "0"}}))
        for truth in (broken, ws.folder / "evil.json", ws.folder / "absent.json"):
            done = ws.run("--restore", truth)
            self.assertEqual(done.returncode, 2, truth)
            self.assertNotIn("Traceback", done.stderr, truth)
        self.assertEqual(ws.texts(), clean)

    def test_odd_files_are_read_without_harm(self):
        ws = self.workspace()
        odd = {"empty.cc": b"", "binary.cc": bytes(range(256)), "open.cc": b'R"x( "never closed /* {{{ ((( \\',
               "bom.cc": b"\xef\xbb\xbfint f() { return 1; }\n", "deep.cc": b"{" * 20000}
        for name, data in odd.items():
            (ws.root / "src" / name).write_bytes(data)
        done = ws.inject("--count", 4)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("binary.cc", done.stderr)
        ws.run("--restore", ws.folder / "truth.json")
        self.assertEqual({n: (ws.root / "src" / n).read_bytes() for n in odd}, odd)

    def test_the_kinds_are_listed(self):
        lines = self.workspace().run("--list-kinds").stdout.splitlines()
        self.assertIn("missing_semicolon", [line.split()[0] for line in lines])


if __name__ == "__main__":
    unittest.main()
