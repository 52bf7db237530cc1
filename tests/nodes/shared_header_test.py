#!/usr/bin/env python3
"""Eight clang-tidy at once, whose units all read one header, and apply-fixes behind them: RUNS times (default 20)."""
import os
import shutil
import subprocess

from cohort_cli import CohortTest, main

RUNS = int(os.environ.get("RUNS", "20"))
UNITS = 8
CHECKS = "-*,modernize-use-nullptr,modernize-use-override,readability-braces-around-statements"
BEFORE = """#pragma once
struct base {
  virtual ~base() = default;
  virtual int area(int scale) const { return scale; }
};
struct shape : base {
  int* next = 0;
  virtual int area(int scale) const {
    if (scale > 1)
      return scale;
    return next == 0 ? 1 : *next;
  }
};
"""
# As clang-tidy words it.
AFTER = """#pragma once
struct base {
  virtual ~base() = default;
  virtual int area(int scale) const { return scale; }
};
struct shape : base {
  int* next = nullptr;
  int area(int scale) const override {
    if (scale > 1) {
      return scale;
}
    return next == nullptr ? 1 : *next;
  }
};
"""


class SharedHeader(CohortTest):
    def tidy(self, root, number: int) -> subprocess.Popen:
        return subprocess.Popen(["clang-tidy", "-quiet", f"-checks={CHECKS}", "-header-filter=.*",
                                 f"-export-fixes={self.folder}/fixes/{number}.yaml", str(root / f"unit{number}.cpp"), "--",
                                 "-std=c++17"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def test_the_header_is_the_same_and_right_each_time(self) -> None:
        if not shutil.which("clang-tidy"):
            self.skipTest("clang-tidy is not installed")
        files = {f"unit{n}.cpp": f'#include "shape.h"\nint* use{n}(shape& x) {{ return x.area({n}) > 1 ? x.next : 0; }}\n'
                 for n in range(UNITS)}
        for run in range(RUNS):
            with self.subTest(run=run):
                root = self.folder / f"ws{run}"
                root.mkdir()
                for name, text in {"shape.h": BEFORE, **files}.items():
                    (root / name).write_text(text)
                shutil.rmtree(self.folder / "fixes", ignore_errors=True)
                (self.folder / "fixes").mkdir()
                for process in [self.tidy(root, n) for n in range(UNITS)]:
                    self.assertEqual(process.wait(), 0)
                self.cohort("apply-fixes", self.folder / "fixes", "-w", root, "--apply")
                self.assertEqual((root / "shape.h").read_text(), AFTER)
                for n in range(UNITS):
                    self.assertIn(": nullptr; }", (root / f"unit{n}.cpp").read_text())


if __name__ == "__main__":
    main()
