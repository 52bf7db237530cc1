#!/usr/bin/env python3
"""scripts/deploy with the built binary: the batch script on one host, and what the container must install."""
from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import unittest
from pathlib import Path

from cohort_cli import BINARY, TWO_FAULTS, CohortTest, git, live_processes, main

DEPLOY = Path(__file__).resolve().parents[2] / "scripts/deploy"

# As far as the script can tell: one step for each node, ended by a signal to srun.
SRUN = """#!/usr/bin/env bash
nodes=$2
shift 4
steps=()
for ((i = 0; i < nodes; ++i)); do
  SLURM_PROCID=$i "$@" &
  steps+=($!)
done
trap 'kill "${steps[@]}" 2>/dev/null' TERM
wait
wait
"""


class Slurm(CohortTest):
    def job(self, *words: object) -> subprocess.CompletedProcess:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        tools, home, scratch = (self.folder / name for name in ("bin", "home", "tmp"))
        for folder in (tools, home, scratch):
            folder.mkdir()
        (tools / "srun").write_text(SRUN)
        (tools / "srun").chmod(0o755)
        env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "TMPDIR": str(scratch),
               "SLURM_JOB_ID": "7", "SLURM_JOB_NUM_NODES": "2", "SLURMD_NODENAME": "127.0.0.1",
               "COHORT_PROGRAM": str(BINARY), "COHORT_PORT": str(port)}
        done = subprocess.run([DEPLOY / "cohort.sbatch", *map(str, words)], env=env, capture_output=True, text=True, timeout=300)
        left = [str(path) for folder in (home, scratch) for path in folder.glob("cohort-*")]
        self.assertEqual(left, [], done.stderr)
        return done

    def test_a_job_does_its_task_and_leaves_nothing(self) -> None:
        root = self.workspace(TWO_FAULTS)
        before = live_processes()
        done = self.job("fix the compile errors", root, "--mode", "parallel", "--output-format", "json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
        self.assertLessEqual({worker["worker"].split("/")[0] for worker in result["workers"]}, {"n0", "n1"})
        self.assertIn(result["branch"], git(root, "branch", "--list", "cohort/*"))
        self.assertEqual(live_processes() - before, set())

    def test_its_status_is_the_tasks(self) -> None:
        done = self.job("fix the compile errors", self.folder / "nowhere")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)


class Kubernetes(CohortTest):
    def test_the_comments_commands_make_the_certificates(self) -> None:
        lines = [line[4:] for line in (DEPLOY / "kubernetes.yaml").read_text().splitlines() if line.startswith("#   ")]
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "cohort").symlink_to(BINARY)
        # Where a cluster would read files, they must be there.
        (tools / "kubectl").write_text("#!/bin/bash\nfor word; do\n  file=${word#--from-file=}\n"
                                       "  [[ $word = \"$file\" || -s $file ]] || { echo \"no $file\" >&2; exit 1; }\ndone\n")
        (tools / "kubectl").chmod(0o755)
        env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "XDG_STATE_HOME": str(self.folder)}
        done = subprocess.run(["bash", "-euc", "\n".join(lines)], cwd=self.folder, env=env, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        made = {path.name for path in (self.folder / "certs").iterdir()}
        self.assertLessEqual({"ca.pem", "head.key", "client.pem", "node-cohort-node-2.pem"}, made)


class Container(unittest.TestCase):
    @unittest.skipUnless(shutil.which("dpkg-query"), "packages are Debian's")
    def test_it_installs_what_the_binary_loads(self) -> None:
        installed = (DEPLOY / "Containerfile").read_text()
        needed = subprocess.run(["objdump", "-p", BINARY], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"NEEDED\s+(\S+)", needed):
            owner = subprocess.run(["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True).stdout
            packages = {line.split(":")[0] for line in owner.splitlines()}
            if packages & {"libc6", "libstdc++6", "libgcc-s1"}:
                continue  # g++ brings them.
            self.assertTrue(any(f" {package} " in installed for package in packages), f"{library}: {packages}")


if __name__ == "__main__":
    main()
