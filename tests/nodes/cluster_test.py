"""A head and its nodes as processes on this host, through scripts/cluster.sh."""
from __future__ import annotations

import json
import os
import random
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

from cohort_cli import BINARY, TWO_FAULTS, TWO_FAULTS_SLOWLY, CohortTest, git, live_processes, main

HEAD_MEMORY_MB = float(os.environ.get("HEAD_MEMORY_MB", "300"))  # Sanitizers need more.
SCRIPT = Path(__file__).resolve().parents[2] / "scripts/cluster.sh"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ClusterTest(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.cluster = self.folder / "cluster"
        self.port = free_port()
        self.env = {**os.environ, "COHORT_BINARY": str(BINARY), "COHORT_CLUSTER": str(self.cluster),
                    "COHORT_PORT": str(self.port)}
        self.addCleanup(lambda: self.cluster.exists() and self.script("down"))

    def script(self, *words, code: int | None = 0, timeout: float = 120) -> str:
        done = subprocess.run([SCRIPT, *map(str, words)], env=self.env, capture_output=True, text=True, timeout=timeout)
        if code is not None and done.returncode != code:
            logs = "".join(f"\n== {log.name}\n{log.read_text()[-2000:]}" for log in self.cluster.glob("*.log"))
            self.fail(f"{words}: exit status {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}{logs}")
        return done.stdout

    def nodes(self) -> dict[str, dict]:
        table = json.loads(self.script("cohort", "nodes", "--output-format", "json"))
        return {node["name"]: node for node in table["nodes"]}

    def submit(self, root: Path, *words, code: int | None = 0) -> dict:
        out = self.script("cohort", "submit", "fix the compile errors", "-w", root, "--watch", "--output-format", "json",
                          "--mode", "parallel", *words, code=code)
        return json.loads(out)

    def pid(self, name: str) -> int:
        return int((self.cluster / f"{name}.pid").read_text())

    def memory_of(self, name: str) -> float:
        """Resident, in MiB."""
        status = Path(f"/proc/{self.pid(name)}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024

    def descriptors_of(self, name: str) -> int:
        return len(os.listdir(f"/proc/{self.pid(name)}/fd"))

    def wait(self, seconds: float, what, why: str) -> None:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                self.fail(f"not within {seconds} s: {why}")
            time.sleep(0.1)

    def state_of(self, node: str) -> str:
        return self.nodes()[node]["state"]


class OneTask(ClusterTest):
    def test_a_cluster_does_what_one_host_does_and_leaves_nothing(self) -> None:
        dice = random.Random(1)
        pages = {f"pages/{i // 10}/{i}.txt": dice.randbytes(16384).hex() for i in range(100)}
        root = self.workspace({**TWO_FAULTS, **pages})
        alone = self.run_task(root, "--mode", "parallel")
        before = live_processes()
        self.script("up", 3)
        result = self.submit(root)
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
        self.assertEqual(result["patch"]["result_tree"], alone["patch"]["result_tree"])
        self.assertEqual({worker["worker"].split("/")[0] for worker in result["workers"]} - {"n1", "n2", "n3"}, set())
        self.assertEqual(git(root, "diff", alone["branch"], result["branch"]), "")
        table = json.loads(self.script("cohort", "status", "--output-format", "json"))
        self.assertEqual([task["outcome"] for task in table["tasks"]], ["TASK_OUTCOME_DONE"])
        self.assertEqual(len(table["workers"]), 3)
        self.script("cohort", "apply", result["task_id"])
        git(root, "checkout", "-q", ".")
        again = json.loads(self.script("cohort", "result", result["task_id"], "--output-format", "json"))
        self.assertEqual(again["branch"], result["branch"])

        # One file differs: next to nothing crosses for a second task.
        first = sum(int(node["bytes_sent"]) for node in self.nodes().values())
        (root / "shapes.h").write_text((root / "shapes.h").read_text() + "\n")
        later = self.submit(root)
        units = [sum(worker["units"] for worker in task["workers"]) for task in (result, later)]
        self.assertLessEqual(units[1], units[0], "a task is told what was done for it alone")
        second = sum(int(node["bytes_sent"]) for node in self.nodes().values()) - first
        self.assertLess(second, first / 100, "the second task's trees were there but for a file")

        self.script("down")
        self.assertFalse(self.cluster.exists())
        self.assertEqual(live_processes() - before, set())

    def test_a_drained_node_leaves_and_others_go_on(self) -> None:
        root = self.workspace(TWO_FAULTS)
        self.script("up", 2)
        self.script("cohort", "drain", "n1")
        self.wait(10, lambda: self.state_of("n1") == "NODE_STATE_LEFT", "n1 leaves")
        self.wait(10, lambda: not Path(f"/proc/{self.pid('n1')}/status").exists(), "its process ends")
        result = self.submit(root)
        self.assertEqual({worker["worker"] for worker in result["workers"]}, {"n2/w1"})
        self.script("cohort", "drain", "n7", code=2)


class Faults(ClusterTest):
    def test_a_node_that_is_killed_costs_time_not_work(self) -> None:
        root = self.workspace(TWO_FAULTS_SLOWLY)
        alone = self.run_task(root, "--mode", "parallel")
        self.script("up", 2)
        task = self.script("cohort", "submit", "fix the compile errors", "-w", root, "--mode", "parallel").strip()
        self.wait(30, lambda: self.nodes()["n1"]["running"] > 0, "n1 works")
        os.kill(self.pid("n1"), signal.SIGKILL)
        result = json.loads(self.script("cohort", "watch", task, "--output-format", "json"))
        self.assertEqual(result["outcome"], "TASK_OUTCOME_DONE")
        self.assertEqual(result["patch"]["result_tree"], alone["patch"]["result_tree"])
        self.assertEqual(self.state_of("n1"), "NODE_STATE_LOST")

    def test_a_node_that_is_stopped_is_lost_and_comes_back(self) -> None:
        root = self.workspace(TWO_FAULTS)
        self.script("up", 2)
        os.kill(self.pid("n1"), signal.SIGSTOP)
        try:
            self.wait(10, lambda: self.state_of("n1") == "NODE_STATE_LOST", "silence is noticed")
            self.assertEqual(self.submit(root)["outcome"], "TASK_OUTCOME_DONE")
        finally:
            os.kill(self.pid("n1"), signal.SIGCONT)
        self.wait(20, lambda: self.state_of("n1") == "NODE_STATE_JOINED", "n1 comes back")

    def test_a_task_is_cancelled(self) -> None:
        root = self.workspace(TWO_FAULTS_SLOWLY)
        self.script("up", 1)
        task = self.script("cohort", "submit", "fix the compile errors", "-w", root).strip()
        self.script("cohort", "cancel", task)
        self.script("cohort", "result", task, code=130)
        self.script("cohort", "cancel", task, code=2)


class Strangers(ClusterTest):
    def cohort_as(self, certificates: Path, *words, code: int) -> str:
        done = subprocess.run([BINARY, *map(str, words), "--certs", str(certificates), "--head", f"127.0.0.1:{self.port}",
                               "--state", str(self.state)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stderr

    def certs(self, *words) -> None:
        subprocess.run([BINARY, "certs", *map(str, words)], check=True, capture_output=True)

    def test_who_is_not_of_the_cluster_stays_outside_and_harms_nobody(self) -> None:
        self.script("up", 1)
        other = self.folder / "other"
        self.certs("ca", "--dir", other)
        self.certs("client", "--dir", other)
        self.assertIn("no head answers", self.cohort_as(other, "nodes", code=6))
        self.assertIn("cohort certs", self.cohort_as(self.folder / "none", "nodes", code=6))
        done = subprocess.run([BINARY, "nodes", "--insecure", "--head", f"127.0.0.1:{self.port}", "--state",
                               str(self.state)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 6, done.stderr)
        for size in (0, 100, 100_000):
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", self.port)) as stranger:
                    try:
                        stranger.sendall(os.urandom(size))
                    except OSError:
                        pass  # The head closed the connection.
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(1000)]
        for stranger in silent:
            self.addCleanup(stranger.close)
        self.wait(30, lambda: "n1" in self.script("cohort", "nodes", code=None), "the head answers")
        self.assertEqual(self.submit(self.workspace(TWO_FAULTS))["outcome"], "TASK_OUTCOME_DONE")
        self.assertLess(self.memory_of("head"), HEAD_MEMORY_MB)
        self.wait(60, lambda: self.descriptors_of("head") < 100, "those who say nothing are sent away")
        self.assertEqual({stranger.recv(1) for stranger in silent}, {b""})
        self.assertEqual(self.state_of("n1"), "NODE_STATE_JOINED")
        self.assertNotIn("n1 is gone", (self.cluster / "head.log").read_text())

    def test_a_user_has_a_name(self) -> None:
        self.script("up", 1)
        certs = self.folder / "alice"
        self.certs("client", "alice", "--dir", self.cluster / "certs", "--out", certs)
        self.cohort_as(certs, "nodes", "--name", "alice", code=0)
        self.assertIn("client-bob", self.cohort_as(certs, "nodes", "--name", "bob", code=6))

    def test_a_client_cannot_be_a_node(self) -> None:
        self.script("up", 1)
        certs = self.folder / "copy"
        certs.mkdir()
        for name, source in (("ca.pem", "ca.pem"), ("node-n9.pem", "client.pem"), ("node-n9.key", "client.key")):
            (certs / name).write_bytes((self.cluster / "certs" / source).read_bytes())
            (certs / name).chmod(0o600)
        done = subprocess.run([BINARY, "node", "--join", f"127.0.0.1:{self.port}", "--name", "n9", "--certs", str(certs),
                               "--state", str(self.state)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("client", done.stderr)

    def test_without_tls_only_this_host_is_served(self) -> None:
        done = subprocess.run([BINARY, "serve", "--insecure", "--bind", "0.0.0.0", "--state", str(self.state)],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 6)
        self.assertIn("--insecure is for this host only", done.stderr)


if __name__ == "__main__":
    main()
