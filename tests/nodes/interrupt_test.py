#!/usr/bin/env python3
"""Ctrl-C at moments chosen by a seed: back within two seconds, with nothing left behind."""
import os
import random
import signal
import subprocess
import time
from pathlib import Path

from cohort_cli import TWO_FAULTS, CohortTest, git, live_processes, main

SEED = int(os.environ.get("SEED", "20261124"))
MOMENTS = int(os.environ.get("MOMENTS", "10"))
# What is promised; sanitizers need more.
SECONDS = float(os.environ.get("SECONDS_TO_STOP", "2"))


def blocks(pid: int, number: int) -> bool:
    """Whether the process has come so far that it takes the signal as a message."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return False
    masks = [int(line.split()[1], 16) for line in lines if line.startswith("SigBlk")]
    return bool(masks) and masks[0] >> (number - 1) & 1 == 1


class Interrupt(CohortTest):
    def interrupt_after(self, root, seconds: float, again: float | None = None) -> None:
        task = subprocess.Popen(self.command("run", "fix the compile errors", "-w", root, "--mode", "parallel"),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(seconds)
        over = task.poll() is not None
        watched = not over and blocks(task.pid, signal.SIGINT)
        task.send_signal(signal.SIGINT)
        began = time.monotonic()
        if again is not None:
            time.sleep(again)
            task.send_signal(signal.SIGINT)
        out, err = task.communicate(timeout=30)
        took = time.monotonic() - began
        if over:
            return
        # Before main() the signal does what it does to any program.
        expected = (130, 0, 3) if watched else (130, 0, 3, -signal.SIGINT)
        self.assertIn(task.returncode, expected, f"after {seconds:.2f} s: {out}\n{err}")
        self.assertLess(took, SECONDS, f"after {seconds:.2f} s: {err}")
        self.assertEqual(live_processes(), set(), f"after {seconds:.2f} s")

    def test_at_random_moments(self):
        root = self.workspace(TWO_FAULTS)
        began = time.monotonic()
        self.run_task(root)  # How long one takes here; and a warm state folder.
        whole = time.monotonic() - began
        dice = random.Random(SEED)
        for _ in range(MOMENTS):
            self.interrupt_after(root, dice.uniform(0.0, whole * 0.9))
        self.assertEqual(git(root, "status", "--porcelain"), "")
        # The state folder is free and whole again.
        self.assertEqual(self.run_task(root)["errors_after"], 0)

    def test_who_is_impatient_gets_no_less(self):
        root = self.workspace(TWO_FAULTS)
        self.run_task(root)
        dice = random.Random(SEED)
        for again in (0.0, 0.01, 0.1, 0.5):
            self.interrupt_after(root, dice.uniform(0.5, 1.5), again=again)
        self.assertEqual(self.run_task(root)["errors_after"], 0)

    def test_a_killed_head_takes_its_children_along(self):
        root = self.workspace(TWO_FAULTS)
        self.interrupt_after_kill(root)

    def interrupt_after_kill(self, root) -> None:
        task = subprocess.Popen(self.command("run", "fix the compile errors", "-w", root), stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while len(live_processes()) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        mine = live_processes()
        task.kill()
        task.wait()
        deadline = time.monotonic() + SECONDS
        while any(os.path.exists(f"/proc/{pid}") for pid in mine) and time.monotonic() < deadline:
            time.sleep(0.02)
        left = [pid for pid in mine if os.path.exists(f"/proc/{pid}")]
        self.assertEqual(left, [])
        self.assertEqual(self.run_task(root)["errors_after"], 0)


if __name__ == "__main__":
    main()
