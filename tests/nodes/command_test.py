#!/usr/bin/env python3
"""Any program as a worker: what it makes goes the way of all repairs, whatever else it does."""
import json
import os
import stat
import threading
import unittest
from pathlib import Path
from unittest import mock

from cohort_cli import SMALL, CohortTest, broken, git, live_processes, main

NOTES = {f"notes/{name}.txt": f"about {name}\n" for name in ("apples", "beans", "corn")}
ADD = 'for file; do echo "Licence: MIT" >> "$file"; done\n'
TASK = "add the licence to all files"

CONFIG = """
executors:
  {executor}:
    command: ["{program}", "{{files}}"]
{keys}
specialties:
  licence:
    words: [licence]
    files: ["notes/**"]
    check: [grep, -q, "Licence: MIT", "{{file}}"]
    executors: [{executor}]
parallel_workers:
  decomposition: {{strategy: file_based, enable_council_validation: false}}
"""


class CommandTest(CohortTest):
    def program(self, body: str, name: str = "writer") -> Path:
        """Programs that are named by their path can be read in a sandbox, wherever they lie."""
        file = self.folder / "bin" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("#!/bin/sh\n" + body)
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    def shared(self) -> Path:
        folder = self.folder / "shared"
        folder.mkdir(exist_ok=True)
        return folder

    def configured(self, text: str) -> tuple[str, Path]:
        file = self.folder / "cohort.yaml"
        file.write_text(text)
        return "--config", file

    def licence(self, body: str, files: dict[str, str] = NOTES, code: int = 0, keys: str = "", words=(), **kw) -> tuple[Path, dict]:
        root = self.workspace(files)
        lines = "".join(f"    {line}\n" for line in keys.splitlines())
        config = self.configured(CONFIG.format(executor="writer", program=self.program(body), keys=lines))
        return root, self.run_task(root, "--mode", "parallel", *config, *words, code=code, task=TASK, **kw)

    def executors(self, result: dict) -> list[dict]:
        return [run for subtask in result["subtasks"] for run in subtask.get("executors", [])]

    def outcomes(self, result: dict) -> set[str]:
        return {run["outcome"] for run in self.executors(result)}

    def text(self, root: Path, result: dict, name: str) -> str:
        return git(root, "show", f"{result['branch']}:{name}")

    def changed(self, root: Path, result: dict) -> list[str]:
        return git(root, "diff", "--name-only", f"main..{result['branch']}").splitlines()


class CustomSpecialty(CommandTest):
    def test_a_script_adds_a_licence_to_all_files(self):
        root, result = self.licence("echo '{\"cost\": 0.5}'\n" + ADD)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual((result["errors_before"], result["errors_after"]), (3, 0))
        self.assertEqual(self.changed(root, result), sorted(NOTES))
        self.assertEqual(self.text(root, result, "notes/corn.txt"), "about corn\nLicence: MIT")
        runs = self.executors(result)
        self.assertEqual({(run["executor"], run["helped"], run["cost"]) for run in runs}, {("writer", True, 0.5)})
        self.assertEqual(sorted(file for run in runs for file in run["files"]), sorted(NOTES))

    def test_in_a_workspace_with_a_build_all_gates_judge(self):
        root, result = self.licence(ADD, {**SMALL, **NOTES})
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), sorted(NOTES))
        gates = {gate["kind"]: gate["verdict"] for gate in result["gates"]}
        self.assertEqual(gates["GATE_KIND_TESTS"], "GATE_VERDICT_PASS")

    def test_the_example_does_what_it_says(self):
        root = self.workspace({**SMALL, "licenced.cc": "// SPDX-License-Identifier: MIT\nint licenced;\n"})
        example = Path(__file__).resolve().parents[2] / "config/examples/licence.yaml"
        result = self.run_task(root, "--config", example, task="add the licence header")
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), [name for name in sorted(SMALL) if name.endswith((".cc", ".h"))])
        self.assertTrue(self.text(root, result, "area.cc").startswith("// SPDX-License-Identifier: MIT\n#include"))

    def test_what_leaves_its_files_is_taken_back(self):
        root, result = self.licence(ADD + "echo x > stray.txt; echo x >> notes/../README.md; mkdir -p .git; echo x > .git/config\n",
                                    {**NOTES, "README.md": "Notes\nLicence: MIT\n"})
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), sorted(NOTES))
        for outcome in self.outcomes(result):
            self.assertIn("taken back, since it may not change them: .git/config, README.md, stray.txt", outcome)

    def test_another_worker_is_asked_where_one_says_75(self):
        shared = self.shared()
        root, result = self.licence(f'for file; do mkdir {shared}/"$(basename $file)" && new=1; done\n'
                                    '[ -z "$new" ] || { echo "quota is used up" >&2; exit 75; }\n' + ADD,
                                    keys=f"writable: [{shared}]")
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), sorted(NOTES))
        self.assertEqual(sorted(seen.name for seen in shared.iterdir()), [Path(note).name for note in sorted(NOTES)])

    def test_what_makes_things_worse_is_not_kept(self):
        root, result = self.licence("for file; do echo nothing > \"$file\"; done\n", code=1)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_FAILED", result)
        self.assertEqual(self.outcomes(result), {"what it changed was taken back: 1 finding of 1 is left"})
        self.assertEqual(len(result["left"]), 3)
        for left in result["left"]:
            self.assertIn("no executor could: writer: what it changed was taken back", left["reason"])

    def test_a_part_is_partial(self):
        root, result = self.licence('case $1 in *beans*) echo "no beans" >&2; exit 3;; esac\n' + ADD, code=3)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_PARTIAL", result)
        self.assertEqual(self.changed(root, result), ["notes/apples.txt", "notes/corn.txt"])
        self.assertEqual([left["reason"] for left in result["left"]],
                         ["no executor could: writer: it failed (exit code 3): no beans"])

    def test_a_hang_ends_at_its_deadline(self):
        root, result = self.licence("sleep 1000\n", keys="deadline_seconds: 1", code=1)
        self.assertEqual(self.outcomes(result), {"it ran past its deadline"})
        self.assertEqual(live_processes(), set())

    def test_nothing_outlives_it(self):
        root, result = self.licence(ADD + "(setsid sh -c 'sleep 86418 & exec sleep 86418' > /dev/null 2>&1 &)\n")
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        commands = b"".join(self.cmdline_of(path) for path in Path("/proc").glob("[0-9]*"))
        self.assertNotIn(b"86418", commands)

    @staticmethod
    def cmdline_of(process: Path) -> bytes:
        try:
            return (process / "cmdline").read_bytes()
        except OSError:
            return b""

    def test_secrets_are_not_in_its_environment_but_for_those_it_is_to_have(self):
        shared = self.shared()
        shown, done = set(), threading.Event()

        def watch() -> None:
            while not done.is_set():
                shown.update(command for path in Path("/proc").glob("[0-9]*") if b"a-key" in (command := self.cmdline_of(path)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            with mock.patch.dict(os.environ, WRITER_KEY="a-key", OTHER_KEY="a-secret"):
                root, result = self.licence(f'env > {shared}/"$(basename $1)"\nsleep 0.3\n' + ADD,
                                            keys=f"writable: [{shared}]\nenvironment: [WRITER_KEY]")
        finally:
            done.set()
            watcher.join()
        self.assertEqual(shown, set())  # Of any process, bubblewrap's included.
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        seen = "".join(file.read_text() for file in shared.iterdir())
        self.assertIn("WRITER_KEY=a-key\n", seen)
        self.assertNotIn("a-secret", seen)
        self.assertNotIn("a-key", json.dumps(result))
        for file in self.state.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"a-key", file.read_bytes(), file)

    def test_the_words_choose_it_or_an_option_does(self):
        root = self.workspace(NOTES)
        config = self.configured(CONFIG.format(executor="writer", program=self.program(ADD), keys=""))
        for words in (("put a licence into each file",), ("do the usual", "--specialty", "custom:licence")):
            result = self.run_task(root, *words[1:], *config, task=words[0])
            self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", words)

    def test_nobody_for_it_is_said_at_once(self):
        root = self.workspace(NOTES)
        done = self.cohort("run", "do the usual", "-w", root, "--specialty", "custom:licence", code=1)
        self.assertIn("no executor is configured for custom:licence", done.stdout + done.stderr)


class OtherLanguages(CommandTest):
    FILES = {"words.py": "def greeting(name):\n    return 'Hello, ' + name\n",
             "numbers.py": "def double(x)\n    return 2 * x\n",
             "test_all.py": "import unittest\nimport numbers_\n\n\nclass All(unittest.TestCase):\n"
                            "    def test_double(self):\n        self.assertEqual(numbers_.double(2), 4)\n"}

    CONFIG = """
executors:
  mender: {{command: ["{program}", "{{files}}"]}}
specialties:
  generalist: {{executors: [fixit, mender]}}
  compilation_errors: {{executors: [fixit, mender]}}
languages:
  python: {{adapter: python}}
"""

    def python_files(self) -> dict[str, str]:
        files = dict(self.FILES)
        files["numbers_.py"] = files.pop("numbers.py")
        return files

    def mend(self, body: str, **kw) -> tuple[Path, dict]:
        root = self.workspace(self.python_files())
        config = self.configured(self.CONFIG.format(program=self.program(body, "mender")))
        return root, self.run_task(root, *config, task="fix the syntax errors", **kw)

    def test_python_is_mended_and_tested(self):
        root, result = self.mend("sed -i 's/(x)$/(x):/' \"$@\"\n")
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), ["numbers_.py"])
        self.assertEqual(self.text(root, result, "numbers_.py"), "def double(x):\n    return 2 * x")
        tests = [gate["details"] for gate in result["gates"] if gate["kind"] == "GATE_KIND_TESTS"]
        self.assertEqual(tests, ["1 of 1 test pass"])

    def test_a_repair_that_breaks_the_tests_is_not_handed_back_as_done(self):
        root, result = self.mend("sed -i 's/(x)$/(x):/; s/2 \\* x/3 * x/' \"$@\"\n", code=None)
        self.assertNotEqual(result["outcome"], "TASK_OUTCOME_DONE", result)

    def test_what_nobody_mends_is_named_with_its_place(self):
        root, result = self.mend("true\n", code=1)
        self.assertEqual(len(result["left"]), 1)
        left = result["left"][0]
        self.assertEqual((left["diagnostic"]["location"]["file"], left["diagnostic"]["location"]["line"]), ("numbers_.py", 1))
        self.assertIn("SyntaxError", left["diagnostic"]["message"])
        self.assertEqual(left["reason"], "no executor could: mender: it changed nothing")


class Chain(CommandTest):
    def test_fixit_first_and_a_program_for_the_rest(self):
        root = self.workspace(broken(area_cc=("shape.radius;", "shape.radius"), name_cc=("result +", "unheard_of() +")))
        agent = self.program("sed -i 's/unheard_of() +/result +/' name.cc\n", "agent")
        config = self.configured(
            f"executors:\n  agent: {{command: [{agent}]}}\n"
            "specialties:\n  compilation_errors: {executors: [fixit, clang_tidy, agent]}\n")
        result = self.run_task(root, "--mode", "parallel", *config)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertEqual(self.changed(root, result), ["area.cc", "name.cc"])
        self.assertEqual(self.text(root, result, "name.cc"), SMALL["name.cc"].strip())


class Doctor(CommandTest):
    def test_it_says_which_programs_are_there(self):
        config = self.configured(CONFIG.format(executor="writer", program="no-such-writer", keys=""))
        said = self.cohort("doctor", *config, code=None).stdout
        self.assertRegex(said, r"(?m)^missing +executor +writer: no-such-writer is not in PATH$")
        self.assertRegex(said, r"(?m)^ok +specialty +licence: .*/grep$")
        self.assertRegex(said, r"(?m)^note +adapters +installed here: .*python")


if __name__ == "__main__":
    main()
