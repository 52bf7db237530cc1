#!/usr/bin/env python3
"""audit: a task's story, and what an auditor can check of it."""
import json
import shutil
import sqlite3
import subprocess
from pathlib import Path

from cohort_cli import TWO_FAULTS, CohortTest, git, main


class Audit(CohortTest):
    def repaired(self, *words) -> str:
        """A task that repaired two faults in two subtasks; its id."""
        self.root = self.workspace(TWO_FAULTS)
        return self.run_task(self.root, "--mode", "parallel", *words)["task_id"]

    def change(self, sql: str, *values) -> None:
        with sqlite3.connect(self.state / "journal.db") as journal:
            self.assertEqual(journal.execute(sql, values).rowcount, 1)
        journal.close()

    def test_tasks_are_listed_and_told(self):
        task = self.repaired()
        listed = self.cohort("audit").stdout
        self.assertRegex(listed, rf"^{task} +\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d UTC  done +fix the compile errors\n$")
        tasks = json.loads(self.cohort("audit", "--output-format", "json").stdout)["tasks"]
        self.assertEqual([one["id"] for one in tasks], [task])
        story = self.cohort("audit", task).stdout
        at = -1
        for part in ("accepted, mode parallel", f"in {self.root}", "snapshot: tree ", "prepared: 3 units, ", "evidence: ",
                     "routed: parallel (score ", "coordinator start 1", "round 1 begins", "split into 2 subtasks",
                     "approved in ", "conflict     ", "dispatched on tree ", "completed, attempt 1 by w", "merged: tree ",
                     "gates of tree ", "tests        pass", f"delivered: branch cohort/{task}", "finished: done"):
            with self.subTest(part):
                found = story.find(part, max(at, 0))
                self.assertGreater(found, at, story)
                at = found
        events = json.loads(self.cohort("audit", task, "--output-format", "json").stdout)
        self.assertEqual([int(event["sequence"]) for event in events], list(range(1, len(events) + 1)))
        self.assertIn("accepted", events[0])
        self.assertIn("finished", events[-1])

    def test_what_nobody_touched_is_whole_and_what_somebody_touched_is_named(self):
        task = self.repaired()
        done = self.cohort("audit", "--verify")
        self.assertRegex(done.stdout, r"^whole: 1 task, \d+ events, 1 seal, \d+ trees of \d+ objects\n$")
        self.cohort("audit", task, "--verify")
        self.change("UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'fix the', 'fux the') AS BLOB) WHERE sequence = 1")
        for words in (("--verify",), (task, "--verify")):
            done = self.cohort("audit", *words, code=1)
            self.assertRegex(done.stdout, rf"^BAD: event 1 of task {task}: its hash is .*\nNOT whole: ")
        found = json.loads(self.cohort("audit", "--verify", "--output-format", "json", code=1).stdout)
        self.assertFalse(found["whole"])
        self.assertEqual([one["task"] for one in found["bad"]], [task])
        done = self.cohort("audit", task, code=1)
        self.assertIn(f"event 1 of task {task}", done.stderr)

    def test_a_seal_of_another_key_is_none(self):
        self.repaired()
        key = self.folder / "other.pub"
        subprocess.run(f"openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out {key}", shell=True, check=True)
        done = self.cohort("audit", "--verify", "--public-key", key, code=1)
        self.assertIn("was made with another key", done.stdout)

    def exported(self) -> tuple[str, Path]:
        """A task's bundle, and audit.pub beside it, in a folder that has nothing else."""
        task = self.repaired()
        away = self.folder / "away"
        away.mkdir()
        self.cohort("audit", task, "--export", away / "task.bundle")
        shutil.copy(self.state / "audit.pub", away)
        return task, away

    def test_a_bundle_is_checked_elsewhere_with_the_key_and_the_repository_only(self):
        task, away = self.exported()
        git(self.folder, "clone", "-q", self.root, away / "clone")
        shutil.rmtree(self.state)
        words = ("verify", "task.bundle", "--public-key", "audit.pub")
        done = self.cohort(*words, "--repository", "clone", cwd=away)
        self.assertIn(f"task {task}, sealed with the key ", done.stdout)
        self.assertIn("checked: 2 changed files", done.stdout)
        self.assertRegex(done.stdout, r"checked: the change makes tree [0-9a-f]{40} on its base [0-9a-f]{40} in clone\n")
        self.assertNotIn("not checked", done.stdout)
        done = self.cohort(*words, cwd=away)
        self.assertRegex(done.stdout, "not checked: that the change makes the same tree on its base, tree [0-9a-f]{40}")
        found = json.loads(self.cohort("verify", "task.bundle", "--output-format", "json", cwd=away).stdout)
        self.assertTrue(found["holds"])
        self.assertEqual(len(found["unchecked"]), 2)
        self.assertFalse(self.state.exists())
        self.assertEqual(git(away / "clone", "status", "--porcelain"), "")

    def test_the_tree_of_a_bundle_is_the_delivered_one(self):
        task, away = self.exported()
        delivered = git(self.root, "rev-parse", f"cohort/{task}^{{tree}}")
        base = git(self.root, "rev-parse", "main^{tree}")
        done = self.cohort("verify", away / "task.bundle", "--repository", self.root)
        self.assertIn(f"the change makes tree {delivered} on its base {base}", done.stdout)

    def test_a_bundle_that_was_touched_does_not_hold(self):
        _, away = self.exported()
        bundle = away / "task.bundle"
        whole = bundle.read_bytes()
        for at in range(9, len(whole), max(1, len(whole) // 15)):
            bundle.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1:])
            done = self.cohort("verify", bundle, "--public-key", away / "audit.pub", code=1)
            self.assertEqual(done.stdout, "")
            self.assertRegex(done.stderr, r"^cohort: .*(\bline \d|\bevent \d|the file|a folder)")
        for content in (b"", whole[:-5], b"x" * 1000, bytes(1000)):
            bundle.write_bytes(content)
            self.cohort("verify", bundle, code=1)

    def test_what_a_bundle_cannot_be_checked_with_is_said(self):
        _, away = self.exported()
        bundle = away / "task.bundle"
        self.assertIn("cannot read", self.cohort("verify", away / "none", code=2).stderr)
        self.assertIn("no folder", self.cohort("verify", bundle, "--repository", away / "none", code=4).stderr)
        self.assertIn("has not got the tree", self.cohort("verify", bundle, "--repository", away, code=2).stderr)
        self.assertIn("no Ed25519", self.cohort("verify", bundle, "--public-key", bundle, code=2).stderr)

    def test_what_was_delivered_is_forgotten_and_the_rest_is_whole(self):
        first = self.repaired()
        second = self.run_task(self.workspace(TWO_FAULTS, repository=False, name="plain"))["task_id"]
        patch = self.state / "patches" / f"{second}.patch"
        self.assertTrue(patch.exists())
        done = self.cohort("gc", "--keep", 1, "--dry-run")
        self.assertIn(f"would remove {first}, ended ", done.stdout)
        self.cohort("gc", "--older-than", 1)
        self.assertEqual(len(self.cohort("audit").stdout.splitlines()), 2)
        done = self.cohort("gc", "--keep", 1)
        self.assertRegex(done.stdout, rf"^removed {first}, ended .*\nremoved 1 task and \d+ objects of ")
        self.assertNotIn(first, self.cohort("audit").stdout)
        self.assertRegex(self.cohort("audit", "--verify").stdout, "^whole: 1 task, ")
        self.assertTrue(git(self.root, "branch", "--list", f"cohort/{first}"))
        self.cohort("gc", "--older-than", 0)
        self.assertTrue(patch.exists(), "nobody has applied it")
        self.assertEqual([path for path in (self.state / "store.git" / "objects").rglob("*") if path.is_file()], [])
        self.cohort("audit", "--verify")
        self.run_task(self.workspace(TWO_FAULTS, name="again"))

    def served(self, *words) -> subprocess.Popen:
        """A head that has started."""
        server = subprocess.Popen(self.command("serve", "--insecure", "--port", "0", *words), stderr=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate, timeout=60)
        self.addCleanup(server.terminate)
        for line in server.stderr:
            if line.startswith("cohort: head on "):
                break
        return server

    def test_a_head_forgets_by_itself_what_is_old(self):
        first = self.repaired()
        second = self.run_task(self.workspace(TWO_FAULTS, name="another"))["task_id"]
        day = 86_400 * 10 ** 9
        self.change("UPDATE events SET time = time - ? WHERE task_id = ? AND kind = 36", 40 * day, first)
        head = self.served("--set", "journal.retention_days=50")
        head.terminate()
        head.wait(timeout=60)
        self.assertEqual(len(self.cohort("audit").stdout.splitlines()), 2)
        objects = len(list((self.state / "store.git" / "objects").rglob("*")))
        self.served("--set", "journal.retention_days=30")
        self.assertRegex(self.cohort("audit").stdout, rf"^{second} .*\n$")
        self.assertLess(len(list((self.state / "store.git" / "objects").rglob("*"))), objects)
        self.assertRegex(self.cohort("audit", "--verify").stdout, "^whole: 1 task, ")

    def test_the_configured_limits_are_those_of_gc(self):
        first = self.repaired()
        self.assertIn("removed 0 tasks", self.cohort("gc", "--set", "journal.retention_days=30").stdout)
        self.change("UPDATE events SET time = 0 WHERE task_id = ? AND kind = 36", first)
        self.assertIn("removed 0 tasks", self.cohort("gc", "--max-mb", 100, code=None).stdout)
        self.assertIn(f"removed {first}, ended ", self.cohort("gc", "--set", "journal.retention_days=30").stdout)

    def test_a_damaged_task_is_in_the_way_of_objects_only_and_can_be_set_aside(self):
        first = self.repaired()
        second = self.run_task(self.workspace(TWO_FAULTS, name="another"))["task_id"]
        self.change("UPDATE events SET body = x'ff' WHERE task_id = ? AND sequence = 3", second)
        self.cohort("gc", "--set-aside", first, code=2)
        done = self.cohort("gc", "--keep", 1, code=3)
        self.assertIn("removed 1 task and 0 objects", done.stdout)
        self.assertIn(f"`cohort gc --set-aside {second}`", done.stderr)
        done = self.cohort("gc", "--set-aside", second)
        rows = [json.loads(line) for line in (self.state / "set-aside" / f"{second}.jsonl").read_text().splitlines()]
        self.assertEqual([row["sequence"] for row in rows], list(range(1, len(rows) + 1)))
        self.assertEqual(rows[2]["body"], "ff")
        self.assertEqual(self.cohort("audit").stdout, "")
        self.assertRegex(self.cohort("gc").stdout, r"removed 0 tasks and [1-9]\d* objects")
        self.assertTrue(git(self.root, "branch", "--list", f"cohort/{first}"))

    def test_of_a_damaged_file_what_can_be_read_becomes_a_new_journal(self):
        task = self.repaired()
        self.assertIn("not damaged", self.cohort("gc", "--salvage", code=2).stderr)
        journal = self.state / "journal.db"
        cut = journal.read_bytes()[:-4096]
        journal.write_bytes(cut)
        self.assertIn("`cohort gc --salvage`", self.cohort("run", "fix the compile errors", "-w", self.root, code=4).stderr)
        done = self.cohort("gc", "--salvage")
        self.assertRegex(done.stdout, r"^salvaged \d+ events of 1 task; the journal as it was is .*/set-aside/journal.db.1\n")
        self.assertEqual((self.state / "set-aside" / "journal.db.1").read_bytes(), cut)
        self.assertIn(task, self.cohort("audit").stdout)
        git(self.root, "branch", "-D", f"cohort/{task}")
        self.run_task(self.root)
        self.cohort("gc", "--salvage", "--dry-run", code=2)

    def test_a_running_cohort_is_not_cleaned_under_its_feet(self):
        self.repaired()
        self.served()
        self.assertIn("state folder", self.cohort("gc", "--keep", 0, code=4).stderr)
        self.assertRegex(self.cohort("audit", "--verify").stdout, "^whole: 1 task, ")

    def test_what_is_not_there_is_said(self):
        done = self.cohort("audit", code=2)
        self.assertIn("there is no journal", done.stderr)
        self.repaired()
        for words in (("audit", "x"), ("audit", "x", "--verify")):
            self.assertIn("there is no task x", self.cohort(*words, code=2).stderr)
        self.cohort("audit", "--export", self.folder / "x.bundle", code=2)
        self.cohort("audit", "x", "--export", self.folder / "x.bundle", code=2)
        self.assertFalse((self.folder / "x.bundle").exists())


if __name__ == "__main__":
    main()
