#!/usr/bin/env python3
"""SIGTERM: what runs may end, nothing begins, and the next process goes on."""
from __future__ import annotations

import json
import signal
import time

from cohort_cli import BINARY, live_processes, main
from head_cli import HeadTest


class Stop(HeadTest):
    def events_of(self, task: str) -> list[str]:
        story = json.loads(self.cohort("audit", task, "--output-format", "json").stdout)
        return [next(iter(set(event) - {"task_id", "sequence", "time", "actor", "reason", "evidence_digest"}), "")
                for event in story]

    def assert_goes_on(self, task: str) -> None:
        self.assertNotIn("finished", self.events_of(task))
        self.assertNotIn("cancelled", self.events_of(task))
        head = self.start_head()
        self.until_says(head, task)
        result = json.loads(self.client("watch", task, "--output-format", "json").stdout)
        self.assertEqual((result["outcome"], result["errors_after"]), ("TASK_OUTCOME_DONE", 0))
        head.terminate()
        head.communicate(timeout=60)
        self.assertEqual(head.returncode, 0)

    def test_a_head_lets_end_what_runs_and_takes_nothing(self) -> None:
        head = self.start_head("--set", self.gated_compiler(), "--set", "parallel_workers.resilience.drain_seconds=60")
        task = self.submit()
        self.until_a_compiler_waits()
        head.terminate()
        self.until_says(head, "cohort: finishes what runs, for 60 s at most; once more ends it now")
        refused = self.client("submit", "fix the compile errors", "-w", self.root, code=6)
        self.assertIn("the head is stopping; try again in 60 s", refused.stderr)
        self.assertIsNone(head.poll())
        self.gate.touch()
        head.communicate(timeout=60)
        self.assertEqual(head.returncode, 0)
        self.assertEqual(live_processes(), set())
        self.assert_goes_on(task)

    def test_a_head_cuts_what_takes_longer(self) -> None:
        head = self.start_head("--set", self.gated_compiler(), "--set", "parallel_workers.resilience.drain_seconds=1")
        task = self.submit()
        self.until_a_compiler_waits()
        began = time.monotonic()
        head.terminate()
        head.communicate(timeout=60)
        self.assertGreater(time.monotonic() - began, 1)
        self.assertEqual(head.returncode, 0)
        self.assertEqual(live_processes(), set())
        self.assert_goes_on(task)

    def test_a_second_signal_does_not_wait(self) -> None:
        for again in (signal.SIGTERM, signal.SIGINT):
            (self.folder / "waits").unlink(missing_ok=True)
            head = self.start_head("--set", self.gated_compiler(), "--set", "parallel_workers.resilience.drain_seconds=600")
            if again == signal.SIGTERM:
                task = self.submit()
            self.until_a_compiler_waits()
            head.terminate()
            self.until_says(head, "once more ends it now")
            head.send_signal(again)
            head.communicate(timeout=60)
            self.assertEqual(head.returncode, 0)
        self.assertEqual(live_processes(), set())
        self.assert_goes_on(task)

    def test_a_run_is_resumed(self) -> None:
        run = self.start(*self.command("run", "fix the compile errors", "-w", self.root, "--mode", "parallel", "-j", 2,
                                       "--set", self.gated_compiler()))
        self.until_a_compiler_waits()
        run.terminate()
        self.until_says(run, "once more ends it now")
        self.gate.touch()
        err = run.communicate(timeout=60)[1]
        self.assertEqual(run.returncode, 143, err)
        self.assertEqual(live_processes(), set())
        task = err.strip().splitlines()[-1].split("--resume ")[1].split("`")[0]
        result = json.loads(self.cohort("run", "--resume", task, "--output-format", "json").stdout)
        self.assertEqual((result["outcome"], result["errors_after"]), ("TASK_OUTCOME_DONE", 0))

    def test_a_plan_has_ended(self) -> None:
        plan = self.start(*self.command("plan", "fix the compile errors", "-w", self.root, "-j", 2, "--set",
                                        self.gated_compiler()))
        self.until_a_compiler_waits()
        plan.terminate()
        plan.communicate(timeout=60)
        self.assertEqual(plan.returncode, 130)

    def test_a_node_finishes_and_leaves(self) -> None:
        head = self.start_head(jobs=0)
        node = self.start(BINARY, "node", "--join", f"127.0.0.1:{self.port}", "--insecure", "--name", "n1", "-j", 1,
                          "--state", self.folder / "n1", "--set", self.gated_compiler())
        task = self.submit()
        self.until_a_compiler_waits()
        node.terminate()
        self.until_says(node, "once more ends it now")
        deadline = time.monotonic() + 10
        while self.node_state() != "NODE_STATE_DRAINING":
            self.assertLess(time.monotonic(), deadline)
        self.gate.touch()
        node.communicate(timeout=60)
        self.assertEqual((node.returncode, self.node_state()), (0, "NODE_STATE_LEFT"))
        another = self.start(BINARY, "node", "--join", f"127.0.0.1:{self.port}", "--insecure", "--name", "n2", "-j", 2,
                             "--state", self.folder / "n2")
        result = json.loads(self.client("watch", task, "--output-format", "json").stdout)
        self.assertEqual((result["outcome"], result["errors_after"]), ("TASK_OUTCOME_DONE", 0))
        for process in (another, head):
            process.terminate()
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0)

    def node_state(self) -> str:
        return json.loads(self.client("nodes", "--output-format", "json").stdout)["nodes"][0]["state"]


if __name__ == "__main__":
    main()
