#!/usr/bin/env python3
"""The log of a CI job as the task."""
import json

from cohort_cli import SMALL, TWO_FAULTS, CohortTest, git, main

CI = """\
2026-01-02T03:04:05.678Z ##[group]Run make
/home/runner/work/p/p/area.cc:5:3: error: expected ',' or ';' before 'return'
C:\\agent\\p\\name.cc(5,10): error C2065: 'reslt': undeclared identifier
make: *** [Makefile:3: all] Error 1
"""
RUST = """\
error[E0425]: cannot find value `x` in this scope
 --> src/main.rs:2:5
error[E0308]: mismatched types
 --> src/lib.rs:7:9
"""


class Log(CohortTest):
    def log(self, text: str):
        file = self.folder / "ci.log"
        file.write_text(text)
        return file

    def test_a_log_is_a_task(self):
        root = self.workspace(TWO_FAULTS)
        result = json.loads(self.cohort("run", "--diagnostics", self.log(CI), "-w", root, "--mode", "parallel",
                                        "--output-format", "json").stdout)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
        self.assertEqual(git(root, "show", result["branch"] + ":area.cc"), SMALL["area.cc"].strip())
        self.assertTrue(git(root, "log", "-1", "--format=%s", result["branch"]).startswith("fix the 2 errors that ci.log reports"))

    def test_what_only_the_log_reports_is_left(self):
        root = self.workspace({**SMALL, "src/main.rs": "fn main() {}\n"})
        log = self.log("/ci/src/area.cc:4:9: error: unused variable 'x' [-Werror=unused-variable]\n" + RUST)
        done = self.cohort("run", "--diagnostics", log, "-w", root, code=1)
        self.assertIn("area.cc:4: unused variable 'x'", done.stdout)
        self.assertIn("--warnings=-Wunused-variable", done.stdout)
        self.assertIn("src/main.rs:2: cannot find value `x` in this scope", done.stdout)
        self.assertIn("src/lib.rs:7: mismatched types\n      only the log reports it: the workspace has no such file", done.stdout)
        self.assertIn("3 causes in the log alone", done.stdout)
        self.assertIn("0 of 3 causes in the log are seen here", done.stderr)

    def test_a_log_is_planned_without_a_toolchain(self):
        root = self.workspace({"src/main.rs": "fn main() {}\n", "src/lib.rs": ""})
        plan = json.loads(self.cohort("plan", "--diagnostics", self.log(RUST), "-w", root, "--mode", "parallel",
                                      "--output-format", "json").stdout)
        files = sorted(file for subtask in plan["plan"]["subtasks"] for file in subtask["files"])
        self.assertEqual(files, ["src/lib.rs", "src/main.rs"])
        self.cohort("run", "--diagnostics", self.log(RUST), "-w", root, code=4)

    def test_what_is_no_log_is_refused(self):
        root = self.workspace(SMALL)
        for words in (("--diagnostics", self.log("all is well\n")), ("--diagnostics", self.folder / "none"),
                      ("-", "--diagnostics", "-"), ()):
            self.assertTrue(self.cohort("plan", *words, "-w", root, code=2, input="").stderr)


if __name__ == "__main__":
    main()
