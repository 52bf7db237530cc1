#!/usr/bin/env python3
"""A workspace whose build files, compiler options and tests attack the host: nothing comes of it, and the run ends as ever."""
import os
import re
import shutil
import socket
import subprocess
import unittest
from pathlib import Path
from unittest import mock

from cohort_cli import CohortTest, live_processes, main

BROKEN = "int answer() {\n  return 42\n}\n"
MENDED = BROKEN.replace("42", "42;")

# Configuring, building and testing run it: what it reads goes into the tree that it works in.
ATTACK = r"""
cd "$(dirname "$0")"
exec 2>/dev/null
for file in HOME/.ssh/id_ed25519 STATE/certs/ca-key.pem STATE/audit.key STATE/journal.db planted; do
  grep -q . "$file" && echo "$file" >>loot
done
for file in HOME/.bashrc HOME/evil STATE/evil ROOT/answer.cc FOLDER/evil; do echo evil >>"$file"; done
bash -c 'exec 3<>/dev/tcp/127.0.0.1/PORT'
(setsid sh -c 'sleep 86417 & exec sleep 86417' >/dev/null &)
kill -9 VICTIM
exit 0
"""

LISTS = """cmake_minimum_required(VERSION 3.16)
project(evil CXX)
enable_testing()
execute_process(COMMAND sh ${CMAKE_SOURCE_DIR}/attack.sh)
add_library(evil STATIC answer.cc ./-o.cc ./--help.cc "./@file.cc")
add_custom_command(TARGET evil POST_BUILD COMMAND sh ${CMAKE_SOURCE_DIR}/attack.sh)
add_test(NAME evil COMMAND sh ${CMAKE_SOURCE_DIR}/attack.sh)
"""


def cmdline_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""  # It has just ended.


class Attack(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.home = self.folder / "home"
        (self.home / ".ssh").mkdir(parents=True)
        (self.home / ".ssh/id_ed25519").write_text("SECRET_OF_THE_USER\n")
        self.outside = self.home / "outside.cc"
        self.outside.write_text(BROKEN.replace("answer", "outside"))
        patched = mock.patch.dict(os.environ, HOME=str(self.home))
        patched.start()
        self.addCleanup(patched.stop)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.setblocking(False)
        self.addCleanup(self.server.close)
        self.victim = subprocess.Popen(["sleep", "1000"])
        self.addCleanup(self.victim.wait)
        self.addCleanup(self.victim.kill)

    def attacker(self) -> Path:
        self.cohort("certs", "ca")
        root = self.folder / "ws"
        attack = ATTACK
        for name, value in {"HOME": self.home, "STATE": self.state, "ROOT": root, "FOLDER": self.folder,
                            "PORT": self.server.getsockname()[1], "VICTIM": self.victim.pid}.items():
            attack = attack.replace(name, str(value))
        root = self.workspace({"CMakeLists.txt": LISTS, "attack.sh": attack, "answer.cc": BROKEN,
                               "-o.cc": "int minus_o;\n", "--help.cc": "int help;\n", "@file.cc": "int file;\n"})
        os.symlink(self.home / ".ssh/id_ed25519", root / "planted")
        return root

    def damage(self) -> set[str]:
        """What an attack got, apart from its own tree."""
        stolen = {Path(line).name for file in self.state.rglob("loot") for line in file.read_text().splitlines()}
        found = {f"read {name}" for name in stolen}
        for path in (self.home / ".bashrc", self.home / "evil", self.state / "evil", self.folder / "evil"):
            if path.exists():
                found.add(f"wrote {path.relative_to(self.folder)}")
        if "evil" in (self.folder / "ws/answer.cc").read_text():
            found.add("wrote ws/answer.cc")
        try:
            self.server.accept()[0].close()
            found.add("reached the network")
        except BlockingIOError:
            pass
        if self.victim.poll() is not None:
            found.add("killed a process")
        if b"86417" in b"".join(cmdline_of(path) for path in Path("/proc").glob("[0-9]*")):
            found.add("left a daemon")
        return found

    def needs_sandbox(self) -> None:
        doctor = self.cohort("doctor").stdout
        if not re.search("^ok +sandbox ", doctor, re.MULTILINE):
            self.skipTest("there is no sandbox here: " + "".join(re.findall("^.* sandbox .*$", doctor, re.MULTILINE)))


class Sandboxed(Attack):
    def setUp(self) -> None:
        super().setUp()
        self.needs_sandbox()

    def test_nothing_comes_of_an_attack(self):
        result = self.run_task(self.attacker(), "--set", "processes.sandbox=required", "--mode", "sequential")
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE", result)
        self.assertIn("1 of 1 test pass", [gate["details"] for gate in result["gates"]])
        self.assertEqual(self.damage(), set())
        self.assertEqual(live_processes(), {self.victim.pid})

    def test_a_link_that_leads_outside_is_not_followed(self):
        root = self.workspace({"CMakeLists.txt": LISTS.replace("./-o.cc ./--help.cc \"./@file.cc\"", "linked.cc")
                               .replace("attack.sh", "nothing.sh"), "answer.cc": BROKEN, "nothing.sh": "exit 0\n"})
        os.symlink(self.outside, root / "linked.cc")
        os.symlink(self.folder, root / "up")
        before = self.outside.read_text()
        self.cohort("run", "fix the compile errors", "-w", root, "-j", 2, "--apply", code=None)
        self.assertEqual(self.outside.read_text(), before)
        self.assertEqual((root / "answer.cc").read_text(), MENDED)
        self.assertTrue((root / "linked.cc").is_symlink())
        self.assertTrue((root / "up").is_symlink())

    def test_a_slot_is_not_exchanged_for_a_link(self):
        """cohort itself writes and removes files below a slot's folders, outside of any sandbox."""
        precious = self.home / "precious"
        precious.mkdir()
        (precious / "work").write_text("of years\n")
        swap = "".join(f"mv ../{name} ../gone-{name} && ln -s {precious} ../{name}\n" for name in ("tree", "build"))
        root = self.workspace({"CMakeLists.txt": LISTS.replace("./-o.cc ./--help.cc \"./@file.cc\"", "").replace(
            "${CMAKE_SOURCE_DIR}/attack.sh", "-c \"sh ${CMAKE_SOURCE_DIR}/attack.sh || true\""),
            "answer.cc": BROKEN, "attack.sh": f"cd \"$(dirname \"$0\")\"\n{swap}exit 0\n"})
        for _ in range(2):  # The second finds what the first one left.
            self.run_task(root, "--set", "cache.enabled=false")
        self.assertEqual((precious / "work").read_text(), "of years\n")
        self.assertEqual([path.name for path in precious.iterdir()], ["work"])
        self.assertEqual([path for path in self.state.glob("*/*/*") if path.is_symlink()], [])

    def test_a_compiler_does_not_quote_what_it_may_not_read(self):
        root = self.workspace({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(p CXX)\nadd_library(p p.cc)\n",
                               "p.cc": f'#include "{self.home}/.ssh/id_ed25519"\n'})
        done = self.cohort("run", "fix the compile errors", "-w", root, "--output-format", "json", code=None)
        self.assertNotIn("SECRET_OF_THE_USER", done.stdout + done.stderr)
        self.assertRegex(done.stdout, "No such file|file not found")


class Unsandboxed(Attack):
    """What the others would miss, if it were not for the sandbox; and what is said where there is none."""

    def without_bubblewrap(self):
        tools = self.folder / "tools"
        tools.mkdir()
        for name in ("sh", "g++", "clang++", "gcc", "cc", "c++", "as", "ld", "ar", "ranlib", "cmake", "ctest", "ninja", "make", "git",
                     "true"):
            if found := shutil.which(name, path="/usr/bin:/bin"):
                (tools / name).symlink_to(found)
        return mock.patch.dict(os.environ, PATH=str(tools))

    def test_without_a_sandbox_an_attack_gets_all_but_its_daemon(self):
        """Which shows that the attacks are real."""
        self.run_task(self.attacker(), "--set", "processes.sandbox=off", "--mode", "sequential", code=None)
        self.assertEqual(self.damage(), {
            "read id_ed25519", "read ca-key.pem", "read audit.key", "read journal.db", "read planted",
            "wrote home/.bashrc", "wrote home/evil", "wrote state/evil", "wrote ws/answer.cc", "wrote evil",
            "reached the network", "killed a process"})

    def test_without_a_sandbox_a_compiler_quotes_it(self):
        root = self.workspace({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(p CXX)\nadd_library(p p.cc)\n",
                               "p.cc": f'#include "{self.home}/.ssh/id_ed25519"\n'})
        done = self.cohort("run", "fix the compile errors", "-w", root, "--output-format", "json", "--set",
                           "processes.sandbox=off", code=None)
        self.assertIn("SECRET_OF_THE_USER", done.stdout)

    def test_where_there_is_none_it_is_said(self):
        root = self.workspace({"CMakeLists.txt": "cmake_minimum_required(VERSION 3.16)\nproject(p CXX)\nadd_library(p p.cc)\n",
                               "p.cc": BROKEN})
        required = ("--set", "processes.sandbox=required")
        with self.without_bubblewrap():
            doctor = self.cohort("doctor", code=None).stdout
            self.assertRegex(doctor, r"(?m)^missing +sandbox +cannot start bwrap: no such program in PATH.*\(package bubblewrap\)")
            self.assertIn("processes.sandbox is required, and there is none", self.cohort("doctor", *required, code=4).stdout)
            refused = self.cohort("run", "fix the compile errors", "-w", root, *required, code=4)
            self.assertIn("processes.sandbox is required, and there is none: cannot start bwrap", refused.stderr)
            done = self.cohort("run", "fix the compile errors", "-w", root)
            self.assertIn("programs of workspaces run without a sandbox: cannot start bwrap", done.stderr)
        self.assertRegex(self.cohort("doctor", "--set", "processes.sandbox=off").stdout, "(?m)^note +sandbox +off")


if __name__ == "__main__":
    main()
