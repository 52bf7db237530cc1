"""A head as a process of its own, a compiler that waits for a gate, and clients."""
from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from unittest import mock

from cohort_cli import TWO_FAULTS, CohortTest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class HeadTest(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.root = self.workspace(TWO_FAULTS)
        self.port = free_port()
        self.gate = self.folder / "gate"
        # Where the compiler says that it is there.
        seen = mock.patch.dict(os.environ, COHORT_PROCESSES__SANDBOX_WRITABLE=str(self.folder))
        seen.start()
        self.addCleanup(seen.stop)

    def gated_compiler(self) -> str:
        """A setting: a g++ that says that it is there, and waits for the gate where it reads name.cc."""
        program = self.folder / "gated"
        program.write_text(f'#!/bin/sh\ncase "$*" in *name.cc*) : > {self.folder}/waits\n'
                           f'while [ ! -e {self.gate} ]; do sleep 0.05; done;; esac\nexec {shutil.which("g++")} "$@"\n')
        program.chmod(0o755)
        return f"toolchain.gcc={program}"

    def start(self, *words) -> subprocess.Popen:
        process = subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def start_head(self, *words, jobs: int = 2) -> subprocess.Popen:
        head = self.start(*self.command("serve", "--insecure", "--port", self.port, "-j", jobs, *words))
        self.until_says(head, "cohort: head on")
        return head

    def until_says(self, process: subprocess.Popen, text: str) -> str:
        while True:
            line = process.stderr.readline()
            if text in line:
                return line
            self.assertTrue(line, f"it ended, and never said: {text}")

    def client(self, verb: str, *words, code: int = 0) -> subprocess.CompletedProcess:
        return self.cohort(verb, *words, "--head", f"127.0.0.1:{self.port}", "--insecure", code=code)

    def submit(self) -> str:
        return self.client("submit", "fix the compile errors", "-w", self.root, "--mode", "parallel").stdout.strip()

    def until_a_compiler_waits(self) -> None:
        deadline = time.monotonic() + 60
        while not (self.folder / "waits").exists():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
