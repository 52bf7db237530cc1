#!/usr/bin/env python3
"""The process is killed after each event of a task's journal; what goes on from there ends as if nothing had happened.

POINTS=N kills at N of the events, spread over the task; POINTS=0 at every one.
"""
from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

from cohort_cli import BINARY, CohortTest, git, live_processes, main

POINTS = int(os.environ.get("POINTS", "20"))
HEAD_POINTS = int(os.environ.get("HEAD_POINTS", "4"))
SECONDS_TO_STOP = float(os.environ.get("SECONDS_TO_STOP", "5"))

# Numbers of messages/v1/event.proto.
ROUND_STARTED, DISPATCHED, COMPLETED, MERGED, CONFLICTED, WITHDRAWN, FINISHED, DELIVERED, RESUMED = 22, 25, 26, 28, 29, 30, 36, 38, 42

# Six units; each has an error of its own.
UNITS = {f"part{n}.cc": f'#include "parts.h"\n\nint part{n}(int x) {{\n  int result = x + {n};\n  return result;\n}}\n'
         for n in range(1, 7)}
WHOLE = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(parts CXX)\nadd_library(parts " + " ".join(UNITS) + ")\n",
    "parts.h": "#pragma once\n" + "".join(f"int part{n}(int x);\n" for n in range(1, 7)),
    **UNITS,
}
BROKEN = {name: text.replace("return result;", "return reslt;" if index % 2 else "return result")
          for index, (name, text) in enumerate(WHOLE.items())}


def varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def field(data: bytes, wanted: int):
    """The last value of a protobuf message's field: bytes or a number; None when it is not there."""
    at, found = 0, None
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        else:
            size, at = {1: (8, at), 2: (None, at), 5: (4, at)}[key & 7]
            if size is None:
                size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        if key >> 3 == wanted:
            found = value
    return found


class Journal:
    """Reads along while a head writes."""

    def __init__(self, state: Path) -> None:
        self.file = state / "journal.db"

    def ask(self, sql: str, *values) -> list[tuple]:
        if not self.file.exists():
            return []
        try:
            with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True, timeout=10) as db:
                return db.execute(sql, values).fetchall()
        except sqlite3.OperationalError:  # Its tables are being made.
            return []

    def tasks(self) -> list[str]:
        return [row[0] for row in self.ask("SELECT task_id FROM events WHERE sequence = 1 ORDER BY id")]

    def count(self, task: str) -> int:
        return self.ask("SELECT COUNT(*) FROM events WHERE task_id = ?", task)[0][0]

    def events(self, task: str) -> list[tuple[int, bytes]]:
        """(kind, the kind's own message) in order."""
        rows = self.ask("SELECT kind, body FROM events WHERE task_id = ? ORDER BY sequence", task)
        return [(kind, field(body, kind)) for kind, body in rows]


class Kill(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.root = self.workspace(BROKEN)
        self.journal = Journal(self.state)
        whole = self.run_task(self.root, "--mode", "parallel")
        self.assertEqual(whole["errors_after"], 0, whole)
        self.tree = git(self.root, "rev-parse", whole["branch"] + "^{tree}")
        self.events = self.journal.count(whole["task_id"])
        self.assertGreater(self.events, 20)

    def points(self, wanted: int) -> list[int]:
        last = self.events - 1  # After the last one there is nothing to go on with.
        if wanted == 0 or wanted >= last:
            return list(range(1, last + 1))
        return sorted({1 + round(index * (last - 1) / (wanted - 1)) for index in range(wanted)})

    def kill_after(self, process: subprocess.Popen, known: list[str], point: int) -> str | None:
        """SIGKILL once the new task has so many events; its id, or None when it had ended by then."""
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end:
            fresh = [task for task in self.journal.tasks() if task not in known]
            if fresh and self.journal.count(fresh[0]) >= point:
                break
            time.sleep(0.001)
        process.kill()
        process.communicate()
        self.assert_no_process()
        fresh = [task for task in self.journal.tasks() if task not in known]
        self.assertEqual(len(fresh), 1)
        return None if any(kind == FINISHED for kind, _ in self.journal.events(fresh[0])) else fresh[0]

    def assert_no_process(self) -> None:
        end = time.monotonic() + SECONDS_TO_STOP
        while live_processes() and time.monotonic() < end:
            time.sleep(0.01)
        self.assertEqual(live_processes(), set())

    def assert_nothing_twice(self, task: str, before: int) -> None:
        """`before`: how many events there were when the process was killed."""
        done, merged = set(), Counter()
        for index, (kind, body) in enumerate(self.journal.events(task)):
            if kind in (ROUND_STARTED, WITHDRAWN):
                done, merged = (set() if kind == ROUND_STARTED else done), Counter()
            if kind not in (DISPATCHED, COMPLETED, MERGED, CONFLICTED):
                continue
            subtask = field(body, 1)
            if kind == COMPLETED:
                done.add(subtask)
            elif kind == CONFLICTED:
                done.discard(subtask)
            elif kind == DISPATCHED and index >= before:
                self.assertNotIn(subtask, done, "a finished subtask is run again")
            elif kind == MERGED:
                merged[subtask] += 1
                self.assertEqual(merged[subtask], 1, "a subtask is merged twice")
        kinds = Counter(kind for kind, _ in self.journal.events(task))
        self.assertEqual((kinds[FINISHED], kinds[DELIVERED]), (1, 1))

    def assert_nothing_left(self) -> None:
        self.assert_no_process()
        self.assertEqual((self.state / "lock").read_text(), "")
        left = [path for folder in (self.state, self.root) for path in folder.rglob("*")
                if path.name.startswith((".cohort-", "tmp_object")) or path.suffix == ".lock" and path.name != "cohort.lock"]
        self.assertEqual(left, [])
        self.assertEqual({slot.name for slot in (self.state / "slots").iterdir()} - {"w1", "w2"}, set())
        self.assertEqual(git(self.root, "status", "--porcelain"), "")
        self.assertEqual(git(self.root, "worktree", "list").count("\n"), 0)

    def assert_as_whole(self, task: str, result: dict, before: int) -> None:
        self.assertEqual((result["outcome"], result["errors_after"]), ("TASK_OUTCOME_DONE", 0), result)
        self.assertEqual(git(self.root, "rev-parse", f"cohort/{task}^{{tree}}"), self.tree)
        self.assertEqual(git(self.root, "rev-list", "--count", f"main..cohort/{task}"), "1")
        self.assert_nothing_twice(task, before)

    def start_run(self, *words) -> subprocess.Popen:
        return subprocess.Popen(self.command("run", *words, "-j", 2, "--output-format", "json"),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def start_task(self) -> subprocess.Popen:
        return self.start_run("fix the compile errors", "-w", self.root, "--mode", "parallel")

    def resume(self, task: str, code: int = 0) -> dict:
        done = self.cohort("run", "--resume", task, "-j", 2, "--output-format", "json", code=code)
        return json.loads(done.stdout)


class Run(Kill):
    def test_after_every_event(self) -> None:
        resumed = 0
        for point in self.points(POINTS):
            with self.subTest(point=point):
                task = self.kill_after(self.start_task(), self.journal.tasks(), point)
                if task is None:
                    continue
                before = self.journal.count(task)
                self.assertGreaterEqual(before, point)
                self.assert_as_whole(task, self.resume(task), before)
                self.assert_nothing_left()
                resumed += 1
        self.assertGreater(resumed, len(self.points(POINTS)) // 2, "most were killed before their end")

    def test_a_process_that_goes_on_may_be_killed_as_well(self) -> None:
        task = self.kill_after(self.start_task(), self.journal.tasks(), 3)
        self.assertIsNotNone(task)
        for point in (6, self.events // 2, self.events - 2):
            process = self.start_run("--resume", task)
            while process.poll() is None and self.journal.count(task) < point:
                time.sleep(0.001)
            process.kill()
            process.communicate()
            self.assert_no_process()
        before = self.journal.count(task)
        self.assert_as_whole(task, self.resume(task), before)
        self.assert_nothing_left()

    def test_what_was_asked_for_is_done_as_it_was_asked_for(self) -> None:
        known = self.journal.tasks()
        process = self.start_run("fix the compile errors", "-w", self.root, "--no-branch", "--apply", "--mode", "sequential")
        task = self.kill_after(process, known, 6)
        self.assertIsNotNone(task)
        result = self.resume(task)
        self.assertEqual(result["branch"], "")
        self.assertTrue(Path(result["patch_file"]).is_file())
        self.assertEqual({name: (self.root / name).read_text() for name in WHOLE}, WHOLE)
        self.assertEqual(len(result["subtasks"]), 1)
        # It has ended: the same result again, and nothing is done.
        events = self.journal.count(task)
        again = self.resume(task)
        self.assertEqual((again["patch_file"], again["summary"]), (result["patch_file"], result["summary"]))
        self.assertEqual(self.journal.count(task), events)

    def test_other_tasks_are_named_and_left_alone(self) -> None:
        task = self.kill_after(self.start_task(), self.journal.tasks(), 5)
        self.assertIsNotNone(task)
        events = self.journal.count(task)
        done = self.cohort("run", "fix the compile errors", "-w", self.root, "-j", 2)
        self.assertIn(f"not finished: {task}; `cohort run --resume ID` goes on with one", done.stderr)
        self.assertEqual(self.journal.count(task), events)
        self.resume(task)
        done = self.cohort("run", "fix the compile errors", "-w", self.root, "-j", 2)
        self.assertNotIn("not finished", done.stderr)

    def test_an_interrupt_is_a_decision(self) -> None:
        known, process = self.journal.tasks(), self.start_task()
        while not (fresh := [task for task in self.journal.tasks() if task not in known]) or self.journal.count(fresh[0]) < 6:
            self.assertIsNone(process.poll())
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.resume(fresh[0], code=130)["outcome"], "TASK_OUTCOME_CANCELLED")
        done = self.cohort("run", "fix the compile errors", "-w", self.root, "-j", 2)
        self.assertNotIn("not finished", done.stderr)

    def test_what_cannot_be_resumed_is_said(self) -> None:
        done = self.cohort("run", "--resume", "nobody", code=2)
        self.assertIn("there is no task nobody in the journal", done.stderr)
        done = self.cohort("run", code=2)
        self.assertIn("--resume", done.stderr)
        for words in (("fix it",), ("--mode", "parallel"), ("--apply",)):
            self.cohort("run", "--resume", "nobody", *words, code=2)

    def test_a_plan_ends_with_its_process(self) -> None:
        known = self.journal.tasks()
        process = subprocess.Popen(self.command("plan", "fix the compile errors", "-w", self.root, "-j", 2),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        task = self.kill_after(process, known, 1)
        if task is None:
            self.skipTest("the plan was quicker")
        self.assertIn("ended with its process", self.cohort("run", "--resume", task, code=2).stderr)
        done = self.cohort("run", "fix the compile errors", "-w", self.root, "-j", 2)
        self.assertNotIn("not finished", done.stderr)
        self.assertIn(FINISHED, [kind for kind, _ in self.journal.events(task)])

    def test_a_damaged_journal_of_one_task_stops_no_other(self) -> None:
        damaged = self.kill_after(self.start_task(), self.journal.tasks(), 8)
        self.assertIsNotNone(damaged)
        other = self.kill_after(self.start_task(), self.journal.tasks(), 8)
        self.assertIsNotNone(other)
        with sqlite3.connect(self.journal.file) as db:
            db.execute("UPDATE events SET body = x'ff' WHERE task_id = ? AND sequence = 4", (damaged,))
        before = self.journal.count(other)
        self.assert_as_whole(other, self.resume(other), before)

        done = self.cohort("run", "--resume", damaged, "-j", 2, "--output-format", "json")
        self.assertIn(f"event 4 of task {damaged} is not what was written", done.stderr)
        self.assert_as_whole(damaged, json.loads(done.stdout), 3)
        aside = (self.state / "set-aside" / f"{damaged}.4.jsonl").read_text().splitlines()
        self.assertEqual(json.loads(aside[0])["body"], "ff")
        self.assertIn("whole: ", self.cohort("audit", "--verify").stdout)

    def test_a_torn_log_is_set_aside_and_what_stands_before_its_end_used(self) -> None:
        task = self.kill_after(self.start_task(), self.journal.tasks(), 8)
        self.assertIsNotNone(task)
        log = self.state / "journal.db-wal"
        torn = log.read_bytes()[:-1000]
        log.write_bytes(torn)
        done = self.cohort("run", "--resume", task, "-j", 2, "--output-format", "json")
        self.assertIn("write-ahead log cannot be read", done.stderr)
        self.assertEqual((self.state / "set-aside" / "journal.db-wal.1").read_bytes(), torn)
        self.assert_as_whole(task, json.loads(done.stdout), 0)

    def test_a_task_that_is_damaged_from_its_first_event_on_is_refused(self) -> None:
        task = self.kill_after(self.start_task(), self.journal.tasks(), 8)
        self.assertIsNotNone(task)
        with sqlite3.connect(self.journal.file) as db:
            db.execute("UPDATE events SET body = x'ff' WHERE task_id = ? AND sequence = 1", (task,))
        done = self.cohort("run", "--resume", task, code=4)
        self.assertIn(f"event 1 of task {task}", done.stderr)


class Serve(Kill):
    def setUp(self) -> None:
        super().setUp()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self, command: list, errors: int) -> subprocess.Popen:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_head(self, workers: int = 2) -> subprocess.Popen:
        head = self.start(self.command("serve", "--insecure", "--bind", "127.0.0.1", "--port", self.port, "-j", workers),
                          subprocess.PIPE)
        self.addCleanup(head.stderr.close)
        while "cohort: head on" not in head.stderr.readline():
            self.assertIsNone(head.poll())
        return head

    def client(self, verb: str, *words, code: int = 0) -> str:
        return self.cohort(verb, *words, "--head", f"127.0.0.1:{self.port}", "--insecure", code=code).stdout

    def status_of(self, task: str) -> dict:
        tasks = json.loads(self.client("status", "--output-format", "json"))["tasks"]
        return next(entry for entry in tasks if entry["task_id"] == task)

    def test_a_head_goes_on_with_what_it_had_accepted(self) -> None:
        for point in self.points(HEAD_POINTS):
            with self.subTest(point=point):
                known, head = self.journal.tasks(), self.start_head()
                submitted = self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel").strip()
                task = self.kill_after(head, known, point)
                if task is None:
                    continue
                self.assertEqual(task, submitted)
                before = self.journal.count(task)
                head = self.start_head()
                self.assertEqual(head.stderr.readline(), f"cohort: resumes 1 task: {task}\n")
                self.assertEqual(self.status_of(task)["description"], "fix the compile errors")
                result = json.loads(self.client("watch", task, "--output-format", "json"))
                self.assert_as_whole(task, result, before)
                self.assertEqual(json.loads(self.client("result", task, "--output-format", "json"))["branch"],
                                 f"cohort/{task}")
                head.terminate()
                head.communicate(timeout=30)
                self.assert_nothing_left()

    def test_nodes_that_come_back_do_the_rest(self) -> None:
        head = self.start_head(workers=0)
        node = self.start([BINARY, "node", "--join", f"127.0.0.1:{self.port}", "--insecure", "--name", "n1", "-j", "2",
                           "--state", self.folder / "n1"], subprocess.DEVNULL)
        task = self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel").strip()
        while not any(kind == COMPLETED for kind, _ in self.journal.events(task)):
            self.assertIsNone(head.poll())
            time.sleep(0.001)
        head.kill()
        head.wait()
        before = self.journal.count(task)
        head = self.start_head(workers=0)
        self.assertIsNone(node.poll())
        self.assert_as_whole(task, json.loads(self.client("watch", task, "--output-format", "json")), before)
        for process in (node, head):
            process.terminate()
            process.wait()
        self.assert_nothing_left()

    def test_a_task_that_cannot_go_on_is_set_aside_and_the_head_serves_others(self) -> None:
        known, head = self.journal.tasks(), self.start_head()
        self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel")
        task = self.kill_after(head, known, 5)
        self.assertIsNotNone(task)
        with sqlite3.connect(self.journal.file) as db:
            db.execute("UPDATE events SET body = x'ff' WHERE task_id = ? AND sequence = 1", (task,))
        head = self.start_head()
        self.assertIn(f"cohort: task {task} is set aside: ", head.stderr.readline())
        end = time.monotonic() + 60  # Progress comes in batches.
        while self.status_of(task)["phase"] != "set aside":
            self.assertLess(time.monotonic(), end)
        result = json.loads(self.client("submit", "fix the compile errors", "-w", self.root, "--watch", "--output-format", "json"))
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
        head.terminate()
        head.communicate(timeout=30)
        self.assert_no_process()

    def test_a_head_goes_on_from_what_stands_before_a_damaged_event(self) -> None:
        known, head = self.journal.tasks(), self.start_head()
        self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel")
        task = self.kill_after(head, known, 5)
        self.assertIsNotNone(task)
        with sqlite3.connect(self.journal.file) as db:
            db.execute("UPDATE events SET body = x'ff' WHERE task_id = ? AND sequence = 3", (task,))
        head = self.start_head()
        self.assertIn(f"cohort: event 3 of task {task} is not what was written: ", head.stderr.readline())
        self.assert_as_whole(task, json.loads(self.client("watch", task, "--output-format", "json")), 2)
        head.terminate()
        head.communicate(timeout=30)
        self.assert_nothing_left()

    def test_a_task_that_ends_its_head_each_time_is_set_aside(self) -> None:
        known, head = self.journal.tasks(), self.start_head()
        self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel")
        task = self.kill_after(head, known, 5)
        self.assertIsNotNone(task)
        with sqlite3.connect(self.journal.file) as db:
            (last, body, digest), = db.execute("SELECT sequence, body, hash FROM events WHERE task_id = ? "
                                               "ORDER BY sequence DESC LIMIT 1", (task,))
            head_of_body = b"\x0a" + bytes([len(task)]) + task.encode()
            self.assertTrue(body.startswith(head_of_body))
            for sequence in range(last + 1, last + 6):  # As if five heads had died at once.
                body = head_of_body + b"\x10" + bytes([sequence]) + b"\xd2\x02\x00"
                digest = hashlib.sha256(digest + body).digest()
                db.execute("INSERT INTO events (task_id, sequence, time, actor, kind, hash, body) "
                           "VALUES (?, ?, 0, '', ?, ?, ?)", (task, sequence, RESUMED, digest, body))
        head = self.start_head()
        self.assertRegex(head.stderr.readline(), f"task {task} is set aside: its process ended 5 times in a row")
        head.terminate()
        head.communicate(timeout=30)
        before = self.journal.count(task)
        self.assert_as_whole(task, self.resume(task), before)

    def test_a_head_that_is_ended_goes_on_the_next_time(self) -> None:
        head = self.start_head()
        task = self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel").strip()
        while self.journal.count(task) < 6:
            time.sleep(0.001)
        head.terminate()
        head.communicate(timeout=30)
        head = self.start_head()
        if not any(kind == FINISHED for kind, _ in self.journal.events(task)):
            self.assertRegex(head.stderr.readline(), re.escape(task))
        result = json.loads(self.client("result" if any(kind == FINISHED for kind, _ in self.journal.events(task))
                                        else "watch", task, "--output-format", "json"))
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")


if __name__ == "__main__":
    main()
