#!/usr/bin/env python3
"""Input that cannot be used: a clear message, the right exit status, and nothing left behind."""
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from cohort_cli import BINARY, SMALL, TWO_FAULTS, CohortTest, broken, git, live_processes, main


class BadInput(CohortTest):
    def refused(self, *words, code, says, **kw):
        done = self.cohort(*words, code=code, **kw)
        self.assertIn(says, done.stdout + done.stderr)
        self.assertNotIn("terminate called", done.stderr)
        return done

    def fake_compiler(self, text: str) -> Path:
        path = self.folder / "compiler"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    # -- the command line and the configuration

    def test_unknown_words(self):
        self.refused("frobnicate", code=2, says="frobnicate")
        self.refused("runn", "x", code=2, says="there is no verb 'runn'; did you mean run?")
        self.refused("run", "fix", "the", "errors", code=2, says="put the task in quotes")
        self.refused("run", "x", "--output-format", "jsn", code=2, says="expected one of json, stream-json, text, not jsn")
        self.refused("run", "x", "--header-filter", "(", code=2, says="regular expression")
        self.refused("run", "x", "--frobnicate", code=2, says="frobnicate")
        self.refused("run", "x", "--mode", "sideways", code=2, says="sideways")
        self.refused("run", "x", "-j", "0", code=2, says="0")
        self.refused("run", "x", "--budget-seconds", "-1", code=2, says="-1")

    def test_configuration_with_an_unknown_key(self):
        config = self.folder / "c.yaml"
        config.write_text("parallel_workers:\n  max_concurrent_worker: 3\n")
        done = self.refused("run", "x", "--config", config, code=2, says="max_concurrent_worker")
        self.assertIn(f"{config}:2", done.stderr)
        self.refused("config", "validate", "--set", "parallel_workers.complexity_threshold=2", code=2, says="complexity_threshold")
        self.refused("config", "show", "--config", self.folder / "none.yaml", code=2, says="none.yaml")

    # -- the description

    def test_descriptions(self):
        root = self.workspace(SMALL)
        self.refused("run", "", "-w", root, code=2, says="description")
        self.refused("run", "   ", "-w", root, code=2, says="description")
        large = subprocess.run(self.command("run", "-", "-w", root), input="fix it " * 150_000, capture_output=True, text=True)
        self.assertIn(large.returncode, (0, 2), large.stderr)
        binary = subprocess.run(self.command("run", "-", "-w", root), input=bytes(range(256)), capture_output=True)
        self.assertIn(binary.returncode, (0, 2), binary.stderr)

    # -- the workspace

    def test_missing_workspace(self):
        self.refused("run", "fix", "-w", self.folder / "nowhere", code=4, says="nowhere")
        (self.folder / "file").write_text("x")
        self.refused("run", "fix", "-w", self.folder / "file", code=4, says="not a folder")

    def test_no_build_system(self):
        root = self.workspace({"readme.txt": "hello\n"})
        self.refused("run", "fix", "-w", root, code=4, says="CMakeLists.txt")

    def test_diagnose_says_why_it_cannot(self):
        done = self.cohort("diagnose", "-w", self.workspace({"a.cc": "int x;\n"}), code=4)
        self.assertIn("no build system was found", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_broken_cmake_project(self):
        root = self.workspace({**SMALL, "CMakeLists.txt": "project(\n"})
        self.refused("run", "fix", "-w", root, code=4, says="CMakeLists.txt")

    def test_compile_commands_with_nonsense(self):
        root = self.workspace(SMALL)
        build = self.folder / "build"
        build.mkdir()
        self.refused("run", "fix", "-w", root, "-p", build, code=4, says="compile_commands.json")
        for nonsense in ("", "{", "[1, 2]", '[{"file": 3}]', '{"a": 1}', "\0\xff", "[" * 100_000,
                         '[{"directory": "/x", "file": "a.cc"}]'):
            (build / "compile_commands.json").write_text(nonsense)
            self.refused("run", "fix", "-w", root, "-p", build, code=4, says="compile_commands.json")

    def test_units_that_are_not_there(self):
        root = self.workspace(SMALL)
        build = self.folder / "build"
        build.mkdir()
        entries = [{"directory": str(build), "file": str(root / name), "command": f"c++ -I{root} -c {root / name}"}
                   for name in ("area.cc", "gone.cc")]
        (build / "compile_commands.json").write_text(json.dumps(entries))
        self.cohort("run", "fix the compile errors", "-w", root, "-p", build, code=None)

    def test_a_file_of_one_long_line(self):
        root = self.workspace(TWO_FAULTS)
        (root / "data.h").write_text("// " + "x" * 50_000_000)
        (root / "area.cc").write_text('#include "data.h"\n' + TWO_FAULTS["area.cc"])
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "long")
        self.assertEqual(self.run_task(root)["errors_after"], 0)

    def test_a_symlink_loop(self):
        root = self.workspace(TWO_FAULTS)
        (root / "loop").symlink_to("loop")
        (root / "self").symlink_to(".")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "loops")
        self.assertEqual(self.run_task(root)["errors_after"], 0)

    # -- compilers

    def test_a_compiler_that_crashes(self):
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root, "--set",
                           f"toolchain.gcc={self.fake_compiler('kill -SEGV $$')}", "--set", "toolchain.compilers=gcc", code=4)
        self.assertIn(f"{self.folder}/compiler --version", done.stdout + done.stderr)

    def test_a_compiler_that_crashes_on_the_code(self):
        root = self.workspace(TWO_FAULTS)
        crashing = self.fake_compiler('case "$*" in *--version*) exit 0;; esac\nkill -SEGV $$')
        done = self.cohort("run", "fix the compile errors", "-w", root, "--set", f"toolchain.gcc={crashing}",
                           "--set", "toolchain.compilers=gcc", code=None)
        self.assertIn(done.returncode, (1, 3), done.stderr)
        self.assertIn("signal 11", done.stdout)

    def test_a_compiler_that_prints_garbage(self):
        root = self.workspace(TWO_FAULTS)
        garbage = self.fake_compiler("head -c 300000 /dev/urandom; head -c 300000 /dev/urandom >&2; exit 1")
        done = self.cohort("run", "fix the compile errors", "-w", root, "--set", f"toolchain.gcc={garbage}",
                           "--set", "toolchain.compilers=gcc", code=None)
        self.assertIn(done.returncode, (1, 3, 4), done.stderr)

    def test_a_compiler_that_never_ends(self):
        root = self.workspace(TWO_FAULTS)
        endless = self.fake_compiler("while :; do echo still going; done")
        done = self.cohort("run", "fix the compile errors", "-w", root, "--set", f"toolchain.gcc={endless}",
                           "--set", "toolchain.compilers=gcc", "--set", "processes.check_timeout_seconds=2",
                           "--set", "processes.output_limit_mb=1", code=None)
        self.assertIn(done.returncode, (1, 3, 4), done.stderr)
        self.assertEqual(live_processes(), set())

    def test_no_such_compiler(self):
        root = self.workspace(TWO_FAULTS)
        self.refused("run", "fix the compile errors", "-w", root, "--set", "toolchain.gcc=no-such-compiler",
                     "--set", "toolchain.compilers=gcc", code=4, says="no-such-compiler")

    # -- the state folder

    def test_two_at_once_on_one_state_folder(self):
        root = self.workspace(TWO_FAULTS)
        slow = self.fake_compiler(f'sleep 3\nexec {shutil.which("g++")} "$@"')
        first = subprocess.Popen(self.command("run", "fix", "-w", root, "--set", f"toolchain.gcc={slow}"),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(first.wait)
        while not (self.state / "lock").exists():
            time.sleep(0.05)
        time.sleep(0.2)
        self.refused("run", "fix", "-w", root, code=4, says=str(self.state))
        first.terminate()

    def test_a_state_folder_that_cannot_be_made(self):
        (self.folder / "state").write_text("a file")
        root = self.workspace(TWO_FAULTS)
        self.refused("run", "fix", "-w", root, code=4, says="state")

    def test_a_full_disk(self):
        root = self.workspace(TWO_FAULTS)
        self.state.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(self.state)], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("may not mount a small file system")
        self.addCleanup(subprocess.run, ["umount", "-l", str(self.state)])
        done = self.cohort("run", "fix the compile errors", "-w", root, code=None)
        self.assertIn(done.returncode, (1, 4))
        self.assertIn("disk is full", done.stdout + done.stderr)
        self.assertEqual(git(root, "status", "--porcelain"), "")

    def test_apply_of_what_never_was(self):
        self.refused("apply", "20200101-000000-0000", code=2, says="20200101-000000-0000")
        self.refused("apply", "../../etc/passwd", code=2, says="passwd")

    # -- single steps

    def test_score_of_lines_that_are_no_json(self):
        done = subprocess.run([str(BINARY), "score"], input='{"id": 1, "text": "fix"}\nnonsense\n', capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("line 2", done.stderr)

    def test_score_of_lines_that_are_nested(self):
        deep = "[" * 200_000 + "]" * 200_000
        text = "\r\n".join(('{"id": 1, "text": "fix"}', "", '{"id": %s, "text": "fix"}' % deep, " \t", '{"text": "fix", "x": %s}' % deep,
                            '{"id": [1], "text": "fix"}', '{"id": {}, "text": "fix"}', '{"id": "b", "text": "fix"}', ""))
        done = subprocess.run([str(BINARY), "score"], input=text, capture_output=True, text=True)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual([json.loads(line)["id"] for line in done.stdout.splitlines()], [1, "b"])
        self.assertEqual(done.stderr.splitlines(), [
            "cohort: line 3: is nested too deeply", "cohort: line 5: is nested too deeply",
            *(f'cohort: line {n}: "id" is a list or an object; expected a string or a number' for n in (6, 7))])

    def test_diagnose_of_a_log_that_cannot_be_read(self):
        for log in (self.folder / "none.log", self.folder):
            self.refused("diagnose", "--diagnostics", log, code=2, says=f"the log {log} cannot be read")


if __name__ == "__main__":
    main()
