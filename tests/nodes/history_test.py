#!/usr/bin/env python3
"""What one task teaches is there for the next, is shown, can be forgotten, and is not asked for where it is turned off."""
import json

from cohort_cli import TWO_FAULTS, CohortTest, main


class History(CohortTest):
    def known(self) -> dict:
        return json.loads(self.cohort("history", "--output-format", "json").stdout)

    def task(self, name: str, *words) -> dict:
        """The same faults in a workspace of their own, so that each task has something to do."""
        result = self.run_task(self.workspace(TWO_FAULTS, name=name), "--mode", "parallel", *words)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result["summary"])
        return result

    def story(self, result: dict) -> str:
        return self.cohort("audit", result["task_id"]).stdout

    def test_the_next_task_knows_what_the_first_one_taught(self):
        self.assertEqual(self.cohort("history").stdout, "nothing was learnt yet\n")
        first = self.task("first")
        self.assertTrue(all(subtask["model_seconds"] == 0 for subtask in first["plan"]["subtasks"]))
        self.assertNotIn("history corrects", self.story(first))
        known = self.known()
        self.assertTrue(known["durations"])
        self.assertTrue(known["judges"])
        self.assertEqual({record["succeeded"] for record in known["kinds"] if not record["error_type"]}, {"2"})
        second = self.task("second")
        self.assertTrue(all(subtask["model_seconds"] > 0 for subtask in second["plan"]["subtasks"]))
        self.assertIn("judges weigh as their record says", self.story(second))
        self.assertEqual({record["succeeded"] for record in self.known()["kinds"] if not record["error_type"]}, {"4"})
        text = self.cohort("history").stdout
        self.assertIn("4 merged, 0 failed", text)
        self.assertIn("times what it says", text)

    def test_what_is_forgotten_does_not_count(self):
        self.task("first")
        self.cohort("history", "--forget")
        self.assertEqual(self.known(), {"task_id": "", "kinds": [], "judges": [], "durations": []})
        second = self.task("second")
        self.assertTrue(all(subtask["model_seconds"] == 0 for subtask in second["plan"]["subtasks"]))

    def test_it_can_be_turned_off(self):
        self.task("first", "--set", "learning.enabled=false")
        self.assertFalse((self.state / "history.db").exists())

    def test_a_damaged_history_stops_nobody(self):
        self.task("first")
        (self.state / "history.db").write_bytes(b"no database" * 1000)
        for end in ("-wal", "-shm"):
            (self.state / f"history.db{end}").unlink(missing_ok=True)
        self.task("second")
        self.assertTrue((self.state / "history.db.aside").exists())
        self.assertTrue(self.known()["durations"])

    def test_what_was_broken_on_purpose_teaches_nothing(self):
        self.task("first", "--chaos", "1:kill-worker")
        self.assertEqual(self.known()["kinds"], [])


if __name__ == "__main__":
    main()
