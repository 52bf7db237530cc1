#!/usr/bin/env python3
"""What can be checked of scripts/deploy without a cluster; what a machine has no tool for is skipped."""
from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

try:
    import yaml
except ImportError:
    yaml = None

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "scripts/deploy"
EXPOSURE_MAX = 30  # Of 100, as systemd-analyze counts it; that sandboxes need namespaces is ten of them.


def needs(program: str):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


def run(*words: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=50)


class Units(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.units = []
        for unit in sorted(DEPLOY.glob("*.service")):
            # The binary is not installed here; systemd-analyze wants a program.
            copy = Path(folder.name, unit.name)
            copy.write_text(unit.read_text().replace("/usr/local/bin/cohort", shutil.which("true")))
            self.units.append(copy)
        self.assertEqual(len(self.units), 2)

    @needs("systemd-analyze")
    def test_systemd_understands_every_line(self) -> None:
        for unit in self.units:
            done = run("systemd-analyze", "verify", "--man=no", unit)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    @needs("systemd-analyze")
    def test_they_are_locked_up(self) -> None:
        for unit in self.units:
            done = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", unit)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_they_are_bounded(self) -> None:
        for unit in self.units:
            for key in ("MemoryMax", "TasksMax", "LimitNOFILE", "StateDirectory"):
                self.assertRegex(unit.read_text(), rf"(?m)^{key}=\S+$")


class Slurm(unittest.TestCase):
    def test_bash_parses_it(self) -> None:
        done = run("bash", "-n", DEPLOY / "cohort.sbatch")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @needs("shellcheck")
    def test_shellcheck_finds_nothing(self) -> None:
        done = run("shellcheck", DEPLOY / "cohort.sbatch")
        self.assertEqual(done.stdout, "")


@unittest.skipIf(yaml is None, "python3-yaml is not installed")
class Kubernetes(unittest.TestCase):
    def setUp(self) -> None:
        self.text = (DEPLOY / "kubernetes.yaml").read_text()
        self.objects = list(yaml.safe_load_all(self.text))
        self.sets = [each for each in self.objects if each["kind"] == "StatefulSet"]
        self.pods = [each["spec"]["template"]["spec"] for each in self.sets]
        self.assertEqual(len(self.pods), 2)

    def test_all_is_in_the_namespace(self) -> None:
        for each in self.objects:
            if each["kind"] != "Namespace":
                self.assertEqual(each["metadata"]["namespace"], "cohort")

    def test_selectors_and_names_fit(self) -> None:
        labels = [each["spec"]["template"]["metadata"]["labels"] for each in self.sets]
        services = [each for each in self.objects if each["kind"] == "Service"]
        self.assertIn(services[0]["spec"]["selector"], labels)
        for each, own in zip(self.sets, labels):
            self.assertEqual(each["spec"]["selector"]["matchLabels"], own)
            self.assertEqual(each["spec"]["serviceName"], services[0]["metadata"]["name"])
        port = services[0]["spec"]["ports"][0]["port"]
        self.assertIn(f"{services[0]['metadata']['name']}:{port}", self.pods[1]["containers"][0]["args"])

    def test_every_mount_has_its_volume(self) -> None:
        for each, pod in zip(self.sets, self.pods):
            claims = [claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", [])]
            there = {volume["name"] for volume in pod["volumes"]} | set(claims)
            self.assertEqual({mount["name"] for mount in pod["containers"][0]["volumeMounts"]}, there)

    def test_the_secrets_are_those_that_the_comment_makes(self) -> None:
        made = set(re.findall(r"create secret generic (\S+)", self.text))
        mounted = {volume["secret"]["secretName"] for pod in self.pods for volume in pod["volumes"] if "secret" in volume}
        self.assertEqual(made, mounted)

    def test_containers_are_bounded_and_locked_up(self) -> None:
        for pod in self.pods:
            container = pod["containers"][0]
            self.assertEqual(set(container["resources"]["limits"]), {"cpu", "memory"})
            self.assertFalse(container["securityContext"]["allowPrivilegeEscalation"])
            self.assertTrue(container["securityContext"]["readOnlyRootFilesystem"])
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])

    def test_probes_name_ports_that_are_there(self) -> None:
        container = self.pods[0]["containers"][0]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        self.assertIn(container["readinessProbe"]["tcpSocket"]["port"], ports)
        self.assertIn(container["livenessProbe"]["httpGet"]["port"], ports)
        self.assertIn(f"0.0.0.0:{ports['metrics']}", container["args"])


class Container(unittest.TestCase):
    def setUp(self) -> None:
        self.text = (DEPLOY / "Containerfile").read_text()

    def test_what_is_copied_is_there(self) -> None:
        copied = [word for line in re.findall(r"(?m)^COPY (?!--from)(.*) \S+$", self.text) for word in line.split()]
        self.assertIn("messages", copied)
        for name in copied:
            self.assertTrue((ROOT / name).exists(), name)

    def test_every_folder_of_the_build_is_copied(self) -> None:
        for folder in re.findall(r"add_subdirectory\((\w+)\)", (ROOT / "CMakeLists.txt").read_text()):
            self.assertIn(f"\nCOPY {folder} {folder}/\n", self.text)


if __name__ == "__main__":
    unittest.main()
