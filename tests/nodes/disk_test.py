#!/usr/bin/env python3
"""The state folder fills up, may not be written, or loses what is in it: a clear message, and what was committed stays readable."""
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

from cohort_cli import TWO_FAULTS, CohortTest, git, live_processes, main

FINISHED = 36  # Of messages/v1/event.proto.


class Disk(CohortTest):
    def mount(self, *words) -> None:
        if subprocess.run(["mount", *map(str, words)], capture_output=True).returncode != 0:
            self.skipTest("may not mount file systems")

    def events(self, kind: int | None = None) -> int:
        """How many the journal has; a reader beside the head."""
        file = self.state / "journal.db"
        if not file.exists():
            return 0
        try:
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10) as db:
                return db.execute("SELECT COUNT(*) FROM events WHERE ? IS NULL OR kind = ?", (kind, kind)).fetchone()[0]
        except sqlite3.OperationalError:  # Its tables are being made.
            return 0

    def start(self, *words) -> subprocess.Popen:
        process = subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def wait_for_events(self, process: subprocess.Popen, count: int) -> None:
        while self.events() < count:
            self.assertIsNone(process.poll())
            time.sleep(0.002)

    def start_head(self) -> subprocess.Popen:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = str(free.getsockname()[1])
        head = self.start("serve", "--insecure", "--port", self.port, "-j", 2)
        while "cohort: head on" not in head.stderr.readline():
            self.assertIsNone(head.poll())
        return head

    def client(self, verb: str, *words, code: int | None = 0) -> subprocess.CompletedProcess:
        return self.cohort(verb, *words, "--head", f"127.0.0.1:{self.port}", "--insecure", code=code)

    # -- a disk that fills up

    def test_a_disk_that_fills_up_ends_the_task_and_it_can_be_gone_on_with(self):
        root = self.workspace(TWO_FAULTS)
        self.state.mkdir()
        self.mount("-t", "tmpfs", "-o", "size=64m", "tmpfs", self.state)
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.state)])
        run = self.start("run", "fix the compile errors", "-w", root, "--mode", "parallel", "-j", 1)
        self.wait_for_events(run, 4)
        with (self.state / "filler").open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError:
                pass
        out, err = run.communicate(timeout=120)
        self.assertIn(run.returncode, (1, 3, 4), out + err)
        self.assertRegex(out + err, "disk is full|No space left|cannot write")
        self.assertEqual(git(root, "status", "--porcelain"), "")
        self.assertEqual(live_processes(), set())
        self.cohort("audit")
        self.cohort("audit", "--verify")
        (self.state / "filler").unlink()
        task = self.cohort("audit").stdout.split()[0]
        if self.events(FINISHED) == 0:
            self.assertEqual(json.loads(self.cohort("run", "--resume", task, "--output-format", "json").stdout)["errors_after"], 0)
        self.assertEqual(self.run_task(root)["errors_after"], 0)
        self.assertRegex(self.cohort("audit", "--verify").stdout, "^whole: 2 tasks")

    # -- a folder that may not be written

    def test_a_read_only_state_folder_is_refused_by_writers_and_read_by_auditors(self):
        root = self.workspace(TWO_FAULTS)
        task = self.run_task(root)["task_id"]
        before = {path: path.stat().st_mtime_ns for path in self.state.rglob("*") if path.is_file()}
        self.mount("--bind", self.state, self.state)
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.state)])
        self.mount("-o", "remount,ro,bind", self.state)
        for words in (["run", "fix", "-w", root], ["run", "--resume", task], ["serve", "--insecure", "--port", "0"], ["gc"]):
            done = self.cohort(*words, code=4, timeout=60)
            self.assertIn(str(self.state), done.stderr)
            self.assertIn("--state", done.stderr)
        self.assertRegex(self.cohort("audit").stdout, rf"^{task} ")
        self.assertIn("finished: done", self.cohort("audit", task).stdout)
        self.assertRegex(self.cohort("audit", "--verify").stdout, "^whole: 1 task, ")
        self.cohort("audit", task, "--export", self.folder / "task.bundle")
        self.cohort("verify", self.folder / "task.bundle")
        after = {path: path.stat().st_mtime_ns for path in self.state.rglob("*") if path.is_file()}
        self.assertEqual(before, after)

    # -- what somebody removed

    def test_a_task_whose_store_was_removed_ends_with_the_reason(self):
        root = self.workspace(TWO_FAULTS)
        run = self.start("run", "fix the compile errors", "-w", root, "--mode", "parallel", "-j", 1)
        self.wait_for_events(run, 4)
        run.kill()
        run.communicate()
        self.assertEqual(self.events(FINISHED), 0)
        shutil.rmtree(self.state / "store.git")
        task = self.cohort("audit").stdout.split()[0]
        done = self.cohort("run", "--resume", task, code=None)
        self.assertIn(done.returncode, (1, 4), done.stdout + done.stderr)
        self.assertRegex(done.stdout + done.stderr, "[0-9a-f]{12}")  # The tree that is missing.
        self.assertEqual(self.events(FINISHED), 1)
        self.assertEqual(self.run_task(root)["errors_after"], 0)

    def test_a_head_whose_store_was_removed_serves_the_next_task(self):
        root = self.workspace(TWO_FAULTS)
        head = self.start_head()
        words = ("submit", "fix the compile errors", "-w", root, "--watch", "--output-format", "json")
        self.assertEqual(json.loads(self.client(*words).stdout)["errors_after"], 0)
        shutil.rmtree(self.state / "store.git")
        self.assertEqual(json.loads(self.client(*words).stdout)["errors_after"], 0)
        self.assertIsNone(head.poll())

    def test_a_head_whose_journal_was_removed_accepts_nothing(self):
        root = self.workspace(TWO_FAULTS)
        head = self.start_head()
        for path in self.state.glob("journal.db*"):
            path.unlink()
        done = self.client("submit", "fix the compile errors", "-w", root, "--watch", code=4)
        self.assertIn("was removed or moved away", done.stdout + done.stderr)
        head.terminate()
        head.communicate(timeout=60)
        self.assertEqual(self.run_task(root)["errors_after"], 0)


if __name__ == "__main__":
    main()
