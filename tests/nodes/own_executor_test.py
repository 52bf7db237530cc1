#!/usr/bin/env python3
"""A cohort with an executor in C++ of its own, made with what `cmake --install` installs."""
import json
import shutil
import subprocess

from cohort_cli import BINARY, SMALL, CohortTest, git, main

BUILD = BINARY.resolve().parents[1]
EXAMPLE = BINARY.resolve().parents[3] / "nodes/example"


class OwnExecutor(CohortTest):
    def sh(self, *words) -> None:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])

    def test_the_example_is_built_and_works(self):
        prefix, source, build = (self.folder / name for name in ("prefix", "source", "build"))
        shutil.copytree(EXAMPLE, source)  # Nothing of cohort's own tree is near it.
        self.sh("cmake", "--install", BUILD, "--prefix", prefix)
        self.sh("cmake", "-S", source, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Debug")
        self.sh("cmake", "--build", build)
        root = self.workspace({**SMALL, "area.cc": SMALL["area.cc"].replace(";\n", ";  \n"), "notes.txt": "not asked  \n"})
        done = subprocess.run([build / "my_cohort", "run", "trim the blanks", "--config", source / "cohort.yaml", "-w", root,
                               "--state", self.state, "--output-format", "json"], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(git(root, "show", result["branch"] + ":area.cc"), SMALL["area.cc"].strip())
        self.assertEqual(git(root, "diff", "--name-only", f"main..{result['branch']}"), "area.cc")
        runs = [run for subtask in result["subtasks"] for run in subtask["executors"]]
        self.assertEqual([(run["executor"], run["helped"]) for run in runs], [("trim", True)])

    def test_who_does_not_have_it_says_so(self):
        done = self.cohort("config", "validate", "--config", EXAMPLE / "cohort.yaml", code=2)
        self.assertIn("'trim': expected fixit, clang_tidy, or a name below executors", done.stderr)


if __name__ == "__main__":
    main()
