#!/usr/bin/env python3
"""A head whose places are all taken says so, and when to ask again."""
from __future__ import annotations

import json

from cohort_cli import main
from head_cli import HeadTest


class Busy(HeadTest):
    def test_who_is_told_busy_hears_when_to_ask_again(self) -> None:
        self.start_head("--set", self.gated_compiler(), "--set", "parallel_workers.resilience.admission_limit=1")
        first = self.submit()
        self.until_a_compiler_waits()
        words = ("fix the compile errors", "-w", self.root)
        refused = self.client("submit", *words, code=6)
        self.assertRegex(refused.stderr, r"^cohort: 1 task runs already; try again in \d+ s\n$")
        self.assertEqual(refused.stdout, "")
        refused = json.loads(self.client("submit", *words, "--output-format", "json", code=6).stdout)
        self.assertEqual(refused["error"], "busy")
        self.assertGreaterEqual(refused["retry_after_seconds"], 1)
        self.client("submit", *words, "--wait-busy", 1, code=6)
        self.gate.touch()
        self.assertEqual(json.loads(self.client("watch", first, "--output-format", "json").stdout)["errors_after"], 0)
        second = self.client("submit", *words, "--wait-busy", 60).stdout.strip()
        self.assertEqual(json.loads(self.client("watch", second, "--output-format", "json").stdout)["errors_after"], 0)


if __name__ == "__main__":
    main()
