#!/usr/bin/env python3
"""Every key of the core hierarchy changes what cohort does, and how."""
import json
import subprocess
import time

from cohort_cli import TWO_FAULTS, CohortTest, broken, main

TASK = "fix the 2 compile errors in all files"
CORE = "parallel_workers."


def chain(length: int) -> dict[str, str]:
    """Headers that each include the one before; the first unit of each has a fault, as has each header."""
    files = {}
    for i in range(length):
        before = f'#include "h{i - 1}.h"\n' if i else ""
        files[f"h{i}.h"] = f"#pragma once\n{before}inline int f{i}() {{\n  int x = {i}\n  return x;\n}}\n"
        files[f"u{i}.cc"] = f'#include "h{i}.h"\nint g{i}() {{\n  int y = f{i}()\n  return y;\n}}\n'
    units = " ".join(name for name in files if name.endswith(".cc"))
    files["CMakeLists.txt"] = f"cmake_minimum_required(VERSION 3.16)\nproject(chain CXX)\nadd_library(chain {units})\n"
    return files


def wide(number: int) -> dict[str, str]:
    """Units that have nothing to do with each other, each with a fault: work that is worth splitting."""
    files = {f"u{i}.cc": f"#include <string>\nint g{i}() {{\n  int y = {i}\n  return y;\n}}\n" for i in range(number)}
    files["CMakeLists.txt"] = f"cmake_minimum_required(VERSION 3.16)\nproject(wide CXX)\nadd_library(wide {' '.join(files)})\n"
    return files


class CoreKeys(CohortTest):
    def options(self, settings: dict) -> list[str]:
        return [word for key, value in settings.items() for word in ("--set", f"{CORE}{key}={value}")]

    def plan(self, files: dict[str, str], mode: str = "parallel", **settings) -> dict:
        root = self.workspace(files, name=f"ws{time.monotonic_ns()}")
        done = self.cohort("plan", TASK, "-w", root, "-j", 4, "--mode", mode, "--output-format", "json",
                           *self.options(settings))
        return json.loads(done.stdout)

    def subtasks(self, plan: dict) -> list[dict]:
        return plan["plan"]["subtasks"]

    def test_enabled(self):
        on = self.plan(TWO_FAULTS)
        off = self.plan(TWO_FAULTS, enabled="false")
        self.assertEqual([p["routing"]["mode"] for p in (on, off)], ["EXECUTION_MODE_PARALLEL", "EXECUTION_MODE_SEQUENTIAL"])

    def test_complexity_threshold_is_exclusive(self):
        low = self.plan(wide(6), mode="auto", complexity_threshold=0, min_predicted_speedup=1)
        score = low["routing"]["score"]["score"]
        at = self.plan(wide(6), mode="auto", complexity_threshold=score, min_predicted_speedup=1)
        self.assertEqual(low["routing"]["mode"], "EXECUTION_MODE_PARALLEL")
        self.assertEqual(at["routing"]["mode"], "EXECUTION_MODE_SEQUENTIAL")

    def test_max_concurrent_workers(self):
        counts = []
        for limit in (1, 3):
            root = self.workspace(TWO_FAULTS, name=f"ws{limit}")
            done = self.cohort("run", TASK, "-w", root, "--mode", "parallel", "--output-format", "json", "--no-branch",
                               *self.options({"max_concurrent_workers": limit}))
            counts.append(len({w["worker"] for w in json.loads(done.stdout)["workers"]}))
        self.assertEqual(counts[0], 1)
        self.assertIn(counts[1], (2, 3))

    def test_max_subtasks_per_task(self):
        by_file = {"decomposition.strategy": "file_based"}
        self.assertEqual(len(self.subtasks(self.plan(TWO_FAULTS, **by_file))), 2)
        self.assertEqual(len(self.subtasks(self.plan(TWO_FAULTS, max_subtasks_per_task=1, **by_file))), 1)

    def test_strategy(self):
        one_type = broken(area_cc=("shape.radius;", "shape.radius"), name_cc=('circle";', 'circle"'))
        others = {"max_subtasks_per_task": 2, "decomposition.enable_council_validation": "false"}  # It may amend the split.
        counts = [len(self.subtasks(self.plan(one_type, **others, **{"decomposition.strategy": strategy})))
                  for strategy in ("file_based", "error_type_based")]
        self.assertEqual(counts, [2, 1])

    def test_max_dependency_depth(self):
        def depth(plan: dict) -> int:
            before = {s["id"]: [edge["subtask_id"] for edge in s["depends_on"]] for s in self.subtasks(plan)}

            def of(subtask: str) -> int:
                return 1 + max((of(s) for s in before[subtask]), default=0)
            return max(of(s["id"]) for s in self.subtasks(plan))
        deep = {"decomposition.strategy": "file_based", "decomposition.max_dependency_depth": 10}
        self.assertGreater(depth(self.plan(chain(3), **deep)), 1)
        self.assertEqual(depth(self.plan(chain(3), **{**deep, "decomposition.max_dependency_depth": 1})), 1)

    def test_enable_council_validation(self):
        self.assertTrue(self.plan(TWO_FAULTS)["verdicts"])
        self.assertFalse(self.plan(TWO_FAULTS, **{"decomposition.enable_council_validation": "false"})["verdicts"])

    def test_compilation_validation_and_thresholds(self):
        root = self.workspace(TWO_FAULTS)

        def gates(**settings):
            return {g["kind"]: g for g in self.run_task(root, "--no-branch", *self.options(settings))["gates"]}
        usual = gates()
        self.assertEqual(usual["GATE_KIND_COMPILATION"]["verdict"], "GATE_VERDICT_PASS")
        self.assertFalse({"GATE_KIND_COVERAGE", "GATE_KIND_MUTATION"} & set(usual))
        other = gates(**{"quality_gates.compilation_validation": "false", "quality_gates.coverage": "required",
                         "quality_gates.test_coverage_threshold": 0.55, "quality_gates.mutation": "advisory",
                         "quality_gates.mutation_testing_threshold": 0.45})
        self.assertNotIn("GATE_KIND_COMPILATION", other)
        self.assertEqual([(other[k]["threshold"], other[k]["advisory"]) for k in ("GATE_KIND_COVERAGE", "GATE_KIND_MUTATION")],
                         [(0.55, False), (0.45, True)])

    def test_worker_timeout_seconds(self):
        root = self.workspace(TWO_FAULTS)
        began = time.monotonic()
        result = self.run_task(root, "--mode", "parallel", "--set", self.hanging_compiler("name.cc"), *self.options(
            {"coordination.worker_timeout_seconds": 3, "resilience.max_attempts": 1}), code=None)
        self.assertLess(time.monotonic() - began, 60)  # A compiler run alone may take 120 s.
        self.assertIn("within 3000 ms", json.dumps(result))

    def stream(self, *words) -> list[tuple[float, dict]]:
        """The lines of a run, and how long before its end each came."""
        root = self.workspace(TWO_FAULTS, name=f"ws{time.monotonic_ns()}")
        with subprocess.Popen(self.command("run", TASK, "-w", root, "-j", 1, "--mode", "parallel", "--no-branch",
                                           "--output-format", "stream-json", *words), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            lines = [(time.monotonic(), json.loads(line)) for line in process.stdout]
        end = lines[-1][0]
        return [(end - at, line) for at, line in lines if line["type"] == "progress"]

    def test_progress_update_interval_ms(self):
        often = self.stream(*self.options({"coordination.progress_update_interval_ms": 10}))
        never = self.stream(*self.options({"coordination.progress_update_interval_ms": 3_600_000}))
        whole = max(before for before, _ in often)
        # The first news goes out at once; the rest waits for the result.
        self.assertLess(sorted(before for before, _ in never)[-2], whole / 2)

    def test_message_buffer_size(self):
        late = {"coordination.progress_update_interval_ms": 3_600_000}
        whole = self.stream(*self.options(late))
        cut = self.stream(*self.options({**late, "coordination.message_buffer_size": 2}))
        self.assertLess(len(cut), len(whole))


if __name__ == "__main__":
    main()
