#!/usr/bin/env python3
"""Traces of runs and metrics of heads, as the programs that read them get them."""
from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from cohort_cli import BINARY, TWO_FAULTS, CohortTest, broken, main


def attempts_of(result: dict) -> int:
    """What the pool counted, worker by worker."""
    return sum(worker["units"] + worker["failed"] for worker in result["workers"])


def attributes(span: dict) -> dict:
    return {each["key"]: next(iter(each["value"].values())) for each in span["attributes"]}


class Trace(CohortTest):
    def setUp(self) -> None:
        super().setUp()
        self.file = self.folder / "trace.json"

    def otlp_spans(self) -> list[dict]:
        whole = json.loads(self.file.read_text())
        return whole["resourceSpans"][0]["scopeSpans"][0]["spans"]

    def test_otlp_has_a_span_for_each_attempt(self) -> None:
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--mode", "parallel", "--trace", self.file)
        task, *attempts = self.otlp_spans()
        self.assertEqual(len(attempts), attempts_of(result))
        self.assertEqual(attributes(task)["cohort.task.id"], result["task_id"])
        self.assertEqual(attributes(task)["cohort.task.outcome"], "done")
        self.assertEqual(len({span["spanId"] for span in attempts}), len(attempts))
        for span in attempts:
            self.assertEqual((span["traceId"], span["parentSpanId"]), (task["traceId"], task["spanId"]))
            begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            self.assertLessEqual(begin, end)
            self.assertLess(abs(time.time() - end / 1e9), 300)
        self.assertLessEqual({"prepare", "check", "repair", "tests"}, {span["name"] for span in attempts})
        checked = {attributes(span)["cohort.subject"] for span in attempts if span["name"] == "check"}
        self.assertEqual(checked, {"area.cc", "name.cc", "shapes_test.cc"})

    def test_chrome_has_a_row_for_each_worker(self) -> None:
        root = self.workspace(TWO_FAULTS)
        result = self.run_task(root, "--mode", "parallel", "--trace", self.file, "--trace-format", "chrome")
        events = json.loads(self.file.read_text())["traceEvents"]
        attempts = [each for each in events if each["ph"] == "X" and each["cat"] != "task"]
        self.assertEqual(len(attempts), attempts_of(result))
        rows = {each["args"]["name"] for each in events if each["name"] == "thread_name"}
        self.assertEqual(rows, {"task", *(worker["worker"] for worker in result["workers"] if worker["units"])})
        # One thing at a time in a row.
        for row in {(each["pid"], each["tid"]) for each in attempts}:
            spans = sorted((each["ts"], each["ts"] + each["dur"]) for each in attempts if (each["pid"], each["tid"]) == row)
            for (_, end), (begin, _) in zip(spans, spans[1:]):
                self.assertLessEqual(end, begin + 1)

    def test_a_task_that_fails_leaves_a_trace(self) -> None:
        root = self.workspace(broken(name_cc=("result +", "unheard_of() +")))
        result = self.run_task(root, "--trace", self.file, code=1)
        task, *attempts = self.otlp_spans()
        self.assertEqual(attributes(task)["cohort.task.outcome"], "failed")
        self.assertEqual(len(attempts), attempts_of(result))

    def test_a_file_that_cannot_be_written_is_an_error_before_anything_starts(self) -> None:
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root, "--trace", self.folder / "no/such/trace.json", code=2)
        self.assertIn("no/such/trace.json: No such file or directory", done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertFalse(self.state.exists())

    def test_a_disk_that_is_full_is_said_and_the_task_is_what_it_is(self) -> None:
        root = self.workspace(TWO_FAULTS)
        done = self.cohort("run", "fix the compile errors", "-w", root, "-j", 2, "--trace", "/dev/full")
        self.assertIn("/dev/full", done.stderr)

    def test_another_format_is_refused(self) -> None:
        done = self.cohort("run", "fix", "--trace", self.file, "--trace-format", "zipkin", code=2)
        self.assertIn("--trace-format", done.stderr)


class Metrics(CohortTest):
    def serve(self, *words) -> tuple[subprocess.Popen, str]:
        """A head of its own, and where its metrics are."""
        head = subprocess.Popen(self.command("serve", "--insecure", "--port", 0, *words), stderr=subprocess.PIPE,
                                text=True)
        self.addCleanup(head.stderr.close)
        self.addCleanup(head.wait, 20)
        self.addCleanup(head.send_signal, signal.SIGTERM)
        said = ""
        for line in head.stderr:
            said += line
            if line.startswith("cohort: head on "):
                return head, said
        self.fail(said)

    def read(self, address: str) -> str:
        with urllib.request.urlopen(address, timeout=10) as answer:
            self.assertTrue(answer.headers["Content-Type"].startswith("text/plain"))
            return answer.read().decode()

    def wait_for(self, address: str, line: str) -> None:
        end = time.monotonic() + 60
        while f"\n{line}\n" not in self.read(address):
            if time.monotonic() > end:
                self.fail(f"no {line!r} in\n{self.read(address)}")
            time.sleep(0.2)

    def test_a_head_counts_its_task(self) -> None:
        root = self.workspace(TWO_FAULTS)
        _, said = self.serve("--metrics", 0, "-j", 2)
        address = re.search(r"metrics at (http://127\.0\.0\.1:\d+/metrics)\n", said)[1]
        head = re.search(r"head on (\S+) with", said)[1]
        self.wait_for(address, "cohort_workers 2")
        text = self.read(address)
        self.assertRegex(text, r'(?m)^cohort_build_info\{version="[0-9.]+"\} 1$')
        self.assertIn('\ncohort_tasks_total{outcome="done"} 0\n', text)
        done = self.cohort("submit", "fix the compile errors", "-w", root, "--watch", "--insecure", "--head", head,
                           "--output-format", "json")
        result = json.loads(done.stdout)
        self.wait_for(address, 'cohort_tasks_total{outcome="done"} 1')
        self.wait_for(address, "cohort_tasks_running 0")
        text = self.read(address)
        counted = sum(int(each) for each in re.findall(r"(?m)^cohort_attempts_total\{.*\} (\d+)$", text))
        self.assertEqual(counted, attempts_of(result))
        observed = sum(int(each) for each in re.findall(r"(?m)^cohort_attempt_duration_seconds_count\{.*\} (\d+)$", text))
        self.assertEqual(observed, counted)
        for line in text.splitlines():  # The server counts its own answers, under a name of its own.
            self.assertRegex(line, r"^(# (HELP|TYPE) (cohort|exposer)_\w+ .+|(cohort|exposer)_\w+(\{.+\})? \S+)$")

    def test_a_node_shows_with_what_crossed_to_it(self) -> None:
        _, said = self.serve("--metrics", 0, "-j", 0)
        address = re.search(r"metrics at (\S+)\n", said)[1]
        self.wait_for(address, 'cohort_nodes{state="joined"} 0')
        head = re.search(r"head on (\S+) with", said)[1]
        node = subprocess.Popen([BINARY, "node", "--insecure", "--join", head, "--name", "n1", "-j", "3", "--state",
                                 self.folder / "n1"], stderr=subprocess.DEVNULL)
        self.addCleanup(node.wait, 20)
        self.addCleanup(node.send_signal, signal.SIGTERM)
        self.wait_for(address, 'cohort_nodes{state="joined"} 1')
        self.wait_for(address, "cohort_workers 3")
        self.assertRegex(self.read(address), r'(?m)^cohort_node_received_bytes_total\{node="n1"\} [1-9]\d*$')
        node.send_signal(signal.SIGTERM)
        self.wait_for(address, 'cohort_nodes{state="joined"} 0')

    def test_only_this_host_is_served_unless_told_otherwise(self) -> None:
        _, said = self.serve("--metrics", 0)
        port = re.search(r"metrics at http://127\.0\.0\.1:(\d+)/", said)[1]
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.2:{port}/metrics", timeout=10)

    def test_a_port_in_use_is_a_clear_error(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = self.cohort("serve", "--insecure", "--port", 0, "--metrics", address, code=6)
        self.assertIn(f"cannot serve metrics on {address}", done.stderr)

    def test_no_address_is_no_address(self) -> None:
        for text in ("70000", "host:", "a b:x", "::1:90"):
            done = self.cohort("serve", "--insecure", "--port", 0, "--metrics", text, code=2)
            self.assertIn(f"'{text}' is no address for metrics", done.stderr)

    def test_nothing_is_served_unless_asked(self) -> None:
        _, said = self.serve()
        self.assertNotIn("metrics", said)


if __name__ == "__main__":
    main()
