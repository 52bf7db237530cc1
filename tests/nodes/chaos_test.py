#!/usr/bin/env python3
"""Faults on purpose (--chaos): whatever is made to fail, the result is that of a run in which nothing does."""
import json
import subprocess
import time
from pathlib import Path

from cluster_test import free_port
from cohort_cli import BINARY, TWO_FAULTS, CohortTest, live_processes, main

TASK = "fix the compile errors"


class Chaos(CohortTest):
    def run_chaos(self, chaos: str, *words, code: int | None = 0, name: str = "ws", **kw) -> tuple[dict, str]:
        root = self.workspace(TWO_FAULTS, name=name)
        options = ["--mode", "parallel", "--set", "cache.enabled=false", *words]
        if chaos:
            options += ["--chaos", chaos]
        done = self.cohort("run", TASK, "-w", root, "-j", 2, "--output-format", "json", *options, code=code, **kw)
        self.addCleanup(lambda: self.assertEqual(live_processes(), set()))
        return json.loads(done.stdout) if done.stdout else {}, done.stderr

    def expected(self) -> str:
        return self.run_chaos("", name="undisturbed")[0]["patch"]["result_tree"]

    def test_killed_workers(self):
        expected = self.expected()
        for seed in (1, 2):
            name = f"ws{seed}"
            chaos = f"{seed}:kill-worker,kill-worker@12"
            result, told = self.run_chaos(chaos, name=name)
            self.assertEqual(result["patch"]["result_tree"], expected)
            self.assertEqual(result["chaos"], chaos)
            self.assertEqual(told.count("cohort: chaos: kill-worker: "), 2, told)

    def test_hung_workers(self):
        expected = self.expected()
        for seed in (1, 2):
            name = f"ws{seed}"
            began = time.monotonic()
            result, told = self.run_chaos(f"{seed}:hang-worker", "--set", "parallel_workers.coordination."
                                          "worker_timeout_seconds=20", name=name)
            self.assertLess(time.monotonic() - began, 100)  # A compiler run alone may take 120 s.
            self.assertEqual(result["patch"]["result_tree"], expected)
            self.assertEqual(told.count("cohort: chaos: hang-worker: "), 1, told)

    def test_a_hung_worker_is_overtaken(self):
        """With second attempts nobody waits for the lease of one that hangs."""
        files = {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(many CXX)\nadd_library(many "
                 + " ".join(f"u{i}.cc" for i in range(8)) + ")\n",
                 **{f"u{i}.cc": f"int f{i}() {{\n  int x = {i};\n  return x;\n}}\n" for i in range(8)}}
        root = self.workspace(files)
        began = time.monotonic()
        done = self.cohort("run", TASK, "-w", root, "-j", 3, "--set", "cache.enabled=false", "--set",
                           "parallel_workers.resilience.speculation_budget=1", "--chaos", "1:hang-worker@18")
        self.assertLess(time.monotonic() - began, 100)
        self.assertIn("hang-worker: ", done.stderr)

    def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(self):
        expected = self.expected()
        result, told = self.run_chaos("1:fail-disk@9", code=None, name="full")
        self.assertIn("cohort: chaos: fail-disk: write 9 of the journal, and all that follow", told)
        self.assertNotEqual(result.get("outcome"), "TASK_OUTCOME_DONE", result)
        tasks = json.loads(self.cohort("audit", "--output-format", "json").stdout)["tasks"]
        resumed = self.cohort("run", "--resume", tasks[-1]["id"], "--output-format", "json")
        self.assertEqual(json.loads(resumed.stdout)["patch"]["result_tree"], expected)

    def test_the_journal_says_that_it_was_on(self):
        result, _ = self.run_chaos("3:kill-worker@5")
        story = self.cohort("audit", result["task_id"]).stdout
        self.assertIn("chaos, as asked for: 3:kill-worker@5", story)
        calm, _ = self.run_chaos("", name="calm")
        self.assertNotIn("chaos", self.cohort("audit", calm["task_id"]).stdout)

    def test_what_makes_no_sense_is_refused(self):
        root = self.workspace(TWO_FAULTS)
        for chaos, why in (("kill-worker", "it does not begin with a seed"), ("1:kill", 'there is no fault "kill"'),
                           ("1:slow-node", "slow-node needs a node: give it to `cohort node`")):
            done = self.cohort("run", TASK, "-w", root, "--chaos", chaos, code=2)
            self.assertIn(why, done.stderr)
        done = self.cohort("node", "--join", "127.0.0.1:1", "--insecure", "--chaos", "1:fail-disk", code=2)
        self.assertIn("fail-disk needs a journal", done.stderr)


class ChaosOfNodes(CohortTest):
    """A head without workers, and two nodes, of which one meets the faults."""

    def start(self, name: str, *words) -> Path:
        log = self.folder / f"{name}.log"
        process = subprocess.Popen([BINARY, *map(str, words), "--insecure", "--state", self.folder / name, "--set",
                                    "cache.enabled=false"], stderr=log.open("w"))
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        while " head" not in log.read_text():  # "head on ..." or "node n1 of the head at ..."
            self.assertIsNone(process.poll(), log.read_text())
            time.sleep(0.05)
        return log

    def tree_with(self, name: str, *faults) -> tuple[str, str]:
        port = free_port()
        self.start(f"{name}-head", "serve", "--bind", "127.0.0.1", "--port", port, "--jobs", 0)
        self.start(f"{name}-n1", "node", "--join", f"127.0.0.1:{port}", "--name", "n1", "--jobs", 1)
        log = self.start(f"{name}-n2", "node", "--join", f"127.0.0.1:{port}", "--name", "n2", "--jobs", 1, *faults)
        root = self.workspace(TWO_FAULTS, name=name)
        done = self.cohort("submit", TASK, "-w", root, "--watch", "--mode", "parallel", "--output-format", "json",
                           "--head", f"127.0.0.1:{port}", "--insecure")
        return json.loads(done.stdout)["patch"]["result_tree"], log.read_text()

    def test_a_slow_node_whose_link_breaks(self):
        expected, told = self.tree_with("calm")
        self.assertNotIn("chaos", told)
        tree, told = self.tree_with("stormy", "--chaos", "1:slow-node,drop-link@2,kill-worker@3")
        self.assertEqual(tree, expected)
        self.assertIn("cohort: chaos: drop-link: ", told)


if __name__ == "__main__":
    main()
